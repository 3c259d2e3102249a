//! What the probabilities of labelled rows were worth, as running sums.
//!
//! Owns what is counted of them and the metrics that follow. Must not know how labels find their predictions.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Truth};

use super::{
    calibration::Reliability,
    interval::Mean,
    ranking::{Area, Outcomes},
};
use crate::{
    evaluate::{brier, log_loss},
    metric::{Metric, MetricName, wilson},
    sparse::Sparse,
};

/// With more classes than this, areas of each against the rest are not counted.
const MOST_CLASSES: usize = 20;
/// With more classes than this, the truth among the first few is worth a metric.
const TOP_K_FROM: usize = 3;
/// The first few, where nothing is set.
pub const TOP_K: u32 = 3;

/// Sums over labelled rows that have a probability for each class, and a true class among them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    pub n: u64,
    pub classes: u32,
    /// Of the positive class with two, else of each; empty beyond [`MOST_CLASSES`].
    outcomes: Vec<Outcomes>,
    /// Place of the true class among the probabilities, 1 for the highest.
    ranks: Sparse,
    log_loss: Mean,
    brier: Mean,
    reliability: Reliability,
}

impl Scores {
    /// False, and nothing counted, where the row has no probability for each class.
    pub fn add(&mut self, labels: &[String], truth: &Truth, answer: &Answered) -> bool {
        self.count(labels, truth, answer, Mean::add, Sparse::add, 1)
    }
    /// Takes back a row that was added.
    pub fn remove(&mut self, labels: &[String], truth: &Truth, answer: &Answered) -> bool {
        self.count(labels, truth, answer, Mean::remove, Sparse::remove, -1)
    }
    fn count(
        &mut self,
        labels: &[String],
        truth: &Truth,
        answer: &Answered,
        mean: fn(&mut Mean, f64),
        bins: fn(&mut Sparse, i32),
        sign: i8,
    ) -> bool {
        let Some((class, row)) = scored(labels, truth, answer) else { return false };
        self.n = self.n.saturating_add_signed(sign.into());
        self.classes = row.len() as u32;
        let counted = match row.len() {
            2 => 1..2,
            classes if classes <= MOST_CLASSES => 0..classes,
            _ => 0..0,
        };
        self.outcomes.resize_with(counted.len(), Outcomes::default);
        for (outcomes, of) in self.outcomes.iter_mut().zip(counted) {
            outcomes.count(row[of], of == class, bins);
        }
        bins(&mut self.ranks, rank(row, class));
        mean(&mut self.log_loss, log_loss(row[class]));
        mean(&mut self.brier, brier(class, row));
        let (probability, came_true) = stated(row, class);
        self.reliability.count(probability, came_true, sign);
        if self.n == 0 {
            *self = Self::default();
        }
        true
    }
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            self.clone_from(other);
            return;
        }
        self.n += other.n;
        self.outcomes.iter_mut().zip(&other.outcomes).for_each(|(mine, theirs)| mine.merge(theirs));
        self.ranks.merge(&other.ranks);
        self.log_loss.merge(&other.log_loss);
        self.brier.merge(&other.brier);
        self.reliability.merge(&other.reliability);
    }
    /// ROC AUC, PR AUC, log loss, Brier score, calibration error and, with many classes, the share whose truth is
    /// among the first `top_k`.
    pub fn metrics(&self, top_k: u32) -> Vec<Metric> {
        let mut metrics = Vec::new();
        metrics.extend(self.area(MetricName::RocAuc, Outcomes::roc_auc));
        metrics.extend(self.area(MetricName::PrAuc, Outcomes::average_precision));
        for (name, mean) in [(MetricName::LogLoss, &self.log_loss), (MetricName::Brier, &self.brier)] {
            let Some(value) = mean.mean() else { continue };
            let (low, high) = mean.interval().unwrap_or((value, value));
            metrics.push(Metric::new(name, value, mean.n).within((low.max(0.0), high)));
        }
        metrics.extend(self.reliability.error());
        if self.classes as usize > TOP_K_FROM && self.n > 0 {
            let hits = self.ranks.iter().filter(|(rank, _)| *rank as u32 <= top_k).map(|(_, n)| n).sum();
            let share = hits as f64 / self.n as f64;
            metrics.push(Metric::new(MetricName::TopK, share, self.n).within(wilson(hits, self.n)));
        }
        metrics
    }
    /// Of the one class, or the mean over those that occur; then the interval takes their errors as rising and
    /// falling together, which is the widest it can be.
    fn area(&self, name: MetricName, of: fn(&Outcomes) -> Option<Area>) -> Option<Metric> {
        let areas: Vec<Area> = self.outcomes.iter().filter_map(of).collect();
        let mean = |part: fn(&Area) -> f64| areas.iter().map(part).sum::<f64>() / areas.len() as f64;
        let metric = (!areas.is_empty()).then(|| Metric::new(name, mean(|area| area.value), self.n))?;
        Some(Metric {
            bound: Some(mean(|area| area.bound)),
            ..metric.within((mean(|a| a.low), mean(|a| a.high)))
        })
    }
    /// Of the positive class with two, else of each class; empty for very many.
    pub fn outcomes(&self) -> &[Outcomes] {
        &self.outcomes
    }
    /// Of the positive class's probability with two, else of the highest one.
    pub fn reliability(&self) -> &Reliability {
        &self.reliability
    }
}

/// The true class's position and the probabilities, where a row has them.
pub(crate) fn scored<'a>(
    labels: &[String],
    truth: &Truth,
    answer: &'a Answered,
) -> Option<(usize, &'a [f64])> {
    let row = answer.probabilities.as_deref()?;
    let usable = row.len() == labels.len() && row.len() > 1 && row.iter().all(|p| p.is_finite());
    let class = truth.class();
    let index = labels.iter().position(|label| *label == class)?;
    usable.then_some((index, row))
}

/// Of equal probabilities the later class comes first, as in scikit-learn's `top_k_accuracy_score`.
fn rank(row: &[f64], class: usize) -> i32 {
    let before = |(other, p): (usize, &f64)| *p > row[class] || (*p == row[class] && other > class);
    1 + row.iter().enumerate().filter(|pair| before(*pair)).count() as i32
}

/// The probability that calibration looks at, and whether it came true.
pub(crate) fn stated(row: &[f64], class: usize) -> (f64, bool) {
    if let [_, positive] = row {
        return (*positive, class == 1);
    }
    let highest = row.iter().copied().fold(0.0, f64::max);
    (highest, row[class] == highest)
}
