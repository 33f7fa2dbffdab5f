//! RFM: recency, frequency and monetary value of each member, scored from 1 (worst) to 5 (best).
//!
//! Recency is the whole days from the last order to the as-of day (fewer is better), frequency the orders placed,
//! monetary what they came to less returns. Three ways of scoring, see [`Scoring`] and [`Ties`]; results differ
//! between them, so say which one a figure rests on.
//!
//! Invariants: within one measure a better figure never gets a worse score; the order of the input changes no
//! member's scores; all comparisons are exact.
//!
//! **Member order** decides between equal figures where equal figures must be split. It is by number when every id
//! is made of ASCII digits, bytewise otherwise. The earlier member counts as the lower value: among equals it gets
//! the worse frequency and monetary score and the better recency score.
//!
//! It does not name segments (see [`grid`](crate::grid)), and it scores only members who have bought something.

use serde::Serialize;
use thiserror::Error;

use crate::member_order::member_order;
use crate::purchases::{Day, MinorUnits, Purchases};
use crate::quintile::{SharedBin, SharedEdges, quintile_of_rank};

/// How to score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RfmOptions {
    /// The day that recency is counted to. The summaries should be as of this day too.
    pub as_of: Day,
    /// Where one score ends and the next begins.
    pub scoring: Scoring,
}

/// Where one score ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// By fifths of the members at hand, so that scores say where a member stands among the others.
    Quintiles {
        /// What becomes of members with equal figures.
        ties: Ties,
    },
    /// By fixed limits, so that scores mean the same next month. Each limit is the first figure of the next bin, and
    /// limits rise (equal ones make an empty bin): monetary limits of 100, 200, 300 and 400 score 99 as 1, 100 as 2
    /// and 400 as 5; recency limits of 30, 90, 180 and 365 days score 29 days as 5, 30 days as 4 and 365 days as 1.
    Thresholds {
        /// Limits in days since the last order.
        recency_days: [i64; 4],
        /// Limits in orders.
        frequency: [i64; 4],
        /// Limits in minor units, net of returns.
        monetary_minor: [i64; 4],
    },
}

/// What becomes of members with equal figures when scores go by fifths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// Member order decides, so the five scores go to equally many members, give or take one; equal members can get
    /// different scores. In pandas: sort by id, then `qcut(x.rank(method='first'), 5)`.
    ByMember,
    /// Equal figures share a score. Edges are the type-7 (linearly interpolated) quantiles of the figures; equal
    /// edges merge, and bins are open below and closed above. In pandas: `qcut(x, 5, duplicates='drop')`.
    ///
    /// Merged bins keep the scale from 1 to 5 and leave scores out: where 60 % of the members have bought once, the
    /// next bin scores 4, since it starts at the edge of the fourth fifth.
    Shared,
}

/// A score from 1 (worst) to 5 (best).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Score(u8);

impl Score {
    /// The worst score, 1.
    pub const WORST: Score = Score(1);
    /// The best score, 5.
    pub const BEST: Score = Score(5);

    /// Returns the score `value`, or `None` outside 1 to 5.
    pub fn new(value: u8) -> Option<Score> {
        (1..=5).contains(&value).then_some(Score(value))
    }

    /// Returns the score as a number from 1 to 5.
    pub fn get(self) -> u8 {
        self.0
    }

    /// The score of quintile 0 to 4, for a measure of which more is better.
    fn of_quintile(quintile: u8) -> Score {
        Score(quintile + 1)
    }

    /// The same score seen from the other end: 5 for 1, 4 for 2, and so on.
    fn turned(self) -> Score {
        Score(6 - self.0)
    }
}

/// One thing for each of the three measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Measures<T> {
    /// Of the days since the last order.
    pub recency: T,
    /// Of the number of orders.
    pub frequency: T,
    /// Of the money spent, net of returns.
    pub monetary: T,
}

/// One of the three measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Days since the last order.
    Recency,
    /// Number of orders.
    Frequency,
    /// Money spent, net of returns.
    Monetary,
}

/// One member's figures and scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MemberRfm<'a> {
    /// The member's id.
    pub member: &'a str,
    /// Whole days from the last order to the as-of day, at least 0.
    pub recency_days: i64,
    /// Orders placed, at least 1.
    pub frequency: u32,
    /// What they came to, less returns.
    pub monetary_minor: MinorUnits,
    /// Scores from 1 to 5, where 5 is best: latest, most often, most money.
    pub scores: Measures<Score>,
    /// With [`Ties::Shared`], the bins by rising figure from 0, as pandas numbers them: recency is not turned round,
    /// and merged bins close up. `None` with any other scoring.
    pub bins: Option<Measures<u8>>,
}

/// Why members could not be scored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RfmError {
    /// A limit below the one before it.
    #[error("{measure:?} thresholds {limits:?} do not rise: each must be at least the one before")]
    ThresholdsNotRising {
        /// The measure they were given for.
        measure: Measure,
        /// The limits given.
        limits: [i64; 4],
    },
    /// A last order after the as-of day: the summaries are of a later day.
    #[error("last order of member {member} is on day {}, after the as-of day {}", last_day.0, as_of.0)]
    OrderAfterAsOf {
        /// Whose summary it is.
        member: String,
        /// Day of the last order.
        last_day: Day,
        /// The day to score as of.
        as_of: Day,
    },
    /// A summary of no orders.
    #[error("member {member} has no orders to score: leave such members out")]
    NoOrders {
        /// Whose summary it is.
        member: String,
    },
    /// Two summaries of one member.
    #[error("member {member} has more than one summary")]
    DuplicateMember {
        /// Whose summaries they are.
        member: String,
    },
}

/// Scores members on recency, frequency and monetary value. The result is in the order of the input.
///
/// # Errors
/// See [`RfmError`]; the first fault in the order of thresholds, then members of the input, then duplicates.
///
/// ```
/// use tallybook_insight::purchases::{Day, MemberIndex, MinorUnits, PurchaseLog};
/// use tallybook_insight::rfm::{self, RfmOptions, Scoring, Ties};
///
/// let mut log = PurchaseLog::new(Day(100));
/// log.place_order(MemberIndex(0), Day(10), MinorUnits(900))?;
/// log.place_order(MemberIndex(1), Day(95), MinorUnits(4_000))?;
/// let summaries = log.summarise(&["lapsed", "lively"])?;
///
/// let options = RfmOptions { as_of: Day(100), scoring: Scoring::Quintiles { ties: Ties::Shared } };
/// let scored = rfm::score(&summaries, &options)?;
/// assert_eq!(scored[0].scores.recency.get(), 1);
/// assert_eq!(scored[1].scores.recency.get(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn score<'a>(purchases: &[Purchases<'a>], options: &RfmOptions) -> Result<Vec<MemberRfm<'a>>, RfmError> {
    check_scoring(&options.scoring)?;
    check_purchases(purchases, options.as_of)?;
    let ids: Vec<&str> = purchases.iter().map(|summary| summary.member).collect();
    let order = member_order(&ids);
    check_unique(&ids, &order)?;

    let mut scored: Vec<MemberRfm<'a>> =
        purchases.iter().map(|summary| unscored(summary, options.as_of)).collect();
    match options.scoring {
        Scoring::Quintiles { ties: Ties::ByMember } => score_by_rank(&mut scored, &order),
        Scoring::Quintiles { ties: Ties::Shared } => score_by_shared_edges(&mut scored),
        Scoring::Thresholds { recency_days, frequency, monetary_minor } => {
            let limits = Measures { recency: recency_days, frequency, monetary: monetary_minor };
            score_by_thresholds(&mut scored, &limits);
        }
    }
    Ok(scored)
}

impl MemberRfm<'_> {
    /// The figure behind one score, in days, orders or minor units.
    pub(crate) fn figure(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Recency => self.recency_days,
            Measure::Frequency => i64::from(self.frequency),
            Measure::Monetary => self.monetary_minor.0,
        }
    }
}

impl Measure {
    /// All three, in the order in which they are named.
    pub(crate) const ALL: [Measure; 3] = [Measure::Recency, Measure::Frequency, Measure::Monetary];
}

impl<T> Measures<T> {
    pub(crate) fn get(&self, measure: Measure) -> &T {
        match measure {
            Measure::Recency => &self.recency,
            Measure::Frequency => &self.frequency,
            Measure::Monetary => &self.monetary,
        }
    }

    fn get_mut(&mut self, measure: Measure) -> &mut T {
        match measure {
            Measure::Recency => &mut self.recency,
            Measure::Frequency => &mut self.frequency,
            Measure::Monetary => &mut self.monetary,
        }
    }
}

fn check_scoring(scoring: &Scoring) -> Result<(), RfmError> {
    let Scoring::Thresholds { recency_days, frequency, monetary_minor } = *scoring else {
        return Ok(());
    };
    for (measure, limits) in Measure::ALL.into_iter().zip([recency_days, frequency, monetary_minor]) {
        if !limits.is_sorted() {
            return Err(RfmError::ThresholdsNotRising { measure, limits });
        }
    }
    Ok(())
}

fn check_purchases(purchases: &[Purchases<'_>], as_of: Day) -> Result<(), RfmError> {
    for &Purchases { member, last_day, orders, .. } in purchases {
        if last_day > as_of {
            return Err(RfmError::OrderAfterAsOf { member: member.to_owned(), last_day, as_of });
        }
        if orders == 0 {
            return Err(RfmError::NoOrders { member: member.to_owned() });
        }
    }
    Ok(())
}

fn check_unique(ids: &[&str], order: &[usize]) -> Result<(), RfmError> {
    match order.windows(2).find(|pair| ids[pair[0]] == ids[pair[1]]) {
        Some(pair) => Err(RfmError::DuplicateMember { member: ids[pair[0]].to_owned() }),
        None => Ok(()),
    }
}

/// A member's figures, with the worst scores until the right ones are worked out.
fn unscored<'a>(summary: &Purchases<'a>, as_of: Day) -> MemberRfm<'a> {
    let worst = Measures { recency: Score::WORST, frequency: Score::WORST, monetary: Score::WORST };
    MemberRfm {
        member: summary.member,
        recency_days: as_of.days_since(summary.last_day),
        frequency: summary.orders,
        monetary_minor: summary.monetary_minor,
        scores: worst,
        bins: None,
    }
}

/// Sets one score from a quintile, 0 for the lowest figures. Fewer days are better, more orders and money are.
fn set_score(member: &mut MemberRfm<'_>, measure: Measure, quintile: u8) {
    let rising = Score::of_quintile(quintile);
    *member.scores.get_mut(measure) = match measure {
        Measure::Recency => rising.turned(),
        Measure::Frequency | Measure::Monetary => rising,
    };
}

fn score_by_rank(scored: &mut [MemberRfm<'_>], order: &[usize]) {
    let count = scored.len();
    // Figure, place in member order, place in the input. The first two decide the rank.
    let mut ranked: Vec<(i64, usize, usize)> = Vec::with_capacity(count);
    for measure in Measure::ALL {
        ranked.clear();
        ranked.extend(
            order.iter().enumerate().map(|(place, &index)| (scored[index].figure(measure), place, index)),
        );
        ranked.sort_unstable();
        for (rank, &(_, _, index)) in ranked.iter().enumerate() {
            set_score(&mut scored[index], measure, quintile_of_rank(rank, count));
        }
    }
}

fn score_by_shared_edges(scored: &mut [MemberRfm<'_>]) {
    let mut figures: Vec<i64> = Vec::with_capacity(scored.len());
    for measure in Measure::ALL {
        figures.clear();
        figures.extend(scored.iter().map(|member| member.figure(measure)));
        figures.sort_unstable();
        let Some(edges) = SharedEdges::of_sorted(&figures) else { return };
        for member in &mut *scored {
            let SharedBin { bin, quintile } = edges.bin_of(member.figure(measure));
            set_score(member, measure, quintile);
            let bins = member.bins.get_or_insert(Measures { recency: 0, frequency: 0, monetary: 0 });
            *bins.get_mut(measure) = bin;
        }
    }
}

fn score_by_thresholds(scored: &mut [MemberRfm<'_>], limits: &Measures<[i64; 4]>) {
    for member in scored {
        for measure in Measure::ALL {
            let figure = member.figure(measure);
            let quintile =
                limits.get(measure).iter().fold(0, |count, &limit| count + u8::from(figure >= limit));
            set_score(member, measure, quintile);
        }
    }
}
