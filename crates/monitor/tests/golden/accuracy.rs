//! Metrics of labelled rows as scikit-learn computes them; areas within their stated bound.

use serde_json::Value;
use tidegate_core::schema::{Answered, Schema, Task, Truth};
use tidegate_monitor::{
    accuracy::{Detail, Tally, metrics},
    metric::Metric,
};

use super::stream::{number, parsed, uniforms};

const RECORDED: &str = include_str!("accuracy.json");

type Row = (Truth, Answered);

fn measured(task: Task, classes: usize, rows: &[Row]) -> Vec<Metric> {
    let labels: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
    let schema = Schema { task, labels: labels.clone(), ..Schema::default() };
    let of = |rows: &[Row]| {
        let (mut tally, mut detail) = (Tally::new(&schema).unwrap(), Detail::new(task).unwrap());
        for (truth, answer) in rows {
            assert!(tally.add(truth, answer) && detail.add(&labels, truth, answer));
        }
        (tally, detail)
    };
    // In two parts, as buckets are merged; with a row that was wrongly labelled first.
    let (left, right) = rows.split_at(rows.len() / 3);
    let ((mut tally, mut detail), (more, finer)) = (of(left), of(right));
    let wrong = Truth::Number(1.0);
    tally.add(&wrong, &rows[0].1);
    detail.add(&labels, &wrong, &rows[0].1);
    tally.merge(&more);
    detail.merge(&finer);
    tally.remove(&wrong, &rows[0].1);
    detail.remove(&labels, &wrong, &rows[0].1);
    metrics(&tally, Some(&detail), 3)
}

fn agree(case: &Value, metrics: &[Metric]) {
    let expected = case["expected"].as_object().unwrap();
    for (name, expected) in expected {
        let found = metrics.iter().find(|metric| metric.name.as_str() == name).unwrap();
        let expected = number(expected);
        let slack = found.bound.unwrap_or(0.0) + 1e-9 * expected.abs().max(1.0);
        assert!((found.value - expected).abs() <= slack, "{name}: {found:?} is not {expected}");
        let (low, high) = found.low.zip(found.high).unwrap_or_else(|| panic!("{name} has no interval"));
        assert!(low <= found.value && found.value <= high, "{found:?}");
        assert!(found.bound.is_none_or(|bound| bound < 0.02), "{found:?}");
    }
    assert_eq!(metrics.len(), expected.len());
}

fn answer(label: usize, probabilities: Vec<f64>) -> Answered {
    Answered { label: Some(label.to_string()), probabilities: Some(probabilities), value: None }
}

#[test]
fn two_classes_agree_with_scikit_learn() {
    for case in parsed(RECORDED)["binary"].as_array().unwrap() {
        let u = uniforms(2 * case["n"].as_u64().unwrap() as usize, case["seed"].as_u64().unwrap());
        let rows: Vec<Row> = u
            .chunks(2)
            .map(|u| {
                let p = u[0].powi(3);
                let truth = Truth::Number(f64::from(u8::from(u[1] < p.powf(0.8))));
                (truth, answer(usize::from(p >= 0.5), vec![1.0 - p, p]))
            })
            .collect();
        agree(case, &measured(Task::Classification, 2, &rows));
    }
}

#[test]
fn many_classes_agree_with_scikit_learn() {
    for case in parsed(RECORDED)["many"].as_array().unwrap() {
        let k = case["classes"].as_u64().unwrap() as usize;
        let u = uniforms((k + 1) * case["n"].as_u64().unwrap() as usize, case["seed"].as_u64().unwrap());
        let rows: Vec<Row> = u
            .chunks(k + 1)
            .map(|u| {
                let squares: Vec<f64> = u[..k].iter().map(|u| u * u).collect();
                let sum: f64 = squares.iter().sum();
                let p: Vec<f64> = squares.iter().map(|square| square / sum).collect();
                let mut running = 0.0;
                let passed = p.iter().filter(|p| {
                    running += **p;
                    running <= u[k]
                });
                let truth = passed.count().min(k - 1);
                let said = (0..k).fold(0, |best, class| if p[class] > p[best] { class } else { best });
                (Truth::Number(truth as f64), answer(said, p))
            })
            .collect();
        agree(case, &measured(Task::Classification, k, &rows));
    }
}

#[test]
fn regressions_agree_with_scikit_learn() {
    for case in parsed(RECORDED)["regression"].as_array().unwrap() {
        let u = uniforms(2 * case["n"].as_u64().unwrap() as usize, case["seed"].as_u64().unwrap());
        let rows: Vec<Row> = u
            .chunks(2)
            .map(|u| {
                let y = 100.0 * u[0] - 20.0;
                let value = Some(y + 30.0 * (u[1] - 0.4));
                (Truth::Number(y), Answered { label: None, probabilities: None, value })
            })
            .collect();
        agree(case, &measured(Task::Regression, 0, &rows));
    }
}
