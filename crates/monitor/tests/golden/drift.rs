//! Drift of numbers, categories and proportions.

use serde_json::Value;
use tidegate_monitor::report::{
    Sample, cramer, distance,
    evidently::{self, Method},
    nannyml, significance, smirnov,
};

use super::stream::{counts, number, parsed, uniforms};

const RECORDED: [&str; 2] = [include_str!("drift.json"), include_str!("seeds.json")];

/// Distances and statistics agree to 1e-9, p-values to 1e-6 of themselves.
fn check(name: &str, actual: f64, expected: f64) {
    let tolerance = match name {
        // scipy takes it from 1, with the rounding of its own Bessel function.
        "cramer_von_mises_p" => 1e-6 * expected + 5e-15,
        _ if name.ends_with("_p") => 1e-6 * expected,
        _ => 1e-9,
    };
    assert!((actual - expected).abs() <= tolerance, "{name}: {actual} is not {expected}");
}

fn cases(kind: &str) -> Vec<Value> {
    RECORDED
        .iter()
        .flat_map(|recorded| parsed(recorded)[kind].as_array().cloned().unwrap_or_default())
        .collect()
}

fn column(spec: &Value) -> Vec<f64> {
    let (scale, shift) = (spec["scale"].as_f64().unwrap_or(1.0), spec["shift"].as_f64().unwrap_or(0.0));
    let values = uniforms(spec["n"].as_u64().unwrap() as usize, spec["seed"].as_u64().unwrap());
    let whole = spec["whole"].as_bool().unwrap_or(false);
    let place = |u: f64| if whole { (u * scale + shift).floor() } else { u * scale + shift };
    values.into_iter().map(place).collect()
}

fn numeric(name: &str, reference: &[f64], current: &[f64]) -> f64 {
    let by = |method| evidently::numeric(reference, current, false, Some(method)).score.unwrap();
    let (r, c) = (Sample::new(reference), Sample::new(current));
    let fitted = nannyml::Numeric::new(&r).unwrap();
    match name {
        "ks_statistic" => smirnov::test(&r, &c).statistic,
        "ks_p" => by(Method::KolmogorovSmirnov),
        "wasserstein" => distance::wasserstein(&r, &c),
        "wasserstein_normed" => by(Method::WassersteinNormed),
        "psi" => by(Method::Psi),
        "kl" => by(Method::KullbackLeibler),
        "jensen_shannon_ln" => by(Method::JensenShannon),
        "hellinger" => by(Method::Hellinger),
        "energy" => by(Method::Energy),
        "cramer_von_mises_p" => cramer::test(&r, &c).unwrap().p,
        "t_test_p" => by(Method::T),
        "nannyml_jensen_shannon" => fitted.jensen_shannon(&c).unwrap(),
        "nannyml_hellinger" => fitted.hellinger(&c).unwrap(),
        "nannyml_wasserstein" => fitted.wasserstein(&c).unwrap(),
        "nannyml_ks" => fitted.kolmogorov_smirnov(&c).unwrap(),
        _ => panic!("no such measure: {name}"),
    }
}

#[test]
fn numbers_agree_with_scipy_evidently_and_nannyml() {
    for case in cases("numeric") {
        let (reference, current) = (column(&case["reference"]), column(&case["current"]));
        for (name, expected) in case["expected"].as_object().unwrap() {
            check(name, numeric(name, &reference, &current), number(expected));
        }
    }
}

fn categorical(name: &str, reference: &[u64], current: &[u64]) -> f64 {
    let by = |method| evidently::of_counts(reference, current, Some(method)).score.unwrap();
    let contingency = || significance::chi_square_contingency(reference, current).unwrap();
    match name {
        "psi" => by(Method::Psi),
        "kl" => by(Method::KullbackLeibler),
        "jensen_shannon_ln" => by(Method::JensenShannon),
        "hellinger" => by(Method::Hellinger),
        "chi_square_p" => by(Method::ChiSquare),
        "chi2_contingency_statistic" => contingency().statistic,
        "chi2_contingency_p" => contingency().p,
        "nannyml_jensen_shannon" => nannyml::jensen_shannon_of_counts(reference, current).unwrap(),
        "nannyml_hellinger" => nannyml::hellinger_of_counts(reference, current).unwrap(),
        "nannyml_l_infinity" => nannyml::l_infinity_of_counts(reference, current).unwrap(),
        _ => panic!("no such measure: {name}"),
    }
}

#[test]
fn categories_agree_with_evidently_and_scipy() {
    for case in cases("categorical") {
        let (mut reference, current) = (counts(&case["reference"]), counts(&case["current"]));
        reference.resize(current.len(), 0);
        for (name, expected) in case["expected"].as_object().unwrap() {
            check(name, categorical(name, &reference, &current), number(expected));
        }
    }
}

#[test]
fn proportions_agree_with_evidently() {
    for case in cases("proportion") {
        let [reference, current] = ["reference", "current"].map(|side| {
            let pair = counts(&case[side]);
            (pair[0], pair[1])
        });
        check("z_p", significance::proportions(reference, current).unwrap(), number(&case["z_p"]));
    }
}
