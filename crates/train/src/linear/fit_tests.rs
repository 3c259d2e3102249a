use proptest::prelude::*;

use super::*;
use crate::common::divided;

/// A table to fit, with what it is fitted to.
struct Table {
    rows: Matrix,
    truth: Vec<f64>,
    weight: Vec<f64>,
    by_spread: bool,
}

impl Table {
    fn new(columns: usize, data: Vec<f32>, truth: Vec<f64>) -> Self {
        let weight = vec![1.0; truth.len()];
        Self { rows: Matrix { columns, data }, truth, weight, by_spread: false }
    }
    /// Standardised rows of a sample and what `target` makes of the truth.
    fn of(data: &crate::Dataset, moments: &[(f64, f64)], target: impl Fn(String) -> f64) -> Self {
        let rows = Matrix { columns: data.features.len(), data: data.x.clone() }.map(|column, value| {
            let (mean, sd) = moments[column];
            ((f64::from(value) - mean) / if sd > 0.0 { sd } else { 1.0 }) as f32
        });
        let truth = data.truth.iter().map(|truth| target(truth.class())).collect();
        Self::new(rows.columns, rows.data, truth)
    }
    fn fit(&self, loss: Loss, l2: f64, start: &Coefficients) -> Fit {
        let held_out = vec![false; self.truth.len()];
        let centre = Coefficients::zeros(start.intercepts.len(), self.rows.columns);
        let problem = Problem {
            rows: &self.rows,
            truth: &self.truth,
            weight: &self.weight,
            held_out: &held_out,
            loss,
            l2,
            by_spread: self.by_spread,
            start,
            centre: &centre,
            iterations: 1000,
        };
        let ControlFlow::Continue(fit) = fit(&problem, &mut |_| ControlFlow::Continue(())) else {
            panic!("nobody broke off")
        };
        assert!(fit.converged);
        fit
    }
    fn fit_from_zero(&self, loss: Loss, l2: f64, outputs: usize) -> Fit {
        self.fit(loss, l2, &Coefficients::zeros(outputs, self.rows.columns))
    }
    fn scores(&self, found: &Coefficients) -> Vec<Vec<f64>> {
        let score = |row: &[f32], output: usize| {
            let weights = &found.weights[output * row.len()..][..row.len()];
            found.intercepts[output] + row.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>()
        };
        self.rows
            .iter_rows()
            .map(|row| (0..found.intercepts.len()).map(|o| score(row, o)).collect())
            .collect()
    }
    /// Share of rows whose highest score (or the sign of the only one) names the true class.
    fn accuracy(&self, found: &Coefficients) -> f64 {
        let class = |scores: &Vec<f64>| match scores[..] {
            [only] => f64::from(u8::from(only > 0.0)),
            _ => (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap() as f64,
        };
        let right =
            self.scores(found).iter().zip(&self.truth).filter(|(s, truth)| class(s) == **truth).count();
        right as f64 / self.truth.len() as f64
    }
}

fn tables(name: &str, target: impl Fn(String) -> f64) -> [Table; 2] {
    let [train, test] = divided(name);
    let moments =
        weighted_moments(&Matrix { columns: train.features.len(), data: train.x.clone() }, &train.weight);
    [Table::of(&train, &moments, &target), Table::of(&test, &moments, &target)]
}

/// Alternating rows around two centres.
fn two_clouds(rows: usize) -> Table {
    let noise = |i: usize| ((i * 7919) % 101) as f32 / 50.0 - 1.0;
    let data = (0..rows).flat_map(|i| [noise(i) + (i % 2) as f32, noise(3 * i + 1) * 4.0 - (i % 2) as f32]);
    Table::new(2, data.collect(), (0..rows).map(|i| (i % 2) as f64).collect())
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn breast_cancer_gives_scikit_learns_coefficients() {
    let [train, test] = tables("breast-cancer", |class| f64::from(u8::from(class == "benign")));
    let found = train.fit_from_zero(Loss::Logistic, 1.0, 1);
    assert!(close(&found.coefficients.weights[..3], &[-0.543807, -0.340346, -0.495588], 2e-5));
    assert!(close(&found.coefficients.intercepts, &[0.331234], 2e-5));
    assert!((test.accuracy(&found.coefficients) - 0.9580).abs() < 5e-5);
    assert_eq!(train.fit(Loss::Logistic, 1.0, &found.coefficients).iterations, 0, "refit from the optimum");
}

#[test]
fn digits_give_scikit_learns_coefficients() {
    let [train, test] = tables("digits-cnn", |class| class.parse().unwrap());
    let found = train.fit_from_zero(Loss::Softmax, 1.0, 10);
    let norm = found.coefficients.weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    assert!((norm - 10.2268).abs() < 1e-4, "{norm}");
    assert!((test.accuracy(&found.coefficients) - 0.9711).abs() < 5e-5);
    assert_eq!(train.fit(Loss::Softmax, 1.0, &found.coefficients).iterations, 0, "refit from the optimum");
}

#[test]
fn a_binary_fit_with_two_columns_needs_half_of_c() {
    let table = two_clouds(80);
    let one = table.fit_from_zero(Loss::Logistic, 1.0, 1).coefficients;
    let two = table.fit_from_zero(Loss::Softmax, 2.0, 2).coefficients;
    let difference: Vec<f64> = (0..2).map(|column| two.weights[2 + column] - two.weights[column]).collect();
    assert!(close(&difference, &one.weights, 1e-5), "{difference:?} {one:?}");
}

#[test]
fn ridge_solves_the_normal_equations() {
    let mut table = two_clouds(60);
    table.truth =
        table.rows.iter_rows().map(|row| f64::from(1000.0 + 30.0 * row[0] - row[1] * row[1])).collect();
    let found = table.fit_from_zero(Loss::Squared, 3.0, 1).coefficients;
    let residuals: Vec<f64> =
        table.scores(&found).iter().zip(&table.truth).map(|(score, truth)| score[0] - truth).collect();
    assert!(residuals.iter().sum::<f64>().abs() < 1e-3);
    for column in 0..2 {
        let pull: f64 = table
            .rows
            .iter_rows()
            .zip(&residuals)
            .map(|(row, residual)| f64::from(row[column]) * residual)
            .sum();
        assert!((pull + 3.0 * found.weights[column]).abs() < 1e-2, "column {column}");
    }
}

#[test]
fn units_and_constant_columns_do_not_matter() {
    let table = two_clouds(60);
    let plain = table.fit_from_zero(Loss::Logistic, 0.0, 1).coefficients;
    let stretched = table.rows.iter_rows().flat_map(|row| [row[0] * 1e6, row[1] * 1e-6, 5.0]).collect();
    let found =
        Table::new(3, stretched, table.truth.clone()).fit_from_zero(Loss::Logistic, 0.0, 1).coefficients;
    let back = [found.weights[0] * 1e6, found.weights[1] * 1e-6];
    assert!(close(&back, &plain.weights, 1e-4), "{back:?} {plain:?}");
    assert_eq!(found.weights[2], 0.0);
}

#[test]
fn a_penalty_by_spread_is_one_on_standardised_columns_whatever_their_units() {
    let table = two_clouds(60);
    let moments = weighted_moments(&table.rows, &table.weight);
    let standard = table.rows.clone().map(|column, value| {
        let (mean, sd) = moments[column];
        ((f64::from(value) - mean) / sd) as f32
    });
    let truth: Vec<f64> =
        standard.iter_rows().map(|row| f64::from(30.0 * row[0] - row[1] * row[1])).collect();
    let plain =
        Table::new(2, standard.data, truth.clone()).fit_from_zero(Loss::Squared, 20.0, 1).coefficients;
    assert!(plain.weights[0] < 25.0, "the penalty is felt: {plain:?}");
    let units = [1e5, 1e-5];
    let stretched = table.rows.iter_rows().flat_map(|row| [row[0] * 1e5, row[1] * 1e-5]).collect();
    let stretched = Table { by_spread: true, ..Table::new(2, stretched, truth) };
    let found = stretched.fit_from_zero(Loss::Squared, 20.0, 1).coefficients;
    let back: Vec<f64> =
        (0..2).map(|column| found.weights[column] * units[column] * moments[column].1).collect();
    assert!(close(&back, &plain.weights, 1e-3), "{back:?} {plain:?}");
}

#[test]
fn the_gradient_agrees_with_finite_differences() {
    let table = two_clouds(50);
    for (loss, outputs) in [(Loss::Logistic, 1), (Loss::Logistic, 2), (Loss::Softmax, 2), (Loss::Squared, 1)]
    {
        let mut start = Coefficients::zeros(outputs, 2);
        start.weights.iter_mut().zip([0.3, -0.2, 0.1, 0.4]).for_each(|(weight, value)| *weight = value);
        let centre = Coefficients { weights: vec![0.5; outputs * 2], intercepts: vec![0.0; outputs] };
        let problem = Problem {
            rows: &table.rows,
            truth: &table.truth,
            weight: &table.weight,
            held_out: &[false; 50],
            loss,
            l2: 2.0,
            by_spread: true,
            start: &start,
            centre: &centre,
            iterations: 1,
        };
        let design = Design::new(&problem);
        let theta = design.enter(&start);
        let mut scratch = vec![0.0; theta.len()];
        let value = |theta: &[f64], gradient: &mut [f64]| {
            let (loss, penalty) = design.evaluate(theta, gradient, |row| row % 3 > 0);
            loss + penalty
        };
        let mut gradient = scratch.clone();
        value(&theta, &mut gradient);
        for (place, slope) in gradient.iter().enumerate() {
            let [high, low] = [1e-5, -1e-5].map(|step| {
                let mut moved = theta.clone();
                moved[place] += step;
                value(&moved, &mut scratch)
            });
            assert!((slope - (high - low) / 2e-5).abs() < 1e-8, "{loss:?}, component {place}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_weight_of_two_is_two_rows_and_their_order_is_nothing(
        doubled in prop::collection::vec(any::<bool>(), 40), turn in 0usize..60,
    ) {
        let mut weighted = two_clouds(40);
        weighted.weight = doubled.iter().map(|twice| if *twice { 2.0 } else { 1.0 }).collect();
        let mut places: Vec<usize> =
            (0..40).flat_map(|row| std::iter::repeat_n(row, if doubled[row] { 2 } else { 1 })).collect();
        let turn = turn % places.len();
        places.rotate_left(turn);
        let repeated = Table::new(
            2,
            places.iter().flat_map(|row| weighted.rows.row(*row).to_vec()).collect(),
            places.iter().map(|row| weighted.truth[*row]).collect(),
        );
        let [a, b] = [&weighted, &repeated].map(|table| table.fit_from_zero(Loss::Logistic, 1.0, 1));
        prop_assert!(close(&a.coefficients.weights, &b.coefficients.weights, 1e-5));
        prop_assert!((a.loss - b.loss).abs() < 1e-9);
    }
}
