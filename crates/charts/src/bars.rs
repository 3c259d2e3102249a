//! Lying bars: a share for each name. Must not know what the shares are of.

use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;
use tidegate_core::Result;

use crate::canvas::{Canvas, at, write_text};
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Rect, Size, Theme, Unit, layout};

#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Names with their shares, between 0 and 1; the first at the top.
    pub rows: Vec<(String, f64)>,
    /// What the shares are of.
    pub of: String,
}

/// Rows don't grow taller than this, pixels.
const TALLEST_ROW: f64 = 28.0;
/// Room for the share beside a bar.
const TEXT: f64 = 44.0;

/// Draws a bar for each row, its share written beside it; a share that is none is drawn as 0.
///
/// # Errors
/// `Internal` if plotters fails.
pub fn bars(bars: &Bars, size: Size, theme: Theme) -> Result<Chart> {
    let frame = bars.frame(size.drawable());
    let pitch = frame.plot.height / bars.rows.len().max(1) as f64;
    let longest = (frame.plot.width - TEXT).max(1.0);
    let placed: Vec<(f64, f64, f64)> = bars
        .rows
        .iter()
        .enumerate()
        .map(|(row, (_, share))| {
            let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
            (share, frame.plot.y + pitch * row as f64, (longest * share).max(1.0))
        })
        .collect();
    let mut canvas = Canvas::new(&frame, theme);
    canvas.row_labels()?;
    canvas.layer("data-layer=\"bars\"", Corners::Round(2.0), |area| {
        let pixels = area.use_screen_coord();
        placed.iter().try_for_each(|(_, top, length)| {
            let corners = [at(frame.plot.x, top + pitch * 0.2), at(frame.plot.x + length, top + pitch * 0.8)];
            pixels.draw(&Rectangle::new(corners, Color::C1.rgb(theme).filled()))
        })
    })?;
    canvas.layer("data-layer=\"counts\"", Corners::Square, |area| {
        let pixels = area.use_screen_coord();
        placed.iter().try_for_each(|(share, top, length)| {
            let from = (frame.plot.x + length + 6.0, top + pitch / 2.0);
            write_text(&pixels, &format!("{:.0}%", share * 100.0), from, HPos::Left, theme.text())
        })
    })?;
    let told: Vec<_> =
        bars.rows.iter().map(|(name, share)| format!("{name} {:.0}%", share * 100.0)).collect();
    let svg = canvas.finish(&format!("Share of {}: {}", bars.of, told.join(", ")));
    Ok(Chart { svg, frame })
}

impl Bars {
    fn frame(&self, size: Size) -> Frame {
        let most_label = f64::from(size.width) * 0.4;
        let names: Vec<String> = self.rows.iter().map(|(name, _)| name.clone()).collect();
        let labels: Vec<String> = names.iter().map(|name| layout::shortened(name, most_label)).collect();
        let plot = layout::plot(size, labels.iter().map(String::as_str));
        let height = plot.height.min(self.rows.len().max(1) as f64 * TALLEST_ROW);
        let series = |(name, share): &(String, f64)| FrameSeries {
            name: name.clone(),
            unit: Unit::Percent,
            color: Color::C1,
            dashed: false,
            points: vec![(0.5, Some(*share).filter(|share| share.is_finite()))],
            band: Vec::new(),
        };
        Frame {
            width: size.width,
            height: size.height,
            plot: Rect { height, ..plot },
            x: Axis::categories(vec![self.of.clone()]),
            y: Axis::rows(names),
            unit: Unit::Percent,
            series: self.rows.iter().map(series).collect(),
            marks: Vec::new(),
        }
    }
}
