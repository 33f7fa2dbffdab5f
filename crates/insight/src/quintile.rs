//! Five bins of a population, exactly: by rank, or by the edges that quantiles of the values make.
//!
//! Invariants: positions and edges are rationals with denominator 5 and are compared as integers, so no value ever
//! lands on the wrong side of an edge by rounding. Bins never fall as values rise.
//!
//! It does not know which end is good: recency is turned round by the caller.

/// The inner edges between five bins, as used for the fractions 1/5 to 4/5.
const EDGES: i128 = 4;

/// Returns the quintile, from 0 to 4, of the value with `rank` from 0 among `count` values, ties already broken.
///
/// The edges are the type-7 quantiles of the ranks, so bins are open below and closed above and their sizes differ
/// by at most one.
pub(crate) fn quintile_of_rank(rank: usize, count: usize) -> u8 {
    // Rank 0 lies on the lowest edge; the k-th edge is at (count - 1) * k / 5.
    let fifths = 5 * widen(rank);
    let span = widen(count) - 1;
    count_u8((1..=EDGES).filter(|k| span * k < fifths))
}

/// Quintile edges of a population of values in which equal values share a bin.
pub(crate) struct SharedEdges {
    /// The lowest value, in fifths like the edges.
    lowest_fifths: i128,
    /// Type-7 quantiles (linear interpolation) at 1/5 to 4/5 times five, rising, equal ones kept.
    inner_fifths: [i128; 4],
}

/// Where a value falls among [`SharedEdges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SharedBin {
    /// Number of the bin among those that are left when equal edges are merged, from 0 for the lowest values.
    pub(crate) bin: u8,
    /// Number of the highest quintile that this bin covers the start of, from 0 to 4: 3 for the values above the
    /// edge at 60 %, even if that edge is also the one at 20 % and 40 %. Always 0 in the lowest bin.
    pub(crate) quintile: u8,
}

impl SharedEdges {
    /// Works out the edges of `values`, which are sorted rising; `None` when there are none.
    pub(crate) fn of_sorted(values: &[i64]) -> Option<Self> {
        let span = values.len().checked_sub(1)?;
        let edge_fifths = |k: usize| {
            let (place, fraction_fifths) = (span * k / 5, span * k % 5);
            let below = i128::from(values[place]);
            let above = i128::from(values[(place + 1).min(span)]);
            5 * below + widen(fraction_fifths) * (above - below)
        };
        Some(Self {
            lowest_fifths: edge_fifths(0),
            inner_fifths: [edge_fifths(1), edge_fifths(2), edge_fifths(3), edge_fifths(4)],
        })
    }

    /// Returns the bin of `value`. Bins are open below and closed above, the lowest closed at both ends.
    pub(crate) fn bin_of(&self, value: i64) -> SharedBin {
        let fifths = 5 * i128::from(value);
        let mut found = SharedBin { bin: 0, quintile: 0 };
        let mut previous_fifths = self.lowest_fifths;
        for (quintile, &edge_fifths) in (1..).zip(&self.inner_fifths) {
            if edge_fifths >= fifths {
                break;
            }
            // An edge equal to the lowest value bounds nothing: the lowest bin takes in its lowest value.
            if edge_fifths == self.lowest_fifths {
                continue;
            }
            if edge_fifths != previous_fifths {
                found.bin += 1;
            }
            found.quintile = quintile;
            previous_fifths = edge_fifths;
        }
        found
    }
}

/// A length or place as a wide integer. `usize` has at most 64 bits, so nothing is lost.
fn widen(length: usize) -> i128 {
    length as i128
}

/// Counts at most [`EDGES`] things.
fn count_u8(edges: impl Iterator<Item = i128>) -> u8 {
    edges.fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bins(values: &[i64]) -> Vec<u8> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let edges = SharedEdges::of_sorted(&sorted).unwrap();
        values.iter().map(|&value| edges.bin_of(value).bin).collect()
    }

    #[test]
    fn seven_ranks_fall_two_one_one_one_two() {
        let quintiles: Vec<_> = (0..7).map(|rank| quintile_of_rank(rank, 7)).collect();
        assert_eq!(quintiles, [0, 0, 1, 2, 3, 4, 4]);
    }

    #[test]
    fn edges_between_two_values_are_told_apart_exactly() {
        // Edges 14, 18, 22, 26: 20 lies above two of them.
        assert_eq!(bins(&[10, 20, 30]), [0, 2, 4]);
        // Edges 1, 2, 3, 4: the first is the lowest value, so 1 and 2 share the lowest bin.
        assert_eq!(bins(&[1, 1, 2, 3, 4, 5]), [0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn equal_edges_merge_into_one_bin() {
        // Edges 1, 1, 1.6, 3.6 over a lowest value of 1: the first two bound nothing.
        let sorted = [1, 1, 1, 1, 2, 4, 9];
        let edges = SharedEdges::of_sorted(&sorted).unwrap();
        assert_eq!(edges.inner_fifths, [5, 5, 8, 18]);
        assert_eq!(bins(&sorted), [0, 0, 0, 0, 1, 2, 2]);
        assert_eq!(edges.bin_of(1), SharedBin { bin: 0, quintile: 0 });
        assert_eq!(edges.bin_of(2), SharedBin { bin: 1, quintile: 3 });
        assert_eq!(edges.bin_of(9), SharedBin { bin: 2, quintile: 4 });
    }

    #[test]
    fn equal_values_make_one_bin_and_extremes_do_not_overflow() {
        assert_eq!(bins(&[7, 7, 7]), [0, 0, 0]);
        assert_eq!(bins(&[5]), [0]);
        assert_eq!(bins(&[i64::MIN, i64::MAX]), [0, 4]);
        assert!(SharedEdges::of_sorted(&[]).is_none());
    }

    /// The definition in another form: how many merged edges lie below, each compared as a fraction of its own.
    fn naive_bin(sorted: &[i64], value: i64) -> usize {
        let last = sorted.len() - 1;
        let mut edges: Vec<i128> = vec![5 * i128::from(sorted[0])];
        for k in 1..=5 {
            let position = last * k;
            let mut edge = 0;
            for fifth in 0..5 {
                edge += i128::from(sorted[(position + fifth) / 5]);
            }
            edges.push(edge);
        }
        edges.dedup();
        (1..edges.len()).find(|&bin| 5 * i128::from(value) <= edges[bin]).map_or(0, |bin| bin - 1)
    }

    proptest! {
        #[test]
        fn shared_bins_are_what_the_definition_gives(mut values in prop::collection::vec(-20_i64..20, 1..60)) {
            values.sort_unstable();
            let edges = SharedEdges::of_sorted(&values).unwrap();
            for &value in &values {
                prop_assert_eq!(usize::from(edges.bin_of(value).bin), naive_bin(&values, value));
            }
        }

        #[test]
        fn shared_bins_and_quintiles_rise_together(mut values in prop::collection::vec(-9_i64..9, 1..60)) {
            values.sort_unstable();
            let edges = SharedEdges::of_sorted(&values).unwrap();
            for pair in values.windows(2) {
                let (low, high) = (edges.bin_of(pair[0]), edges.bin_of(pair[1]));
                prop_assert!(low.bin <= high.bin);
                prop_assert_eq!(low.bin == high.bin, low.quintile == high.quintile);
                prop_assert!(high.bin <= high.quintile);
            }
        }

        #[test]
        fn rank_quintiles_rise_and_differ_in_size_by_at_most_one(count in 1_usize..2_000) {
            let mut sizes = [0_usize; 5];
            let mut previous = 0;
            for rank in 0..count {
                let quintile = quintile_of_rank(rank, count);
                prop_assert!(previous <= quintile);
                previous = quintile;
                sizes[usize::from(quintile)] += 1;
            }
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            prop_assert!(most - least <= 1, "sizes {sizes:?}");
        }
    }
}
