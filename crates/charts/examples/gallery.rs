//! Writes every chart in both themes into the folder given (or `.`), and prints bytes and time for each.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tidegate_charts::*;
use tidegate_core::Time;

const FROM: i64 = 1_795_352_400_000;
const HOUR: i64 = 3_600_000;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for theme in [Theme::Dark, Theme::Light] {
        write(&folder, "latency", theme, || line(&latency(), size(544, 165), theme))?;
        write(&folder, "latency-wide", theme, || line(&latency(), size(760, 220), theme))?;
        write(&folder, "accuracy", theme, || line(&accuracy(), size(520, 170), theme))?;
        write(&folder, "drift", theme, || line(&drift(), size(520, 170), theme))?;
        write(&folder, "throughput", theme, || line(&throughput(), size(520, 170), theme))?;
        write(&folder, "loss", theme, || line(&loss(), size(760, 170), theme))?;
        write(&folder, "spark", theme, || {
            spark(&latency().series[2].points[160..220], Color::C1, size(160, 32), theme)
        })?;
        write(&folder, "heat-drift", theme, || heatmap(&input_drift(), size(520, 190), theme))?;
        write(&folder, "heat-latency", theme, || heatmap(&latency_buckets(), size(520, 170), theme))?;
        write(&folder, "hist-income", theme, || histogram(&income(), size(520, 190), theme))?;
        write(&folder, "hist-purpose", theme, || histogram(&purpose(), size(520, 190), theme))?;
        write(&folder, "confusion", theme, || confusion(&digits(), size(520, 230), theme))?;
        write(&folder, "week", theme, || line(&week(), size(520, 170), theme))?;
        write(&folder, "live", theme, || line(&live(), size(360, 140), theme))?;
        write(&folder, "empty", theme, || line(&empty(), size(520, 170), theme))?;
    }
    let section = |heading: &str, chart| Section {
        heading: heading.to_owned(),
        text: "Accuracy fell by 1.9 points since income drifted at 13:46.".to_owned(),
        table: None,
        chart: Some(chart),
    };
    let draw = || -> Result<Vec<Section>> {
        Ok(vec![
            section("Accuracy", line(&accuracy(), size(760, 200), Theme::Light)?),
            section("Drift by input", heatmap(&input_drift(), size(760, 200), Theme::Light)?),
            Section {
                table: Some(gates()),
                ..section("Income", histogram(&income(), size(760, 200), Theme::Light)?)
            },
        ])
    };
    let sections = draw().map_err(|error| std::io::Error::other(error.to_string()))?;
    let subtitle = "Version 3, 22 Nov 2026, 13:00 to 14:00 UTC".to_owned();
    let html = report(&Report { title: "loan-default".to_owned(), subtitle, sections });
    println!("{:>16}      : {:6} bytes", "report", html.len());
    std::fs::write(folder.join("report.html"), html)
}

fn gates() -> Table {
    let cells = |row: [&str; 4]| row.map(str::to_owned).to_vec();
    Table {
        header: cells(["On the same 4,800 rows", "champion v3", "challenger", "gate"]),
        rows: vec![
            cells(["Accuracy, new rows", "89.5%", "91.6%", "passed"]),
            cells(["Worst slice: region = north", "88.0%", "84.7%", "held"]),
        ],
    }
}

fn write(folder: &Path, name: &str, theme: Theme, draw: impl Fn() -> Result<Chart>) -> std::io::Result<()> {
    let start = Instant::now();
    let chart = draw().map_err(|error| std::io::Error::other(error.to_string()))?;
    println!("{name:>16} {theme:?}: {:6} bytes, {:?}", chart.svg.len(), start.elapsed());
    std::fs::write(folder.join(format!("{name}-{theme:?}.svg").to_lowercase()), chart.svg)
}

fn size(width: u32, height: u32) -> Size {
    Size { width, height }
}

/// A repeatable wiggle between -1 and 1.
fn wiggle(i: usize, seed: usize) -> f64 {
    let mut hash = (i * 7919 + seed * 104_729 + 17) as u64;
    hash = (hash ^ (hash >> 13)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((hash >> 40) as f64 / (1_u64 << 23) as f64) - 1.0
}

fn points(count: usize, value: impl Fn(usize) -> Option<f64>) -> Vec<Point> {
    let x = |i: usize| FROM as f64 + HOUR as f64 * i as f64 / (count - 1) as f64;
    (0..count).map(|i| Point::new(x(i), value(i))).collect()
}

fn series(name: &str, color: Color, points: Vec<Point>) -> Series {
    Series { name: name.to_owned(), color, points, dashed: false, fill: false }
}

fn hour() -> XAxis {
    XAxis::Time { from: Time(FROM), to: Time(FROM + HOUR), utc_offset_min: 0 }
}

fn y(unit: Unit) -> YAxis {
    YAxis { unit, low: None, high: None }
}

fn marks() -> Vec<Mark> {
    let mark = |minute: i64, kind, text: &str| Mark {
        time: Time(FROM + minute * 60_000),
        kind,
        text: text.to_owned(),
    };
    vec![mark(23, MarkKind::Deploy, "v3 deployed"), mark(46, MarkKind::Alert, "income drifted")]
}

fn latency() -> LineChart {
    let spike = |i: usize| if (190..196).contains(&i) { 1.1 } else { 0.0 };
    let p99 = points(300, |i| Some(1.7 + 0.25 * wiggle(i, 3) + spike(i)));
    let p95 =
        points(300, |i| Some(1.1 + 0.1 * wiggle(i, 2)).filter(|_| !(100..120).contains(&i) || i == 110));
    let p50 = points(300, |i| Some(0.63 + 0.04 * wiggle(i, 1)));
    LineChart {
        series: vec![
            series("p50", Color::C1, p50),
            series("p95", Color::C2, p95),
            series("p99", Color::C3, p99),
        ],
        x: hour(),
        y: y(Unit::Milliseconds),
        threshold: None,
        marks: marks(),
    }
}

fn accuracy() -> LineChart {
    let course =
        |i: usize| 0.925 + 0.01 * (i as f64 / 18.0).sin() - 0.00008 * i as f64 + 0.002 * wiggle(i, 4);
    let mut realised = points(120, |i| Some(course(i)));
    for point in &mut realised {
        (point.low, point.high) = (point.y.map(|y| y - 0.009), point.y.map(|y| y + 0.009));
    }
    let estimated = points(120, |i| Some(course(i) + 0.003 * wiggle(i, 5)));
    let estimated = Series { dashed: true, ..series("estimated", Color::C5, estimated) };
    LineChart {
        series: vec![series("realised", Color::C1, realised), estimated],
        x: hour(),
        y: y(Unit::Percent),
        threshold: None,
        marks: marks(),
    }
}

fn drift() -> LineChart {
    let psi = points(120, |i| Some(0.05 + 0.008 * wiggle(i, 6) + 0.009 * (i as f64 - 92.0).max(0.0)));
    LineChart {
        series: vec![Series { fill: true, ..series("PSI", Color::C2, psi) }],
        x: hour(),
        y: y(Unit::Plain),
        threshold: Some(Threshold { value: 0.2, above: true, label: "act above 0.2".to_owned() }),
        marks: marks(),
    }
}

fn throughput() -> LineChart {
    let answered = points(240, |i| Some(305.0 + 60.0 * (i as f64 / 9.0).sin() + 20.0 * wiggle(i, 7)));
    let errors = points(240, |i| Some(2.0 + 2.0 * wiggle(i, 8)));
    LineChart {
        series: vec![
            Series { fill: true, ..series("answered", Color::C4, answered) },
            series("errors", Color::C3, errors),
        ],
        x: hour(),
        y: y(Unit::PerSecond),
        threshold: None,
        marks: marks(),
    }
}

fn loss() -> LineChart {
    let tree = |offset: f64, seed: usize| {
        let value =
            move |i: usize| 0.22 + offset + 0.5 * (-(i as f64) / 18.0).exp() + 0.004 * wiggle(i, seed);
        (0..68).map(|i| Point::new(i as f64 + 1.0, Some(value(i)))).collect()
    };
    LineChart {
        series: vec![
            series("training", Color::C4, tree(0.0, 9)),
            series("held out", Color::C2, tree(0.03, 10)),
        ],
        x: XAxis::Number { from: 1.0, to: 68.0, name: "tree".to_owned() },
        y: y(Unit::Plain),
        threshold: None,
        marks: vec![],
    }
}

fn empty() -> LineChart {
    LineChart { series: vec![], x: hour(), y: y(Unit::Count), threshold: None, marks: vec![] }
}

fn minutes() -> Vec<Time> {
    (0..60).map(|minute| Time(FROM + minute * 60_000)).collect()
}

fn input_drift() -> Heatmap {
    let rows = ["income", "age_of_account", "balance", "purpose", "region", "tenure", "utilisation <max>"];
    let psi = |row: usize, i: usize| {
        let drift = if row < 2 { (i as f64 - 45.0 - 6.0 * row as f64).max(0.0) * 0.03 } else { 0.0 };
        Some(0.04 + 0.03 * wiggle(i, 20 + row) + drift).filter(|_| !(row == 4 && (10..14).contains(&i)))
    };
    Heatmap {
        rows: rows.map(str::to_owned).to_vec(),
        columns: minutes(),
        column_ms: 60_000,
        cells: (0..rows.len()).map(|row| (0..60).map(|i| psi(row, i)).collect()).collect(),
        shading: Shading::Threshold { low: 0.0, high: 0.2 },
        unit: Unit::Plain,
        from: Time(FROM),
        to: Time(FROM + HOUR),
        utc_offset_min: 0,
    }
}

fn latency_buckets() -> Heatmap {
    let upper: Vec<f64> = (0..12).map(|i| 0.125 * 2_f64.powf(f64::from(i) / 2.0)).collect();
    let count = |row: usize, i: usize| {
        let middle = 4.5 + 0.8 * (i as f64 / 9.0).sin();
        (300.0 * (-(row as f64 - middle).powi(2) / 3.0).exp() + 3.0 * wiggle(i, row)).max(0.0).floor()
    };
    let counts: Vec<Vec<f64>> =
        (0..upper.len()).map(|row| (0..60).map(|i| count(row, i)).collect()).collect();
    Heatmap::latency(&upper, &counts, minutes(), 60_000, (Time(FROM), Time(FROM + HOUR), 0))
}

fn bell(bins: usize, middle: f64, width: f64) -> Vec<f64> {
    let weight = |i: usize| (-((i as f64 - middle) / width).powi(2)).exp();
    let total: f64 = (0..bins).map(weight).sum();
    (0..bins).map(|i| weight(i) / total).collect()
}

fn income() -> Histogram {
    Histogram {
        bins: Bins::Edges((0..=26).map(|i| f64::from(i) * 4_000.0).collect()),
        reference: bell(26, 9.0, 5.0),
        current: bell(26, 14.0, 6.0),
    }
}

fn purpose() -> Histogram {
    Histogram {
        bins: Bins::Labels(
            ["car", "house", "education", "renovation <or other>", "business", "other"]
                .map(str::to_owned)
                .to_vec(),
        ),
        reference: vec![0.3, 0.25, 0.2, 0.15, 0.08, 0.02],
        current: vec![0.28, 0.2, 0.25, 0.12, 0.15, 0.0],
    }
}

fn digits() -> Confusion {
    let count = |actual: usize, predicted: usize| match (actual, predicted) {
        (a, p) if a == p => 95 + 3 * a as u64,
        (4, 9) | (9, 4) => 31,
        (a, p) => (a * 7 + p * 3) as u64 % 13 / 10,
    };
    Confusion {
        labels: (0..10).map(|digit| digit.to_string()).collect(),
        counts: (0..10).map(|actual| (0..10).map(|predicted| count(actual, predicted)).collect()).collect(),
    }
}

/// A week of memory, part of it missing.
fn week() -> LineChart {
    let hours = (0..168).map(|i| {
        let used = 1.1e9 + 2e8 * (i as f64 / 12.0).sin() + 3e7 * wiggle(i, 30);
        Point::new((FROM + i as i64 * HOUR) as f64, Some(used).filter(|_| !(60..80).contains(&i)))
    });
    let memory = Series { fill: true, ..series("memory", Color::C6, hours.collect()) };
    let x = XAxis::Time { from: Time(FROM), to: Time(FROM + 168 * HOUR), utc_offset_min: 60 };
    LineChart { series: vec![memory], x, y: y(Unit::Bytes), threshold: None, marks: vec![] }
}

/// Two minutes of errors below a floor, zoomed in.
fn live() -> LineChart {
    let seconds =
        (0..120).map(|i| Point::new((FROM + i as i64 * 1_000) as f64, Some(0.93 + 0.004 * wiggle(i, 31))));
    let x = XAxis::Time { from: Time(FROM + 4_000), to: Time(FROM + 116_000), utc_offset_min: 0 };
    let threshold = Threshold { value: 0.92, above: false, label: "act below 92%".to_owned() };
    LineChart {
        series: vec![series("accuracy", Color::C1, seconds.collect())],
        x,
        y: y(Unit::Percent),
        threshold: Some(threshold),
        marks: vec![],
    }
}
