//! Scores of real order histories against results that pandas and the R package `rfm` gave for them.
//!
//! The data may not be distributed with the code, so these tests read the folder that the environment variable
//! `TALLYBOOK_REAL_DATA` names, and without it pass with a printed line that says so. In the folder are order
//! histories as zstd-compressed CSV, and in its `expected/` the results, one line a customer.
//!
//! pandas: `qcut(x.rank(method='first'), 5)` over customers sorted by id, and `qcut(x, 5, duplicates='drop')`.
//! R: cut points are type-7 quantiles plus one, a cut point belonging to the bin above.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may panic and print as tests do"
)]

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use tallybook_insight::purchases::{Day, MemberIndex, MinorUnits, PurchaseLog, Purchases};
use tallybook_insight::rfm::{self, MemberRfm, RfmOptions, Scoring, Ties};

/// The folder with the data, if the machine has it.
fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TALLYBOOK_REAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: TALLYBOOK_REAL_DATA does not name a folder of real order histories");
    }
    folder
}

/// Rows of a CSV file, each a map from column to text. Reads `name`, or `name` with `.zst` decompressed.
struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(folder: &Path, name: &str) -> Table {
        let plain = folder.join(name);
        let mut text = Vec::new();
        if plain.exists() {
            text = fs::read(plain).unwrap();
        } else {
            let file = File::open(folder.join(format!("{name}.zst"))).unwrap();
            ruzstd::decoding::StreamingDecoder::new(file).unwrap().read_to_end(&mut text).unwrap();
        }
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let columns = reader.headers().unwrap().iter().map(str::to_owned).zip(0..).collect();
        Table { columns, rows: reader.records().map(Result::unwrap).collect() }
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { columns: &self.columns, record })
    }
}

struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    fn text(&self, column: &str) -> &'a str {
        &self.record[self.columns[column]]
    }

    fn number(&self, column: &str) -> i64 {
        self.text(column).parse().unwrap()
    }

    fn day(&self, column: &str) -> Day {
        day(self.text(column))
    }
}

/// The day of `YYYY-MM-DD`, with anything after it ignored.
fn day(text: &str) -> Day {
    let (year, month): (i32, i32) = (text[..4].parse().unwrap(), text[5..7].parse().unwrap());
    let day_of_month: i32 = text[8..10].parse().unwrap();
    // Years from March, so that the leap day comes last. Day 719,468 of this count is 1970-01-01.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_year = 365 * year + year / 4 - year / 100 + year / 400;
    Day(days_before_year + (153 * month + 2) / 5 + day_of_month - 1 - 719_468)
}

/// A decimal as an integer of `10^-scale`, rounded up if it has more places.
fn scaled(text: &str, scale: usize) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let kept = &fraction[..fraction.len().min(scale)];
    let rest = &fraction[kept.len()..];
    let value: i64 = format!("{whole}{kept:0<scale$}").parse().unwrap();
    value + i64::from(rest.bytes().any(|digit| digit != b'0'))
}

/// One order or part of one. Parts with one customer and order id make one order, on the earliest day of its parts.
struct Part<'a> {
    customer: &'a str,
    order: String,
    day: Day,
    amount: i64,
}

/// The orders of a history, by customer and order id.
struct History<'a> {
    ids: Vec<&'a str>,
    log: PurchaseLog,
}

impl<'a> History<'a> {
    fn of(parts: impl Iterator<Item = Part<'a>>, as_of: Day) -> History<'a> {
        let mut orders: BTreeMap<(&str, String), (Day, i64)> = BTreeMap::new();
        for part in parts {
            let order = orders.entry((part.customer, part.order)).or_insert((part.day, 0));
            order.0 = order.0.min(part.day);
            order.1 += part.amount;
        }
        let mut history = History { ids: Vec::new(), log: PurchaseLog::new(as_of) };
        for ((customer, _), (day, amount)) in orders {
            if history.ids.last() != Some(&customer) {
                history.ids.push(customer);
            }
            let member = MemberIndex(u32::try_from(history.ids.len() - 1).unwrap());
            history.log.place_order(member, day, MinorUnits(amount)).unwrap();
        }
        history
    }

    /// The place of a customer who has an order.
    fn member(&self, customer: &str) -> Option<MemberIndex> {
        let place = self.ids.binary_search(&customer).ok()?;
        Some(MemberIndex(u32::try_from(place).unwrap()))
    }
}

/// One row as one order, numbered so that equal rows stay several orders.
fn row_orders<'a>(table: &'a Table, columns: [&'a str; 3], scale: usize) -> impl Iterator<Item = Part<'a>> {
    let [customer, day, amount] = columns;
    table.rows().enumerate().map(move |(number, row)| Part {
        customer: row.text(customer),
        order: number.to_string(),
        day: row.day(day),
        amount: scaled(row.text(amount), scale),
    })
}

fn quintiles(purchases: &[Purchases<'_>], as_of: Day, ties: Ties) -> HashMap<String, [i64; 6]> {
    let scored = rfm::score(purchases, &RfmOptions { as_of, scoring: Scoring::Quintiles { ties } }).unwrap();
    scored.iter().map(|member| (member.member.to_owned(), scores_and_bins(member))).collect()
}

/// The three scores and, where there are any, the three bins.
fn scores_and_bins(member: &MemberRfm<'_>) -> [i64; 6] {
    let [recency, frequency, monetary] = scores(member);
    let bins =
        member.bins.map_or([-1; 3], |bins| [bins.recency, bins.frequency, bins.monetary].map(i64::from));
    [recency, frequency, monetary, bins[0], bins[1], bins[2]]
}

fn scores(member: &MemberRfm<'_>) -> [i64; 3] {
    let scores = member.scores;
    [scores.recency, scores.frequency, scores.monetary].map(|score| i64::from(score.get()))
}

/// Every customer's summary, scores and bins equal those of pandas.
fn assert_as_pandas(folder: &Path, expected: &str, history: History<'_>, as_of: Day, scale: usize) {
    let purchases = history.log.summarise(&history.ids).unwrap();
    let by_member = quintiles(&purchases, as_of, Ties::ByMember);
    let shared = quintiles(&purchases, as_of, Ties::Shared);
    let by_id: HashMap<&str, &Purchases<'_>> =
        purchases.iter().map(|summary| (summary.member, summary)).collect();

    let table = Table::read(&folder.join("expected"), expected);
    assert_eq!(table.rows.len(), purchases.len(), "customers in {expected}");
    for row in table.rows() {
        let id = row.text("customer_id");
        let summary = by_id[id];
        let figures = [
            i64::from(summary.first_day.0),
            i64::from(summary.last_day.0),
            i64::from(summary.orders),
            i64::from(summary.purchase_days),
            summary.monetary_minor.0,
            as_of.days_since(summary.last_day),
        ];
        let expected_figures = [
            i64::from(row.day("first_order_date").0),
            i64::from(row.day("last_order_date").0),
            row.number("orders"),
            row.number("purchase_days"),
            scaled(row.text("monetary"), scale),
            row.number("recency_days"),
        ];
        assert_eq!(figures, expected_figures, "figures of {id} in {expected}");
        let first = ["R_qcut_first", "F_qcut_first", "M_qcut_first"].map(|column| row.number(column));
        assert_eq!(by_member[id][..3], first, "scores of {id} in {expected}");
        let bins = ["R_qcut_raw_bin", "F_qcut_raw_bin", "M_qcut_raw_bin"].map(|column| row.number(column));
        assert_eq!(shared[id][3..], bins, "bins of {id} in {expected}");
    }
}

#[test]
fn cdnow_scores_are_those_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("1998-07-01");
    let table = Table::read(&folder, "cdnow_master.csv");
    let history = History::of(row_orders(&table, ["customer_id", "date", "dollar_value"], 2), as_of);
    assert_as_pandas(&folder, "cdnow_master_rfm_pandas.csv", history, as_of, 2);
}

#[test]
fn apparel_scores_are_those_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("2010-12-21");
    let table = Table::read(&folder, "clvtools_apparel_transactions.csv");
    let history = History::of(row_orders(&table, ["Id", "Date", "Price"], 2), as_of);
    assert_as_pandas(&folder, "clvtools_apparel_rfm_pandas.csv", history, as_of, 2);
}

#[test]
fn toy_shop_gross_scores_are_those_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("2015-03-20");
    let table = Table::read(&folder, "maven_fuzzy_factory_orders.csv");
    let history = History::of(row_orders(&table, ["user_id", "created_at", "price_usd"], 2), as_of);
    assert_as_pandas(&folder, "maven_fuzzy_factory_gross_rfm_pandas.csv", history, as_of, 2);
}

#[test]
fn scores_of_customers_known_by_name_are_those_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("2006-12-31");
    let table = Table::read(&folder, "rfmpkg_orders.csv");
    let history = History::of(row_orders(&table, ["customer_id", "order_date", "revenue"], 0), as_of);
    assert_as_pandas(&folder, "rfmpkg_orders_rfm_pandas.csv", history, as_of, 0);
}

/// The New York day of a UTC stamp `2017-03-12T07:00:00Z`, from late 2016 to early 2018.
fn new_york_day(stamp: &str) -> Day {
    let summer = ("2017-03-12T07:00:00Z".."2017-11-05T06:00:00Z").contains(&stamp);
    let hour: i32 = stamp[11..13].parse().unwrap();
    let behind_utc_hours = if summer { 4 } else { 5 };
    Day(day(stamp).0 - i32::from(hour < behind_utc_hours))
}

#[test]
fn grocery_scores_are_those_of_pandas_on_local_and_on_utc_days() {
    let Some(folder) = data_folder() else { return };
    let halves = ["2017H1", "2017H2"]
        .map(|half| Table::read(&folder, &format!("completejourney_transactions_{half}.csv")));
    let history = |as_of: Day, day_of: fn(&str) -> Day| {
        let rows = halves.iter().flat_map(Table::rows);
        let parts = rows.map(|row| Part {
            customer: row.text("household_id"),
            order: row.text("basket_id").to_owned(),
            day: day_of(row.text("transaction_timestamp")),
            amount: scaled(row.text("sales_value"), 2),
        });
        History::of(parts, as_of)
    };
    let as_of = day("2018-01-01");
    let local = history(as_of, new_york_day);
    assert_as_pandas(&folder, "completejourney_local_time_rfm_pandas.csv", local, as_of, 2);
    let as_of = day("2018-01-02");
    let utc = history(as_of, day);
    assert_as_pandas(&folder, "completejourney_utc_rfm_pandas.csv", utc, as_of, 2);
}

/// The lines that count as sales: a known customer, not cancelled, of positive quantity and price.
fn uci_sales(table: &Table) -> impl Iterator<Item = Part<'_>> {
    table
        .rows()
        .filter(|row| !row.text("CustomerID").is_empty() && !row.text("InvoiceNo").starts_with('C'))
        .map(|row| Part {
            customer: row.text("CustomerID"),
            order: row.text("InvoiceNo").to_owned(),
            day: row.day("InvoiceDate"),
            amount: uci_amount(&row),
        })
        .filter(|part| part.amount > 0)
}

/// Thousandths of a pound.
fn uci_amount(row: &Row<'_>) -> i64 {
    row.number("Quantity") * scaled(row.text("UnitPrice"), 3)
}

#[test]
fn online_shop_gross_scores_are_those_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("2011-12-10");
    let table = Table::read(&folder, "uci_online_retail_2010_2011.csv");
    let history = History::of(uci_sales(&table), as_of);
    assert_as_pandas(&folder, "uci_2010_2011_gross_rfm_pandas.csv", history, as_of, 3);
}

#[test]
fn online_shop_money_net_of_returns_is_that_of_pandas() {
    let Some(folder) = data_folder() else { return };
    let table = Table::read(&folder, "uci_online_retail_2010_2011.csv");
    let mut history = History::of(uci_sales(&table), day("2011-12-10"));
    for row in table.rows() {
        let Some(member) = history.member(row.text("CustomerID")) else { continue };
        let amount = uci_amount(&row);
        if amount < 0 {
            history.log.return_goods(member, row.day("InvoiceDate"), MinorUnits(-amount)).unwrap();
        }
    }
    let purchases = history.log.summarise(&history.ids).unwrap();
    let net: HashMap<&str, i64> =
        purchases.iter().map(|summary| (summary.member, summary.monetary_minor.0)).collect();
    let expected = Table::read(&folder.join("expected"), "uci_2010_2011_gross_vs_net_per_customer.csv");
    let mut compared = 0;
    for row in expected.rows() {
        let id = row.text("customer_id");
        if let Some(&net) = net.get(id) {
            assert_eq!(net, scaled(row.text("net_amount"), 3), "net amount of {id}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4_338);
}

/// The scores with these limits are those that R gave.
///
/// R reckons money and its limits in binary fractions, so a sum that is exactly on a limit can land below it there.
/// Only such customers may differ, in money alone, and at most `on_limit_max` of them.
fn assert_as_r(
    folder: &Path,
    expected: &str,
    history: History<'_>,
    options: &RfmOptions,
    on_limit_max: usize,
) {
    let Scoring::Thresholds { monetary_minor, .. } = options.scoring else { panic!("R scores by limits") };
    let purchases = history.log.summarise(&history.ids).unwrap();
    let scored = rfm::score(&purchases, options).unwrap();
    let by_id: HashMap<&str, &MemberRfm<'_>> = scored.iter().map(|member| (member.member, member)).collect();
    let table = Table::read(&folder.join("expected"), expected);
    assert_eq!(table.rows.len(), scored.len());
    let mut on_limit = 0;
    for row in table.rows() {
        let id = row.text("customer_id");
        let member = by_id[id];
        let ours = scores(member);
        let theirs = ["recency_score", "frequency_score", "monetary_score"].map(|column| row.number(column));
        if ours != theirs && monetary_minor.contains(&member.monetary_minor.0) {
            on_limit += 1;
            assert_eq!(ours[..2], theirs[..2], "scores of {id} in {expected}");
        } else {
            assert_eq!(ours, theirs, "scores of {id} in {expected}");
        }
    }
    assert!(on_limit <= on_limit_max, "{on_limit} customers differ on a limit of money");
}

#[test]
fn scores_by_custom_limits_are_those_of_r() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("2006-12-31");
    let table = Table::read(&folder, "rfmpkg_orders.csv");
    let history = History::of(row_orders(&table, ["customer_id", "order_date", "revenue"], 0), as_of);
    let scoring = Scoring::Thresholds {
        recency_days: [115, 181, 297, 482],
        frequency: [4, 5, 6, 8],
        monetary_minor: [256, 382, 506, 666],
    };
    let options = RfmOptions { as_of, scoring };
    assert_as_r(&folder, "rfmpkg_orders_rfmR_scores_custom_thresholds.csv", history, &options, 0);
}

#[test]
fn cdnow_scores_by_the_limits_of_r_are_those_of_r() {
    let Some(folder) = data_folder() else { return };
    let as_of = day("1998-07-01");
    let limits = Table::read(&folder.join("expected"), "cdnow_master_rfmR_thresholds.csv");
    let column = |name: &str, scale| {
        let upper: Vec<i64> = limits.rows().take(4).map(|row| scaled(row.text(name), scale)).collect();
        <[i64; 4]>::try_from(upper).unwrap()
    };
    let scoring = Scoring::Thresholds {
        recency_days: column("recency_upper", 0),
        frequency: column("frequency_upper", 0),
        monetary_minor: column("monetary_upper", 2),
    };
    let table = Table::read(&folder, "cdnow_master.csv");
    let history = History::of(row_orders(&table, ["customer_id", "date", "dollar_value"], 2), as_of);
    let options = RfmOptions { as_of, scoring };
    assert_as_r(&folder, "cdnow_master_rfmR_scores.csv", history, &options, 1);
}
