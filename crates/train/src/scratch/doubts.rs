//! What may make the score too good: rows that stand in both parts, and columns that give the answer away.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    cells::{Cells, Chosen},
    divide::Parts,
    target::Target,
};

/// A correlation this close to 1 is the target itself in other units.
const SAME: f64 = 0.9999;

pub(super) fn find(columns: &[Chosen<'_>], target: &Target, parts: &Parts, warnings: &mut Vec<String>) {
    let known: HashSet<u64> = parts.learnt.iter().map(|row| fingerprint(columns, *row)).collect();
    let twice = parts.held_out.iter().filter(|row| known.contains(&fingerprint(columns, **row))).count();
    if twice > 0 {
        warnings.push(format!(
            "{twice} of {} rows held out equal one learnt from in every column: the score may be too good",
            parts.held_out.len()
        ));
    }
    for column in columns.iter().filter(|column| gives_away(&column.cells, target, &parts.learnt)) {
        warnings.push(format!(
            "column `{}` alone tells the target: if it is known only afterwards, leave it out (`exclude`)",
            column.name
        ));
    }
}

fn fingerprint(columns: &[Chosen<'_>], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    columns.iter().for_each(|column| column.cells.key(row).hash(&mut hasher));
    hasher.finish()
}

pub(super) fn gives_away(cells: &Cells<'_>, target: &Target, rows: &[usize]) -> bool {
    match cells {
        Cells::Numbers(numbers) if !target.is_classification() => correlation(numbers, target, rows) > SAME,
        Cells::Numbers(numbers) => separates(numbers, target, rows) || is_code(cells, target, rows),
        Cells::Texts(_) => is_code(cells, target, rows),
    }
}

/// Whether each value stands with one value of the target only, and most stand more than once.
fn is_code(cells: &Cells<'_>, target: &Target, rows: &[usize]) -> bool {
    let mut meant: BTreeMap<u64, f64> = BTreeMap::new();
    let mut of_one =
        |row: &usize| *meant.entry(cells.key(*row)).or_insert(target.values[*row]) == target.values[*row];
    rows.iter().all(&mut of_one) && meant.len() * 2 <= rows.len()
}

/// Whether the classes lie one after the other along the column. Missing values say nothing, but most are there.
fn separates(numbers: &[f32], target: &Target, rows: &[usize]) -> bool {
    let mut present: Vec<usize> = rows.iter().copied().filter(|row| !numbers[*row].is_nan()).collect();
    present.sort_by(|a, b| {
        numbers[*a].total_cmp(&numbers[*b]).then(target.values[*a].total_cmp(&target.values[*b]))
    });
    let mut changes = 0;
    for pair in present.windows(2) {
        let [before, after] = [target.values[pair[0]], target.values[pair[1]]];
        if before != after {
            changes += 1;
            if numbers[pair[0]] == numbers[pair[1]] {
                return false;
            }
        }
    }
    present.len() * 2 > rows.len() && changes + 1 == target.classes
}

/// Pearson's, without sign.
fn correlation(numbers: &[f32], target: &Target, rows: &[usize]) -> f64 {
    let pairs: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| !numbers[**row].is_nan())
        .map(|row| (f64::from(numbers[*row]), target.values[*row]))
        .collect();
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let mut sums = [0.0; 3];
    for (a, b) in &pairs {
        let (a, b) = (a - x, b - y);
        sums = [sums[0] + a * a, sums[1] + b * b, sums[2] + a * b];
    }
    let spread = (sums[0] * sums[1]).sqrt();
    if spread > 0.0 && pairs.len() > 2 { (sums[2] / spread).abs() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use tidegate_core::schema::Task;

    use super::*;

    const ROWS: [usize; 6] = [0, 1, 2, 3, 4, 5];

    fn target(task: Task, values: [f64; 6]) -> Target {
        Target { task, values: values.to_vec(), names: vec![], classes: 2 }
    }

    #[test]
    fn a_column_that_separates_or_codes_the_classes_gives_them_away() {
        let target = target(Task::Classification, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let told = |numbers: [f32; 6]| gives_away(&Cells::Numbers(numbers.to_vec()), &target, &ROWS);
        assert!(told([1.0, 2.5, 3.0, 4.0, 5.5, 6.0]) && told([6.0, 6.0, 5.0, 1.0, 2.0, 2.0]));
        assert!(told([1.0, 1.0, 3.0, 2.0, 2.0, 2.0]), "a code without order");
        assert!(!told([1.0, 2.5, 4.0, 4.0, 5.5, 6.0]) && !told([1.0, 5.0, 3.0, 2.0, 4.0, 6.0]));
        assert!(!told([f32::NAN, f32::NAN, 1.0, 2.0, f32::NAN, f32::NAN]), "mostly missing");
    }

    #[test]
    fn a_number_in_other_units_gives_itself_away() {
        let target = target(Task::Regression, [1.0, 2.0, 3.0, 5.0, 8.0, 13.0]);
        let told = |of: fn(f64) -> f64| {
            let numbers = target.values.iter().map(|value| of(*value) as f32).collect();
            gives_away(&Cells::Numbers(numbers), &target, &ROWS)
        };
        assert!(told(|x| 32.0 - 1.8 * x) && !told(f64::sqrt) && !told(|_| 1.0));
    }

    #[test]
    fn rows_in_both_parts_are_counted() {
        let target = target(Task::Regression, [1.0, 2.0, 3.0, 5.0, 8.0, 13.0]);
        let cells = Cells::Numbers(vec![1.0, f32::NAN, 1.0, 7.0, f32::NAN, 9.0]);
        let columns = [Chosen { name: "x", kind: "numeric", cells }];
        let parts = Parts { learnt: vec![0, 1, 3], held_out: vec![2, 4, 5] };
        let mut warnings = vec![];
        find(&columns, &target, &parts, &mut warnings);
        assert!(warnings.len() == 1 && warnings[0].starts_with("2 of 3 rows"), "{warnings:?}");
    }
}
