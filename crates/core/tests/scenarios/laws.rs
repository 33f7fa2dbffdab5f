//! Random histories under random programmes: no expectations, only the laws that the runner asserts of every step, and
//! that no schedule of sweeps shows.
//!
//! The histories follow from their seeds, so a failure can be run again.

use crate::runner::check;

/// Numbers that follow from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        let count = u64::try_from(choices.len()).expect("a short list");
        choices[usize::try_from(self.below(count)).expect("a short list")]
    }
}

fn programme(chance: &mut Chance) -> String {
    let expiry = chance.of(&[
        r#"policy = "never""#,
        r#"policy = "after", days = 4"#,
        r#"policy = "after", days = 40, counts_from = "earning""#,
        r#"policy = "after", months = 1, round_to = "quarter""#,
        r#"policy = "calendar", years = 0, counts_from = "earning""#,
    ]);
    let activation = chance.of(&[
        r#"policy = "immediate""#,
        r#"policy = "after_days", days = 3"#,
        r#"policy = "after_days", days = 50"#,
    ]);
    let clawback = chance.of(&["arrears", "balance_only", "own_lots_only"]);
    let order = chance.of(&["soonest_expiry", "fifo"]);
    let grace = chance.of(&["0", "6"]);
    let beyond = chance.of(&["trim", "skip"]);
    let rounding = chance.of(&["floor", "half_up", "half_even", "ceil"]);
    let unit = chance.of(&["order", "line"]);
    let zone = chance.of(&["UTC", "America/New_York", "America/Sao_Paulo", "Pacific/Apia"]);
    let period = chance.of(&[
        r#"period = "calendar_year""#,
        r#"period = "calendar_year", upgrade = "period_end""#,
        r#"period = "rolling_days", days = 20"#,
        r#"period = "rolling_days", days = 400"#,
        r#"period = "anniversary_joining""#,
        r#"period = "anniversary_tier", valid_periods = 2"#,
        r#"period = "anniversary_tier""#,
        r#"period = "lifetime""#,
    ]);
    let downgrade = chance.of(&["to_qualifying", "one_down", "never"]);
    let on_return = chance.of(&["keep_until_period_end", "demote_now"]);
    let tier_grace = if period.contains("lifetime") { "0" } else { chance.of(&["0", "15"]) };
    format!(
        r#"
        programme 1 point per 1.00 CNY, {rounding}
        zone {zone}
        set late_limit_days = 60
        points use = "both", expiry = {{ {expiry} }}, activation = {{ {activation} }}, clawback = "{clawback}"
        points spend_order = "{order}", reversal_grace_days = {grace}, cap = [{{ limit = "150", per = "week", beyond = "{beyond}" }}]
        base rounding_per = "{unit}", group = "rate", money = {{ shipping = "with" }}
        rule rich {{ kind = "base", points = "2", per = "1.00", group = "rate", when = {{ category = ["tea"] }} }}
        rule more {{ kind = "multiplier", factor = "1.5", when = {{ tier = ["silver", "gold"], category = ["tea"] }} }}
        rule big {{ kind = "bonus", points = "25", when = {{ min_spend = "60.00" }} }}
        rule small {{ kind = "bonus", points = "5", when = {{ max_spend = "20.00" }}, caps = [{{ limit = "12", per = "month" }}] }}
        rule third {{ kind = "bonus", points = "9", when = {{ order_number = {{ every = 3 }} }} }}
        ladder status {{ {period}, downgrade = "{downgrade}", on_return = "{on_return}", grace_days = {tier_grace}, tier = [
            {{ id = "member" }},
            {{ id = "silver", entry = {{ any = {{ spend = "90.00", orders = 6 }} }}, keep = {{ any = {{ spend = "70.00", orders = 5 }} }} }},
            {{ id = "gold", entry = {{ all = {{ spend = "150.00", points = "200" }} }} }}] }}
        "#
    )
}

fn history(chance: &mut Chance) -> String {
    let mut text = programme(chance);
    // Days since 2011-10-01, so that a short history passes new year, changes of clocks and a day that Apia skipped.
    let mut day = 0;
    for step in 0..40 {
        day += chance.below(9) * chance.below(3);
        let late = if chance.below(6) == 0 { chance.below(40).min(day) } else { 0 };
        let of = chance.below(step + 1);
        let amount = format!("{}.{:02}", chance.below(80), chance.below(100));
        let line = chance.of(&["", " x3", " category=tea x2", " category=tea 5.55", " 0.00 x0 9.99 x4"]);
        let command = match chance.below(12) {
            0..=4 => format!("order O{step} {amount}{line} shipping=1.00"),
            5 => format!("return O{of}"),
            6 => format!("return O{of} {}", chance.of(&["1.00", "x1", "x2", "2:all", "1:x1 2:1.50"])),
            7 => format!("redeem R{step} {} {}", 1 + chance.below(60), chance.of(&["", "partial"])),
            8 => format!("reverse R{of} {}", chance.of(&["", "3"])),
            9 => format!("exchange O{of} x1 for O{step} {amount}{line}"),
            10 => format!("credit {}", 1 + chance.below(20)),
            _ => format!("debit {} {}", 1 + chance.below(20), chance.of(&["", "arrears"])),
        };
        let time = instant(day - late, chance.below(4));
        text.push_str(&format!("{time} {command} | refused perhaps\n"));
    }
    text.push_str(&format!("{} look\n", instant(day + 900, 0)));
    text
}

/// A time of day on one of the days since 2011-10-01.
fn instant(day: u64, quarter: u64) -> String {
    let (mut year, mut month, mut left) = (2011, 10, day);
    loop {
        let days = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if left < days {
            let time = ["00:00:00", "05:30:00", "12:00:00", "23:59:59.999999"];
            let time = time[usize::try_from(quarter).expect("a quarter of a day")];
            return format!("{year:04}-{month:02}-{:02}T{time}", left + 1);
        }
        left -= days;
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
}

#[test]
fn any_history_keeps_the_laws_under_every_schedule_of_sweeps() {
    for seed in 0..60 {
        let text = history(&mut Chance(seed));
        let outcome = std::panic::catch_unwind(|| check(&text));
        assert!(outcome.is_ok(), "seed {seed} breaks a law in this history:\n{text}");
    }
}
