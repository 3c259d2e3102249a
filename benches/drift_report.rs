//! What a drift report of a million rows a side costs: 15 numeric and 5 categorical columns, everything in memory.
//!
//! `cargo run --release -p tidegate-benches --bin drift_report [rows]` prints processor seconds and peak memory
//! under each definition, and with every test computed. Evidently's DataDriftPreset takes 127.7 s and 1.84 GB.

use tidegate_monitor::report::compare::{Column, Comparison, Definition, Options, Values, column, judge};

const NUMERIC: usize = 15;
const CATEGORICAL: usize = 5;

/// x <- 6364136223846793005 x + 1442695040888963407 mod 2^64; u = (x >> 11) / 2^53.
struct Uniform(u64);

impl Iterator for Uniform {
    type Item = f64;
    fn next(&mut self) -> Option<f64> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// About normal: the sum of four, moved by a part of the column's place.
fn numbers(rows: usize, seed: u64, shift: f64) -> Vec<f64> {
    let mut uniform = Uniform(seed);
    (0..rows).map(|_| uniform.by_ref().take(4).sum::<f64>() - 2.0 + shift).collect()
}

fn codes(rows: usize, seed: u64, categories: f64, power: i32) -> Vec<u32> {
    Uniform(seed).take(rows).map(|u| (u.powi(power) * categories) as u32).collect()
}

fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let side = |side: u64| {
        let shift = |place: usize| 0.02 * (place * side as usize) as f64;
        let numeric: Vec<_> =
            (0..NUMERIC).map(|place| numbers(rows, 2 * place as u64 + side, shift(place))).collect();
        let power = |place: usize| if place < 3 { 2 } else { 2 + side as i32 };
        let named: Vec<_> = (0..CATEGORICAL)
            .map(|place| codes(rows, 1_000 + 2 * place as u64 + side, 10.0 + place as f64, power(place)))
            .collect();
        (numeric, named)
    };
    let (reference, current) = (side(0), side(1));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"].map(String::from);
    println!("{rows} rows a side in memory: {:.0} MiB", peak_mib());
    for (definition, all_tests) in [
        (Definition::Evidently, false),
        (Definition::Scipy, false),
        (Definition::NannyMl, false),
        (Definition::Evidently, true),
    ] {
        let options = Options { definition, all_tests, ..Options::default() };
        let before = processor_seconds();
        let mut found: Vec<Comparison> = Vec::new();
        for (r, c) in reference.0.iter().zip(&current.0) {
            let (reference, current) = (Some(Values::Numeric(r)), Some(Values::Numeric(c)));
            found.push(column(Column { name: "number", reference, current }, options));
        }
        for (r, c) in reference.1.iter().zip(&current.1) {
            let values = |codes| Some(Values::Categorical { codes, names: &names });
            found.push(column(Column { name: "name", reference: values(r), current: values(c) }, options));
        }
        let verdict = judge(found, definition);
        println!(
            "{definition:?}{}: {:.2} s, {} of 20 columns drifted, peak {:.0} MiB",
            if all_tests { " and all tests" } else { "" },
            processor_seconds() - before,
            verdict.columns_drifted,
            peak_mib()
        );
    }
}
