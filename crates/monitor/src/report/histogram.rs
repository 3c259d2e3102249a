//! numpy's automatic histogram edges, bit for bit.

use super::Sample;

/// Edges of `numpy.histogram_bin_edges(values, "sturges")` for `n` values from `low` to `high`; with an integer
/// type a bin is at least 1 wide.
pub(crate) fn sturges(low: f64, high: f64, n: usize, integer: bool) -> Vec<f64> {
    let width = (high - low) / ((n as f64).log2() + 1.0);
    edges(low, high, if integer && width > 0.0 { width.max(1.0) } else { width })
}

/// Edges of `numpy.histogram_bin_edges(values, "doane")` for a sample that is not empty.
pub(crate) fn doane(sample: &Sample) -> Vec<f64> {
    let values = sample.values();
    let (low, high, n) = (values[0], values[values.len() - 1], values.len() as f64);
    edges(low, high, if n > 2.0 { doane_width(sample, n) } else { 0.0 })
}

fn doane_width(sample: &Sample, n: f64) -> f64 {
    let (values, mean, sigma) = (sample.values(), sample.mean(), sample.std());
    if sigma <= 0.0 {
        return 0.0;
    }
    let skewness = values.iter().map(|value| ((value - mean) / sigma).powi(3)).sum::<f64>() / n;
    let error = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
    (values[values.len() - 1] - values[0]) / (1.0 + n.log2() + (1.0 + skewness.abs() / error).log2())
}

/// As many equal bins as the width asks for; a single value gets one bin of width 1 around it.
fn edges(low: f64, high: f64, width: f64) -> Vec<f64> {
    let (low, high) = if low == high { (low - 0.5, high + 0.5) } else { (low, high) };
    let bins = if width > 0.0 { ((high - low) / width).ceil() as usize } else { 1 };
    linear(low, high, bins)
}

/// `numpy.linspace(low, high, bins + 1)`.
pub(crate) fn linear(low: f64, high: f64, bins: usize) -> Vec<f64> {
    let step = (high - low) / bins as f64;
    let mut edges: Vec<f64> = (0..bins).map(|i| i as f64 * step + low).collect();
    edges.push(high);
    edges
}

/// Values in each bin `[edge, next edge)`, the last one closed; what lies outside is not counted.
pub(crate) fn histogram(sample: &Sample, edges: &[f64]) -> Vec<u64> {
    let values = sample.values();
    let last = edges.len() - 1;
    let below = |i: usize| match i == last {
        true => values.partition_point(|value| *value <= edges[i]),
        false => values.partition_point(|value| *value < edges[i]),
    };
    let cumulative: Vec<usize> = (0..=last).map(below).collect();
    cumulative.windows(2).map(|pair| (pair[1] - pair[0]) as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from numpy 2 (`histogram_bin_edges`, `histogram`).
    #[test]
    fn edges_and_counts_agree_with_numpy() {
        let sample = Sample::new(&[1.0, 2.0, 2.0, 3.0, 10.0]);
        assert_eq!(sturges(1.0, 10.0, 5, false), [1.0, 3.25, 5.5, 7.75, 10.0]);
        assert_eq!(histogram(&sample, &[1.0, 2.0, 3.0]), [1, 3]);
        assert_eq!(sturges(0.0, 2.0, 8, true), [0.0, 1.0, 2.0]);
        assert_eq!(doane(&Sample::new(&[4.0; 9])), [3.5, 4.5]);
        assert_eq!(doane(&sample).len(), 7);
    }
}
