//! What the quality checks of 30 columns cost a request: its numbers read with and without looking at them, and the
//! counters that window checks need. `cargo bench -p tidegate-monitor --bench quality`

use std::{hint::black_box, time::Instant};

use tidegate_core::{Tensor, schema::FeatureKind};
use tidegate_monitor::{
    column::Reference,
    quality::{Plan, RowChecks, Sample, Values, Window, learn},
};

const COLUMNS: usize = 30;
const ROWS: usize = 1_000;
const RUNS: usize = 200;

/// Nanoseconds a row, the median of many runs.
fn measure(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed().as_nanos() as f64 / ROWS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn main() {
    let columns: Vec<Vec<f64>> = (0..COLUMNS)
        .map(|c| (0..ROWS).map(|row| f64::from((row * (379 + c) % ROWS) as f32 / ROWS as f32)).collect())
        .collect();
    let names: Vec<String> = (0..COLUMNS).map(|c| format!("c{c}")).collect();
    let references: Vec<Reference> =
        names.iter().zip(&columns).map(|(name, values)| Reference::numeric(name.as_str(), values)).collect();
    let samples: Vec<Sample<'_>> = names
        .iter()
        .zip(&columns)
        .map(|(name, values)| Sample { name, kind: FeatureKind::Numeric, values: Values::Numbers(values) })
        .collect();
    let checks = learn(&samples, &references);
    let texts: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), false)).collect();
    let looked = RowChecks::new(&checks, &texts);
    let matrix: Vec<f32> = (0..ROWS * COLUMNS).map(|at| columns[at % COLUMNS][at / COLUMNS] as f32).collect();
    let Ok(tensor) = Tensor::from_f32(vec![ROWS, COLUMNS], &matrix) else { return };

    let read = measure(|| {
        let mut sum = 0.0;
        tensor.each_f64(|_, value| sum += value);
        black_box(sum);
    });
    let mut failed = 0_u64;
    let inspected = measure(|| {
        let mut column = 0;
        tensor.each_f64(|_, value| {
            failed += u64::from(!looked.columns()[column].passes(value));
            column = if column + 1 == COLUMNS { 0 } else { column + 1 };
        });
        black_box(failed);
    });
    let plan = Plan::new(&checks, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let values: Vec<Values<'_>> = columns.iter().map(|values| Values::Numbers(values)).collect();
    let counted = measure(|| {
        let mut window = Window::default();
        window.add(&plan, &values, ROWS);
        black_box(&window);
    });
    println!("{} checks on {COLUMNS} columns, {failed} values failed", checks.len());
    println!("reading a row's numbers             {read:>8.1} ns");
    println!("reading and checking them           {inspected:>8.1} ns   {:.2} times", inspected / read);
    println!("counting a row for window checks    {counted:>8.1} ns   (by the recorder, after the answer)");
}
