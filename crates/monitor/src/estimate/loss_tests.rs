use super::*;
use crate::estimate::Expected;

/// Numbers, names, predictions and truths.
type Rows = (Vec<f64>, Vec<String>, Vec<f64>, Vec<Option<f64>>);

fn uniform(random: &mut SplitMix) -> f64 {
    random.below(1 << 30) as f64 / f64::from(1 << 30)
}

/// y = 2x + e, where e is uniform with a width of `1 + 4x`, thrice as wide in the `wild`; x from `low` to 1 + `low`.
fn rows(n: usize, low: f64, wild: f64, seed: u64) -> Rows {
    let mut random = SplitMix(seed);
    let mut rows: Rows = Default::default();
    for _ in 0..n {
        let (x, is_wild) = (low + uniform(&mut random), uniform(&mut random) < wild);
        let width = (1.0 + 4.0 * x) * if is_wild { 3.0 } else { 1.0 };
        rows.0.push(x);
        rows.1.push(if is_wild { "wild" } else { "tame" }.into());
        rows.2.push(2.0 * x);
        rows.3.push(Some(2.0 * x + width * (uniform(&mut random) - 0.5)));
    }
    rows
}

fn inputs((x, names, ..): &Rows) -> [Inputs<'_>; 2] {
    [Inputs::Numbers(x), Inputs::Texts(names)]
}

fn realised((.., predictions, truth): &Rows) -> (f64, f64) {
    let errors = predictions.iter().zip(truth).map(|(said, y)| said - y.unwrap());
    let n = predictions.len() as f64;
    let (absolute, squared) = errors.fold((0.0, 0.0), |(a, s), e| (a + e.abs(), s + e * e));
    (absolute / n, (squared / n).sqrt())
}

fn estimated(estimator: &LossEstimator, rows: &Rows) -> Vec<Metric> {
    let mut sums = Expected::Loss(Losses::default());
    estimator.expect(&inputs(rows), &rows.2).into_iter().for_each(|row| sums.add(row));
    let Expected::Loss(sums) = sums else { unreachable!("losses were added") };
    estimator.metrics(&sums)
}

#[test]
fn errors_that_grow_with_the_inputs_are_foreseen() {
    let reference = rows(6_000, 0.0, 0.3, 1);
    let estimator = LossEstimator::fit(&inputs(&reference), &reference.2, &reference.3, 7).unwrap();
    assert!(estimator.foreseen() > 0.1, "{}", estimator.foreseen());
    let drifted = rows(4_000, 0.3, 0.8, 2);
    let ((mae, rmse), was) = (realised(&drifted), realised(&reference).0);
    let [estimated_mae, estimated_rmse] = &estimated(&estimator, &drifted)[..] else { panic!() };
    assert!((was / mae - 1.0).abs() > 0.3, "the error must have moved: {was} {mae}");
    assert!((estimated_mae.value / mae - 1.0).abs() < 0.12, "{estimated_mae:?} {mae}");
    assert!((estimated_rmse.value / rmse - 1.0).abs() < 0.15, "{estimated_rmse:?} {rmse}");
}

#[test]
fn errors_that_nothing_foretells_are_the_references_mean() {
    let mut random = SplitMix(9);
    let mut even = rows(2_000, 0.0, 0.0, 3);
    even.3 = even.2.iter().map(|said| Some(said + uniform(&mut random) - 0.5)).collect();
    let estimator = LossEstimator::fit(&inputs(&even), &even.2, &even.3, 7).unwrap();
    assert!(estimator.foreseen() < 0.01);
    let mae = &estimated(&estimator, &even)[0];
    let (low, high) = mae.low.zip(mae.high).unwrap();
    assert!((mae.value - realised(&even).0).abs() < 0.01 && low < mae.value && mae.value < high);
}

#[test]
fn the_same_seed_learns_the_same_and_few_rows_teach_nothing() {
    let reference = rows(300, 0.0, 0.3, 1);
    let fit = |seed| LossEstimator::fit(&inputs(&reference), &reference.2, &reference.3, seed);
    assert_eq!(fit(1), fit(1));
    let few = rows(49, 0.0, 0.3, 1);
    assert_eq!(LossEstimator::fit(&inputs(&few), &few.2, &few.3, 1), None);
    assert_eq!(LossEstimator::fit(&inputs(&reference), &reference.2, &vec![None; 300], 1), None);
    let unknown: Rows = (vec![f64::NAN], vec!["new".into()], vec![1.0], vec![Some(1.0)]);
    let Expectation::Loss { absolute, .. } = fit(1).unwrap().expect(&inputs(&unknown), &unknown.2)[0] else {
        panic!("a regression expects losses")
    };
    assert!(absolute.is_finite());
}
