//! `tidegate estimate`: accuracy without labels, as NannyML's CBPE.

use crate::{
    golden::{DRIFT, Files, number, parsed, printed, refused, uniforms, written},
    support::{run, text},
};

fn class(hit: bool) -> String {
    String::from(if hit { "1" } else { "0" })
}

#[test]
fn estimates_agree_with_nannyml() {
    let files = Files::new();
    for case in parsed(DRIFT)["cbpe_raw"].as_array().unwrap() {
        let p = uniforms(case["n"].as_u64().unwrap() as usize, case["seed"].as_u64().unwrap());
        let threshold = number(&case["threshold"]);
        let predicted = p.iter().map(|p| class(*p >= threshold)).collect();
        let path = files.csv("now.csv", &[("p", written(&p)), ("yhat", predicted)]);
        let line = ["estimate", "--proba", "p", "--pred", "yhat", "--format", "json", path.to_str().unwrap()];
        let found = printed(&line);
        assert_eq!((found["n"].as_u64(), found["calibrated"].as_bool()), (case["n"].as_u64(), Some(false)));
        for (name, expected) in case["expected"].as_object().unwrap() {
            let metric = &found["metrics"][name.strip_prefix("estimate_").unwrap()];
            let (value, expected) = (number(&metric["value"]), number(expected));
            assert!((value - expected).abs() < 1e-9, "{name}: {value} is not {expected}");
            assert!(number(&metric["low"]) < value && value < number(&metric["high"]));
        }
    }
}

/// Rows of a model that is surer than it should be, with labels.
fn overconfident(files: &Files, name: &str, seed: u64) -> String {
    let (p, draws) = (uniforms(4_000, seed), uniforms(4_000, seed + 1_000));
    let said: Vec<f64> = p.iter().map(|p| p * p / (p * p + (1.0 - p).powi(2))).collect();
    let columns = [
        ("p", written(&said)),
        ("yhat", said.iter().map(|p| String::from(if *p >= 0.5 { "yes" } else { "no" })).collect()),
        (
            "y",
            p.iter().zip(draws).map(|(p, draw)| String::from(if draw < *p { "yes" } else { "no" })).collect(),
        ),
    ];
    files.csv(name, &columns).to_str().unwrap().to_owned()
}

#[test]
fn a_labelled_reference_calibrates() {
    let files = Files::new();
    let (reference, now) = (overconfident(&files, "reference.csv", 1), overconfident(&files, "now.csv", 2));
    let line = ["estimate", &now, "--proba", "p", "--pred", "yhat", "--positive", "yes", "--target", "y"];
    let json = |more: &[&str]| printed(&[&line[..], more, &["--format", "json"]].concat());
    let calibrated = json(&["--reference", &reference]);
    let raw = json(&[]);
    assert_eq!((calibrated["calibrated"].as_bool(), raw["calibrated"].as_bool()), (Some(true), Some(false)));
    let accuracy = |found: &serde_json::Value, what: &str| number(&found["metrics"]["accuracy"][what]);
    let realised = accuracy(&calibrated, "realised");
    assert!(accuracy(&calibrated, "low") < realised && realised < accuracy(&calibrated, "high"));
    assert!(accuracy(&raw, "low") > realised, "uncalibrated it promises too much");
    let told = text(&run(&[&line[..], &["--reference", &reference]].concat()).stdout);
    assert!(told.contains("probabilities calibrated on 4000 labelled rows"), "{told}");
}

#[test]
fn many_classes_are_named_by_their_columns() {
    let files = Files::new();
    let csv = "cat,dog,p2,pred\n0.5,0.3,0.2,cat\n0.1,0.1,0.8,bird\n0.1,,0.8,bird\n";
    let path = files.put("now.csv", csv);
    let line = ["estimate", path.to_str().unwrap(), "--proba", "cat,dog,bird=p2", "--format", "json"];
    let with_predictions = printed(&[&line[..], &["--pred", "pred"]].concat());
    assert!((number(&with_predictions["metrics"]["accuracy"]["value"]) - 0.65).abs() < 1e-12);
    assert_eq!((with_predictions["n"].as_u64(), with_predictions["left_out"].as_u64()), (Some(2), Some(1)));
    assert_eq!(printed(&line)["metrics"]["accuracy"], with_predictions["metrics"]["accuracy"]);
}

#[test]
fn what_is_wrong_is_named() {
    let files = Files::new();
    let path = files.put("now.csv", "p,q,yhat\n0.5,1.5,yes\n0.7,0.5,no\n");
    let path = path.to_str().unwrap();
    let error = |line: &[&str]| refused(&[&["estimate", path], line].concat());
    assert!(error(&["--proba", "q"]).contains("column `q` is 1.5 in row 1, which is no probability"));
    assert!(error(&["--proba", "z"]).contains("has no column `z`"));
    assert!(error(&["--proba", "p", "--pred", "yhat"]).contains("name the positive class with --positive"));
    assert!(error(&["--proba", "yhat"]).contains("column `yhat` holds text"));
}
