//! The paired bootstrap: how sure a difference between two models on the same rows is.
//!
//! Owns the resampling; the seed comes from the caller, so that a comparison repeats. Rows are drawn once for all
//! figures: what is compared is compared on the same draws.

use crate::random::SplitMix;

/// At most this many row draws in all, so that large data sets stay quick.
const DRAWS: usize = 20_000_000;

/// How often each row counts -> challenger minus champion; `None` where these rows have no such figure.
pub(crate) type Figure<'a> = &'a dyn Fn(&[u32]) -> Option<f64>;

/// Percentile intervals, at this confidence, of figures over `rows` rows that are drawn again with replacement. A
/// figure that fewer than half of the draws have gets none.
pub(crate) fn intervals(
    rows: usize,
    figures: &[Figure<'_>],
    confidence: f64,
    seed: u64,
) -> Vec<Option<(f64, f64)>> {
    if rows == 0 {
        return vec![None; figures.len()];
    }
    let rounds = (DRAWS / rows).clamp(200, 2_000);
    let mut random = SplitMix(seed);
    let mut drawn = vec![Vec::with_capacity(rounds); figures.len()];
    let mut weights = vec![0_u32; rows];
    for _ in 0..rounds {
        weights.fill(0);
        (0..rows).for_each(|_| weights[random.below(rows)] += 1);
        for (drawn, figure) in drawn.iter_mut().zip(figures) {
            drawn.extend(figure(&weights).filter(|value| value.is_finite()));
        }
    }
    drawn.into_iter().map(|drawn| interval(drawn, rounds, confidence)).collect()
}

fn interval(mut drawn: Vec<f64>, rounds: usize, confidence: f64) -> Option<(f64, f64)> {
    if drawn.len() * 2 < rounds {
        return None;
    }
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |q: f64| drawn[(q * (drawn.len() - 1) as f64).round() as usize];
    let tail = (1.0 - confidence) / 2.0;
    Some((at(tail), at(1.0 - tail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(of: impl Fn(usize) -> f64) -> impl Fn(&[u32]) -> Option<f64> {
        move |weights| {
            let sum: f64 = weights.iter().enumerate().map(|(row, times)| of(row) * f64::from(*times)).sum();
            Some(sum / weights.len() as f64)
        }
    }

    #[test]
    fn the_interval_has_the_width_of_the_standard_error() {
        let gain = mean(|row| (row % 2) as f64);
        for (confidence, z) in [(0.95, 1.96), (0.8, 1.2816)] {
            let (low, high) = intervals(400, &[&gain], confidence, 7)[0].unwrap();
            let error = z * 0.5 / 20.0;
            assert!(
                (low - (0.5 - error)).abs() < 0.01 && (high - (0.5 + error)).abs() < 0.01,
                "{low} {high}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_no_rows_none() {
        let half = mean(|row| row as f64 / 2.0);
        let of = |seed| intervals(50, &[&half], 0.95, seed)[0];
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_eq!(intervals(0, &[&half], 0.95, 1), [None]);
    }

    #[test]
    fn a_figure_that_most_draws_lack_has_no_interval() {
        let rare = |weights: &[u32]| (weights[0] > 2).then_some(1.0);
        assert_eq!(intervals(50, &[&rare], 0.95, 1), [None]);
    }
}
