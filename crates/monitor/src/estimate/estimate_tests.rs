use proptest::prelude::*;

use super::*;
use crate::random::SplitMix;

fn schema(classes: usize) -> Schema {
    let labels = (0..classes).map(|class| class.to_string()).collect();
    Schema { task: Task::Classification, labels, ..Schema::default() }
}

fn answer(probabilities: Vec<f64>) -> Answered {
    Answered { label: None, probabilities: Some(probabilities), value: None }
}

fn uniforms(n: usize, seed: u64) -> Vec<f64> {
    let mut random = SplitMix(seed);
    (0..n).map(|_| random.below(1 << 30) as f64 / f64::from(1 << 30)).collect()
}

/// Rows whose true probability is p, answered with `said(p)`.
fn rows(n: usize, seed: u64, said: impl Fn(f64) -> f64) -> (Vec<Truth>, Vec<Answered>) {
    let draws = uniforms(n, seed ^ 0xffff).into_iter();
    let row = |(p, draw): (f64, f64)| {
        (Truth::Number(f64::from(u8::from(draw < p))), answer(vec![1.0 - said(p), said(p)]))
    };
    uniforms(n, seed).into_iter().zip(draws).map(row).unzip()
}

fn estimated(estimator: &Estimator, answers: &[Answered]) -> Expected {
    let mut expected = estimator.expected();
    answers.iter().for_each(|answer| assert!(estimator.add(&mut expected, answer)));
    expected
}

#[test]
fn overconfident_probabilities_are_calibrated_and_the_estimate_holds() {
    let overconfident =
        |p: f64| if p > 0.5 { 0.5 + (p - 0.5).powf(0.3) * 0.5 } else { 0.5 - (0.5 - p).powf(0.3) * 0.5 };
    let (truth, answers) = rows(5_000, 1, overconfident);
    let estimator = Estimator::fit(&schema(2), &truth, &answers, 3).unwrap();
    assert!(estimator.calibrators[0].is_some());
    let (truth, answers) = rows(4_000, 2, overconfident);
    let estimate = &estimator.metrics(&estimated(&estimator, &answers))[0];
    let right =
        |(truth, answer): (&Truth, &Answered)| predicted(answer, &schema(2).labels) == Some(&truth.class());
    let realised = truth.iter().zip(&answers).filter(|row| right(*row)).count() as f64 / 4_000.0;
    assert!(
        estimate.low.unwrap() <= realised && realised <= estimate.high.unwrap(),
        "{estimate:?} {realised}"
    );
    let naive = answers.iter().map(|a| a.probabilities.as_ref().unwrap().iter().copied().fold(0.0, f64::max));
    assert!(naive.sum::<f64>() / 4_000.0 > estimate.high.unwrap());
}

#[test]
fn separated_probabilities_and_few_rows_stay_as_they_are() {
    let (truth, answers) = rows(3_000, 5, |p| if p > 0.5 { 1.0 } else { 0.0 });
    let perfect: Vec<Truth> =
        answers.iter().map(|answer| Truth::Number(answer.probabilities.as_ref().unwrap()[1])).collect();
    assert_eq!(Estimator::fit(&schema(2), &perfect, &answers, 1).unwrap().calibrators, [None]);
    let few = Estimator::fit(&schema(2), &truth[..10], &answers[..10], 1).unwrap();
    assert_eq!(few.calibrators, [None]);
}

#[test]
fn many_classes_expect_the_predicted_ones_probability() {
    let answers = vec![answer(vec![0.5, 0.3, 0.2]), answer(vec![0.1, 0.1, 0.8])];
    let truth = vec![Truth::Number(0.0), Truth::Number(2.0)];
    let estimator = Estimator::fit(&schema(3), &truth, &answers, 1).unwrap();
    let expected = estimated(&estimator, &answers);
    assert!((expected.accuracy().unwrap() - 0.65).abs() < 1e-12);
    assert_eq!(estimator.metrics(&expected).len(), 1);
}

#[test]
fn what_has_no_probabilities_is_not_estimated() {
    let label = Answered { label: Some("1".into()), probabilities: None, value: None };
    assert_eq!(Estimator::fit(&schema(2), &[Truth::Number(1.0)], std::slice::from_ref(&label), 1), None);
    assert_eq!(Estimator::fit(&Schema::default(), &[], &[], 1), None);
    let (truth, answers) = rows(50, 1, |p| p);
    let estimator = Estimator::fit(&schema(2), &truth, &answers, 1).unwrap();
    let mut expected = estimator.expected();
    assert!(!estimator.add(&mut expected, &label));
    assert_eq!(estimator.metrics(&expected), []);
}

#[test]
fn the_calibration_error_of_matching_probabilities_is_zero() {
    assert_eq!(expected_calibration_error(&[], &[]), 0.0);
    let (p, hits): (Vec<f64>, Vec<bool>) = (0..40).map(|i| (0.5, i % 2 == 0)).unzip();
    assert_eq!(expected_calibration_error(&p, &hits), 0.0);
    assert_eq!(expected_calibration_error(&[1.0; 20], &[false; 20]), 1.0);
}

proptest! {
    #[test]
    fn merging_is_adding_all(left in prop::collection::vec(0.0_f64..1.0, 0..50), right in prop::collection::vec(0.0_f64..1.0, 0..50)) {
        let of = |values: &[f64]| {
            let mut sums = Binary::default();
            values.iter().for_each(|p| sums.add(*p > 0.5, *p));
            sums
        };
        let mut merged = of(&left);
        merged.merge(&of(&right));
        let whole = of(&[left, right].concat());
        prop_assert_eq!(merged.n, whole.n);
        prop_assert!((merged.f1() - whole.f1()).abs() < 1e-12);
        prop_assert!((merged.tn - whole.tn).abs() < 1e-9);
    }
}
