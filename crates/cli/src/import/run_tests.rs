//! Whole imports against a ledger that only remembers keys.

use std::collections::HashMap;
use std::convert::Infallible;

use super::*;

/// Takes every command once; another body under a key is refused as a ledger would.
#[derive(Default)]
struct Keys {
    seen: HashMap<String, Command>,
    submitted: Vec<Command>,
}

impl Keys {
    fn take(&mut self, commands: Vec<Command>) -> Result<Vec<Result<Taken, Refusal>>, Infallible> {
        self.submitted.extend(commands.iter().cloned());
        let outcomes = commands.into_iter().map(|command| {
            let key = command.key.clone().unwrap();
            match self.seen.get(&key) {
                Some(before) if *before == command => Ok(Taken::AlreadyIn),
                Some(_) => Err(Refusal::IdempotencyConflict { key }),
                None => {
                    self.seen.insert(key, command);
                    Ok(Taken::New)
                }
            }
        });
        Ok(outcomes.collect())
    }
}

struct Shop {
    folder: tempfile::TempDir,
    keys: Keys,
}

impl Shop {
    fn new() -> Shop {
        Shop { folder: tempfile::tempdir().unwrap(), keys: Keys::default() }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn import(&mut self, map: &str, inputs: &[PathBuf]) -> Report {
        self.import_up_to(map, inputs, None)
    }

    fn import_up_to(&mut self, map: &str, inputs: &[PathBuf], orders_max: Option<u64>) -> Report {
        let import = Import::prepare(Map::parse(map).unwrap(), inputs, orders_max).unwrap();
        let path = self.folder.path().join("rejects.csv");
        let report = import.run(&path, &mut |commands| self.keys.take(commands), &mut |_| {}).unwrap();
        assert!(report.adds_up(), "{report:?}");
        report
    }

    fn rejects(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("rejects.csv")).unwrap_or_default()
    }
}

const ORDERS: &str = r#"
    source = "shop"
    kind = "orders"
    group_gap_rows_max = 2
    [columns]
    member = "member"
    order = "order"
    amount = "amount"
    effective_at = "at"
    [money]
    currency = "EUR"
    [time]
    format = "%Y-%m-%d"
    zone = "UTC"
    [[skip]]
    reason = "test_order"
    when = { column = "member", equals = "test" }
"#;

#[test]
fn s42_an_import_goes_on_past_bad_rows_and_its_counts_add_up() {
    let mut shop = Shop::new();
    let input = shop.write(
        "orders.csv",
        "member,order,amount,at,note\n\
         ann,A,1.00,2026-01-02,\n\
         ann,A,2.00,2026-01-01,\n\
         test,T,9.99,2026-01-01,\n\
         bob,B,NaN,2026-01-01,\"two\nlines\"\n\
         bob,B,1.00,2026-01-01,\n\
         cyd,C,1.00,2026-02-30,\n\
         dan,D,1.00\n\
         eve,E,0.50,2026-01-03,\n",
    );
    let report = shop.import(ORDERS, &[input]);
    assert_eq!(
        (report.rows_read, report.rows_accepted, report.rows_skipped, report.rows_rejected),
        (8, 3, 1, 4)
    );
    assert_eq!((report.orders.new, report.members, report.order_amounts["EUR"].minor_units), (2, 2, 350));
    assert_eq!(
        shop.rejects(),
        "file,row,column,reason,detail,member,order,amount,at,note\n\
         orders.csv,4,amount,not_a_number,`NaN`; accepted is a decimal from 0 with up to 2 places,\
         bob,B,NaN,2026-01-01,\"two\nlines\"\n\
         orders.csv,5,,order_incomplete,another row of the same order is rejected,bob,B,1.00,2026-01-01,\n\
         orders.csv,6,at,not_a_time,`2026-02-30`; accepted is %Y-%m-%d in UTC,cyd,C,1.00,2026-02-30,\n\
         orders.csv,7,,wrong_field_count,\"3 fields, not 5\",dan,D,1.00\n"
    );
    let first = &shop.keys.submitted[0];
    assert_eq!(first.key.as_deref(), Some("shop/order/A"));
    assert_eq!(first.effective_at.to_string(), "2026-01-01T00:00:00Z", "the earliest of its rows");
}

#[test]
fn s42_a_second_run_changes_nothing_and_rejects_the_same() {
    let mut shop = Shop::new();
    let text = "member,order,amount,at\nann,A,1,2026-01-01\nbob,B,x,2026-01-01\n";
    let input = shop.write("a.csv", text);
    shop.import(ORDERS, &[input]);
    let rejects = shop.rejects();
    let renamed = shop.write("b.csv", text);
    let report = shop.import(ORDERS, &[renamed]);
    assert_eq!((report.rows_accepted, report.rows_already_in, report.rows_rejected), (0, 1, 1));
    assert_eq!((report.orders.new, report.orders.already_in), (0, 1));
    assert_eq!(shop.rejects(), rejects.replace("a.csv", "b.csv"));
}

#[test]
fn s42_a_corrected_reject_file_is_imported_with_the_same_map() {
    let mut shop = Shop::new();
    let input = shop.write("a.csv", "member,order,amount,at\nann,A,1,2026-01-01\nbob,B,x,2026-01-01\n");
    shop.import(ORDERS, &[input]);
    let corrected = shop.write("corrected.csv", &shop.rejects().replace(",x,", ",2,"));
    let report = shop.import(ORDERS, &[corrected]);
    assert_eq!((report.rows_accepted, report.rows_rejected), (1, 0));
    assert_eq!(shop.rejects(), "", "nothing was rejected, so no file is left");
}

#[test]
fn s42_another_order_under_a_known_name_is_refused_on_every_row() {
    let mut shop = Shop::new();
    let first = shop.write("a.csv", "member,order,amount,at\nann,A,1,2026-01-01\n");
    let other = shop.write("b.csv", "member,order,amount,at\nann,A,1,2026-01-01\nann,A,2,2026-01-01\n");
    shop.import(ORDERS, &[first]);
    let report = shop.import(ORDERS, &[other]);
    assert_eq!(report.rejected["refused_idempotency_conflict"], 2);
    assert_eq!(report.orders.refused["idempotency_conflict"], 1);
}

#[test]
fn rows_of_two_members_or_twice_the_same_line_reject_the_order() {
    let mut shop = Shop::new();
    let map = ORDERS.replace("[money]", "line = \"line\"\n[money]");
    let text = "member,order,line,amount,at\nann,A,,1,2026-01-01\nbob,A,,1,2026-01-01\n\
                ann,B,2,1,2026-01-01\nann,B,,1,2026-01-01\nann,C,1,1,2026-01-01\nann,C,x,1,2026-01-01\n";
    let input = shop.write("a.csv", text);
    let report = shop.import(&map, &[input]);
    assert_eq!(report.rejected["order_has_two_members"], 1);
    assert_eq!(report.rejected["line_twice"], 1);
    assert_eq!(report.rejected["order_incomplete"], 2);
    let Fact::OrderPlaced(order) = &shop.keys.submitted[0].facts[0] else { panic!() };
    let names: Vec<Option<&str>> = order.lines.iter().map(|line| line.id.as_deref()).collect();
    assert_eq!(names, [None, Some("x")], "a line named by its place needs no name");
}

#[test]
fn an_order_may_go_on_in_the_next_file() {
    let mut shop = Shop::new();
    let a = shop.write("a.csv", "member,order,amount,at\nann,A,1,2026-01-01\n");
    let b = shop.write("b.csv", "member,order,amount,at\nann,A,2,2026-01-01\nann,B,x,2026-01-01\n");
    let report = shop.import(ORDERS, &[a, b]);
    assert_eq!((report.orders.new, report.order_amounts["EUR"].minor_units), (1, 300));
    assert!(shop.rejects().contains("b.csv,2,amount,not_a_number"));
}

#[test]
fn a_limit_takes_whole_orders_only() {
    let mut shop = Shop::new();
    let input = shop.write(
        "a.csv",
        "member,order,amount,at\nann,A,1,2026-01-01\nann,B,1,2026-01-01\nann,A,1,2026-01-01\nann,C,1,2026-01-01\n\
         ann,D,1,2026-01-01\nann,D,1,2026-01-01\nann,D,1,2026-01-01\n",
    );
    let report = shop.import_up_to(ORDERS, &[input], Some(1));
    assert_eq!((report.orders.new, report.rows_accepted), (1, 2));
    assert_eq!(report.skipped["beyond_limit"], report.rows_read - 2);
}

const RETURNS: &str = r#"
    source = "shop"
    kind = "returns"
    [columns]
    member = "member"
    return_id = "return"
    order = "order"
    line = "item"
    amount = "refund"
    effective_at = "at"
    [money]
    currency = "EUR"
    [time]
    format = "rfc3339"
    [[join]]
    file = "orders.csv"
    on = "order"
    take = ["member"]
    required = true
"#;

#[test]
fn returns_find_their_member_in_a_joined_table() {
    let mut shop = Shop::new();
    shop.write("orders.csv", "order,member,more\nA,ann,x\nB,bob,y\n");
    let input = shop.write(
        "returns.csv",
        "return,order,item,refund,at\nR1,A,7,2.50,2026-01-01T00:00:00Z\nR2,Z,7,2.50,2026-01-01T00:00:00Z\n\
         R3,B,,1,2026-01-01T00:00:00Z\n",
    );
    let report = shop.import(RETURNS, &[input]);
    assert_eq!((report.returns.new, report.return_amounts["EUR"].minor_units), (1, 250));
    assert_eq!((report.rejected["not_in_join"], report.rejected["empty_field"]), (1, 1));
    let command = &shop.keys.submitted[0];
    assert_eq!((command.member.as_str(), command.key.as_deref()), ("ann", Some("shop/return/R1/A")));
}

#[test]
fn a_table_with_a_key_twice_or_without_a_column_stops_the_import() {
    let shop = Shop::new();
    let input = shop.write("returns.csv", "return,order,item,refund,at\n");
    let prepare = || {
        Import::prepare(Map::parse(RETURNS).unwrap(), std::slice::from_ref(&input), None)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(prepare().contains("orders.csv"));
    shop.write("orders.csv", "order,member\nA,ann\nA,bob\n");
    assert!(prepare().contains("row 2 has `A` in column `order` again"));
    shop.write("orders.csv", "order,name\nA,ann\n");
    assert!(prepare().contains("no column `member`"));
}

const MIXED: &str = r#"
    source = "shop"
    format = "json_lines"
    kind = "mixed"
    [columns]
    member = "member"
    order = "order"
    sku = "sku"
    quantity = "pieces"
    unit_price = "price"
    effective_at = "at"
    [money]
    currency = "EUR"
    [time]
    format = "rfc3339"
    [returns]
    when = { column = "order", starts_with = "C" }
    quantity_sign = "negative"
    match = "member_sku"
"#;

#[test]
fn a_matched_return_becomes_one_return_for_each_order_found() {
    let mut shop = Shop::new();
    let row = |order: &str, sku: &str, pieces: i64, day: u32| {
        let at = format!("2026-01-{day:02}T00:00:00Z");
        format!(
            "{{\"member\":7,\"order\":\"{order}\",\"sku\":\"{sku}\",\"pieces\":{pieces},\"price\":1.50,\"at\":\"{at}\"}}\n"
        )
    };
    let text = [
        row("1", "s", 2, 1),
        row("1", "t", 1, 1),
        row("2", "s", 2, 2),
        row("C1", "s", -3, 3),
        row("C1", "t", -1, 3),
        row("C2", "s", -2, 4),
        row("C3", "s", -1, 5),
    ];
    let input = shop.write("mixed.jsonl", &text.concat());
    let report = shop.import(MIXED, &[input]);
    let keys: Vec<&str> = shop.keys.submitted.iter().filter_map(|command| command.key.as_deref()).collect();
    assert_eq!(
        keys,
        ["shop/order/1", "shop/order/2", "shop/return/C1/2", "shop/return/C1/1", "shop/return/C2/1"]
    );
    assert_eq!((report.rows_accepted, report.rows_accepted_in_part, report.rows_rejected), (6, 1, 1));
    assert_eq!(report.reject_lines, 2);
    assert_eq!(report.return_amounts["EUR"].minor_units, 750);
    assert!(
        shop.rejects().contains("mixed.jsonl,6,pieces,return_nothing_left,quantity=1,\"{\"\"member\"\":7")
    );
}

#[test]
fn the_bundled_extract_comes_to_its_control_totals() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/complete-journey");
    let map = std::fs::read_to_string(data.join("import.toml")).unwrap();
    let mut shop = Shop::new();
    let report = shop.import(&map, &[data.join("transactions.csv.zst")]);
    assert_eq!((report.rows_read, report.rows_accepted, report.order_lines), (369_373, 369_373, 369_373));
    assert_eq!((report.orders.new, report.members), (39_758, 618));
    assert_eq!(report.order_amounts["USD"], Amount { minor_units: 112_859_700, exponent: 2 });
    let points = shop.keys.submitted.iter().map(|command| match &command.facts[0] {
        Fact::OrderPlaced(order) => order.lines.iter().map(|line| line.amount.0).sum::<i64>() / 100,
        _ => 0,
    });
    assert_eq!(points.sum::<i64>(), 1_109_220);
}
