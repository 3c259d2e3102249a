//! Where the plot lies in a chart, and how much room text takes. Must not know what is plotted.

use plotters::style::text_anchor::HPos;

use crate::{Rect, Size};

/// Room around the plot: labels below, a mark's radius everywhere.
const TOP: f64 = 8.0;
const RIGHT: f64 = 8.0;
const BOTTOM: f64 = 22.0;
/// Charts above each other share this, so that one crosshair runs through them all.
const LEFT: f64 = 46.0;
/// Between the labels of the y axis and the plot.
pub(crate) const LABEL_GAP: f64 = 8.0;
/// Average width of a character of Inter at the axis labels' size.
const CHARACTER_WIDTH: f64 = 6.3;
/// Of those that are much wider than others.
const WIDE: f64 = 9.6;
const NARROW: f64 = 4.2;

/// The plot of a chart whose y axis has these labels.
pub(crate) fn plot<'l>(size: Size, labels: impl Iterator<Item = &'l str>) -> Rect {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let labels = labels.map(text_width).fold(0.0, f64::max);
    let left = (labels + LABEL_GAP + 2.0).max(LEFT).min(width / 2.0).round();
    let (top, bottom) = (TOP.min(height / 4.0).round(), BOTTOM.min(height / 3.0).round());
    let right = RIGHT.min(width / 8.0).round();
    Rect { x: left, y: top, width: width - left - right, height: height - top - bottom }
}

/// How many ticks a y axis has room for.
pub(crate) fn most_y_ticks(size: Size) -> usize {
    ((f64::from(size.height) - TOP - BOTTOM) / 22.0).clamp(2.0, 6.0) as usize
}

/// How many labels an x axis has room for.
pub(crate) fn most_x_labels(plot: Rect) -> usize {
    (plot.width / 80.0).clamp(1.0, 8.0) as usize
}

/// Roughly; there is no font to measure with.
pub(crate) fn text_width(text: &str) -> f64 {
    let width = |character| match character {
        'm' | 'w' | 'M' | 'W' | '@' | '%' => WIDE,
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ' ' => NARROW,
        _ => CHARACTER_WIDTH,
    };
    text.chars().map(width).sum()
}

/// The text, or as much of it as fits into `width` pixels and an ellipsis.
pub(crate) fn shortened(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let fitting = (width / CHARACTER_WIDTH - 1.0).max(1.0) as usize;
    text.chars().take(fitting).chain(['\u{2026}']).collect()
}

/// Left edge, anchor point and anchor of a label centred on `x` if the plot has room for it there.
pub(crate) fn placed(x: f64, width: f64, plot: Rect) -> (f64, f64, HPos) {
    if x - width / 2.0 < plot.x {
        (plot.x, plot.x, HPos::Left)
    } else if x + width / 2.0 > plot.right() {
        (plot.right() - width, plot.right(), HPos::Right)
    } else {
        (x - width / 2.0, x, HPos::Center)
    }
}
