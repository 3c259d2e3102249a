//! Where charts are drawn: layers of plotters' SVG over one frame, put together to one picture.
//! Owns the drawing units, text and the axes' look. Must not know which chart it draws.

use std::fmt::Write as _;

use plotters::coord::types::RangedCoordf64;
use plotters::coord::{Shift, cartesian::Cartesian2d};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use tidegate_core::{Error, Result};

use crate::layout::{LABEL_GAP, placed, shortened, text_width};
use crate::tidy::{Corners, SCALE, tidy};
use crate::{Frame, Theme};

/// Takes points in data coordinates.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Axis labels, in pixels.
const FONT_SIZE: f64 = 11.0;
/// plotters' SVG backend divides sizes by this (it takes them for line heights).
const FONT_LINE: f64 = 1.24;

pub(crate) struct Canvas<'f> {
    frame: &'f Frame,
    theme: Theme,
    body: String,
}

impl<'f> Canvas<'f> {
    pub(crate) fn new(frame: &'f Frame, theme: Theme) -> Self {
        Self { frame, theme, body: String::new() }
    }
    /// Draws a group of elements that share `attributes`, on top of what is there.
    pub(crate) fn layer(
        &mut self,
        attributes: &str,
        corners: Corners,
        draw: impl FnOnce(&Area) -> Drawn,
    ) -> Result<()> {
        let mut drawn = String::new();
        let size = (self.frame.width * SCALE as u32, self.frame.height * SCALE as u32);
        let root = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        let area = root.apply_coord_spec(coordinates(self.frame));
        draw(&area)
            .and_then(|()| area.present())
            .map_err(|cause| Error::internal("the chart could not be drawn").because(cause.to_string()))?;
        drop((area, root));
        let elements = tidy(&drawn, corners);
        if !elements.is_empty() {
            let _ = write!(self.body, "<g {attributes}>{elements}</g>");
        }
        Ok(())
    }
    /// Faint lines across the plot with their labels at the left.
    pub(crate) fn y_axis(&mut self, ticks: &[(f64, String)]) -> Result<()> {
        let (theme, plot) = (self.theme, self.frame.plot);
        let height = |value: f64| self.frame.pixel(self.frame.x.from, value).1;
        let lines: Vec<(f64, &str)> =
            ticks.iter().map(|(value, label)| (height(*value), label.as_str())).collect();
        self.layer("data-layer=\"grid\"", Corners::Square, |area| {
            let pixels = area.use_screen_coord();
            lines.iter().try_for_each(|(y, _)| {
                let ends = vec![at(plot.x, crisp(*y)), at(plot.right(), crisp(*y))];
                pixels.draw(&PathElement::new(ends, stroke(theme.grid(), 1.0)))
            })
        })?;
        self.layer("data-layer=\"axis\"", Corners::Square, |area| {
            let pixels = area.use_screen_coord();
            lines.iter().try_for_each(|(y, label)| {
                write_text(&pixels, label, (plot.x - LABEL_GAP, *y), HPos::Right, theme.axis())
            })
        })
    }
    /// The categories of the y axis at the left, each beside its row; as many as there is room for.
    pub(crate) fn row_labels(&mut self) -> Result<()> {
        let (theme, plot, rows) = (self.theme, self.frame.plot, &self.frame.y.categories);
        let pitch = plot.height / rows.len().max(1) as f64;
        let every = (12.0 / pitch).ceil().max(1.0) as usize;
        self.layer("data-layer=\"axis\"", Corners::Square, |area| {
            let pixels = area.use_screen_coord();
            rows.iter().enumerate().step_by(every).try_for_each(|(row, name)| {
                let middle = plot.y + pitch * (row as f64 + 0.5) - 1.0;
                let label = shortened(name, plot.x - LABEL_GAP);
                write_text(&pixels, &label, (plot.x - LABEL_GAP, middle), HPos::Right, theme.axis())
            })
        })
    }
    /// Labels under the plot, moved inwards at its ends; one that would touch the label before is left out.
    pub(crate) fn x_axis(&mut self, ticks: &[(f64, String)]) -> Result<()> {
        let (theme, plot) = (self.theme, self.frame.plot);
        let y = (plot.bottom() + 13.0).min(f64::from(self.frame.height) - 1.0);
        let mut free_from = f64::NEG_INFINITY;
        let mut labels = Vec::new();
        for (value, label) in ticks {
            let x = self.frame.pixel(*value, self.frame.y.from).0;
            let (left, position, anchor) = placed(x, text_width(label), plot);
            if left >= free_from {
                free_from = left + text_width(label) + 12.0;
                labels.push((label, (position, y), anchor));
            }
        }
        self.layer("data-layer=\"axis\"", Corners::Square, |area| {
            let pixels = area.use_screen_coord();
            labels
                .iter()
                .try_for_each(|(label, at, anchor)| write_text(&pixels, label, *at, *anchor, theme.axis()))
        })
    }
    /// The whole picture; `summary` is what a screen reader says of it.
    pub(crate) fn finish(self, summary: &str) -> String {
        let (width, height) = (self.frame.width, self.frame.height);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" \
             font-family=\"'Inter Variable',Inter,system-ui,sans-serif\" \
             style=\"font-variant-numeric:tabular-nums\"><title>{}</title>{}</svg>",
            escape(summary),
            self.body
        )
    }
}

fn coordinates(frame: &Frame) -> Cartesian2d<RangedCoordf64, RangedCoordf64> {
    let ((left, top), (right, bottom)) =
        (at(frame.plot.x, frame.plot.y), at(frame.plot.right(), frame.plot.bottom()));
    Cartesian2d::new(frame.x.from..frame.x.to, frame.y.from..frame.y.to, (left..right, bottom..top))
}

/// A point of the chart in plotters' units.
pub(crate) fn at(x: f64, y: f64) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

/// Where a hairline fills one row of pixels instead of half of two.
pub(crate) fn crisp(position: f64) -> f64 {
    position.floor() + 0.5
}

/// A length in plotters' units.
pub(crate) fn units(pixels: f64) -> u32 {
    (pixels * SCALE).round() as u32
}

pub(crate) fn stroke(color: impl plotters::style::Color, pixels: f64) -> ShapeStyle {
    color.stroke_width(units(pixels))
}

/// Text in the size of axis labels, centred on its line; `from` is in pixels.
pub(crate) fn write_text(
    pixels: &DrawingArea<SVGBackend, Shift>,
    text: &str,
    from: (f64, f64),
    anchor: HPos,
    color: RGBColor,
) -> Drawn {
    let font = ("sans-serif", FONT_SIZE * SCALE * FONT_LINE).into_font();
    let style = TextStyle::from(font).color(&color).pos(Pos::new(anchor, VPos::Center));
    pixels.draw(&Text::new(printable(text), at(from.0, from.1), style))
}

/// Without the control characters that XML forbids.
pub(crate) fn printable(text: &str) -> String {
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if forbidden(c) { ' ' } else { c }).collect()
}

/// Text as it may stand in XML and HTML, in content and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
