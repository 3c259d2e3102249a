//! The histogram of two distributions: the reference as filled bars, the present one as outlines over it.
//! Must not know how the bins were chosen.

use plotters::prelude::*;
use plotters::style::Color as _;
use tidegate_core::{Error, Result};

use crate::canvas::{Canvas, at};
use crate::color::mix;
use crate::scale::{self, Bounds};
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Rect, Size, Theme, Unit, layout};

/// Shares (0..1) of the rows in each bin. Either list may be empty, if there is only the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    pub bins: Bins,
    pub reference: Vec<f64>,
    pub current: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Bins {
    /// One more than there are bins, ascending; the outer ones may be infinite.
    Edges(Vec<f64>),
    /// The names of categories.
    Labels(Vec<String>),
}

impl Bins {
    fn count(&self) -> usize {
        match self {
            Bins::Edges(edges) => edges.len().saturating_sub(1),
            Bins::Labels(labels) => labels.len(),
        }
    }
    /// Equally wide bins lie on a number axis; all others side by side as categories of the same width.
    fn axis(&self) -> Axis {
        let axis = match self {
            Bins::Labels(labels) => Axis::categories(labels.clone()),
            Bins::Edges(edges) => match edges.as_slice() {
                [first, .., last] if equally_wide(edges) => Axis::number(*first, *last, ""),
                edges => Axis::categories(edges.windows(2).map(|edge| between(edge[0], edge[1])).collect()),
            },
        };
        Axis { name: "bin".to_owned(), ..axis }
    }
    /// Labels on the x axis: round numbers, the edges between unequal bins, or the categories' names.
    fn ticks(&self, frame: &Frame) -> Vec<(f64, String)> {
        let most = layout::most_x_labels(frame.plot);
        match self {
            Bins::Edges(edges) if !frame.x.categories.is_empty() => {
                let every = edges.len().div_ceil(most + 1).max(1);
                let finite = edges.iter().enumerate().filter(|(_, edge)| edge.is_finite());
                let shown = finite.filter(|(i, _)| i % every == 0);
                shown.map(|(i, edge)| (i as f64, Unit::Plain.say(*edge))).collect()
            }
            Bins::Edges(_) => scale::within(frame.x.from, frame.x.to, Unit::Plain, most + 1).ticks,
            Bins::Labels(labels) => {
                let width = frame.plot.width / labels.len().max(1) as f64;
                let shown = |name: &String| layout::shortened(name, (width - 8.0).max(40.0));
                labels.iter().enumerate().map(|(i, name)| (i as f64 + 0.5, shown(name))).collect()
            }
        }
    }
}

fn equally_wide(edges: &[f64]) -> bool {
    let [first, .., last] = edges else { return false };
    let width = (last - first) / (edges.len() - 1) as f64;
    let even = |pair: &[f64]| ((pair[1] - pair[0]) - width).abs() <= width * 1e-6;
    width.is_finite() && width > (first.abs() + last.abs()) * 1e-9 && edges.windows(2).all(even)
}

fn between(low: f64, high: f64) -> String {
    let say = |edge: f64| Unit::Plain.say(edge);
    match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("{} to {}", say(low), say(high)),
        (false, true) => format!("below {}", say(high)),
        (true, false) => format!("from {}", say(low)),
        (false, false) => "all".to_owned(),
    }
}

/// Draws the histogram. A point of its frame lies in the middle of its bin.
///
/// # Errors
/// `Invalid` if a distribution has not one share per bin.
pub fn histogram(histogram: &Histogram, size: Size, theme: Theme) -> Result<Chart> {
    let size = size.drawable();
    let bins = histogram.bins.count();
    let shares = [&histogram.reference, &histogram.current];
    if shares.iter().any(|shares| !shares.is_empty() && shares.len() != bins) {
        return Err(Error::invalid(format!("the histogram's shares don't match its {bins} bins"))
            .hint("give `reference` and `current` one share per bin, or leave one empty"));
    }
    let bounds = Bounds { unit: Unit::Percent, low: Some(0.0), high: None };
    let values = shares.into_iter().flatten().copied();
    let y = scale::fit(values, &bounds, layout::most_y_ticks(size).min(5));
    let mut frame = Frame {
        width: size.width,
        height: size.height,
        plot: layout::plot(size, y.ticks.iter().map(|(_, label)| label.as_str())),
        x: histogram.bins.axis(),
        y: Axis::number(y.low, y.high, ""),
        unit: Unit::Percent,
        series: Vec::new(),
        marks: Vec::new(),
    };
    let named = [("reference", Color::Reference, shares[0]), ("current", Color::C2, shares[1])];
    let present = named.into_iter().filter(|(_, _, shares)| !shares.is_empty());
    frame.series = present.map(|(name, color, shares)| in_frame(name, color, shares, &frame.x)).collect();
    let mut canvas = Canvas::new(&frame, theme);
    canvas.y_axis(&y.ticks)?;
    canvas.x_axis(&histogram.bins.ticks(&frame))?;
    draw_bars(&mut canvas, &frame, bins, theme)?;
    let svg = canvas.finish(&summary(&frame, bins));
    Ok(Chart { svg, frame })
}

fn in_frame(name: &str, color: Color, shares: &[f64], x: &Axis) -> FrameSeries {
    let width = (x.to - x.from) / shares.len() as f64;
    let middle = |i: usize| x.from + width * (i as f64 + 0.5);
    let finite = |share: &f64| Some(*share).filter(|share| share.is_finite());
    FrameSeries {
        name: name.to_owned(),
        unit: Unit::Percent,
        color,
        dashed: false,
        points: shares.iter().enumerate().map(|(i, share)| (middle(i), finite(share))).collect(),
        band: Vec::new(),
    }
}

fn draw_bars(canvas: &mut Canvas, frame: &Frame, bins: usize, theme: Theme) -> Result<()> {
    let slot = frame.plot.width / bins.max(1) as f64;
    for series in &frame.series {
        let outlined = series.color != Color::Reference;
        let color = series.color.rgb(theme);
        let reference = mix(theme.panel(), color, if theme == Theme::Dark { 0.35 } else { 0.32 });
        let style = if outlined { color.stroke_width(1) } else { reference.filled() };
        let bars: Vec<Rect> =
            series.points.iter().filter_map(|(x, share)| bar(frame, slot, *x, (*share)?)).collect();
        let bars = bars.into_iter().map(|bar| if outlined { inset(bar, OUTLINE / 2.0) } else { bar });
        let corner = if slot > 6.0 { 1.5 } else { 0.0 };
        canvas.layer(
            &format!("data-layer=\"bars\" stroke-width=\"{OUTLINE}\""),
            Corners::Round(corner),
            |area| {
                let pixels = area.use_screen_coord();
                bars.into_iter().try_for_each(|bar| {
                    pixels.draw(&Rectangle::new([at(bar.x, bar.y), at(bar.right(), bar.bottom())], style))
                })
            },
        )?;
    }
    Ok(())
}

/// Width of the present distribution's outlines, pixels.
const OUTLINE: f64 = 1.5;

/// A bar on the ground line, with a gap to the next; at least a pixel high, so that a rare bin is seen.
fn bar(frame: &Frame, slot: f64, x: f64, share: f64) -> Option<Rect> {
    let (middle, top) = frame.pixel(x, share.min(frame.y.to));
    let ground = frame.plot.bottom();
    let top = top.min(ground - 1.0);
    let width = slot - (slot * 0.15).min(3.0);
    (share > 0.0).then_some(Rect { x: middle - width / 2.0, y: top, width, height: ground - top })
}

fn inset(rect: Rect, by: f64) -> Rect {
    let (width, height) = ((rect.width - 2.0 * by).max(0.1), (rect.height - 2.0 * by).max(0.1));
    Rect { x: rect.x + by, y: rect.bottom() - by - height, width, height }
}

fn summary(frame: &Frame, bins: usize) -> String {
    let names: Vec<&str> = frame.series.iter().map(|series| series.name.as_str()).collect();
    if names.is_empty() {
        return "Histogram without data".to_owned();
    }
    format!("Histogram of {bins} bins: {}", names.join(" and "))
}
