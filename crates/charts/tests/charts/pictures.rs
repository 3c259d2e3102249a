//! Every chart in both themes, compared with the picture that was last looked at and approved.

use tidegate_charts::*;
use tidegate_core::Time;

pub const NOON: i64 = 1_795_348_800_000;
pub const MINUTE: i64 = 60_000;
const SIZE: Size = Size { width: 520, height: 170 };

fn approve(name: &str, draw: impl Fn(Theme) -> Result<Chart>) {
    for (theme, suffix) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let chart = draw(theme).expect("a chart");
        crate::drawn::assert_inside(&chart);
        insta::assert_snapshot!(format!("{name}-{suffix}"), chart.svg.replace("><", ">\n<"));
    }
}

pub fn series(name: &str, color: Color, values: &[Option<f64>]) -> Series {
    let at = |i: usize| (NOON + i as i64 * 5 * MINUTE) as f64;
    let points = values.iter().enumerate().map(|(i, value)| Point::new(at(i), *value)).collect();
    Series { name: name.to_owned(), color, points, dashed: false, fill: false }
}

pub fn hour(series: Vec<Series>, unit: Unit) -> LineChart {
    LineChart {
        series,
        x: XAxis::Time { from: Time(NOON), to: Time(NOON + 60 * MINUTE), utc_offset_min: 0 },
        y: YAxis { unit, low: None, high: None },
        threshold: None,
        marks: vec![],
    }
}

#[test]
fn lines_with_a_gap_an_isolated_point_and_marks() {
    let p99 = [1.7, 1.8, f64::NAN, 1.6, f64::NAN, 1.9, 2.8, 1.7].map(Some);
    let p50 = [Some(0.6); 13];
    let chart = LineChart {
        marks: vec![
            Mark { time: Time(NOON + 20 * MINUTE), kind: MarkKind::Deploy, text: "v3 deployed".to_owned() },
            Mark { time: Time(NOON + 200 * MINUTE), kind: MarkKind::Alert, text: "later".to_owned() },
        ],
        ..hour(vec![series("p99", Color::C3, &p99), series("p50", Color::C1, &p50)], Unit::Milliseconds)
    };
    approve("latency", |theme| line(&chart, SIZE, theme));
}

#[test]
fn a_change_of_errors_stands_on_the_axis_as_a_diamond() {
    let errors: Vec<_> = (0..13).map(|step| Some(if step < 8 { 0.02 } else { 0.09 })).collect();
    let mark = Mark {
        time: Time(NOON + 41 * MINUTE),
        kind: MarkKind::Concept,
        text: "errors rose from 2.1% to 8.7%".to_owned(),
    };
    let chart =
        LineChart { marks: vec![mark], ..hour(vec![series("errors", Color::C3, &errors)], Unit::Percent) };
    approve("concept", |theme| line(&chart, SIZE, theme));
}

#[test]
fn a_band_and_a_dashed_estimate() {
    let mut realised = series("realised", Color::C1, &[0.93, 0.925, 0.931, 0.92, 0.915].map(Some));
    for point in &mut realised.points {
        (point.low, point.high) = (point.y.map(|y| y - 0.01), point.y.map(|y| y + 0.01));
    }
    let estimated = series("estimated", Color::C5, &[0.928, 0.927, 0.929, 0.922, 0.913].map(Some));
    let chart = hour(vec![realised, Series { dashed: true, ..estimated }], Unit::Percent);
    approve("accuracy", |theme| line(&chart, SIZE, theme));
}

#[test]
fn a_threshold_with_a_tint_beyond() {
    let psi = series("PSI", Color::C2, &[0.05, 0.04, 0.06, 0.05, 0.12, 0.19, 0.27].map(Some));
    let label = "act above 0.2 <psi>".to_owned();
    let chart = LineChart {
        threshold: Some(Threshold { value: 0.2, above: true, label }),
        ..hour(vec![Series { fill: true, ..psi }], Unit::Plain)
    };
    approve("drift", |theme| line(&chart, SIZE, theme));
}

#[test]
fn an_empty_frame() {
    approve("empty", |theme| line(&hour(vec![], Unit::Count), SIZE, theme));
}

#[test]
fn drift_by_input() {
    let income = [0.03, 0.05, 0.1, 0.19, 0.25, 0.4].map(Some).to_vec();
    let region = vec![Some(0.02), None, Some(f64::NAN), Some(0.04), Some(0.02), Some(0.03)];
    let chart = Heatmap {
        rows: vec!["income".to_owned(), "region <east>".to_owned()],
        columns: (0..6).map(|i| Time(NOON + i * 10 * MINUTE)).collect(),
        column_ms: 10 * MINUTE,
        cells: vec![income, region],
        shading: Shading::Threshold { low: 0.0, high: 0.2 },
        unit: Unit::Plain,
        from: Time(NOON),
        to: Time(NOON + 60 * MINUTE),
        utc_offset_min: 0,
    };
    approve("heatmap", |theme| heatmap(&chart, SIZE, theme));
}

#[test]
fn latency_by_bucket() {
    let columns = (0..3).map(|i| Time(NOON + i * 20 * MINUTE)).collect();
    let counts = [vec![9.0, 4.0, 0.0], vec![90.0, 100.0, 80.0], vec![0.0, 2.0, 30.0]];
    let range = (Time(NOON), Time(NOON + 60 * MINUTE), 60);
    let chart = Heatmap::latency(&[0.5, 1.0, 2.0], &counts, columns, 20 * MINUTE, range);
    approve("latency-heatmap", |theme| heatmap(&chart, SIZE, theme));
}

#[test]
fn distributions_of_a_number() {
    let chart = Histogram {
        bins: Bins::Edges((0..=6).map(|i| f64::from(i) * 5_000.0).collect()),
        reference: vec![0.1, 0.3, 0.3, 0.2, 0.1, 0.0],
        current: vec![0.0, 0.1, 0.25, 0.3, 0.25, 0.1],
    };
    approve("histogram", |theme| histogram(&chart, SIZE, theme));
}

#[test]
fn distributions_over_unequal_bins_and_categories() {
    let unequal = Histogram {
        bins: Bins::Edges(vec![f64::NEG_INFINITY, 1.0, 2.0, 5.0, f64::INFINITY]),
        reference: vec![0.25; 4],
        current: vec![0.1, 0.2, 0.3, 0.4],
    };
    approve("histogram-unequal", |theme| histogram(&unequal, SIZE, theme));
    let categories = Histogram {
        bins: Bins::Labels(vec!["car".to_owned(), "<house> & garden".to_owned(), "other".to_owned()]),
        reference: vec![],
        current: vec![0.6, 0.3, 0.1],
    };
    approve("histogram-categories", |theme| histogram(&categories, SIZE, theme));
}

#[test]
fn classes_taken_for_others() {
    let chart = Confusion {
        labels: ["paid <back>", "late"].map(str::to_owned).to_vec(),
        counts: vec![vec![90, 10], vec![0, 25]],
    };
    approve("confusion", |theme| confusion(&chart, SIZE, theme));
}

#[test]
fn trials_over_their_parameters() {
    let upright = |name: &str, low: &str, high: &str| Upright {
        name: name.into(),
        ticks: vec![(0.0, low.into()), (1.0, high.into())],
    };
    let course = |name: &str, places: [f64; 3], standing| Course {
        name: name.into(),
        places: places.map(Some).to_vec(),
        values: places.map(Some).to_vec(),
        standing,
    };
    let chart = Parallel {
        axes: vec![
            upright("learning_rate", "0.01", "0.3"),
            upright("leaves", "4", "127"),
            upright("loss", "0.08", "0.6"),
        ],
        lines: vec![
            course("trial 1", [0.2, 0.9, 0.4], Standing::Ended(0.5)),
            course("trial 2", [0.9, 0.3, 1.0], Standing::Stopped),
            course("trial 3", [0.5, 0.4, 0.0], Standing::Best),
            course("trial 4", [0.7, 0.6, 0.8], Standing::Ended(0.0)),
        ],
    };
    approve("parallel", |theme| parallel(&chart, SIZE, theme));
    let uneven = Parallel { axes: Vec::new(), ..chart };
    assert!(parallel(&uneven, SIZE, Theme::Dark).is_err());
}

#[test]
fn what_mattered() {
    let rows = vec![("learning_rate".to_owned(), 0.72), ("leaves".to_owned(), 0.28), ("l2".to_owned(), 0.0)];
    approve("bars", |theme| {
        bars(&Bars { rows: rows.clone(), of: "what moves the loss".into() }, SIZE, theme)
    });
}

#[test]
fn a_sparkline() {
    let points = series("", Color::C4, &[3.0, 5.0, 4.0, 8.0, 6.0].map(Some)).points;
    approve("spark", |theme| spark(&points, Color::C4, Size { width: 160, height: 32 }, theme));
}
