//! 95% intervals of metrics that have none of their own.

use tidegate_core::schema::{Answered, Schema, Truth};
use tidegate_monitor::{
    evaluate::{Evaluation, evaluate},
    metric::Metric,
};

use crate::split::SplitMix64;

/// Rows drawn in all; more would take seconds.
const DRAWS: usize = 2_000_000;
const ROUNDS: usize = 400;
/// Fewer rounds than this say too little of the tails.
const FEWEST_ROUNDS: usize = 100;

/// Fills in percentile bootstrap intervals: the rows are drawn again with replacement. Metrics that some draw does
/// not have, and data too large for enough draws, stay without.
pub(super) fn fill(
    evaluation: &mut Evaluation,
    schema: &Schema,
    truth: &[Truth],
    answers: &[Answered],
    seed: u64,
) {
    let rounds = ROUNDS.min(DRAWS / truth.len().max(1));
    if rounds < FEWEST_ROUNDS || truth.len() < 2 {
        return;
    }
    let mut random = SplitMix64(seed.wrapping_add(3));
    let drawn: Vec<Vec<Metric>> = (0..rounds)
        .map(|_| {
            let rows: Vec<usize> = (0..truth.len()).map(|_| random.below(truth.len())).collect();
            let truth: Vec<Truth> = rows.iter().map(|row| truth[*row].clone()).collect();
            let answers: Vec<Answered> = rows.iter().map(|row| answers[*row].clone()).collect();
            evaluate(schema, &truth, &answers).metrics
        })
        .collect();
    for metric in evaluation.metrics.iter_mut().filter(|metric| metric.low.is_none()) {
        let found = drawn.iter().filter_map(|metrics| metrics.iter().find(|other| other.name == metric.name));
        let mut values: Vec<f64> = found.map(|found| found.value).filter(|value| value.is_finite()).collect();
        if values.len() == rounds {
            values.sort_unstable_by(f64::total_cmp);
            let at = |q: f64| values[(q * (rounds - 1) as f64).round() as usize];
            (metric.low, metric.high) = (Some(at(0.025)), Some(at(0.975)));
        }
    }
}

#[cfg(test)]
mod tests {
    use tidegate_core::schema::Task;
    use tidegate_monitor::metric::MetricName;

    use super::*;

    #[test]
    fn an_interval_has_the_width_of_the_standard_error() {
        let schema = Schema { task: Task::Regression, ..Schema::default() };
        let truth = vec![Truth::Number(0.0); 400];
        let answer =
            |row: usize| Answered { label: None, probabilities: None, value: Some((row % 2) as f64) };
        let answers: Vec<Answered> = (0..400).map(answer).collect();
        let mut found = evaluate(&schema, &truth, &answers);
        fill(&mut found, &schema, &truth, &answers, 1);
        let rmse = found.metrics.iter().find(|metric| metric.name == MetricName::Rmse).unwrap();
        // The mean square is 0.5 with a standard error of 0.025; its root has 0.025 / (2 * 0.707).
        let error = 1.96 * 0.025 / (2.0 * 0.5_f64.sqrt());
        let (low, high) = (rmse.low.unwrap(), rmse.high.unwrap());
        assert!((low - (rmse.value - error)).abs() < 0.01 && (high - (rmse.value + error)).abs() < 0.01);
        let once = found.clone();
        fill(&mut found, &schema, &truth, &answers, 1);
        assert_eq!(found, once);
    }
}
