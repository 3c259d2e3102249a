//! Fitted estimators beside NannyML's on the same rows.

use tidegate_core::schema::{Answered, Schema, Task, Truth};
use tidegate_monitor::{
    estimate::{Expected, Fitted, Inputs},
    metric::MetricName,
};

use super::stream::{number, parsed, uniforms};

const RECORDED: &str = include_str!("estimates.json");

struct Rows {
    x: Vec<f64>,
    answers: Vec<Answered>,
    truths: Vec<Option<Truth>>,
}

fn classifier(n: usize, seed: u64, shift: f64) -> Rows {
    let mut rows = Rows { x: vec![], answers: vec![], truths: vec![] };
    for u in uniforms(2 * n, seed).chunks(2) {
        let q = u[0].powf(1.0 + shift);
        let p = q.powi(3) / (q.powi(3) + (1.0 - q).powi(3));
        let label = Some(u8::from(p >= 0.5).to_string());
        rows.x.push(q);
        rows.answers.push(Answered { label, probabilities: Some(vec![1.0 - p, p]), value: None });
        rows.truths.push(Some(Truth::Number(f64::from(u8::from(u[1] < q)))));
    }
    rows
}

fn regression(n: usize, seed: u64, shift: f64) -> Rows {
    let mut rows = Rows { x: vec![], answers: vec![], truths: vec![] };
    for u in uniforms(2 * n, seed).chunks(2) {
        let x = u[0] + shift;
        rows.x.push(x);
        rows.answers.push(Answered { label: None, probabilities: None, value: Some(2.0 * x) });
        rows.truths.push(Some(Truth::Number(2.0 * x + (1.0 + 4.0 * x) * (u[1] - 0.5))));
    }
    rows
}

/// Value and band of the estimates on rows of now.
fn estimated(schema: &Schema, reference: &Rows, now: &Rows) -> impl Fn(MetricName) -> (f64, Option<f64>) {
    let fit = |rows: &Rows| Fitted::fit(schema, &[Inputs::Numbers(&rows.x)], &rows.answers, &rows.truths, 1);
    let fitted = fit(reference).unwrap();
    let mut sums: Option<Expected> = None;
    for row in fitted.expect(&[Inputs::Numbers(&now.x)], &now.answers).into_iter().flatten() {
        match &mut sums {
            Some(sums) => sums.add(row),
            None => sums = Some(row.into()),
        }
    }
    let metrics = fitted.metrics(&sums.unwrap());
    move |name| {
        let metric = metrics.iter().find(|metric| metric.name == name).unwrap();
        (metric.value, metric.high.map(|high| (high - metric.value) / 3.0))
    }
}

fn close(found: f64, expected: &serde_json::Value, relative: f64) {
    let expected = number(expected);
    assert!((found / expected - 1.0).abs() < relative, "{found} is not {expected}");
}

/// Both calibrate by the same isotonic regression: what is left is rounding.
#[test]
fn confidence_based_estimates_agree_with_nannyml() {
    let labels = vec!["0".to_owned(), "1".to_owned()];
    let schema = Schema { task: Task::Classification, labels, ..Schema::default() };
    for case in parsed(RECORDED)["cbpe"].as_array().unwrap() {
        let (reference, now) = (classifier(6_000, 21, 0.0), classifier(4_000, 22, number(&case["shift"])));
        let of = estimated(&schema, &reference, &now);
        let (accuracy, error) = of(MetricName::Accuracy);
        close(accuracy, &case["expected"]["accuracy"], 1e-6);
        close(of(MetricName::F1).0, &case["expected"]["f1"], 1e-6);
        close(error.unwrap(), &case["expected"]["accuracy_error"], 1e-3);
        close(accuracy, &case["expected"]["realised"], 0.02);
    }
}

/// Other trees than LightGBM's: alike within the sampling error, and near the truth.
#[test]
fn direct_loss_estimates_agree_with_nannyml() {
    let schema = Schema { task: Task::Regression, ..Schema::default() };
    for case in parsed(RECORDED)["dle"].as_array().unwrap() {
        let (reference, now) = (regression(6_000, 23, 0.0), regression(4_000, 24, number(&case["shift"])));
        let of = estimated(&schema, &reference, &now);
        let (mae, error) = of(MetricName::Mae);
        close(mae, &case["expected"]["mae"], 0.02);
        close(of(MetricName::Rmse).0, &case["expected"]["rmse"], 0.02);
        close(error.unwrap(), &case["expected"]["mae_error"], 1e-3);
        close(mae, &case["expected"]["realised"], 0.04);
    }
}
