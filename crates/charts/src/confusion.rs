//! The confusion matrix: which classes a model takes for which. Must not know the model.

use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;
use tidegate_core::{Error, Result};

use crate::canvas::{Canvas, at, write_text};
use crate::color::mix;
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Rect, Size, Theme, Unit, layout};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// The classes, in the order of rows and columns.
    pub labels: Vec<String>,
    /// `counts[actual][predicted]`.
    pub counts: Vec<Vec<u64>>,
}

/// The strongest shade still lets text be read on it.
const STRONGEST: f64 = 0.5;
const WEAKEST: f64 = 0.08;

/// Draws a row for each actual class and a column for each predicted one, shaded by the share of the row.
/// Right answers are shaded in the quiet colour, wrong ones in red.
///
/// # Errors
/// `Invalid` if the counts are not one row and one column per label.
pub fn confusion(confusion: &Confusion, size: Size, theme: Theme) -> Result<Chart> {
    let (classes, size) = (confusion.labels.len(), size.drawable());
    if confusion.counts.len() != classes || confusion.counts.iter().any(|row| row.len() != classes) {
        return Err(Error::invalid(format!("the confusion matrix is not {classes} by {classes}"))
            .hint("give one row and one column of counts per label"));
    }
    let frame = confusion.frame(size);
    let cells = confusion.cells(&frame, theme);
    let labels = confusion.labels.iter().enumerate();
    let column = frame.plot.width / classes.max(1) as f64;
    let below: Vec<_> = labels
        .map(|(i, label)| (i as f64 + 0.5, layout::shortened(label, (column - 8.0).max(30.0))))
        .collect();
    let mut canvas = Canvas::new(&frame, theme);
    canvas.row_labels()?;
    canvas.x_axis(&below)?;
    canvas.layer("data-layer=\"cells\"", Corners::Round(3.0), |area| {
        let pixels = area.use_screen_coord();
        cells.iter().try_for_each(|Cell { color, area, .. }| {
            let corners = [at(area.x, area.y), at(area.right(), area.bottom())];
            pixels.draw(&Rectangle::new(corners, color.filled()))
        })
    })?;
    canvas.layer("data-layer=\"counts\"", Corners::Square, |area| {
        let pixels = area.use_screen_coord();
        cells.iter().filter(|cell| cell.has_room()).try_for_each(|Cell { count, area, .. }| {
            let middle = (area.x + area.width / 2.0, area.y + area.height / 2.0);
            let color = if *count == 0 { theme.axis() } else { theme.text() };
            write_text(&pixels, &count.to_string(), middle, HPos::Center, color)
        })
    })?;
    let svg = canvas.finish(&confusion.summary());
    Ok(Chart { svg, frame })
}

struct Cell {
    count: u64,
    color: RGBColor,
    area: Rect,
}

impl Cell {
    fn has_room(&self) -> bool {
        self.area.height >= 13.0 && self.area.width >= layout::text_width(&self.count.to_string()) + 4.0
    }
}

impl Confusion {
    fn frame(&self, size: Size) -> Frame {
        let most_label = f64::from(size.width) * 0.3;
        let shown: Vec<String> =
            self.labels.iter().map(|label| layout::shortened(label, most_label)).collect();
        Frame {
            width: size.width,
            height: size.height,
            plot: layout::plot(size, shown.iter().map(String::as_str)),
            x: Axis { name: "predicted".to_owned(), ..Axis::categories(self.labels.clone()) },
            y: Axis { name: "actual".to_owned(), ..Axis::rows(self.labels.clone()) },
            unit: Unit::Count,
            series: self.labels.iter().zip(&self.counts).map(|(label, counts)| row(label, counts)).collect(),
            marks: Vec::new(),
        }
    }
    fn cells(&self, frame: &Frame, theme: Theme) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (actual, counts) in self.counts.iter().enumerate() {
            let total = counts.iter().map(|count| *count as f64).sum::<f64>().max(1.0);
            for (predicted, count) in counts.iter().enumerate() {
                let color = shade(*count as f64 / total, actual == predicted, theme);
                cells.push(Cell { count: *count, color, area: area(frame, actual, predicted) });
            }
        }
        cells
    }
    fn summary(&self) -> String {
        let total: u128 = self.counts.iter().flatten().map(|count| u128::from(*count)).sum();
        let diagonal = self.counts.iter().enumerate().filter_map(|(i, row)| row.get(i));
        let right: u128 = diagonal.map(|count| u128::from(*count)).sum();
        format!("Confusion matrix of {} classes: {right} of {total} answers are right", self.labels.len())
    }
}

/// The shade of a share of its row's answers. Wrong ones grow with the square root, so that a few are seen.
fn shade(share: f64, right: bool, theme: Theme) -> RGBColor {
    let (hue, strength) = if right { (Color::C1, share) } else { (Color::Act, share.sqrt()) };
    if share == 0.0 {
        return mix(theme.panel(), theme.grid(), 0.6);
    }
    mix(theme.panel(), hue.rgb(theme), WEAKEST + (STRONGEST - WEAKEST) * strength)
}

/// A class's row: its answers by the middle of the predicted class's column.
fn row(label: &str, counts: &[u64]) -> FrameSeries {
    FrameSeries {
        name: label.to_owned(),
        unit: Unit::Count,
        color: Color::C1,
        dashed: false,
        points: counts.iter().enumerate().map(|(i, count)| (i as f64 + 0.5, Some(*count as f64))).collect(),
        band: Vec::new(),
    }
}

/// A cell, less the gap to its neighbours.
fn area(frame: &Frame, actual: usize, predicted: usize) -> Rect {
    let (left, top) = frame.pixel(predicted as f64, actual as f64);
    let (right, bottom) = frame.pixel(predicted as f64 + 1.0, actual as f64 + 1.0);
    let (width, height) = (right - left, bottom - top);
    Rect { x: left, y: top, width: width - (width * 0.2).min(2.0), height: height - (height * 0.2).min(2.0) }
}
