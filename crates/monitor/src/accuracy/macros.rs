//! Intervals of precision, recall and F1, of one class or averaged over all.
//!
//! Owns their formulas; the values themselves are [`super::Confusion`]'s.

use super::{Confusion, Hits, interval};
use crate::metric::{Metric, MetricName, Z95, wilson};

/// With two classes: Wilson's for precision and recall, and through the Jaccard index for F1. With more: the delta
/// method on the multinomial counts of the confusion matrix (Takahashi et al. 2022, "Confidence interval for
/// micro-averaged F1 and macro-averaged F1 scores", and the same for the other two).
pub(super) fn add_intervals(confusion: &Confusion, metrics: &mut [Metric]) {
    let hits = confusion.hits();
    let table = (confusion.positive().is_none()).then(|| Table::of(confusion));
    for metric in metrics {
        let interval = match (&table, confusion.positive()) {
            (None, Some(positive)) => of_one(metric.name, hits.get(positive).copied().unwrap_or_default()),
            (Some(table), _) => table.averaged(metric.name, metric.value),
            (None, None) => None,
        };
        if let Some((low, high)) = interval {
            (metric.low, metric.high) =
                (Some(low.clamp(0.0, metric.value)), Some(high.clamp(metric.value, 1.0)));
        }
    }
}

fn of_one(name: MetricName, Hits { tp, fp, fn_ }: Hits) -> Option<(f64, f64)> {
    match name {
        MetricName::Precision => Some(wilson(tp, tp + fp)),
        MetricName::Recall => Some(wilson(tp, tp + fn_)),
        MetricName::F1 => Some(interval::f1(tp, fp, fn_)),
        _ => None,
    }
}

/// The confusion matrix as shares of all rows.
struct Table {
    n: f64,
    /// (true, predicted, share); only what occurs.
    cells: Vec<(usize, usize, f64)>,
    /// Of each class: right, of the truth, of the predictions.
    right: Vec<f64>,
    truth: Vec<f64>,
    said: Vec<f64>,
}

impl Table {
    fn of(confusion: &Confusion) -> Self {
        // As the averages are: over the classes that occur.
        let names: Vec<&str> = confusion.hits().into_keys().collect();
        let n = confusion.n() as f64;
        let index = |name: &str| names.binary_search(&name).unwrap_or(0);
        let cells: Vec<(usize, usize, f64)> = confusion
            .rows
            .iter()
            .flat_map(|(truth, row)| {
                row.iter().map(move |(said, rows)| (index(truth), index(said), *rows as f64 / n))
            })
            .collect();
        let zeros = vec![0.0; names.len()];
        let mut table = Self { n, cells, right: zeros.clone(), truth: zeros.clone(), said: zeros };
        for (truth, said, share) in &table.cells {
            table.truth[*truth] += share;
            table.said[*said] += share;
            if truth == said {
                table.right[*truth] += share;
            }
        }
        table
    }
    /// The average's derivative by the share of one cell.
    fn slope(&self, name: MetricName, truth: usize, said: usize) -> f64 {
        let of = |class: usize| {
            let (t, s, r) = (self.truth[class], self.said[class], self.right[class]);
            let is = |condition: bool| f64::from(u8::from(condition));
            let (hit, row, column) =
                (is(truth == class && said == class), is(truth == class), is(said == class));
            let (part, whole, d_part, d_whole) = match name {
                MetricName::Precision => (r, s, hit, column),
                MetricName::Recall => (r, t, hit, row),
                _ => (2.0 * r, t + s, 2.0 * hit, row + column),
            };
            if whole > 0.0 { (d_part * whole - part * d_whole) / (whole * whole) } else { 0.0 }
        };
        let both = if truth == said { of(truth) } else { of(truth) + of(said) };
        both / self.truth.len().max(1) as f64
    }
    fn averaged(&self, name: MetricName, value: f64) -> Option<(f64, f64)> {
        if !matches!(name, MetricName::Precision | MetricName::Recall | MetricName::F1) {
            return None;
        }
        let (mut sum, mut squares) = (0.0, 0.0);
        for (truth, said, share) in &self.cells {
            let slope = self.slope(name, *truth, *said);
            sum += share * slope;
            squares += share * slope * slope;
        }
        let error = Z95 * ((squares - sum * sum).max(0.0) / self.n).sqrt();
        Some((value - error, value + error))
    }
}
