//! The eight-cell grid: each of R, F and M is high or low, and each combination has a name and a way of treating
//! the members in it. It is the segment map most used in Chinese retail (RFM 八象限).
//!
//! | R | F | M | Chinese | English |
//! |---|---|---|---|---|
//! | high | high | high | 重要价值 | important, value |
//! | high | low | high | 重要发展 | important, develop |
//! | low | high | high | 重要保持 | important, keep |
//! | low | low | high | 重要挽留 | important, win back |
//! | high | high | low | 一般价值 | ordinary, value |
//! | high | low | low | 一般发展 | ordinary, develop |
//! | low | high | low | 一般保持 | ordinary, keep |
//! | low | low | low | 一般挽留 | ordinary, win back |
//!
//! Money makes a member important; recency and frequency together say what to do. A member who is recent has a high R.
//!
//! What counts as high is not settled in practice, so [`Divide`] names it. The usual reading, and the one to take
//! without a reason for another, is a score above the mean score of all members ([`Divide::MeanScore`]).
//!
//! Invariants: every member is in exactly one cell; means and medians are compared exactly, and a member on the line
//! is low.
//!
//! It does not score (see [`rfm`](crate::rfm)) and does not decide what a cell is offered.

use serde::Serialize;

use crate::rfm::{Measure, Measures, MemberRfm, Score};

/// What makes a measure high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Divide {
    /// A score above the mean score of all members.
    MeanScore,
    /// A figure better than the mean figure of all members: fewer days, more orders, more money. A few big spenders
    /// pull the mean of money far up, so few members are high in it.
    MeanFigure,
    /// A figure better than the median figure of all members; with an even number of them, than the mean of the two
    /// in the middle.
    MedianFigure,
    /// A score of at least this much, whoever the other members are. Usual with scoring by thresholds.
    ScoreFrom(Measures<Score>),
}

/// One cell of the grid. The order is that of the table in the module's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// 重要价值: recent, often, much. Look after them.
    ImportantValue,
    /// 重要发展: recent, seldom, much. Bring them back more often.
    ImportantDevelop,
    /// 重要保持: not lately, but often and much. Get in touch again.
    ImportantKeep,
    /// 重要挽留: not lately, seldom, much. Win them back before they are gone.
    ImportantWinBack,
    /// 一般价值: recent, often, little.
    OrdinaryValue,
    /// 一般发展: recent, seldom, little. New members start here.
    OrdinaryDevelop,
    /// 一般保持: not lately, often, little.
    OrdinaryKeep,
    /// 一般挽留: not lately, seldom, little.
    OrdinaryWinBack,
}

impl Cell {
    /// All cells, in the order of the table in the module's description.
    pub const ALL: [Cell; 8] = [
        Cell::ImportantValue,
        Cell::ImportantDevelop,
        Cell::ImportantKeep,
        Cell::ImportantWinBack,
        Cell::OrdinaryValue,
        Cell::OrdinaryDevelop,
        Cell::OrdinaryKeep,
        Cell::OrdinaryWinBack,
    ];

    /// Returns the cell of a member, given which measures are high.
    pub fn of_high(high: &Measures<bool>) -> Cell {
        match (high.recency, high.frequency, high.monetary) {
            (true, true, true) => Cell::ImportantValue,
            (true, false, true) => Cell::ImportantDevelop,
            (false, true, true) => Cell::ImportantKeep,
            (false, false, true) => Cell::ImportantWinBack,
            (true, true, false) => Cell::OrdinaryValue,
            (true, false, false) => Cell::OrdinaryDevelop,
            (false, true, false) => Cell::OrdinaryKeep,
            (false, false, false) => Cell::OrdinaryWinBack,
        }
    }

    /// Returns the English name, such as `important, win back`.
    pub fn english_name(self) -> &'static str {
        match self {
            Cell::ImportantValue => "important, value",
            Cell::ImportantDevelop => "important, develop",
            Cell::ImportantKeep => "important, keep",
            Cell::ImportantWinBack => "important, win back",
            Cell::OrdinaryValue => "ordinary, value",
            Cell::OrdinaryDevelop => "ordinary, develop",
            Cell::OrdinaryKeep => "ordinary, keep",
            Cell::OrdinaryWinBack => "ordinary, win back",
        }
    }

    /// Returns the Chinese name, such as `重要挽留`.
    pub fn chinese_name(self) -> &'static str {
        match self {
            Cell::ImportantValue => "重要价值",
            Cell::ImportantDevelop => "重要发展",
            Cell::ImportantKeep => "重要保持",
            Cell::ImportantWinBack => "重要挽留",
            Cell::OrdinaryValue => "一般价值",
            Cell::OrdinaryDevelop => "一般发展",
            Cell::OrdinaryKeep => "一般保持",
            Cell::OrdinaryWinBack => "一般挽留",
        }
    }
}

/// Puts each member into a cell. The result is in the order of the input.
pub fn cells(members: &[MemberRfm<'_>], divide: Divide) -> Vec<Cell> {
    let lines = Measures {
        recency: Line::of(members, Measure::Recency, divide),
        frequency: Line::of(members, Measure::Frequency, divide),
        monetary: Line::of(members, Measure::Monetary, divide),
    };
    let is_high = |member: &MemberRfm<'_>, measure| lines.get(measure).puts_high(member, measure);
    members
        .iter()
        .map(|member| {
            Cell::of_high(&Measures {
                recency: is_high(member, Measure::Recency),
                frequency: is_high(member, Measure::Frequency),
                monetary: is_high(member, Measure::Monetary),
            })
        })
        .collect()
}

/// The line between low and high in one measure. A mean or median is kept as a fraction, never divided out.
enum Line {
    /// The score must be above `sum / count`.
    AboveScore { sum: i128, count: i128 },
    /// The figure must be better than `sum / count`.
    BetterFigure { sum: i128, count: i128 },
    /// The score must be at least this.
    FromScore(Score),
}

impl Line {
    fn of(members: &[MemberRfm<'_>], measure: Measure, divide: Divide) -> Line {
        let count = members.len() as i128;
        match divide {
            Divide::MeanScore => {
                Line::AboveScore { sum: members.iter().map(|member| score(member, measure)).sum(), count }
            }
            Divide::MeanFigure => {
                Line::BetterFigure { sum: members.iter().map(|member| figure(member, measure)).sum(), count }
            }
            Divide::MedianFigure => Line::BetterFigure { sum: sum_of_middle_two(members, measure), count: 2 },
            Divide::ScoreFrom(least) => Line::FromScore(*least.get(measure)),
        }
    }

    fn puts_high(&self, member: &MemberRfm<'_>, measure: Measure) -> bool {
        match *self {
            Line::AboveScore { sum, count } => score(member, measure) * count > sum,
            Line::BetterFigure { sum, count } => match measure {
                Measure::Recency => figure(member, measure) * count < sum,
                Measure::Frequency | Measure::Monetary => figure(member, measure) * count > sum,
            },
            Line::FromScore(least) => *member.scores.get(measure) >= least,
        }
    }
}

fn score(member: &MemberRfm<'_>, measure: Measure) -> i128 {
    i128::from(member.scores.get(measure).get())
}

fn figure(member: &MemberRfm<'_>, measure: Measure) -> i128 {
    i128::from(member.figure(measure))
}

/// Twice the median: the middle two figures, or the middle one twice. Zero without members.
fn sum_of_middle_two(members: &[MemberRfm<'_>], measure: Measure) -> i128 {
    let mut figures: Vec<i128> = members.iter().map(|member| figure(member, measure)).collect();
    figures.sort_unstable();
    let Some(last) = figures.len().checked_sub(1) else { return 0 };
    figures[last / 2] + figures[last.div_ceil(2)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::MinorUnits;

    /// A member with the given days, orders and money, and scores.
    fn member(figures: (i64, u32, i64), scores: (u8, u8, u8)) -> MemberRfm<'static> {
        MemberRfm {
            member: "anyone",
            recency_days: figures.0,
            frequency: figures.1,
            monetary_minor: MinorUnits(figures.2),
            scores: measures_of(scores),
            bins: None,
        }
    }

    fn measures_of(scores: (u8, u8, u8)) -> Measures<Score> {
        Measures {
            recency: Score::new(scores.0).unwrap(),
            frequency: Score::new(scores.1).unwrap(),
            monetary: Score::new(scores.2).unwrap(),
        }
    }

    fn names(members: &[MemberRfm<'_>], divide: Divide) -> Vec<&'static str> {
        cells(members, divide).into_iter().map(Cell::chinese_name).collect()
    }

    #[test]
    fn each_combination_of_high_and_low_has_its_own_cell() {
        let high_low =
            [(5, 5, 5), (5, 1, 5), (1, 5, 5), (1, 1, 5), (5, 5, 1), (5, 1, 1), (1, 5, 1), (1, 1, 1)];
        let members: Vec<_> = high_low.into_iter().map(|scores| member((1, 1, 1), scores)).collect();
        assert_eq!(cells(&members, Divide::MeanScore), Cell::ALL);
        let expected =
            ["重要价值", "重要发展", "重要保持", "重要挽留", "一般价值", "一般发展", "一般保持", "一般挽留"];
        assert_eq!(names(&members, Divide::MeanScore), expected);
    }

    #[test]
    fn english_names_say_importance_and_treatment() {
        assert_eq!(Cell::ImportantWinBack.english_name(), "important, win back");
        assert_eq!(Cell::OrdinaryKeep.english_name(), "ordinary, keep");
    }

    #[test]
    fn a_score_equal_to_the_mean_is_low() {
        let members = [member((1, 1, 1), (3, 3, 3)), member((1, 1, 1), (3, 3, 3))];
        assert_eq!(names(&members, Divide::MeanScore), ["一般挽留", "一般挽留"]);
        // Means of 10/3: a 4 is above, a 3 is not.
        let members =
            [member((1, 1, 1), (3, 4, 3)), member((1, 1, 1), (3, 3, 3)), member((1, 1, 1), (4, 3, 4))];
        assert_eq!(names(&members, Divide::MeanScore), ["一般保持", "一般挽留", "重要发展"]);
    }

    #[test]
    fn mean_and_median_of_figures_part_ways_where_one_member_spends_most() {
        let members = [
            member((10, 1, 100), (1, 1, 1)),
            member((20, 2, 200), (1, 1, 1)),
            member((30, 3, 300), (1, 1, 1)),
            member((40, 10, 9_000), (1, 1, 1)),
        ];
        // Means 25 days, 4 orders, 2,400; medians 25 days, 2.5 orders, 250.
        assert_eq!(names(&members, Divide::MeanFigure), ["一般发展", "一般发展", "一般挽留", "重要保持"]);
        assert_eq!(names(&members, Divide::MedianFigure), ["一般发展", "一般发展", "重要保持", "重要保持"]);
    }

    #[test]
    fn a_fixed_line_takes_in_the_score_itself() {
        let members = [member((1, 1, 1), (4, 3, 4)), member((1, 1, 1), (3, 4, 5))];
        let divide = Divide::ScoreFrom(measures_of((4, 4, 5)));
        assert_eq!(names(&members, divide), ["一般发展", "重要保持"]);
    }

    #[test]
    fn no_members_fill_no_cells() {
        for divide in [Divide::MeanScore, Divide::MeanFigure, Divide::MedianFigure] {
            assert_eq!(cells(&[], divide), []);
        }
    }
}
