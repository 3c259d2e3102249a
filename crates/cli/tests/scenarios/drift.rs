//! `tidegate drift`: two files, the numbers of scipy, Evidently and NannyML, and an exit status for pipelines.

use serde_json::{Value, json};

use crate::{
    golden::{DRIFT, Files, counts, number, parsed, refused, uniforms, written},
    support::{run, text},
};

/// Distances and statistics agree to 1e-9, p-values to 1e-6 of themselves.
fn check(found: &Value, expected: &Value) {
    for (name, expected) in expected.as_object().unwrap() {
        let (actual, expected) = (number(&found["tests"][name]), number(expected));
        let tolerance = if name.ends_with("_p") { 1e-6 * expected } else { 1e-9 };
        assert!((actual - expected).abs() <= tolerance, "{name}: {actual} is not {expected}");
    }
}

/// Compares two one-column files with every test; the exit status must agree with the verdict.
fn compared(files: &Files, reference: Vec<String>, current: Vec<String>, more: &[&str]) -> Value {
    let (reference, current) =
        (files.csv("reference.csv", &[("x", reference)]), files.csv("current.csv", &[("x", current)]));
    let (reference, current) = (reference.to_str().unwrap(), current.to_str().unwrap());
    let line = ["drift", "--reference", reference, "--current", current, "--format", "json", "--all-tests"];
    let output = run(&[&line[..], more].concat());
    let found: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let status = if found["drifted"] == true { 3 } else { 0 };
    assert_eq!(output.status.code(), Some(status));
    found["columns"][0].clone()
}

fn column(spec: &Value) -> Vec<String> {
    let (scale, shift) = (spec["scale"].as_f64().unwrap_or(1.0), spec["shift"].as_f64().unwrap_or(0.0));
    let values = uniforms(spec["n"].as_u64().unwrap() as usize, spec["seed"].as_u64().unwrap());
    written(&values.into_iter().map(|u| u * scale + shift).collect::<Vec<_>>())
}

#[test]
fn numbers_agree() {
    let files = Files::new();
    for case in parsed(DRIFT)["numeric"].as_array().unwrap() {
        check(
            &compared(&files, column(&case["reference"]), column(&case["current"]), &[]),
            &case["expected"],
        );
    }
}

/// One row for each item, the categories named `a`, `b`... or numbered.
fn items(counts: &[u64], name: impl Fn(usize) -> String) -> Vec<String> {
    let rows = counts.iter().enumerate();
    rows.flat_map(|(category, rows)| std::iter::repeat_n(name(category), *rows as usize)).collect()
}

#[test]
fn categories_agree_whether_named_or_numbered() {
    let files = Files::new();
    let letter = |category: usize| char::from(b'a' + category as u8).to_string();
    for case in parsed(DRIFT)["categorical"].as_array().unwrap() {
        let (reference, current) = (counts(&case["reference"]), counts(&case["current"]));
        let named = compared(&files, items(&reference, letter), items(&current, letter), &[]);
        assert_eq!(named["type"], "categorical");
        check(&named, &case["expected"]);
        let number = |category: usize| category.to_string();
        let more = ["--categorical", "x"];
        let numbered = compared(&files, items(&reference, number), items(&current, number), &more);
        check(&numbered, &case["expected"]);
    }
}

#[test]
fn proportions_agree() {
    let files = Files::new();
    for case in parsed(DRIFT)["proportion"].as_array().unwrap() {
        let side = |side: &str, hit: &str, miss: &str| {
            let pair = counts(&case[side]);
            items(&[pair[1] - pair[0], pair[0]], |hits| String::from(if hits == 1 { hit } else { miss }))
        };
        for (hit, miss) in [("True", "False"), ("yes", "no"), ("1", "0")] {
            let found = compared(&files, side("reference", hit, miss), side("current", hit, miss), &[]);
            check(&found, &json!({ "z_p": case["z_p"] }));
            assert_eq!((&found["test"], found["threshold"].as_f64()), (&json!("z"), Some(0.05)));
        }
    }
}

/// A reference and a current file with a column that rose, one that did not, a new category, other texts, and what is
/// not compared.
fn pair(files: &Files) -> [String; 2] {
    let side = |name: &str, seed: u64, shift: f64, plan: &str| {
        let (age, income) = (uniforms(600, seed), uniforms(600, seed + 1));
        let columns = [
            ("age", written(&age.iter().map(|u| u + shift).collect::<Vec<_>>())),
            ("income", written(&income)),
            ("plan", (0..600).map(|row| String::from(if row % 3 == 0 { plan } else { "basic" })).collect()),
            ("note", (0..600).map(|row| format!("note {row} of {name}")).collect()),
            ("day", (0..600).map(|row| format!("2026-03-{:02}", row % 28 + 1)).collect()),
        ];
        files.csv(name, &columns).to_str().unwrap().to_owned()
    };
    [side("reference.csv", 1, 0.0, "pro"), side("current.csv", 5, 0.4, "trial")]
}

#[test]
fn the_verdict_is_told_in_every_form() {
    let files = Files::new();
    let [reference, current] = pair(&files);
    let line = ["drift", "--reference", &reference, "--current", &current];
    let output = run(&[&line[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdicts: Vec<_> =
        found["columns"].as_array().unwrap().iter().map(|c| c["drifted"].clone()).collect();
    let expected = [true, false, true, true].map(|drifted| json!(drifted));
    assert_eq!((verdicts, &found["drifted"]), (expected.to_vec(), &json!(true)));
    assert_eq!(number(&found["share_drifted"]), 3.0 / 4.0);
    assert_eq!(found["columns"][0]["test"], "kolmogorov_smirnov");
    assert_eq!(found["columns"][0]["direction"], "higher");
    assert!(number(&found["columns"][0]["p_value"]) < 1e-6 && found["columns"][0]["tests"].is_null());
    let skipped: Vec<_> = found["skipped"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect();
    assert_eq!(skipped, ["day"]);
    assert_eq!(
        (&found["columns"][3]["name"], &found["columns"][3]["type"]),
        (&json!("note"), &json!("text"))
    );
    assert!(found["multivariate"].is_null());

    let table = text(&run(&line).stdout);
    assert!(
        table.contains("drifted: 3 of 4 columns (75%, half makes a drift), 600 against 600 rows"),
        "{table}"
    );
    assert!(table.contains("not compared: `day` is a timestamp") && table.contains("trial"), "{table}");

    let page = files.put("drift.html", "");
    let page = page.to_str().unwrap();
    assert_eq!(run(&[&line[..], &["--format", "html", "--out", page]].concat()).status.code(), Some(3));
    let html = std::fs::read_to_string(page).unwrap();
    assert!(
        html.len() < 1_000_000
            && html.contains("<svg")
            && !html.contains("<script")
            && !html.contains("src=")
    );
    assert!(html.contains("drifted: 3 of 4 columns"));
}

#[test]
fn the_definition_can_be_chosen() {
    let files = Files::new();
    let [reference, current] = pair(&files);
    for (whose, test) in [("nannyml", "jensen_shannon_base2"), ("scipy", "chi_square_contingency")] {
        let line =
            ["drift", "--reference", &reference, "--current", &current, "--as", whose, "--format", "json"];
        let output = run(&line);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&found["columns"][2]["test"], &found["definition"]), (&json!(test), &json!(whose)));
        assert_eq!((output.status.code(), &found["columns"][2]["drifted"]), (Some(3), &json!(true)));
    }
}

#[test]
fn no_drift_is_success_and_errors_are_failures() {
    let files = Files::new();
    let [reference, _] = pair(&files);
    let same = run(&["drift", "--reference", &reference, "--current", &reference]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(text(&same.stdout).contains("not drifted: 0 of 4 columns"));
    let broken = files.put("broken.csv", "age,plan\n1,a\n2\n");
    let broken = broken.to_str().unwrap();
    let error = refused(&["drift", "--reference", &reference, "--current", broken]);
    assert!(error.contains("broken.csv, line 3: 1 field where the header has 2"), "{error}");
    let error = refused(&["drift", "--reference", &reference, "--current", "/gone.csv"]);
    assert!(error.contains("/gone.csv"), "{error}");
    let line = ["drift", "--reference", &reference, "--current", &reference, "--columns", "day"];
    assert!(refused(&line).contains("there is nothing to compare"));
}

#[test]
fn a_column_that_only_one_file_has_is_named() {
    let files = Files::new();
    let reference = files.put("a.csv", "x,y\n1,2.5\n2,3.5\n3,4.5\n");
    let current = files.put("b.csv", "x,z\n1,True\n2,False\n3,True\n");
    let line = ["drift", "--reference", reference.to_str().unwrap(), "--current", current.to_str().unwrap()];
    let table = text(&run(&line).stdout);
    assert!(table.contains("the current data does not have this column"), "{table}");
    assert!(table.contains("the reference does not have this column"), "{table}");
}

#[test]
fn columns_that_only_drift_together_are_found() {
    let files = Files::new();
    // y follows x, then runs against it: each by itself is as before.
    let side = |name: &str, seed: u64, sign: f64| {
        let (x, noise) = (uniforms(800, seed), uniforms(800, seed + 100));
        let y = x.iter().zip(&noise).map(|(x, noise)| 0.5 + sign * (x - 0.5) + 0.05 * (noise - 0.5));
        let y: Vec<f64> = y.collect();
        files.csv(name, &[("x", written(&x)), ("y", written(&y))]).to_str().unwrap().to_owned()
    };
    let (reference, current) = (side("together-a.csv", 1, 1.0), side("together-b.csv", 2, -1.0));
    let line = ["drift", "--reference", &reference, "--current", &current, "--multivariate"];
    let found: Value =
        serde_json::from_slice(&run(&[&line[..], &["--format", "json"]].concat()).stdout).unwrap();
    assert_eq!(found["drifted"], false);
    let together = &found["multivariate"];
    assert_eq!(
        (&together["reconstruction"]["state"], &together["domain_classifier"]["state"]),
        (&json!("drifted"), &json!("drifted"))
    );
    assert!(number(&together["domain_classifier"]["auc"]) > 0.9);
    let table = text(&run(&line).stdout);
    assert!(table.contains("together: drifted, trees tell the files apart"), "{table}");
}
