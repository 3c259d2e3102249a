//! Live values moved back to the reference's distribution, each as little as it takes: what an input would have
//! been without its drift.
//!
//! Numbers go to the reference's value at their own quantile, categories stay where the reference has room for
//! them. Rows keep what ties their inputs together as far as one input's ranks carry it.

use std::collections::BTreeMap;

use crate::{bins::Bins, column::Reference, random::SplitMix};

/// Numbers, NaN where missing. Each present value becomes the reference's value of the same rank; rows with the same
/// value share its ranks by lot. Where more are missing than in the reference, those in excess are drawn from
/// it. Gives the values back unchanged where the reference has none.
pub fn numbers(live: &[f64], reference: &[f64], seed: u64) -> Vec<f64> {
    let mut sorted: Vec<f64> = reference.iter().copied().filter(|value| value.is_finite()).collect();
    if sorted.is_empty() {
        return live.to_vec();
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let mut random = SplitMix(seed);
    let mut lots: Vec<(usize, f64, usize)> =
        live.iter().enumerate().map(|(row, value)| (row, *value, random.below(usize::MAX))).collect();
    let mut moved = live.to_vec();
    let (mut present, missing): (Vec<_>, Vec<_>) =
        lots.drain(..).partition(|(_, value, _)| value.is_finite());
    present.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)));
    for (rank, (row, ..)) in present.iter().enumerate() {
        moved[*row] = at_quantile(&sorted, rank, present.len());
    }
    let usual = (reference.len() - sorted.len()) as f64 / reference.len() as f64;
    let kept = (usual * live.len() as f64).round() as usize;
    for (row, ..) in missing.iter().skip(kept) {
        moved[*row] = sorted[random.below(sorted.len())];
    }
    moved
}

/// The value of a sorted sample at the middle of the rank's share.
fn at_quantile(sorted: &[f64], rank: usize, of: usize) -> f64 {
    let place = (2 * rank + 1) as u128 * sorted.len() as u128 / (2 * of.max(1)) as u128;
    sorted[(place as usize).min(sorted.len() - 1)]
}

/// Categories. As many rows as possible keep theirs (the maximal coupling); the others, chosen by lot, take one the
/// live rows have too few of. Gives them back unchanged where the reference is empty.
pub fn categories(live: &[String], reference: &[String], seed: u64) -> Vec<String> {
    if reference.is_empty() {
        return live.to_vec();
    }
    let mut room = wanted(reference, live.len());
    let mut random = SplitMix(seed);
    let mut moved: Vec<Option<String>> = vec![None; live.len()];
    for row in shuffled(live.len(), &mut random) {
        if let Some(left) = room.get_mut(live[row].as_str()).filter(|left| **left > 0) {
            *left -= 1;
            moved[row] = Some(live[row].clone());
        }
    }
    let lacking = room.iter().flat_map(|(name, left)| std::iter::repeat_n((*name).to_owned(), *left));
    let mut lacking: Vec<String> = lacking.collect();
    let order = shuffled(lacking.len(), &mut random);
    let mut drawn = order.into_iter().map(|index| std::mem::take(&mut lacking[index]));
    moved.into_iter().map(|kept| kept.or_else(|| drawn.next()).unwrap_or_default()).collect()
}

/// How many of `rows` rows each category of the reference has, by largest remainders.
fn wanted(reference: &[String], rows: usize) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::<&str, usize>::new();
    reference.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let total = reference.len();
    let mut remainders: Vec<(usize, &str)> =
        counts.iter().map(|(name, count)| (count * rows % total, *name)).collect();
    remainders.sort_by(|a, b| b.cmp(a));
    let mut wanted: BTreeMap<&str, usize> =
        counts.iter().map(|(name, count)| (*name, count * rows / total)).collect();
    let short = rows - wanted.values().sum::<usize>();
    for (_, name) in remainders.into_iter().take(short) {
        *wanted.entry(name).or_default() += 1;
    }
    wanted
}

/// Values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// NaN where missing.
    Numbers(Vec<f64>),
    Names(Vec<String>),
}

impl Values {
    /// Moved to the distribution of the reference; unchanged where the two are of different kinds.
    #[must_use]
    pub fn moved_to(&self, reference: &Self, seed: u64) -> Self {
        match (self, reference) {
            (Self::Numbers(live), Self::Numbers(reference)) => Self::Numbers(numbers(live, reference, seed)),
            (Self::Names(live), Self::Names(reference)) => Self::Names(categories(live, reference, seed)),
            _ => self.clone(),
        }
    }

    /// Values with about the distribution of a reference of which only the bins are known: spread evenly within each
    /// bin, of the first and the last between its edge and the least or largest value.
    pub fn like(reference: &Reference, values: usize) -> Self {
        let rows = reference.rows().max(1);
        let share = |count: u64| (count as f64 / rows as f64 * values as f64).round() as usize;
        let bins = reference.counts.iter().map(|count| share(*count)).enumerate();
        match &reference.bins {
            Bins::Categorical { categories } => Self::Names(
                bins.flat_map(|(bin, n)| std::iter::repeat_n(categories[bin].clone(), n)).collect(),
            ),
            Bins::Numeric { edges } => {
                let spread = bins.flat_map(|(bin, n)| {
                    let (low, width) = (edges[bin], edges[bin + 1] - edges[bin]);
                    (0..n).map(move |i| low + width * (i as f64 + 0.5) / n as f64)
                });
                let missing = std::iter::repeat_n(f64::NAN, share(reference.missing));
                Self::Numbers(spread.chain(missing).collect())
            }
        }
    }
}

fn shuffled(n: usize, random: &mut SplitMix) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, random.below(last + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    fn counted(values: &[String]) -> BTreeMap<&str, usize> {
        wanted(values, values.len())
    }

    #[test]
    fn a_shifted_input_moves_back_in_order() {
        let reference: Vec<f64> = (0..100).map(f64::from).collect();
        let live: Vec<f64> = reference.iter().map(|value| value * 2.0 + 50.0).collect();
        assert_eq!(numbers(&live, &reference, 1), reference);
    }

    #[test]
    fn a_stuck_sensor_gets_its_spread_back() {
        let reference: Vec<f64> = (0..100).map(f64::from).collect();
        let mut moved = numbers(&[7.0; 100], &reference, 1);
        moved.sort_by(f64::total_cmp);
        assert_eq!(moved, reference);
    }

    #[test]
    fn values_missing_beyond_the_usual_are_drawn() {
        let reference: Vec<f64> = (0..9).map(f64::from).chain([f64::NAN]).collect();
        let live = [f64::NAN; 50].into_iter().chain([3.0; 50]).collect::<Vec<_>>();
        let moved = numbers(&live, &reference, 1);
        assert_eq!(moved.iter().filter(|value| value.is_nan()).count(), 10);
        assert!(numbers(&[1.0, 2.0], &[f64::NAN], 1) == [1.0, 2.0], "there is nothing to move to");
    }

    #[test]
    fn a_new_category_goes_where_others_are_missing() {
        let moved = categories(&names("aaaaxxxxbb"), &names("aaabb"), 1);
        assert_eq!(counted(&moved), BTreeMap::from([("a", 6), ("b", 4)]));
        assert!(moved[..4].iter().all(|name| name == "a"), "those with room stay: {moved:?}");
    }

    #[test]
    fn bins_stand_in_for_the_values_they_were_made_of() {
        let values: Vec<f64> = (0..1_000).map(f64::from).chain([f64::NAN; 250]).collect();
        let Values::Numbers(like) = Values::like(&Reference::numeric("age", &values), 100) else { panic!() };
        assert_eq!((like.len(), like.iter().filter(|value| value.is_nan()).count()), (100, 20));
        let mean = like.iter().filter(|value| value.is_finite()).sum::<f64>() / 80.0;
        assert!((mean - 499.5).abs() < 10.0, "{mean}");
        let seen: Vec<_> = names("aaab").into_iter().map(Some).collect();
        assert_eq!(Values::like(&Reference::categorical("kind", &seen), 4), Values::Names(names("aaab")));
    }

    proptest! {
        #[test]
        fn without_drift_nothing_moves(values in prop::collection::vec(-20_i32..20, 1..80), seed in any::<u64>()) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            prop_assert_eq!(numbers(&values, &values, seed), values);
        }

        #[test]
        fn categories_move_only_as_far_as_they_drifted(live in "[a-e]{1,60}", reference in "[a-e]{1,60}", seed in any::<u64>()) {
            let (live, reference) = (names(&live), names(&reference));
            let moved = categories(&live, &reference, seed);
            let target = wanted(&reference, live.len());
            prop_assert_eq!(&counted(&moved), &target.iter().filter(|(_, n)| **n > 0).map(|(k, n)| (*k, *n)).collect());
            let kept: usize = counted(&live).iter().map(|(name, n)| (*n).min(*target.get(name).unwrap_or(&0))).sum();
            let same = live.iter().zip(&moved).filter(|(a, b)| a == b).count();
            prop_assert_eq!(same, kept);
        }
    }
}
