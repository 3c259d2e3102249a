//! Performance estimated without labels.

use tidegate_monitor::estimate::{Binary, Expected, average_precision, roc_auc};

use super::stream::{number, parsed, uniforms};

const RECORDED: &str = include_str!("drift.json");

#[test]
fn estimates_agree_with_nannyml() {
    for case in parsed(RECORDED)["cbpe_raw"].as_array().unwrap() {
        let p = uniforms(case["n"].as_u64().unwrap() as usize, case["seed"].as_u64().unwrap());
        let threshold = number(&case["threshold"]);
        let mut sums = Binary::default();
        p.iter().for_each(|p| sums.add(*p >= threshold, *p));
        for (name, expected) in case["expected"].as_object().unwrap() {
            let actual = match name.as_str() {
                "estimate_accuracy" => Expected::Binary(sums).accuracy().unwrap(),
                "estimate_f1" => sums.f1(),
                "estimate_precision" => sums.precision(),
                "estimate_recall" => sums.recall(),
                "estimate_specificity" => sums.specificity(),
                "estimate_roc_auc" => roc_auc(&p, &p).unwrap(),
                "estimate_ap" => average_precision(&p, &p).unwrap(),
                _ => panic!("no such estimate: {name}"),
            };
            assert!((actual - number(expected)).abs() < 1e-9, "{name}: {actual} is not {expected}");
        }
    }
}
