//! Streaming detectors: the index of every detection and warning.

use serde_json::Value;
use tidegate_monitor::detector::{Adwin, Ddm, Detector, Eddm, HddmA, HddmW, PageHinkley};

use super::stream::{counts, number, parsed, uniforms};

const RECORDED: &str = include_str!("detectors.json");

fn values(stream: &Value) -> Vec<f64> {
    let n = stream["n"].as_u64().unwrap() as usize;
    let change = stream["change"].as_u64().unwrap() as usize;
    let uniforms = uniforms(n, stream["seed"].as_u64().unwrap()).into_iter().enumerate();
    if stream["kind"] == "values" {
        let shift = number(&stream["shift"]);
        return uniforms.map(|(i, u)| if i >= change { u + shift } else { u }).collect();
    }
    let (p0, p1) = (number(&stream["p0"]), number(&stream["p1"]));
    uniforms.map(|(i, u)| f64::from(u8::from(u < if i < change { p0 } else { p1 }))).collect()
}

/// Feeds the detector and compares where it detected and warned.
fn check(name: &str, detector: &mut dyn Detector, values: &[f64], expected: &Value) {
    let (mut drift, mut warnings) = (vec![], vec![]);
    for (i, x) in (0_u64..).zip(values) {
        let signal = detector.update(*x);
        drift.extend(signal.drift.then_some(i));
        warnings.extend(signal.warning.then_some(i));
    }
    assert_eq!(drift, counts(&expected["drift"]), "{name}");
    if let Some(count) = expected["warnings"].as_u64() {
        assert_eq!(warnings.len() as u64, count, "{name}");
        assert_eq!(warnings[..warnings.len().min(3)], counts(&expected["first_warnings"]), "{name}");
    }
}

fn check_window(adwin: &Adwin, expected: &Value) {
    let close = |actual: f64, name: &str| {
        let expected = number(&expected[name]);
        assert!((actual - expected).abs() <= 1e-9 * expected, "{name}: {actual} is not {expected}");
    };
    assert_eq!(adwin.width(), number(&expected["width"]));
    close(adwin.total(), "total");
    close(adwin.squares(), "variance");
    if expected["estimation"].is_number() {
        close(adwin.mean(), "estimation");
    }
}

#[test]
fn every_detection_agrees_with_river() {
    for stream in parsed(RECORDED)["streams"].as_array().unwrap() {
        let values = values(stream);
        for (name, expected) in stream["expected"].as_object().unwrap() {
            let mut adwin = Adwin::default();
            match name.as_str() {
                "ADWIN" | "ADWIN_clock1" => {
                    adwin.clock = if name == "ADWIN" { 32 } else { 1 };
                    check(name, &mut adwin, &values, expected);
                    check_window(&adwin, expected);
                }
                "PageHinkley" => check(name, &mut PageHinkley::default(), &values, expected),
                "PageHinkley_threshold20" => check(name, &mut PageHinkley::new(20.0), &values, expected),
                "DDM" => check(name, &mut Ddm::default(), &values, expected),
                "EDDM" => check(name, &mut Eddm::default(), &values, expected),
                "HDDM_A" => check(name, &mut HddmA::default(), &values, expected),
                "HDDM_W" => check(name, &mut HddmW::default(), &values, expected),
                // Recorded as silent on every stream, and not among the detectors offered.
                "FHDDM" => {}
                _ => panic!("no such detector: {name}"),
            }
        }
    }
}

/// A detector that was stored and read back goes on as if nothing happened.
#[test]
fn a_stored_detector_goes_on() {
    let values: Vec<f64> = (0..900).map(|i| f64::from(u8::from(i > 500 || i % 5 == 0))).collect();
    let (mut whole, mut stored) = (Adwin::default(), Adwin::default());
    for (i, x) in values.iter().enumerate() {
        if i % 100 == 0 {
            stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        }
        assert_eq!(whole.update(*x), stored.update(*x));
    }
    assert_eq!(whole, stored);
}
