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
        write(&folder, "empty", theme, || line(&empty(), size(520, 170), theme))?;
    }
    Ok(())
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
