//! Boosted trees beside LightGBM: as accurate, and in how much time? Both on one thread, with the same parameters.
//! Accuracy is that of each of four parts of the rows, learnt from the others; time the median of several fits on all
//! but the first part, binning included.

use std::path::Path;

use serde_json::{Map, Value, json};
use tidegate_trees::{Boosted, Loss, Problem, Settings, fit};

use crate::{
    compared::{costs, number},
    process::{Measure, Result, cpu_s},
    sets::{self, PARTS, Rows, SETS, Set},
};

/// Accuracy may be less by this much.
const SAME_ACCURACY: f64 = 0.005;
/// And take longer by this factor.
const MOST_TIME: f64 = 1.2;
const SETTINGS: Settings = Settings { l2: 0.0, ..Settings::DEFAULT };

pub fn ours(data: &Path) -> Result<bool> {
    let mut measure = Measure::start();
    let sets = sets::all(data)?;
    measure.loaded();
    let mut answers = Map::new();
    for (name, runs, set) in &sets {
        answers.insert((*name).into(), compete(*runs, set));
    }
    measure.done(json!({ "sets": answers }))
}

fn compete(runs: usize, set: &Set) -> Value {
    let classes = set.classes();
    let (loss, outputs) = if classes == 2 { (Loss::Logistic, 1) } else { (Loss::Softmax, classes) };
    let (mut taken, mut right) = (vec![], 0);
    for asked in (0..PARTS).map(f64::from) {
        let learnt = set.rows(|part| part != asked);
        let weight = vec![1.0; learnt.truth.len()];
        let problem = Problem {
            rows: &learnt.matrix,
            truth: &learnt.truth,
            weight: &weight,
            held_out: &[],
            features: &[],
            loss,
            outputs,
        };
        let mut fits = vec![];
        for _ in 0..if asked == 0.0 { runs } else { 1 } {
            let begun = cpu_s();
            fits.push(fit(&problem, SETTINGS));
            if asked == 0.0 {
                taken.push(cpu_s() - begun);
            }
        }
        right += fits.last().map_or(0, |boosted| right_of(boosted, &set.rows(|part| part == asked), outputs));
    }
    taken.sort_by(f64::total_cmp);
    json!({ "accuracy": right as f64 / set.class.len() as f64, "fit_s": taken[runs / 2] })
}

fn right_of(boosted: &Boosted, asked: &Rows, outputs: usize) -> usize {
    let found = boosted.probabilities(&asked.matrix);
    let class = |row: &[f64]| match row {
        [one] => usize::from(*one > 0.5),
        many => (0..many.len()).max_by(|a, b| many[*a].total_cmp(&many[*b])).unwrap_or(0),
    };
    found.chunks_exact(outputs).zip(&asked.truth).filter(|(row, truth)| class(row) as f64 == **truth).count()
}

pub fn compare(ours: &Value, theirs: &Value) -> Result<bool> {
    println!("\nBoosted trees, 100 rounds of 31 leaves, one thread, medians of several fits: LightGBM\n");
    println!(
        "{:<16}{:>9}{:>9}{:>12}{:>12}{:>14}{:>12}{:>9}",
        "", "rows", "columns", "accuracy", "LightGBM's", "processor, s", "LightGBM's", "ratio"
    );
    let mut good = true;
    for (name, _) in SETS {
        let (own, other) = (&ours["sets"][name], &theirs["sets"][name]);
        let [accuracy, theirs, taken, other_taken] =
            [&own["accuracy"], &other["accuracy"], &own["fit_s"], &other["fit_s"]].map(number);
        let (accuracy, theirs, taken, other_taken) = (accuracy?, theirs?, taken?, other_taken?);
        let ratio = taken / other_taken;
        let holds = accuracy >= theirs - SAME_ACCURACY && ratio <= MOST_TIME;
        good &= holds;
        println!(
            "{name:<16}{:>9}{:>9}{accuracy:>12.4}{theirs:>12.4}{taken:>14.3}{other_taken:>12.3}{ratio:>8.2}x{}",
            other["rows"].to_string(),
            other["columns"].to_string(),
            if holds { "" } else { "  MISSED" }
        );
    }
    costs("Cost of all fits", "LightGBM", ours, theirs)?;
    Ok(good)
}
