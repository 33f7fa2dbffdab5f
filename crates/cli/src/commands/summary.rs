//! `tallybook summary`: balances of all members, tiers, and what is about to expire.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tallybook_core::calendar::Instant;
use tallybook_core::decide;
use tallybook_core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook_core::points::Scaled;
use tallybook_core::programme::plan::Plan;
use tallybook_core::state::{Balance, MemberState};

use crate::cli::{Global, Summary};
use crate::commands::balance::{FIGURES, named};
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side, count};

/// Shows the whole ledger, settled to a moment.
///
/// # Errors
/// The ledger's.
pub fn run(global: &Global, options: &Summary, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let mut sums = Sums::new(at, at.plus_days(i64::from(options.within_days)));
    let plan = session.plan()?;
    let mut members: Vec<(String, MemberState)> = Vec::new();
    session.ledger.for_each_member(|member| {
        let state = decide::settled(&member.state, &session.programmes, at);
        sums.add(plan, &state);
        if options.members && state.status.merged_into.is_none() {
            members.push((member.name.clone(), state));
        }
    })?;
    members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let show = Show::new(&session.programmes);
    if output.json {
        let mut value = sums.json(options.within_days, &show);
        if options.members {
            value["by_member"] =
                members.iter().map(|(name, state)| member_json(name, state, &show)).collect();
        }
        output.value(&value);
    } else {
        sums.tables(options.within_days, &show, output);
        member_table(&members, &show, output);
    }
    session.close(output);
    Ok(())
}

fn member_json(name: &str, state: &MemberState, show: &Show<'_>) -> Value {
    let currency = |(number, balance): (u8, &Balance)| {
        let id = show.currency_id(CurrencyNumber(number));
        let mut object = json!({ "number": number, "currency": id });
        for (name, points, _) in named(*balance) {
            object[name] = json!(points.0);
        }
        object
    };
    json!({ "member": name, "currencies": (0..).zip(&state.balances).map(currency).collect::<Vec<_>>() })
}

fn member_table(members: &[(String, MemberState)], show: &Show<'_>, output: &Output) {
    if members.is_empty() {
        return;
    }
    let mut headings = vec![("member", Side::Left), ("currency", Side::Left)];
    headings.extend(names().map(|name| (name, Side::Right)));
    let rows = members.iter().flat_map(|(name, state)| {
        (0..).map(CurrencyNumber).zip(&state.balances).map(move |(number, balance)| {
            let figures = named(*balance).map(|(_, points, _)| show.figure(points, number));
            [name.clone(), show.currency_id(number).to_owned()].into_iter().chain(figures).collect()
        })
    });
    output.line("");
    output.table(&headings, rows.collect());
}

/// What adds up over members.
struct Sums {
    at: Instant,
    expiring_before: Instant,
    members: u64,
    closed: u64,
    merged: u64,
    balances: BTreeMap<CurrencyNumber, [i128; FIGURES]>,
    expiring: BTreeMap<CurrencyNumber, (u64, i128)>,
    tiers: BTreeMap<(LadderNumber, usize), (TierNumber, u64)>,
}

impl Sums {
    fn new(at: Instant, expiring_before: Instant) -> Sums {
        Sums {
            at,
            expiring_before,
            members: 0,
            closed: 0,
            merged: 0,
            balances: BTreeMap::new(),
            expiring: BTreeMap::new(),
            tiers: BTreeMap::new(),
        }
    }

    fn add(&mut self, plan: &Plan, state: &MemberState) {
        if state.status.merged_into.is_some() {
            // All that they had is counted where it went.
            self.merged += 1;
            return;
        }
        self.members += 1;
        self.closed += u64::from(state.status.closed_at.is_some());
        for currency in plan.currencies.iter().flatten() {
            let sums = self.balances.entry(currency.number).or_default();
            for (sum, (_, points, _)) in sums.iter_mut().zip(named(state.balance(currency.number))) {
                *sum += i128::from(points.0);
            }
            let soon = state.lots.iter().filter(|lot| {
                lot.currency == currency.number
                    && lot.expires_at.is_some_and(|end| end <= self.expiring_before)
            });
            let points: i128 = soon.map(|lot| i128::from(lot.remaining.0)).sum();
            let expiring = self.expiring.entry(currency.number).or_default();
            expiring.0 += u64::from(points > 0);
            expiring.1 += points;
        }
        for ladder in plan.ladders.iter().flatten() {
            let held = decide::tier::figures::held(state, ladder);
            let entry = self.tiers.entry((ladder.number, ladder.rank(held))).or_insert((held, 0));
            entry.1 += 1;
        }
    }

    fn json(&self, within_days: u32, show: &Show<'_>) -> Value {
        let currencies: Vec<Value> = self
            .balances
            .iter()
            .map(|(number, sums)| {
                let (members, points) = self.expiring.get(number).copied().unwrap_or_default();
                let mut object =
                    json!({ "currency": show.currency_id(*number), "scale": show.scale(*number) });
                for (name, sum) in names().into_iter().zip(sums) {
                    object[name] = json!(clamp(*sum));
                }
                object["expiring"] =
                    json!({ "within_days": within_days, "members": members, "points": clamp(points) });
                object
            })
            .collect();
        let tiers: Vec<Value> = self
            .tiers
            .iter()
            .map(|((ladder, _), (tier, members))| {
                json!({
                    "ladder": show.ladder_id(*ladder),
                    "tier": show.tier_id(*ladder, *tier),
                    "members": members,
                })
            })
            .collect();
        json!({
            "at": self.at.to_string(),
            "members": self.members,
            "closed": self.closed,
            "merged": self.merged,
            "currencies": currencies,
            "tiers": tiers,
        })
    }

    fn tables(&self, within_days: u32, show: &Show<'_>, output: &Output) {
        let mut members = count(self.members, "member");
        for (figure, what) in [(self.closed, "closed among them"), (self.merged, "merged into others")] {
            if figure > 0 {
                members.push_str(&format!(", {figure} {what}"));
            }
        }
        output.line(format!("{members}, settled to {}", show.local(self.at)));
        output.line("");
        for (number, sums) in &self.balances {
            let scale = show.scale(*number);
            let (members, points) = self.expiring.get(number).copied().unwrap_or_default();
            let mut rows: Vec<Vec<String>> = names()
                .into_iter()
                .zip(sums)
                .filter(|(_, sum)| **sum != 0)
                .map(|(name, sum)| vec![name.to_owned(), scaled(*sum, scale)])
                .collect();
            rows.push(vec![
                format!("gone within {within_days} days, of {members} members"),
                scaled(points, scale),
            ]);
            output.table(&[(show.currency_id(*number), Side::Left), ("", Side::Right)], rows);
        }
        if self.tiers.is_empty() {
            return;
        }
        output.line("");
        let row = |((ladder, _), (tier, members)): (&(LadderNumber, usize), &(TierNumber, u64))| {
            vec![
                show.ladder_id(*ladder).to_owned(),
                show.tier_id(*ladder, *tier).to_owned(),
                members.to_string(),
            ]
        };
        let headings = [("ladder", Side::Left), ("tier", Side::Left), ("members", Side::Right)];
        output.table(&headings, self.tiers.iter().map(row).collect());
    }
}

/// The names of a balance's figures.
fn names() -> [&'static str; FIGURES] {
    named(Balance::default()).map(|(name, _, _)| name)
}

/// A sum over members as JSON can hold it.
fn clamp(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

fn scaled(sum: i128, scale: u8) -> String {
    Scaled { units: clamp(sum), scale }.to_string()
}
