//! The line chart: series over time or over a number, with bands, a threshold and marks.
//! Must not know what the series mean.

use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;
use serde::{Deserialize, Serialize};
use tidegate_core::{Error, Result, Time};

use crate::canvas::{Canvas, Drawn, at, crisp, stroke, units, write_text};
use crate::curve::Curve;
use crate::scale::{self, Bounds, Scale};
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Size, Theme, Unit, layout, timeline};

#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    pub series: Vec<Series>,
    pub x: XAxis,
    pub y: YAxis,
    pub threshold: Option<Threshold>,
    /// Drawn only on a time axis, and only those within it.
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub color: Color,
    /// In any order; a value that is missing, NaN or infinite is a gap in the line.
    pub points: Vec<Point>,
    pub dashed: bool,
    /// Tint the area down to zero, or to the lower end of the axis.
    pub fill: bool,
}

/// A value at `x` (milliseconds since the epoch on a time axis), with the ends of its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Point {
    pub fn new(x: f64, y: Option<f64>) -> Self {
        Self { x, y, low: None, high: None }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum XAxis {
    /// Labels are in UTC moved by `utc_offset_min` minutes.
    Time {
        from: Time,
        to: Time,
        utc_offset_min: i32,
    },
    Number {
        from: f64,
        to: f64,
        name: String,
    },
}

/// Ends left open fit the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YAxis {
    pub unit: Unit,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A limit, drawn as a dashed line with a tint on the side where it is broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    pub value: f64,
    /// Broken above the value, else below it.
    pub above: bool,
    pub label: String,
}

/// Something that happened, drawn on the time axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mark {
    pub time: Time,
    pub kind: MarkKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    Deploy,
    Alert,
    Retrain,
    Rollback,
    /// The errors of a version changed.
    Concept,
    /// A person's note.
    Note,
}

impl MarkKind {
    /// The colour its mark is drawn in.
    pub fn color(self) -> Color {
        match self {
            MarkKind::Deploy => Color::C1,
            MarkKind::Alert => Color::Watch,
            MarkKind::Retrain => Color::C5,
            MarkKind::Rollback => Color::Act,
            MarkKind::Concept => Color::C3,
            MarkKind::Note => Color::C4,
        }
    }
    /// Whether it stands on the axis as a diamond; the others are rings.
    fn is_diamond(self) -> bool {
        self == MarkKind::Concept
    }
}

/// Draws the chart.
///
/// # Errors
/// `Invalid` if the x axis has no finite, positive length.
pub fn line(chart: &LineChart, size: Size, theme: Theme) -> Result<Chart> {
    let size = size.drawable();
    let x = chart.x.axis()?;
    let series: Vec<Curve> = chart.series.iter().map(|series| Curve::of(series, &x, size)).collect();
    let y = y_scale(chart, &series, layout::most_y_ticks(size));
    let frame = Frame {
        width: size.width,
        height: size.height,
        plot: layout::plot(size, y.ticks.iter().map(|(_, label)| label.as_str())),
        marks: chart.marks_within(&x),
        series: series.iter().map(|series| series.for_frame(chart.y.unit)).collect(),
        x,
        y: Axis::number(y.low, y.high, ""),
        unit: chart.y.unit,
    };
    let threshold = chart.threshold.as_ref().filter(|threshold| threshold.value.is_finite());
    let mut canvas = Canvas::new(&frame, theme);
    canvas.y_axis(&y.ticks)?;
    canvas.x_axis(&chart.x.ticks(&frame))?;
    if let Some(threshold) = threshold {
        draw_tint(&mut canvas, &frame, threshold, theme)?;
    }
    for series in &series {
        series.draw(&mut canvas, &frame, theme)?;
    }
    if let Some(threshold) = threshold {
        draw_limit(&mut canvas, &frame, threshold, theme)?;
    }
    draw_marks(&mut canvas, &frame, theme)?;
    let svg = canvas.finish(&summary(chart, &frame));
    Ok(Chart { svg, frame })
}

impl XAxis {
    fn axis(&self) -> Result<Axis> {
        let axis = match self {
            XAxis::Time { from, to, .. } => {
                let [from, to] = [from, to].map(|t| t.0.clamp(-timeline::FURTHEST_MS, timeline::FURTHEST_MS));
                Axis::time(from as f64, to as f64)
            }
            XAxis::Number { from, to, name } => Axis::number(*from, *to, name),
        };
        let length = axis.to - axis.from;
        if length.is_finite() && length > 0.0 {
            return Ok(axis);
        }
        Err(Error::invalid(format!("the x axis has no length: it goes from {} to {}", axis.from, axis.to))
            .hint("give a `to` that is greater than `from`"))
    }
    fn ticks(&self, frame: &Frame) -> Vec<(f64, String)> {
        let most = layout::most_x_labels(frame.plot);
        let (from, to) = (frame.x.from, frame.x.to);
        match self {
            XAxis::Time { utc_offset_min, .. } => {
                timeline::ticks(from as i64, to as i64, *utc_offset_min, most)
            }
            XAxis::Number { .. } => scale::within(from, to, Unit::Plain, most + 1).ticks,
        }
    }
}

impl LineChart {
    fn marks_within(&self, x: &Axis) -> Vec<Mark> {
        let within = |mark: &&Mark| (x.from..=x.to).contains(&(mark.time.0 as f64));
        let on_time = matches!(self.x, XAxis::Time { .. });
        self.marks.iter().filter(|_| on_time).filter(within).cloned().collect()
    }
}

fn y_scale(chart: &LineChart, series: &[Curve], most_ticks: usize) -> Scale {
    let drawn = series.iter().flat_map(|series| &series.inside);
    let values = drawn.flat_map(|point| [point.y, point.low, point.high]).flatten();
    let limit = chart.threshold.iter().map(|threshold| threshold.value);
    let bounds = Bounds { unit: chart.y.unit, low: chart.y.low, high: chart.y.high };
    scale::fit(values.chain(limit), &bounds, most_ticks)
}

fn draw_tint(canvas: &mut Canvas, frame: &Frame, threshold: &Threshold, theme: Theme) -> Result<()> {
    let value = threshold.value.clamp(frame.y.from, frame.y.to);
    let end = if threshold.above { frame.y.to } else { frame.y.from };
    let color = Color::Act.rgb(theme).mix(if theme == Theme::Dark { 0.08 } else { 0.06 });
    canvas.layer("data-layer=\"limit\"", Corners::Square, |area| {
        let corners = [(frame.x.from, value.max(end)), (frame.x.to, value.min(end))];
        area.draw(&Rectangle::new(corners, color.filled()))
    })
}

fn draw_limit(canvas: &mut Canvas, frame: &Frame, threshold: &Threshold, theme: Theme) -> Result<()> {
    let value = threshold.value.clamp(frame.y.from, frame.y.to);
    let y = frame.pixel(frame.x.from, value).1;
    let color = Color::Act.rgb(theme);
    canvas.layer("data-layer=\"limit\" stroke-dasharray=\"4 3\"", Corners::Square, |area| {
        let ends = vec![at(frame.plot.x, crisp(y)), at(frame.plot.right(), crisp(y))];
        area.use_screen_coord().draw(&PathElement::new(ends, stroke(color.mix(0.85), 1.0)))
    })?;
    let above = (y - 9.0 > frame.plot.y && threshold.above) || y + 9.0 > frame.plot.bottom();
    let position = (frame.plot.x + 4.0, if above { y - 9.0 } else { y + 9.0 });
    let label = layout::shortened(&threshold.label, frame.plot.width - 8.0);
    canvas.layer("data-layer=\"limit\"", Corners::Square, |area| {
        write_text(&area.use_screen_coord(), &label, position, HPos::Left, color)
    })
}

fn draw_marks(canvas: &mut Canvas, frame: &Frame, theme: Theme) -> Result<()> {
    let (low, high) = (frame.y.from, frame.y.to);
    let placed: Vec<_> = frame
        .marks
        .iter()
        .map(|mark| (mark.time.0 as f64, mark.kind.color().rgb(theme), mark.kind.is_diamond()))
        .collect();
    canvas.layer("data-layer=\"mark\" stroke-dasharray=\"2 3\"", Corners::Square, |area| {
        placed.iter().try_for_each(|(x, color, _)| {
            area.draw(&PathElement::new(vec![(*x, high), (*x, low)], stroke(color.mix(0.8), 1.4)))
        })
    })?;
    canvas.layer("data-layer=\"mark\"", Corners::Square, |area| {
        let pixels = area.use_screen_coord();
        placed.iter().try_for_each(|(x, color, diamond)| {
            let (x, y) = frame.pixel(*x, low);
            if *diamond {
                return draw_diamond(&pixels, (x, y), color, theme);
            }
            pixels.draw(&Circle::new(at(x, y), units(4.2), theme.panel().filled()))?;
            pixels.draw(&Circle::new(at(x, y), units(4.2), stroke(color, 1.6)))
        })
    })
}

fn draw_diamond(
    pixels: &DrawingArea<SVGBackend, plotters::coord::Shift>,
    (x, y): (f64, f64),
    color: &RGBColor,
    theme: Theme,
) -> Drawn {
    let corners = [(x, y - 5.6), (x + 5.6, y), (x, y + 5.6), (x - 5.6, y)].map(|(x, y)| at(x, y));
    pixels.draw(&Polygon::new(corners.to_vec(), theme.panel().filled()))?;
    pixels.draw(&PathElement::new([&corners[..], &corners[..1]].concat(), stroke(color, 1.6)))
}

/// What the chart shows, in a sentence.
fn summary(chart: &LineChart, frame: &Frame) -> String {
    let last = |series: &FrameSeries| {
        let value = series.points.iter().rev().find_map(|point| point.1);
        let value = value.map_or("no data".to_owned(), |value| chart.y.unit.say(value));
        format!("{} {value}", series.name)
    };
    let series: Vec<String> = frame.series.iter().map(last).collect();
    let range = match &chart.x {
        XAxis::Time { from, to, utc_offset_min } => {
            let [from, to] = [from, to].map(|time| timeline::say(time.0, *utc_offset_min));
            format!("from {from} to {to}")
        }
        XAxis::Number { from, to, name } => format!("over {name} from {from} to {to}"),
    };
    match series.as_slice() {
        [] => format!("No data {range}"),
        series => format!("Line chart {range}; latest: {}", series.join(", ")),
    }
}
