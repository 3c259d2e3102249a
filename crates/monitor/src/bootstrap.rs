//! The paired bootstrap: how sure a difference between two models on the same rows is.
//!
//! Owns the resampling; the seed comes from the caller, so that a comparison repeats.

use crate::random::SplitMix;

/// What one row adds to the sums a metric is made of.
pub(crate) type Terms = [f64; 3];

/// At most this many row draws in all, so that large data sets stay quick.
const DRAWS: usize = 20_000_000;

/// 95% percentile interval of `metric(challenger) - metric(champion)` when rows are drawn again with
/// replacement, the same for both. `metric` takes the mean of each term.
pub(crate) fn difference(
    champion: &[Terms],
    challenger: &[Terms],
    metric: impl Fn(Terms) -> f64,
    seed: u64,
) -> Option<(f64, f64)> {
    let rows = champion.len().min(challenger.len());
    if rows == 0 {
        return None;
    }
    let rounds = (DRAWS / rows).clamp(200, 2_000);
    let mut random = SplitMix(seed);
    let mut differences: Vec<f64> = (0..rounds)
        .map(|_| {
            let (mut before, mut after) = ([0.0; 3], [0.0; 3]);
            for _ in 0..rows {
                let row = random.below(rows);
                accumulate(&mut before, &champion[row]);
                accumulate(&mut after, &challenger[row]);
            }
            let mean = |sums: Terms| sums.map(|sum| sum / rows as f64);
            metric(mean(after)) - metric(mean(before))
        })
        .collect();
    differences.sort_unstable_by(f64::total_cmp);
    let at = |q: f64| differences[(q * (rounds - 1) as f64).round() as usize];
    Some((at(0.025), at(0.975)))
}

fn accumulate(sums: &mut Terms, row: &Terms) {
    sums.iter_mut().zip(row).for_each(|(sum, term)| *sum += term);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_has_the_width_of_the_standard_error() {
        let champion: Vec<Terms> = (0..400).map(|i| [f64::from(i % 2), 0.0, 0.0]).collect();
        let challenger = vec![[1.0, 0.0, 0.0]; 400];
        let (low, high) = difference(&champion, &challenger, |[mean, ..]| mean, 7).unwrap();
        let error = 1.96 * 0.5 / 20.0;
        assert!((low - (0.5 - error)).abs() < 0.01 && (high - (0.5 + error)).abs() < 0.01, "{low} {high}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_no_rows_none() {
        let rows: Vec<Terms> = (0..50).map(|i| [f64::from(i), 0.0, 0.0]).collect();
        let other: Vec<Terms> = rows.iter().map(|row| [row[0] * 0.5, 0.0, 0.0]).collect();
        let of = |seed| difference(&rows, &other, |[mean, ..]| mean, seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_eq!(difference(&[], &[], |[mean, ..]| mean, 1), None);
    }
}
