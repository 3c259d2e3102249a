//! One series on its way into the picture: what of it is visible, where it is broken, and its drawing.
//! Must not know the chart's axes beyond their ranges.

use plotters::prelude::*;
use tidegate_core::Result;

use crate::canvas::{Area, Canvas, Drawn, stroke, units};
use crate::reduce::reduce;
use crate::tidy::Corners;
use crate::{Axis, Band, Frame, FrameSeries, Point, Series, Size, Theme, Unit};

const LINE_WIDTH: f64 = 1.7;
/// More pixel columns than this add bytes, not insight.
const MOST_COLUMNS: usize = 500;

/// x, and one or two y values there.
type Values<const N: usize> = (f64, [f64; N]);

/// A series' points within the x axis, and the ones next to them that its line runs to.
pub(crate) struct Curve<'s> {
    series: &'s Series,
    before: Option<Point>,
    pub(crate) inside: Vec<Point>,
    after: Option<Point>,
    x: (f64, f64),
}

impl<'s> Curve<'s> {
    pub(crate) fn of(series: &'s Series, x: &Axis, size: Size) -> Self {
        let mut points: Vec<Point> = series.points.iter().filter(|p| p.x.is_finite()).map(finite).collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        let start = points.partition_point(|point| point.x < x.from);
        let end = points.partition_point(|point| point.x <= x.to);
        let columns = (size.width as usize).min(MOST_COLUMNS);
        Self {
            series,
            before: start.checked_sub(1).map(|i| points[i]),
            after: points.get(end).copied(),
            inside: reduce(points[start..end].to_vec(), x.from, x.to, columns),
            x: (x.from, x.to),
        }
    }
    pub(crate) fn for_frame(&self, unit: Unit) -> FrameSeries {
        let has_band = self.inside.iter().any(|point| point.low.is_some() || point.high.is_some());
        let band = self.inside.iter().filter(|_| has_band);
        FrameSeries {
            name: self.series.name.clone(),
            unit,
            color: self.series.color,
            dashed: self.series.dashed,
            points: self.inside.iter().map(|point| (point.x, point.y)).collect(),
            band: band.map(|point| Band { low: point.low, high: point.high }).collect(),
        }
    }
    /// The unbroken stretches of what `value` takes from each point, cut at the ends of the x axis.
    fn runs<const N: usize>(&self, value: impl Fn(&Point) -> Option<[f64; N]>) -> Vec<Vec<Values<N>>> {
        let all: Vec<_> = self.before.iter().chain(&self.inside).chain(&self.after).collect();
        let values: Vec<_> = all.into_iter().map(|point| Some((point.x, value(point)?))).collect();
        let runs = values.split(Option::is_none).map(|run| run.iter().flatten().copied().collect());
        runs.map(|run: Vec<_>| cut(run, self.x)).filter(|run| !run.is_empty()).collect()
    }
    pub(crate) fn draw(&self, canvas: &mut Canvas, frame: &Frame, theme: Theme) -> Result<()> {
        let color = self.series.color.rgb(theme);
        let tint = if theme == Theme::Dark { 0.16 } else { 0.12 };
        let (low, high) = (frame.y.from, frame.y.to);
        let within = |v: f64| v.clamp(low, high);
        let floor = within(0.0);
        let runs = self.runs(|point| point.y.map(|y| [within(y)]));
        let bands = self.runs(|point| Some([within(point.low?), within(point.high?)]));
        let dots: Vec<_> = runs.iter().filter(|run| run.len() == 1).collect();
        canvas.layer("data-layer=\"area\"", Corners::Square, |area| {
            bands.iter().try_for_each(|band| draw_between(area, band, &color.mix(tint)))?;
            let filled = runs.iter().filter(|_| self.series.fill);
            let with_floor =
                filled.map(|run| run.iter().map(|(x, [y])| (*x, [floor, *y])).collect::<Vec<_>>());
            with_floor.into_iter().try_for_each(|run| draw_between(area, &run, &color.mix(tint)))
        })?;
        let dash = if self.series.dashed { " stroke-dasharray=\"4 3\"" } else { "" };
        let joins = format!("data-layer=\"line\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{dash}");
        canvas.layer(&joins, Corners::Square, |area| {
            runs.iter().filter(|run| run.len() > 1).try_for_each(|run| {
                let points: Vec<_> = run.iter().map(|(x, [y])| (*x, *y)).collect();
                area.draw(&PathElement::new(points, stroke(color, LINE_WIDTH)))
            })
        })?;
        canvas.layer("data-layer=\"line\"", Corners::Square, |area| {
            dots.iter().try_for_each(|run| {
                let (x, [y]) = run[0];
                area.draw(&Circle::new((x, y), units(LINE_WIDTH + 0.3), color.filled()))
            })
        })
    }
}

/// NaN and infinities are missing values.
fn finite(point: &Point) -> Point {
    let value = |v: Option<f64>| v.filter(|v| v.is_finite());
    Point { x: point.x, y: value(point.y), low: value(point.low), high: value(point.high) }
}

/// A run cut to what lies between `from` and `to`, with a point on each end that it crosses.
fn cut<const N: usize>(run: Vec<Values<N>>, (from, to): (f64, f64)) -> Vec<Values<N>> {
    let crossing = |a: &Values<N>, b: &Values<N>, x: f64| {
        let share = ((x - a.0) / (b.0 - a.0)).clamp(0.0, 1.0);
        (x, std::array::from_fn(|i| a.1[i] + (b.1[i] - a.1[i]) * share))
    };
    let mut kept = Vec::with_capacity(run.len());
    for (i, point) in run.iter().enumerate() {
        let previous = i.checked_sub(1).map(|i| &run[i]);
        for edge in [from, to] {
            let crosses = |previous: &&Values<N>| previous.0 < edge && edge < point.0;
            kept.extend(previous.filter(crosses).map(|previous| crossing(previous, point, edge)));
        }
        if (from..=to).contains(&point.0) {
            kept.push(*point);
        }
    }
    kept
}

fn draw_between(area: &Area, band: &[Values<2>], color: &RGBAColor) -> Drawn {
    if band.len() < 2 {
        return Ok(());
    }
    let upper = band.iter().map(|(x, [_, high])| (*x, *high));
    let lower = band.iter().rev().map(|(x, [low, _])| (*x, *low));
    area.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), color.filled()))
}
