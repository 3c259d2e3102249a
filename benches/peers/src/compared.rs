//! Both sides next to each other: do they say the same, and what does it cost?

use std::process::Command;

use serde_json::Value;

use crate::{
    Folders, boosting, linear,
    process::{Result, answer},
};

/// Scores may differ by this much: both sides add a million numbers, in different orders.
const SAME_SCORE: f64 = 1e-9;
/// Estimates likewise; NannyML rounds running sums to five decimals.
const SAME_ESTIMATE: f64 = 1e-6;

/// Compares one side's answers with the other's.
type Compare = fn(&Value, &Value) -> Result<bool>;

/// What is compared, the peer's environment and script, and how.
const WORK: [(&str, &str, &str, Compare); 5] = [
    ("drift", "evidently", "evidently_drift.py", drift),
    ("cbpe", "nannyml", "nannyml_cbpe.py", cbpe),
    ("adwin", "river", "river_adwin.py", adwin),
    ("trees", "lightgbm", "lightgbm_trees.py", boosting::compare),
    ("linear", "lightgbm", "sklearn_linear.py", linear::compare),
];

/// Whether all answers agree; of all work, or only of that named.
pub fn all(folders: &Folders, only: &[&str]) -> Result<bool> {
    let data = folders.cache.join("data");
    let mut good = true;
    for (what, environment, script, compare) in WORK {
        if !only.is_empty() && !only.contains(&what) {
            continue;
        }
        let ours = answer(Command::new(std::env::current_exe()?).args(["ours", what]).arg(&data))?;
        let python = folders.cache.join(environment).join("bin/python");
        let theirs = answer(Command::new(python).arg(folders.scripts.join(script)).arg(&data))?;
        good &= compare(&ours, &theirs)?;
    }
    Ok(good)
}

pub fn number(value: &Value) -> Result<f64> {
    value.as_f64().ok_or_else(|| format!("`{value}` is no number").into())
}

fn agreement(all: bool) -> &'static str {
    if all { "all the same" } else { "THEY DIFFER" }
}

pub fn costs(title: &str, peer: &str, ours: &Value, theirs: &Value) -> Result<()> {
    println!("\n{title}\n");
    println!("{:<24}{:>12}{:>12}{:>12}", "", "tidegate", peer, "ratio");
    for (name, key) in [
        ("processor time, s", "cpu_s"),
        ("reading the files, s", "load_s"),
        ("peak of memory, MiB", "peak_mb"),
    ] {
        let (own, other) = (number(&ours[key])?, number(&theirs[key])?);
        println!("{name:<24}{own:>12.3}{other:>12.3}{:>11.1}x", other / own);
    }
    Ok(())
}

fn drift(ours: &Value, theirs: &Value) -> Result<bool> {
    println!("\nDrift of 20 columns, 1,000,000 against 1,000,000 rows: Evidently's DataDriftPreset\n");
    println!("{:<20}{:<20}{:>22}{:>22}  verdicts", "column", "test", "tidegate", "Evidently");
    let columns = ours["columns"].as_array().ok_or("no columns")?;
    let mut same = columns.len() == theirs["columns"].as_object().map_or(0, serde_json::Map::len);
    for column in columns {
        let name = column["name"].as_str().unwrap_or_default();
        let other = &theirs["columns"][name];
        let (own, their) = (number(&column["score"])?, number(&other["score"])?);
        let test = column["test"].as_str().unwrap_or_default();
        let drifted = column["drifted"] == true;
        // Every test of a million rows is a distance to Evidently.
        let theirs_drifted = their >= number(&other["threshold"])?;
        let agrees =
            drifted == theirs_drifted && (own - their).abs() <= SAME_SCORE && is_same_test(test, other);
        same &= agrees;
        let verdict = if drifted { "drifted" } else { "stable" };
        let verdict = if agrees { verdict } else { "THEY DIFFER" };
        println!("{name:<20}{test:<20}{own:>22.15}{their:>22.15}  {verdict}");
    }
    same &= ours["columns_drifted"] == theirs["drifted_columns"];
    println!("\n{} columns: {}", columns.len(), agreement(same));
    costs("Cost of the comparison", "Evidently", ours, theirs)?;
    Ok(same)
}

fn is_same_test(ours: &str, theirs: &Value) -> bool {
    let expected = match ours {
        "wasserstein_normed" => "Wasserstein distance (normed)",
        "jensen_shannon" => "Jensen-Shannon distance",
        _ => return false,
    };
    theirs["test"].as_str() == Some(expected)
}

fn cbpe(ours: &Value, theirs: &Value) -> Result<bool> {
    println!("\nAccuracy without labels, 1,000,000 rows after a reference of as many: NannyML's CBPE\n");
    println!("{:<16}{:>20}{:>20}{:>16}{:>16}", "metric", "tidegate", "NannyML", "error", "NannyML's");
    let mut same = ours["calibrated"] == theirs["calibrated"];
    for (name, their) in theirs["metrics"].as_object().ok_or("no metrics")? {
        let (own, their) = (number(&ours["estimates"][name]["value"])?, number(their)?);
        let errors = (number(&ours["estimates"][name]["standard_error"])?, number(&theirs["errors"][name])?);
        same &= (own - their).abs() <= SAME_ESTIMATE;
        println!("{name:<16}{own:>20.12}{their:>20.12}{:>16.9}{:>16.9}", errors.0, errors.1);
    }
    println!("\nestimates: {}", agreement(same));
    costs("Cost of fit and estimate", "NannyML", ours, theirs)?;
    Ok(same)
}

fn adwin(ours: &Value, theirs: &Value) -> Result<bool> {
    let same = ours["drift"] == theirs["drift"];
    println!("\nADWIN over 1,000,000 errors: River\n\ndetections at {}: {}", ours["drift"], agreement(same));
    let rate = |side: &Value| {
        Ok::<_, Box<dyn std::error::Error>>(number(&side["updates"])? / number(&side["cpu_s"])? / 1e6)
    };
    let (own, other) = (rate(ours)?, rate(theirs)?);
    costs("Cost of the stream", "River", ours, theirs)?;
    println!("{:<24}{own:>12.1}{other:>12.1}{:>11.1}x", "million updates/s", own / other);
    Ok(same)
}
