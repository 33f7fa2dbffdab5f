//! How members are spread over the tiers of a ladder at two dates, and who moved from where to where.
//!
//! Invariants: whoever stands on the ladder at both dates is in exactly one move; a tier's members are the sum of the
//! moves into it, and at the earlier date of those out of it. Whoever has become part of another member is counted with
//! that other from then on, and nobody twice.
//!
//! It does not say who stands where: a ledger's judgement gives that. It draws nothing (see [`flow`](crate::flow)).

use std::collections::BTreeMap;

use serde::Serialize;

/// Where a member stands on a ladder at a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not a member yet.
    NotYet,
    /// In the tier of this rank, from 0, lowest first.
    Tier(usize),
    /// The membership is closed, whatever tier it ended in.
    Closed,
    /// Part of another member, with whom they are counted.
    Merged,
}

impl Standing {
    /// The rank of the tier, where the member has one that counts.
    pub fn rank(self) -> Option<usize> {
        match self {
            Standing::Tier(rank) => Some(rank),
            _ => None,
        }
    }
}

/// Members on a ladder at one date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Members in each tier, lowest first.
    pub tiers: Vec<u64>,
    /// Closed memberships, which are in none of the tiers.
    pub closed: u64,
}

impl Distribution {
    /// Members in any tier.
    pub fn members(&self) -> u64 {
        self.tiers.iter().sum()
    }

    fn add(&mut self, standing: Standing) {
        match standing {
            Standing::Tier(rank) => {
                if self.tiers.len() <= rank {
                    self.tiers.resize(rank + 1, 0);
                }
                self.tiers[rank] += 1;
            }
            Standing::Closed => self.closed += 1,
            Standing::NotYet | Standing::Merged => {}
        }
    }
}

/// Members who stood in one place at the earlier date and in another, or the same, at the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where they stood.
    pub from: Standing,
    /// Where they stand.
    pub to: Standing,
    /// How many; at least 1.
    pub members: u64,
}

/// The spread over tiers at two dates, and the moves between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TierMoves {
    /// At the earlier date.
    pub from: Distribution,
    /// At the later date.
    pub to: Distribution,
    /// Who moved or stayed, by where they stood and then by where they stand. Who stands nowhere at both dates is in none.
    pub moves: Vec<Move>,
}

impl TierMoves {
    /// Members in a tier at both dates, and in a higher one at the later.
    pub fn up(&self) -> u64 {
        self.ranked().filter(|(from, to, _)| to > from).map(|(.., members)| members).sum()
    }

    /// Members in a tier at both dates, and in a lower one at the later.
    pub fn down(&self) -> u64 {
        self.ranked().filter(|(from, to, _)| to < from).map(|(.., members)| members).sum()
    }

    /// Members in the same tier at both dates.
    pub fn stayed(&self) -> u64 {
        self.ranked().filter(|(from, to, _)| to == from).map(|(.., members)| members).sum()
    }

    fn ranked(&self) -> impl Iterator<Item = (usize, usize, u64)> + '_ {
        self.moves.iter().filter_map(|m| Some((m.from.rank()?, m.to.rank()?, m.members)))
    }
}

/// Counts members by where they stand at two dates, on a ladder of so many tiers.
pub fn tier_moves(tier_count: usize, members: impl IntoIterator<Item = (Standing, Standing)>) -> TierMoves {
    let none = Distribution { tiers: vec![0; tier_count], closed: 0 };
    let mut all = TierMoves { from: none.clone(), to: none, moves: Vec::new() };
    let mut moves: BTreeMap<(Standing, Standing), u64> = BTreeMap::new();
    for (from, to) in members {
        all.from.add(from);
        all.to.add(to);
        if counts(from) || counts(to) {
            *moves.entry((from, to)).or_default() += 1;
        }
    }
    all.moves = moves.into_iter().map(|((from, to), members)| Move { from, to, members }).collect();
    all
}

/// Whether a standing is a place on the ladder.
fn counts(standing: Standing) -> bool {
    matches!(standing, Standing::Tier(_) | Standing::Closed)
}

/// A part of a whole in tenths of a per cent, rounded half up; 0 of nothing.
pub fn tenths_of_a_per_cent(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let tenths = (u128::from(part) * 2_000 + u128::from(whole)) / (u128::from(whole) * 2);
    u64::try_from(tenths).unwrap_or(u64::MAX)
}

/// A part of a whole in per cent with one decimal: `33.3`.
pub fn per_cent(part: u64, whole: u64) -> String {
    let tenths = tenths_of_a_per_cent(part, whole);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::Standing::{Closed, Merged, NotYet, Tier};
    use super::*;

    fn moved(from: Standing, to: Standing, members: u64) -> Move {
        Move { from, to, members }
    }

    #[test]
    fn members_are_counted_by_tier_at_both_dates_and_by_move() {
        let members = [
            (Tier(0), Tier(0)),
            (Tier(0), Tier(1)),
            (Tier(0), Tier(1)),
            (Tier(1), Tier(0)),
            (Tier(2), Tier(2)),
            (NotYet, Tier(0)),
        ];
        let all = tier_moves(4, members);
        assert_eq!(all.from.tiers, [3, 1, 1, 0]);
        assert_eq!(all.to.tiers, [3, 2, 1, 0]);
        assert_eq!((all.from.members(), all.to.members()), (5, 6));
        assert_eq!((all.up(), all.down(), all.stayed()), (2, 1, 2));
        let expected = [
            moved(NotYet, Tier(0), 1),
            moved(Tier(0), Tier(0), 1),
            moved(Tier(0), Tier(1), 2),
            moved(Tier(1), Tier(0), 1),
            moved(Tier(2), Tier(2), 1),
        ];
        assert_eq!(all.moves, expected);
    }

    #[test]
    fn closed_members_are_counted_apart_from_the_tiers() {
        let all = tier_moves(2, [(Tier(1), Closed), (Closed, Closed), (NotYet, Closed), (Tier(1), Tier(1))]);
        assert_eq!(all.from, Distribution { tiers: vec![0, 2], closed: 1 });
        assert_eq!(all.to, Distribution { tiers: vec![0, 1], closed: 3 });
        assert_eq!(all.moves.len(), 4);
        assert_eq!((all.up(), all.down(), all.stayed()), (0, 0, 1));
    }

    #[test]
    fn two_members_of_before_are_one_once_they_are_merged() {
        let all = tier_moves(2, [(Tier(0), Merged), (Tier(0), Tier(1)), (Merged, Merged), (NotYet, Merged)]);
        assert_eq!((all.from.members(), all.to.members()), (2, 1));
        assert_eq!(all.moves, [moved(Tier(0), Tier(1), 1), moved(Tier(0), Merged, 1)]);
    }

    #[test]
    fn every_member_of_either_date_is_in_one_move() {
        let standings = [NotYet, Tier(0), Tier(1), Tier(2), Closed, Merged];
        let pairs = standings.into_iter().flat_map(|from| standings.map(|to| (from, to)));
        let all = tier_moves(3, pairs.flat_map(|pair| [pair; 3]));
        let sum = |of: &dyn Fn(&Move) -> bool| -> u64 {
            all.moves.iter().filter(|m| of(m)).map(|m| m.members).sum()
        };
        for rank in 0..3 {
            assert_eq!(sum(&|m| m.from == Tier(rank)), all.from.tiers[rank]);
            assert_eq!(sum(&|m| m.to == Tier(rank)), all.to.tiers[rank]);
        }
        assert_eq!(sum(&|m| m.from == Closed), all.from.closed);
        assert_eq!(sum(&|m| m.to == Closed), all.to.closed);
        assert_eq!(sum(&|m| !counts(m.from) && !counts(m.to)), 0);
    }

    #[test]
    fn shares_are_rounded_half_up_to_a_tenth_of_a_per_cent() {
        assert_eq!(per_cent(1, 3), "33.3");
        assert_eq!(per_cent(2, 3), "66.7");
        assert_eq!(per_cent(1, 2_000), "0.1");
        assert_eq!(per_cent(3, 3), "100.0");
        assert_eq!(per_cent(0, 0), "0.0");
        assert_eq!(per_cent(u64::MAX, u64::MAX), "100.0");
    }
}
