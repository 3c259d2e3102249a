//! What the page and the CSV export read from a frame.

use tidegate_charts::*;
use tidegate_core::Time;

use crate::drawn::{attribute, polylines};
use crate::pictures::{MINUTE, NOON, hour, series};

const SIZE: Size = Size { width: 520, height: 170 };

fn drawn(chart: &LineChart) -> Chart {
    line(chart, SIZE, Theme::Dark).expect("a chart")
}

#[test]
fn csv_has_a_row_per_time_and_a_column_per_series() {
    let mut chart = hour(
        vec![
            series("p50, \"all\"", Color::C1, &[Some(1.5), None]),
            series("p99", Color::C2, &[Some(2.0), Some(f64::NAN), Some(4.0)]),
        ],
        Unit::Milliseconds,
    );
    chart.series[1].points[2].high = Some(5.0);
    assert_eq!(
        drawn(&chart).frame.csv(),
        "time,\"p50, \"\"all\"\" (ms)\",p99 (ms),p99 low,p99 high\r\n\
         2026-11-22T12:00:00.000Z,1.5,2,,\r\n\
         2026-11-22T12:05:00.000Z,,,,\r\n\
         2026-11-22T12:10:00.000Z,,4,,5\r\n"
    );
}

#[test]
fn csv_names_categories_and_keeps_formulas_from_running() {
    let bins = Bins::Labels(vec!["=1+1".to_owned(), "house".to_owned()]);
    let chart = Histogram { bins, reference: vec![0.5, 0.5], current: vec![0.25, 0.75] };
    let chart = histogram(&chart, SIZE, Theme::Light).expect("a chart");
    assert_eq!(chart.frame.csv(), "bin,reference,current\r\n'=1+1,0.5,0.25\r\nhouse,0.5,0.75\r\n");
}

#[test]
fn a_line_is_never_joined_across_a_gap() {
    let chart = drawn(&hour(
        vec![series("a", Color::C1, &[Some(1.0), Some(2.0), None, Some(3.0), Some(4.0), None, Some(5.0)])],
        Unit::Plain,
    ));
    assert_eq!(polylines(&chart).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(attribute(&chart, "cx").len(), 1);
}

#[test]
fn a_line_runs_to_the_edge_when_its_next_point_is_outside() {
    let mut chart = hour(vec![series("a", Color::C1, &[Some(1.0), Some(3.0), Some(5.0)])], Unit::Plain);
    chart.x = XAxis::Time { from: Time(NOON + 2 * MINUTE), to: Time(NOON + 7 * MINUTE), utc_offset_min: 0 };
    let chart = drawn(&chart);
    let corners = &polylines(&chart)[0];
    assert_eq!(
        (corners[0].0, corners[2].0),
        (chart.frame.plot.x, chart.frame.plot.x + chart.frame.plot.width)
    );
    assert_eq!(chart.frame.series[0].points.len(), 1, "only what is within the axis is data");
}

#[test]
fn a_huge_series_stays_small_and_keeps_its_spike() {
    let points = (0..200_000).map(|i| Point::new(NOON as f64 + f64::from(i) * 18.0, Some(1.0)));
    let mut huge = Series { points: points.collect(), ..series("a", Color::C1, &[]) };
    huge.points[123_456].y = Some(50.0);
    let chart = drawn(&hour(vec![huge], Unit::Plain));
    assert!(chart.frame.series[0].points.len() <= 1000 && chart.svg.len() < 20_000);
    let top = polylines(&chart)[0].iter().map(|corner| corner.1).fold(f64::INFINITY, f64::min);
    assert!((top - chart.frame.pixel(0.0, 50.0).1).abs() <= 0.11);
}

#[test]
fn three_series_of_300_points_stay_under_60_kb() {
    let wiggle = |seed: f64| {
        (0..300).map(move |i| Point::new((NOON + i * 12_000) as f64, Some((i as f64 * seed).sin())))
    };
    let all =
        [0.7, 1.3, 2.9].map(|seed| Series { points: wiggle(seed).collect(), ..series("a", Color::C1, &[]) });
    assert!(drawn(&hour(all.to_vec(), Unit::Plain)).svg.len() < 20_000);
}

#[test]
fn a_frame_survives_json() {
    let chart = drawn(&hour(vec![series("a", Color::Reference, &[Some(1.0), None])], Unit::PerSecond));
    let json = serde_json::to_value(&chart).expect("json");
    assert_eq!(json["frame"]["series"][0]["color"], "reference");
    assert_eq!(json["frame"]["series"][0]["points"][1], serde_json::json!([NOON as f64 + 300_000.0, null]));
    assert_eq!(serde_json::from_value::<Chart>(json).expect("a chart"), chart);
}

#[test]
fn axes_without_length_and_cells_that_do_not_fit_are_refused() {
    let backwards = XAxis::Number { from: 2.0, to: 1.0, name: "tree".to_owned() };
    assert!(line(&LineChart { x: backwards, ..hour(vec![], Unit::Plain) }, SIZE, Theme::Dark).is_err());
    let uneven = Histogram { bins: Bins::Edges(vec![0.0, 1.0]), reference: vec![0.5; 2], current: vec![] };
    assert!(histogram(&uneven, SIZE, Theme::Dark).is_err());
    let range = (Time(NOON), Time(NOON + MINUTE), 0);
    let ragged = Heatmap::latency(&[1.0, 2.0], &[vec![1.0], vec![]], vec![Time(NOON)], MINUTE, range);
    assert!(heatmap(&ragged, SIZE, Theme::Dark).is_err());
}
