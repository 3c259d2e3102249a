//! What fixed bins can't tell, bounded: distances between two distribution functions known at the edges only.
//!
//! Owns the bounds and the three states that follow from them. Must not know how rows are counted.

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    column::{Counts, Reference},
    drift::{State, shares},
};

/// A value that lies between two bounds for certain, with the likeliest guess.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Bounded {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Bounded {
    /// Drifted or stable when both bounds agree about the threshold, else undecided: only the rows can tell.
    pub fn state(&self, threshold: f64) -> State {
        match self {
            Self { low, .. } if *low >= threshold => State::Drifted,
            Self { high, .. } if *high < threshold => State::Stable,
            _ => State::Undecided,
        }
    }
}

/// The two-sample Kolmogorov-Smirnov statistic: at the edges the gap is known; between them neither function rises
/// by more than its share of the bin. `None` without numbers on both sides.
pub fn kolmogorov_smirnov(reference: &Reference, counts: &Counts) -> Option<Bounded> {
    let (mut gap, mut low, mut high) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (r, c) in both(reference, counts)? {
        high = high.max((gap + r).abs()).max((gap - c).abs());
        gap += r - c;
        low = low.max(gap.abs());
    }
    Some(Bounded { value: low, low, high: high.min(1.0).max(low) })
}

/// The Wasserstein distance in standard deviations of the reference (0.001 at least), as Evidently norms it.
///
/// In a bin both functions rise by known shares, so that their gap stays between that of the one's start and the
/// other's end; the difference of the means, which is known, is a lower bound too. The guess takes values to be evenly
/// spread in their bin. `None` without numbers on both sides.
pub fn wasserstein(reference: &Reference, counts: &Counts) -> Option<Bounded> {
    let Bins::Numeric { edges } = &reference.bins else { return None };
    let (lowest, highest) = (reference.min.min(counts.min?), reference.max.max(counts.max?));
    let (mut f, mut g) = (0.0_f64, 0.0_f64);
    let (mut value, mut low, mut high) = (0.0, 0.0, 0.0);
    for (bin, (r, c)) in both(reference, counts)?.enumerate() {
        // The outer bins reach as far as any value does.
        let last = bin + 2 == edges.len();
        let from = if bin == 0 { lowest } else { edges[bin].clamp(lowest, highest) };
        let to = if last { highest } else { edges[bin + 1].clamp(lowest, highest) };
        let width = (to - from).max(0.0);
        let (f_end, g_end) = (f + r, g + c);
        value += width * between(f - g, f_end - g_end);
        low += width * (f - g_end).max(g - f_end).max(0.0);
        high += width * (f_end - g).max(g_end - f);
        (f, g) = (f_end, g_end);
    }
    let unit = reference.std.max(0.001);
    let means = counts.mean().map_or(0.0, |mean| (mean - reference.mean).abs());
    let (low, high) = (f64::max(low, means) / unit, f64::max(high, means) / unit);
    let finite = low.is_finite() && high.is_finite();
    finite.then(|| Bounded { value: (value / unit).clamp(low, high), low, high })
}

/// The mean absolute value of a straight line from `a` to `b`.
fn between(a: f64, b: f64) -> f64 {
    match a * b >= 0.0 {
        true => f64::midpoint(a.abs(), b.abs()),
        false => (a * a + b * b) / (2.0 * (a - b).abs()),
    }
}

/// Shares of both sides in each bin.
fn both(reference: &Reference, counts: &Counts) -> Option<impl Iterator<Item = (f64, f64)>> {
    let numeric = matches!(reference.bins, Bins::Numeric { .. });
    let there = numeric && reference.n > 0 && counts.n > 0;
    there.then(|| shares(&reference.counts).into_iter().zip(shares(&counts.bins)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Sample, distance};
    use proptest::prelude::*;

    fn window(reference: &Reference, values: &[f64]) -> Counts {
        let mut counts = Counts::new(reference);
        values.iter().for_each(|value| counts.add_number(reference, *value));
        counts
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let whole = prop::collection::vec((-30_i32..30).prop_map(f64::from), 1..120);
        let real = prop::collection::vec(-1e3..1e3_f64, 1..120);
        prop_oneof![whole, real]
    }

    #[test]
    fn a_state_is_only_given_when_both_bounds_agree() {
        let bounded = Bounded { value: 0.1, low: 0.08, high: 0.2 };
        let states = [0.05, 0.08, 0.1, 0.3].map(|threshold| bounded.state(threshold));
        assert_eq!(states, [State::Drifted, State::Drifted, State::Undecided, State::Stable]);
    }

    #[test]
    fn a_shift_of_all_values_is_known_exactly() {
        let values: Vec<f64> = (0..1_000).map(f64::from).collect();
        let reference = Reference::numeric("x", &values);
        let moved: Vec<f64> = values.iter().map(|value| value + 2_000.0).collect();
        let found = wasserstein(&reference, &window(&reference, &moved)).unwrap();
        let exact = 2_000.0 / reference.std;
        assert!((found.low - exact).abs() < 1e-9 && (found.value - exact).abs() < 0.3 * exact, "{found:?}");
        let names = Reference::categorical("c", &[Some("a".to_owned())]);
        assert_eq!(wasserstein(&names, &Counts::new(&names)), None);
        assert_eq!(kolmogorov_smirnov(&reference, &Counts::new(&reference)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_exact_distances_lie_within_their_bounds(left in values(), right in values()) {
            let reference = Reference::numeric("x", &left);
            let counts = window(&reference, &right);
            let (a, b) = (Sample::new(&left), Sample::new(&right));
            let exact = distance::kolmogorov_smirnov(&a, &b);
            let found = kolmogorov_smirnov(&reference, &counts).unwrap();
            prop_assert!(found.low <= exact + 1e-12 && exact <= found.high + 1e-12, "{exact} {found:?}");
            let exact = distance::wasserstein_normed(&a, &b);
            let found = wasserstein(&reference, &counts).unwrap();
            let slack = 1e-9 * exact.max(1.0);
            prop_assert!(found.low <= exact + slack && exact <= found.high + slack, "{exact} {found:?}");
            prop_assert!(found.low <= found.value && found.value <= found.high);
        }

        #[test]
        fn two_windows_merged_have_the_bounds_of_the_whole(left in values(), first in values(), second in values()) {
            let reference = Reference::numeric("x", &left);
            let mut merged = window(&reference, &first);
            merged.merge(&window(&reference, &second));
            let whole = window(&reference, &[first, second].concat());
            prop_assert_eq!(kolmogorov_smirnov(&reference, &merged), kolmogorov_smirnov(&reference, &whole));
            let (merged, whole) = (wasserstein(&reference, &merged).unwrap(), wasserstein(&reference, &whole).unwrap());
            prop_assert!((merged.low - whole.low).abs() <= 1e-9 * whole.low.max(1.0) && merged.high == whole.high);
        }
    }
}
