//! Whole tables: which test Evidently chooses for a column, what NannyML's band is, and both their verdicts.

use serde_json::Value;
use tidegate_monitor::report::{
    Method,
    compare::{Column, Definition, Options, Values, compare},
    multivariate,
};

use super::stream::{number, parsed, uniforms};

const RECORDED: &str = include_str!("tables.json");

/// The values of one side of a column.
enum Data {
    Numbers(Vec<f64>),
    Whole(Vec<f64>),
    Names(Vec<u32>, usize),
    Flags(Vec<u32>),
}

/// As `table` in make.py generates it; the current side is side 1.
fn data(spec: &Value, rows: usize, seed: u64, side: u64) -> Data {
    let (kind, distinct) = (spec[0].as_str().unwrap(), number(&spec[1]));
    let shift = number(&spec[2]) * side as f64;
    let u = uniforms(rows, seed);
    match kind {
        "boolean" => Data::Flags(u.into_iter().map(|u| u32::from(u < 0.3)).collect()),
        "categorical" => {
            Data::Names(u.into_iter().map(|u| (u * u * distinct).floor() as u32).collect(), distinct as usize)
        }
        _ if distinct == 0.0 => Data::Numbers(u.into_iter().map(|u| u + shift).collect()),
        "numeric" => Data::Numbers(u.into_iter().map(|u| (u * distinct + shift).floor()).collect()),
        _ => Data::Whole(u.into_iter().map(|u| (u * distinct + shift).floor()).collect()),
    }
}

fn values<'a>(data: &'a Data, names: &'a [String]) -> Values<'a> {
    match data {
        Data::Numbers(values) => Values::Numeric(values),
        Data::Whole(values) => Values::Integer(values),
        Data::Names(codes, distinct) => Values::Categorical { codes, names: &names[..*distinct] },
        Data::Flags(flags) => Values::Boolean(flags),
    }
}

fn method(name: &str) -> Method {
    match name {
        "K-S p_value" => Method::KolmogorovSmirnov,
        "chi-square p_value" => Method::ChiSquare,
        "Z-test p_value" => Method::Z,
        "Wasserstein distance (normed)" => Method::WassersteinNormed,
        "Jensen-Shannon distance" => Method::JensenShannon,
        _ => panic!("no such test: {name}"),
    }
}

fn close(name: &str, actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-9 + 1e-6 * expected.abs(), "{name}: {actual} is not {expected}");
}

#[test]
fn whole_tables_agree_with_evidently_and_nannyml() {
    let recorded = parsed(RECORDED);
    // In the order of make.py, which the seeds follow.
    const NAMES: [&str; 9] =
        ["still", "moved", "steps", "levels", "count", "grade", "color", "answer", "flag"];
    let letters = ["c0", "c1", "c2", "c3", "c4", "c5"].map(String::from);
    for (index, case) in recorded["tables"].as_array().unwrap().iter().enumerate() {
        let side = |side: u64, rows: &str| -> Vec<Data> {
            let rows = case[rows].as_u64().unwrap() as usize;
            let seed = |place: usize| 1_000 * (index as u64 + 1) + 10 * place as u64 + side;
            let each = NAMES.iter().enumerate();
            each.map(|(place, name)| data(&recorded["columns"][name], rows, seed(place), side)).collect()
        };
        let (reference, current) = (side(0, "reference"), side(1, "current"));
        let columns: Vec<Column> = NAMES
            .iter()
            .zip(reference.iter().zip(&current))
            .map(|(name, (r, c))| Column {
                name,
                reference: Some(values(r, &letters)),
                current: Some(values(c, &letters)),
            })
            .collect();
        check_evidently(&columns, &case["evidently"]);
        check_nannyml(&columns, &case["nannyml"]);
    }
}

fn check_evidently(columns: &[Column], expected: &Value) {
    let found = compare(columns.iter().copied(), Options::default());
    for column in &found.columns {
        let expected = &expected["columns"][&column.name];
        assert_eq!(column.test, Some(method(expected["method"].as_str().unwrap())), "{}", column.name);
        close(&column.name, column.score.unwrap(), number(&expected["score"]));
    }
    assert_eq!(found.columns_drifted as f64, number(&expected["drifted"]));
    close("share of drifted columns", found.share_drifted, number(&expected["share_drifted"]));
}

fn check_nannyml(columns: &[Column], expected: &Value) {
    let options = Options { definition: Definition::NannyMl, ..Options::default() };
    for column in compare(columns.iter().copied(), options).columns {
        let expected = &expected["columns"][&column.name];
        close(&column.name, column.score.unwrap(), number(&expected["score"]));
        close(&column.name, column.threshold.unwrap(), number(&expected["threshold"]));
    }
    let found = multivariate::reconstruction(columns).unwrap();
    let expected = &expected["reconstruction"];
    close("error", found.error, number(&expected["error"]));
    close("uncertainty", found.uncertainty, number(&expected["uncertainty"]));
    close("low", found.low, number(&expected["low"]));
    close("high", found.high, number(&expected["high"]));
    assert_eq!(found.components, expected["components"].as_u64().unwrap());
}
