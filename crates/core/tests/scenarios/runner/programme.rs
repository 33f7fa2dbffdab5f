//! The programme's shorthand: one line to a thing, turned into a programme file.
//!
//! - `programme 1 point per 10.00 CNY, floor`: money CNY, a currency `points`, a rule `base`;
//! - `points KEY = VALUE, …` and `base KEY = VALUE, …`: more keys of those two;
//! - `money EUR`, `currency ID { … }`, `rule ID { … }`, `ladder ID { … }`: more of each, as inline tables;
//! - `activity ID { … }`, `budget ID { … }`, `campaign ID { … }`, `reward ID { … }`, `benefit ID { … }`:
//!   the same; `referral { … }`;
//! - `file coffee-chain.toml`, alone: the programme of this name in `examples/programmes`;
//! - `zone America/New_York`, and `set KEY = VALUE` for the other keys of the file.

use std::collections::BTreeMap;
use std::path::Path;

/// The programme file for some lines of shorthand.
pub fn source(lines: &[String]) -> String {
    if let [only] = lines
        && let Some(name) = only.strip_prefix("file ")
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/programmes").join(name);
        return std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    let mut zone = "UTC";
    let mut top = Vec::new();
    let (mut money, mut currencies, mut rules) = (Vec::new(), Vec::new(), Vec::new());
    let mut others: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut points, mut base) = (None, None);
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "programme" => {
                let (rate, rounding) = rest.split_once(',').unwrap_or((rest, "floor"));
                let words: Vec<&str> = rate.split_whitespace().collect();
                let [rate, "point" | "points", "per", per, code] = words[..] else {
                    panic!("how to read `{line}`?")
                };
                money.push(format!(r#"{{ code = "{code}" }}"#));
                points = Some(r#"id = "points""#.to_owned());
                let rounding = rounding.trim();
                base = Some(format!(
                    r#"id = "base", kind = "base", points = "{rate}", per = "{per}", rounding = "{rounding}""#
                ));
            }
            "points" => points.as_mut().expect("`programme` comes first").push_str(&format!(", {rest}")),
            "base" => base.as_mut().expect("`programme` comes first").push_str(&format!(", {rest}")),
            "money" => money.push(format!(r#"{{ code = "{rest}" }}"#)),
            "currency" => currencies.push(table(rest)),
            "rule" => rules.push(table(rest)),
            "ladder" | "activity" | "budget" | "campaign" | "reward" | "benefit" => {
                others.entry(word).or_default().push(table(rest));
            }
            "referral" => top.push(format!("referral = {rest}")),
            "zone" => zone = rest,
            "set" => top.push(rest.to_owned()),
            _ => panic!("how to read `{line}`?"),
        }
    }
    currencies.splice(0..0, points.map(|p| format!("{{ {p} }}")));
    rules.splice(0..0, base.map(|b| format!("{{ {b} }}")));
    let mut file = format!("name = \"Scenario\"\nzone = \"{zone}\"\n{}\n", top.join("\n"));
    others.extend([("money", money), ("currency", currencies), ("rule", rules)]);
    for (key, tables) in others {
        if !tables.is_empty() {
            file.push_str(&format!("{key} = [\n  {},\n]\n", tables.join(",\n  ")));
        }
    }
    file
}

fn table(text: &str) -> String {
    let (id, rest) = text.split_once(' ').expect("an id and a table");
    let inner =
        rest.trim().strip_prefix('{').and_then(|r| r.strip_suffix('}')).expect("a table in braces").trim();
    let comma = if inner.is_empty() { "" } else { ", " };
    format!(r#"{{ id = "{id}"{comma}{inner} }}"#)
}
