//! Scores of small populations worked out by pandas or by hand, and what must hold of any population.
//!
//! The figures under "pandas" were computed with pandas 3.1.1 over the table in [`TWELVE`], sorted by id:
//! `qcut(x.rank(method='first'), 5, labels=...)` for scores with ties split and
//! `qcut(x, 5, labels=False, duplicates='drop')` for bins with ties shared.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use proptest::prelude::*;
use tallybook_insight::purchases::{Day, MinorUnits, Purchases};
use tallybook_insight::rfm::{self, Measure, MemberRfm, RfmError, RfmOptions, Scoring, Ties};

const AS_OF: Day = Day(1_000);

/// Id, days since the last order, orders, money. Ids have one and two digits, so that text order is not theirs.
const TWELVE: [(&str, i32, u32, i64); 12] = [
    ("1", 5, 1, -500),
    ("2", 5, 1, 0),
    ("3", 5, 1, 1_999),
    ("4", 40, 1, 1_999),
    ("5", 40, 1, 2_500),
    ("6", 90, 1, 2_500),
    ("7", 90, 1, 2_500),
    ("8", 90, 2, 8_000),
    ("9", 90, 2, 12_050),
    ("10", 200, 3, 30_000),
    ("11", 365, 9, 99_999),
    ("12", 7, 4, 1_999),
];

fn purchases(member: &str, recency_days: i32, orders: u32, money: i64) -> Purchases<'_> {
    let last_day = Day(AS_OF.0 - recency_days);
    Purchases {
        member,
        first_day: last_day,
        last_day,
        orders,
        purchase_days: 1,
        monetary_minor: MinorUnits(money),
    }
}

fn twelve() -> Vec<Purchases<'static>> {
    TWELVE.into_iter().map(|(member, days, orders, money)| purchases(member, days, orders, money)).collect()
}

fn options(scoring: Scoring) -> RfmOptions {
    RfmOptions { as_of: AS_OF, scoring }
}

fn quintiles(purchases: &[Purchases<'_>], ties: Ties) -> Vec<[u8; 3]> {
    let scored = rfm::score(purchases, &options(Scoring::Quintiles { ties })).unwrap();
    scored.iter().map(scores).collect()
}

fn scores(member: &MemberRfm<'_>) -> [u8; 3] {
    [member.scores.recency.get(), member.scores.frequency.get(), member.scores.monetary.get()]
}

/// One measure's column: 0 for recency, 1 for frequency, 2 for monetary.
fn column(rows: &[[u8; 3]], measure: usize) -> Vec<u8> {
    rows.iter().map(|row| row[measure]).collect()
}

#[test]
fn split_ties_give_the_scores_of_pandas() {
    let scored = quintiles(&twelve(), Ties::ByMember);
    assert_eq!(column(&scored, 0), [5, 5, 5, 4, 3, 3, 2, 2, 1, 1, 1, 4]);
    assert_eq!(column(&scored, 1), [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]);
    assert_eq!(column(&scored, 2), [1, 1, 1, 2, 3, 3, 4, 4, 5, 5, 5, 2]);
}

#[test]
fn shared_ties_give_the_bins_of_pandas() {
    let scored = rfm::score(&twelve(), &options(Scoring::Quintiles { ties: Ties::Shared })).unwrap();
    let bins: Vec<_> = scored
        .iter()
        .map(|member| member.bins.unwrap())
        .map(|bins| [bins.recency, bins.frequency, bins.monetary])
        .collect();
    assert_eq!(column(&bins, 0), [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 1]);
    assert_eq!(column(&bins, 1), [0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2]);
    assert_eq!(column(&bins, 2), [0, 0, 0, 0, 2, 2, 2, 3, 4, 4, 4, 0]);
}

#[test]
fn merged_bins_keep_the_scale_and_leave_scores_out() {
    let scored = quintiles(&twelve(), Ties::Shared);
    // 90 days is the edge at 60 % and at 80 %, so nobody scores 2.
    assert_eq!(column(&scored, 0), [5, 5, 5, 4, 4, 3, 3, 3, 3, 1, 1, 4]);
    // One order is the edge at 20 % and at 40 %, and bounds nothing: nobody scores 2 or 3.
    assert_eq!(column(&scored, 1), [1, 1, 1, 1, 1, 1, 1, 4, 4, 5, 5, 5]);
}

#[test]
fn a_limit_belongs_to_the_bin_above_it() {
    let scoring = Scoring::Thresholds {
        recency_days: [30, 90, 180, 365],
        frequency: [2, 3, 3, 9],
        monetary_minor: [0, 2_000, 8_000, 99_999],
    };
    let scored = rfm::score(&twelve(), &options(scoring)).unwrap();
    let scored: Vec<_> = scored.iter().map(scores).collect();
    assert_eq!(column(&scored, 0), [5, 5, 5, 4, 4, 3, 3, 3, 3, 2, 1, 5]);
    assert_eq!(column(&scored, 1), [1, 1, 1, 1, 1, 1, 1, 2, 2, 4, 5, 4]);
    assert_eq!(column(&scored, 2), [1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 2]);
}

#[test]
fn one_member_alone_is_the_latest_and_the_lowest() {
    let alone = [purchases("only", 3, 4, 500)];
    assert_eq!(quintiles(&alone, Ties::ByMember), [[5, 1, 1]]);
    assert_eq!(quintiles(&alone, Ties::Shared), [[5, 1, 1]]);
    assert_eq!(quintiles(&[], Ties::ByMember), [[0; 3]; 0]);
    assert_eq!(quintiles(&[], Ties::Shared), [[0; 3]; 0]);
}

#[test]
fn limits_that_fall_are_refused_by_measure() {
    let limits = [3, 2, 5, 9];
    let scoring =
        Scoring::Thresholds { recency_days: [1, 1, 1, 1], frequency: limits, monetary_minor: [0, 1, 2, 3] };
    let error = rfm::score(&[], &options(scoring)).unwrap_err();
    assert_eq!(error, RfmError::ThresholdsNotRising { measure: Measure::Frequency, limits });
}

#[test]
fn summaries_that_cannot_be_scored_are_refused_by_member() {
    let refusal = |summaries: &[Purchases<'_>]| {
        rfm::score(summaries, &options(Scoring::Quintiles { ties: Ties::Shared })).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(&[purchases("a", -1, 1, 1)]),
        "last order of member a is on day 1001, after the as-of day 1000"
    );
    assert_eq!(
        refusal(&[purchases("a", 1, 0, 1)]),
        "member a has no orders to score: leave such members out"
    );
    let twice = [purchases("a", 1, 1, 1), purchases("b", 1, 1, 1), purchases("a", 2, 2, 2)];
    assert_eq!(refusal(&twice), "member a has more than one summary");
}

#[test]
fn a_scored_member_serialises_with_plain_numbers() {
    let scored =
        rfm::score(&[purchases("a", 3, 4, 500)], &options(Scoring::Quintiles { ties: Ties::ByMember }));
    assert_eq!(
        serde_json::to_string(&scored.unwrap()).unwrap(),
        r#"[{"member":"a","recency_days":3,"frequency":4,"monetary_minor":500,"#.to_owned()
            + r#""scores":{"recency":5,"frequency":1,"monetary":1},"bins":null}]"#
    );
}

/// Recency, orders and money of members with ids `0`, `1`, `2`, ...; few values, so that ties are common.
fn population() -> impl Strategy<Value = Vec<(i32, u32, i64)>> {
    prop::collection::vec((0..12, 1_u32..6, -5_i64..9), 1..80)
}

fn ids_for(population: &[(i32, u32, i64)]) -> Vec<String> {
    (0..population.len()).map(|number| number.to_string()).collect()
}

fn summaries<'a>(ids: &'a [String], population: &[(i32, u32, i64)]) -> Vec<Purchases<'a>> {
    ids.iter()
        .zip(population)
        .map(|(id, &(days, orders, money))| purchases(id, days, orders, money))
        .collect()
}

/// The quintile, from 0, of each figure: how many edges are passed by the number of those that come before it.
fn naive_quintiles(figures: impl Iterator<Item = i64>) -> Vec<u8> {
    let keys: Vec<(i64, usize)> = figures.zip(0..).collect();
    let last = keys.len() - 1;
    keys.iter()
        .map(|key| {
            let rank = keys.iter().filter(|other| *other < key).count();
            (1..5).filter(|k| 5 * rank > last * k).fold(0, |count, _| count + 1)
        })
        .collect()
}

proptest! {
    #[test]
    fn a_better_figure_never_scores_worse(population in population(), shared in any::<bool>()) {
        let ids = ids_for(&population);
        let ties = if shared { Ties::Shared } else { Ties::ByMember };
        let scored = quintiles(&summaries(&ids, &population), ties);
        for (left, left_scores) in population.iter().zip(&scored) {
            for (right, right_scores) in population.iter().zip(&scored) {
                prop_assert!(left.0 >= right.0 || left_scores[0] >= right_scores[0]);
                prop_assert!(left.1 <= right.1 || left_scores[1] >= right_scores[1]);
                prop_assert!(left.2 <= right.2 || left_scores[2] >= right_scores[2]);
                if shared && left == right {
                    prop_assert_eq!(left_scores, right_scores);
                }
            }
        }
    }

    #[test]
    fn split_ties_fill_the_scores_evenly(population in population()) {
        let ids = ids_for(&population);
        let scored = quintiles(&summaries(&ids, &population), Ties::ByMember);
        for measure in 0..3 {
            let sizes = [1, 2, 3, 4, 5]
                .map(|score| scored.iter().filter(|row| row[measure] == score).count());
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "sizes {sizes:?}");
        }
    }

    /// The naive model counts who comes before, member by member, and walks the edges.
    #[test]
    fn split_ties_score_as_counting_who_comes_before(population in population()) {
        let ids = ids_for(&population);
        let scored = quintiles(&summaries(&ids, &population), Ties::ByMember);
        let recency = naive_quintiles(population.iter().map(|figures| i64::from(figures.0)));
        let frequency = naive_quintiles(population.iter().map(|figures| i64::from(figures.1)));
        let monetary = naive_quintiles(population.iter().map(|figures| figures.2));
        for (place, scores) in scored.iter().enumerate() {
            prop_assert_eq!(*scores, [5 - recency[place], 1 + frequency[place], 1 + monetary[place]]);
        }
    }

    #[test]
    fn the_order_of_the_input_changes_no_score(population in population(), shared in any::<bool>()) {
        let ids = ids_for(&population);
        let ties = if shared { Ties::Shared } else { Ties::ByMember };
        let mut summaries = summaries(&ids, &population);
        let forwards = quintiles(&summaries, ties);
        summaries.reverse();
        let mut backwards = quintiles(&summaries, ties);
        backwards.reverse();
        prop_assert_eq!(forwards, backwards);
    }
}
