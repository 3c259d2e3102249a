//! `tidegate detect`: the index of every detection and warning, as River's.

use serde_json::{Value, json};

use crate::{
    golden::{DETECTORS, Files, counts, number, parsed, printed, refused, uniforms, written},
    support::{run, text},
};

fn values(stream: &Value) -> Vec<f64> {
    let (n, seed) = (stream["n"].as_u64().unwrap() as usize, stream["seed"].as_u64().unwrap());
    let change = stream["change"].as_u64().unwrap() as usize;
    let uniforms = uniforms(n, seed).into_iter().enumerate();
    if stream["kind"] == "values" {
        let shift = number(&stream["shift"]);
        return uniforms.map(|(i, u)| if i >= change { u + shift } else { u }).collect();
    }
    let (p0, p1) = (number(&stream["p0"]), number(&stream["p1"]));
    uniforms.map(|(i, u)| f64::from(u8::from(u < if i < change { p0 } else { p1 }))).collect()
}

/// The options that make a recorded detector.
fn options(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "ADWIN" => vec!["adwin"],
        "ADWIN_clock1" => vec!["adwin", "--clock", "1"],
        "PageHinkley" => vec!["page_hinkley"],
        "PageHinkley_threshold20" => vec!["page_hinkley", "--threshold", "20"],
        "DDM" => vec!["ddm"],
        "EDDM" => vec!["eddm"],
        "HDDM_A" => vec!["hddm_a"],
        "HDDM_W" => vec!["hddm_w"],
        // Recorded as silent on every stream, and not among the detectors offered.
        "FHDDM" => return None,
        _ => panic!("no such detector: {name}"),
    })
}

#[test]
fn every_index_agrees_with_river() {
    let files = Files::new();
    for stream in parsed(DETECTORS)["streams"].as_array().unwrap() {
        let path =
            files.csv("stream.csv", &[("x", written(&values(stream))), ("y", written(&values(stream)))]);
        for (name, expected) in stream["expected"].as_object().unwrap() {
            let Some(options) = options(name) else { continue };
            let mut line =
                vec!["detect", path.to_str().unwrap(), "--column", "x", "--format", "json", "--detector"];
            line.extend(options);
            let found = printed(&line);
            assert_eq!(found["drift"], expected["drift"], "{name}");
            if let Some(number) = expected["warnings"].as_u64() {
                let warnings = counts(&found["warnings"]);
                assert_eq!(warnings.len() as u64, number, "{name}");
                assert_eq!(warnings[..warnings.len().min(3)], counts(&expected["first_warnings"]), "{name}");
            }
        }
    }
}

#[test]
fn rows_without_a_value_keep_their_place() {
    let files = Files::new();
    let mut rows = written(&[0.0; 400]);
    rows.splice(0..0, std::iter::repeat_n("NA".to_owned(), 7));
    rows.extend(written(&[1.0; 200]));
    let path = files.csv("errors.csv", &[("error", rows)]);
    let line = [
        "detect",
        path.to_str().unwrap(),
        "--format",
        "json",
        "--detector",
        "page_hinkley",
        "--threshold",
        "5",
    ];
    let found = printed(&line);
    assert_eq!(found, json!({ "drift": [412], "warnings": [] }));
    let told = run(&line[..2]);
    let told = text(&told.stdout);
    assert!(told.contains("error: changed once in 607 rows, 7 without a value left out"), "{told}");
}

#[test]
fn what_is_wrong_is_named() {
    let files = Files::new();
    let path = files.put("two.csv", "x,name\n1,a\n2,b\n");
    let path = path.to_str().unwrap();
    assert!(refused(&["detect", path]).contains("name one with --column: x, name"));
    assert!(refused(&["detect", path, "--column", "z"]).contains("has no column `z`"));
    assert!(refused(&["detect", path, "--column", "name"]).contains("column `name` holds text"));
    let error = refused(&["detect", path, "--column", "x", "--detector", "ddm", "--delta", "0.1"]);
    assert!(error.contains("--delta is not a parameter of ddm"), "{error}");
    assert!(refused(&["detect", "/gone.csv"]).contains("/gone.csv"));
}
