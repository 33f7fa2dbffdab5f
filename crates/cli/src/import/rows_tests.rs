//! Rows as text in, fates as text out.

use super::*;

const HEADER: &str = "member,order,line,quantity,amount,off,tags,currency,at";
const MAP: &str = r#"
    source = "shop"
    kind = "orders"
    [columns]
    member = "member"
    order = "order"
    line = "line"
    quantity = "quantity"
    amount = "amount"
    discount = ["off"]
    tags = "tags"
    currency = "currency"
    effective_at = "at"
    [money]
    currency = "EUR"
    [time]
    format = "rfc3339"
    [[skip]]
    reason = "nobody"
    when = { column = "member", empty = true }
    [[tags]]
    tag = "big"
    when = { column = "amount", above = "99.99" }
"#;
const GOOD: &str = "ann,A1,1,2,10.00,0.50,,EUR,2026-01-31T10:00:00Z";

fn parser(map: &str, header: &str) -> RowParser {
    let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
    RowParser::bind(&Map::parse(map).unwrap(), &columns, Vec::new()).unwrap()
}

fn parse_with(map: &str, header: &str, row: &str) -> Parsed {
    let record: ByteRecord = row.split(',').map(str::as_bytes).collect();
    parser(map, header).parse(7, Ok(&record), &record)
}

/// The reason and column of a rejected row, `skipped`, or `taken`.
fn fate(map: &str, header: &str, row: &str) -> String {
    match parse_with(map, header, row).fate {
        Fate::Skipped(index) => format!("skipped {index}"),
        Fate::Rejected(reject) => format!("{} {}", reject.reason, reject.column).trim_end().to_owned(),
        Fate::Taken(_) => "taken".to_owned(),
    }
}

/// The fate of the good row with one field replaced.
fn with(column: &str, value: &str) -> String {
    let index = HEADER.split(',').position(|name| name == column).unwrap();
    let mut fields: Vec<&str> = GOOD.split(',').collect();
    fields[index] = value;
    fate(MAP, HEADER, &fields.join(","))
}

#[test]
fn a_good_row_is_taken_to_the_last_field() {
    let parsed = parse_with(MAP, HEADER, "007,A1,l,0,100.5,1,b|a||b,,2026-01-31T10:00:00+01:00");
    assert_eq!(parsed.group, Some(GroupId { return_id: None, order: "A1".to_owned() }));
    let Fate::Taken(entry) = parsed.fate else { panic!("{:?}", parsed.fate) };
    assert_eq!((entry.member.as_str(), entry.line.as_deref()), ("007", Some("l")));
    assert_eq!((entry.quantity, entry.amount, entry.discount), (Some(0), Some(10_050), 100));
    assert_eq!(entry.tags, ["a", "b", "big"]);
    assert_eq!(entry.effective_at.to_string(), "2026-01-31T09:00:00Z");
    assert_eq!(entry.currency.as_str(), "EUR");
}

#[test]
fn s42_what_is_no_number_is_rejected() {
    for value in ["NaN", "nan", "inf", "-inf", "1e400", "1;5", "+1", " 1", "ten"] {
        assert_eq!(with("amount", value), "not_a_number amount", "{value}");
        assert_eq!(with("quantity", value), "not_a_number quantity", "{value}");
        assert_eq!(with("off", value), "not_a_number off", "{value}");
    }
    assert_eq!(with("quantity", "1.5"), "not_a_whole_number quantity");
    assert_eq!(with("quantity", "2.0"), "not_a_whole_number quantity");
    assert_eq!(with("amount", "1.001"), "too_many_decimals amount");
    assert_eq!(with("amount", "1.100"), "taken");
    assert_eq!(with("amount", &"9".repeat(30)), "out_of_range amount");
    assert_eq!(with("quantity", "9223372036854775808"), "out_of_range quantity");
}

#[test]
fn s42_negative_figures_are_rejected() {
    assert_eq!(with("quantity", "-1"), "negative_quantity quantity");
    assert_eq!(with("amount", "-0.01"), "negative_amount amount");
    assert_eq!(with("off", "-1"), "negative_amount off");
    assert_eq!(with("amount", "-0.00"), "taken");
}

#[test]
fn s42_impossible_dates_are_rejected() {
    for value in ["2026-02-30T10:00:00Z", "2026-01-31", "yesterday", "2026-01-31T10:00:00"] {
        assert_eq!(with("at", value), "not_a_time at", "{value}");
    }
    assert_eq!(with("at", ""), "empty_field at");
}

#[test]
fn s42_names_must_be_there_and_short_enough() {
    assert_eq!(with("order", ""), "empty_field order");
    assert_eq!(with("member", &"m".repeat(129)), "id_too_long member");
    assert_eq!(with("line", &"l".repeat(129)), "id_too_long line");
    assert_eq!(with("order", &"o".repeat(118)), "id_too_long order", "the key has a prefix of 11 bytes");
    assert_eq!(with("order", &"o".repeat(117)), "taken");
    assert_eq!(with("line", ""), "taken");
    assert_eq!(with("currency", "eur"), "unknown_currency currency");
}

#[test]
fn s42_invalid_utf8_is_rejected_and_still_names_its_order() {
    let mut record: ByteRecord = GOOD.split(',').map(str::as_bytes).collect();
    record = record.iter().enumerate().map(|(i, f)| if i == 6 { b"caf\xe9".as_slice() } else { f }).collect();
    let parsed = parser(MAP, HEADER).parse(1, Ok(&record), &record);
    assert!(
        matches!(parsed.fate, Fate::Rejected(ref reject) if reject.reason == "invalid_utf8" && reject.column == "tags")
    );
    assert_eq!(parsed.group.unwrap().order, "A1");
}

#[test]
fn a_skipped_row_may_be_wrong_in_everything_else() {
    assert_eq!(fate(MAP, HEADER, ",,,x,x,x,x,x,x"), "skipped 0");
}

#[test]
fn the_first_wrong_column_in_the_order_of_the_map_is_named() {
    assert_eq!(fate(MAP, HEADER, "ann,A1,1,x,x,x,,x,x"), "not_a_number quantity");
    assert_eq!(fate(MAP, HEADER, "ann,A1,1,1,1,0,,x,x"), "unknown_currency currency");
}

#[test]
fn a_row_that_is_an_order_is_named_by_its_number() {
    let map = MAP.replace("order = \"order\"", "").replace("kind", "row_is_order = true\nkind");
    assert_eq!(parse_with(&map, HEADER, GOOD).group.unwrap().order, "shop-7");
}

const MIXED: &str = r#"
    source = "shop"
    kind = "mixed"
    [columns]
    member = "member"
    order = "order"
    sku = "sku"
    quantity = "quantity"
    unit_price = "price"
    effective_at = "at"
    [money]
    currency = "GBP"
    exponent = 3
    [time]
    format = "%Y-%m-%d"
    zone = "Europe/London"
    [returns]
    when = { column = "order", starts_with = "C" }
    quantity_sign = "negative"
    match = "member_sku"
"#;

#[test]
fn returned_pieces_are_below_zero_where_the_map_says_so() {
    let header = "member,order,sku,quantity,price,at";
    let row = |order: &str, quantity: &str| {
        fate(MIXED, header, &format!("ann,{order},s,{quantity},0.001,2026-01-31"))
    };
    assert_eq!(row("C1", "-2"), "taken");
    assert_eq!(row("C1", "2"), "positive_quantity quantity");
    assert_eq!(row("C1", "0"), "zero_quantity quantity");
    assert_eq!(row("1", "-2"), "negative_quantity quantity");
    assert_eq!(row("1", "0"), "taken");
    assert_eq!(row("1", "9223372036854775807"), "taken");
    let overflow = fate(MIXED, header, "ann,1,s,9223372036854775807,0.002,2026-01-31");
    assert_eq!(overflow, "out_of_range price");
}

#[test]
fn a_mixed_return_is_named_by_its_order_column_unless_mapped() {
    let group = parse_with(MIXED, "member,order,sku,quantity,price,at", "ann,C1,s,-2,1,2026-01-31").group;
    assert_eq!(group, Some(GroupId { return_id: Some("C1".to_owned()), order: "C1".to_owned() }));
    assert_eq!(key_of("shop", &group.unwrap()), "shop/return/C1/C1");
}

#[test]
fn a_column_that_no_file_has_is_an_error_that_lists_those_it_has() {
    let columns = vec!["member".to_owned(), "order".to_owned()];
    let error = RowParser::bind(&Map::parse(MAP).unwrap(), &columns, Vec::new()).err().unwrap().to_string();
    assert_eq!(error, "the input has no column `line`; its columns are member, order");
}
