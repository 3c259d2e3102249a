//! Heatmaps over time: drift by input, and latency by bucket. Must not know how drift is measured.

use plotters::prelude::*;
use plotters::style::Color as _;
use tidegate_core::{Error, Result, Time};

use crate::canvas::{Canvas, at};
use crate::color::mix;
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Rect, Size, Theme, Unit, layout, timeline};

#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    /// Names of the rows, the first at the top.
    pub rows: Vec<String>,
    /// When each column starts, ascending.
    pub columns: Vec<Time>,
    /// How long a column lasts, milliseconds.
    pub column_ms: i64,
    /// `cells[row][column]`; a value that is missing, NaN or infinite stays blank.
    pub cells: Vec<Vec<Option<f64>>>,
    pub shading: Shading,
    pub unit: Unit,
    pub from: Time,
    pub to: Time,
    pub utc_offset_min: i32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shading {
    /// Quiet from `low` up to `high`, red beyond it, full red at twice `high`.
    Threshold { low: f64, high: f64 },
    /// Blank at zero, then stronger with the square root of the value, up to the highest in the chart.
    Density,
}

/// Shades on either side of a threshold; more can't be told apart.
const LEVELS: f64 = 8.0;
/// Rows don't grow taller than this, pixels.
const TALLEST_ROW: f64 = 28.0;
/// Narrower columns are drawn together, as the highest of them, pixels.
const NARROWEST_COLUMN: f64 = 3.0;

impl Heatmap {
    /// Requests by latency: `counts[bucket][column]` of requests up to `upper_ms[bucket]`, the fastest first.
    pub fn latency(
        upper_ms: &[f64],
        counts: &[Vec<f64>],
        columns: Vec<Time>,
        column_ms: i64,
        (from, to, utc_offset_min): (Time, Time, i32),
    ) -> Self {
        let some = |row: &Vec<f64>| row.iter().copied().map(Some).collect();
        Self {
            rows: upper_ms.iter().rev().map(|upper| Unit::Milliseconds.say(*upper)).collect(),
            cells: counts.iter().rev().map(some).collect(),
            columns,
            column_ms,
            shading: Shading::Density,
            unit: Unit::Count,
            from,
            to,
            utc_offset_min,
        }
    }
    fn check(&self) -> Result<()> {
        if self.to <= self.from || self.column_ms <= 0 {
            return Err(Error::invalid("the heatmap's time range or its columns have no length")
                .hint("give a `to` after `from` and a positive `column_ms`"));
        }
        let even = self.cells.iter().all(|row| row.len() == self.columns.len());
        if self.cells.len() == self.rows.len() && even {
            return Ok(());
        }
        Err(Error::invalid("the heatmap's cells don't match its rows and columns")
            .hint("give one list of cells per row with one cell per column"))
    }
    fn frame(&self, size: Size) -> Frame {
        let limit = timeline::FURTHEST_MS;
        let most_label = f64::from(size.width) * 0.4;
        let labels: Vec<String> = self.rows.iter().map(|row| layout::shortened(row, most_label)).collect();
        let plot = layout::plot(size, labels.iter().map(String::as_str));
        let rows = self.rows.len().max(1) as f64;
        let height = plot.height.min(rows * TALLEST_ROW);
        Frame {
            width: size.width,
            height: size.height,
            plot: Rect { height, ..plot },
            x: Axis::time(
                self.from.0.clamp(-limit, limit - 1) as f64,
                self.to.0.clamp(1 - limit, limit) as f64,
            ),
            y: Axis::rows(self.rows.clone()),
            unit: self.unit,
            series: self.rows.iter().zip(&self.cells).map(|(name, cells)| self.row(name, cells)).collect(),
            marks: Vec::new(),
        }
    }
    fn row(&self, name: &str, cells: &[Option<f64>]) -> FrameSeries {
        let finite = |cell: &Option<f64>| cell.filter(|value| value.is_finite());
        FrameSeries {
            name: name.to_owned(),
            unit: self.unit,
            color: Color::C1,
            dashed: false,
            points: self.columns.iter().map(|time| time.0 as f64).zip(cells.iter().map(finite)).collect(),
            band: Vec::new(),
        }
    }
    /// Sorted by colour, so that each colour becomes one path.
    fn cells(&self, frame: &Frame, theme: Theme) -> Vec<Cell> {
        let columns_with_room = (frame.plot.width / NARROWEST_COLUMN).max(1.0) as usize;
        let together = self.columns.len().div_ceil(columns_with_room).max(1);
        let shade = Shade::new(self.shading, frame, theme);
        let mut cells = Vec::new();
        for (row, series) in frame.series.iter().enumerate() {
            for columns in series.points.chunks(together) {
                let value = columns.iter().filter_map(|point| point.1).max_by(f64::total_cmp);
                let color = value.and_then(|value| shade.of(value));
                let area = color.and_then(|_| self.area(frame, row, columns));
                cells.extend(color.zip(area).map(|(color, area)| Cell { color, area }));
            }
        }
        cells.sort_by_key(|cell| (cell.color.0, cell.color.1, cell.color.2));
        cells
    }
    /// The part of the plot that a row's neighbouring columns take, less the gap to the next ones.
    fn area(&self, frame: &Frame, row: usize, columns: &[(f64, Option<f64>)]) -> Option<Rect> {
        let (first, last) = (columns.first()?.0, columns.last()?.0 + self.column_ms as f64);
        let (left, top) = frame.pixel(first.max(frame.x.from), row as f64);
        let (right, bottom) = frame.pixel(last.min(frame.x.to), row as f64 + 1.0);
        let (width, height) = (right - left, bottom - top);
        let (gap_x, gap_y) = ((width * 0.2).min(1.2), (height * 0.2).min(2.0));
        (width > 0.2).then_some(Rect { x: left, y: top, width: width - gap_x, height: height - gap_y })
    }
}

struct Cell {
    color: RGBColor,
    area: Rect,
}

/// Turns values into colours.
struct Shade {
    shading: Shading,
    highest: f64,
    panel: RGBColor,
    quiet: RGBColor,
    act: RGBColor,
    /// How much of the quiet colour its weakest and strongest shade hold.
    quiet_range: (f64, f64),
}

impl Shade {
    fn new(shading: Shading, frame: &Frame, theme: Theme) -> Self {
        let values = frame.series.iter().flat_map(|series| series.points.iter().filter_map(|point| point.1));
        let quiet_range = match (shading, theme) {
            (Shading::Density, _) => (0.12, 1.0),
            (Shading::Threshold { .. }, Theme::Dark) => (0.14, 0.42),
            (Shading::Threshold { .. }, Theme::Light) => (0.12, 0.36),
        };
        Self {
            shading,
            highest: values.fold(0.0, f64::max),
            panel: theme.panel(),
            quiet: Color::C1.rgb(theme),
            act: Color::Act.rgb(theme),
            quiet_range,
        }
    }
    fn of(&self, value: f64) -> Option<RGBColor> {
        match self.shading {
            Shading::Density if value <= 0.0 => None,
            Shading::Density => Some(self.quiet_at((value / self.highest).sqrt())),
            Shading::Threshold { low, high } if value <= high => {
                Some(self.quiet_at((value - low) / (high - low)))
            }
            Shading::Threshold { high, .. } => {
                let beyond = level((value - high) / high.abs().max(f64::MIN_POSITIVE));
                Some(mix(self.panel, self.act, 0.6 + 0.4 * beyond))
            }
        }
    }
    fn quiet_at(&self, share: f64) -> RGBColor {
        let (weakest, strongest) = self.quiet_range;
        mix(self.panel, self.quiet, weakest + (strongest - weakest) * level(share))
    }
}

/// A share as the nearest level between 0 and 1; 0 if there is none, as where a range has no length.
fn level(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { (share.clamp(0.0, 1.0) * LEVELS).round() / LEVELS }
}

/// Draws the heatmap. A point of its frame's series (one per row) lies at the start of its column.
///
/// # Errors
/// `Invalid` if the cells don't match the rows and columns, or the time range has no length.
pub fn heatmap(heatmap: &Heatmap, size: Size, theme: Theme) -> Result<Chart> {
    heatmap.check()?;
    let frame = heatmap.frame(size.drawable());
    let cells = heatmap.cells(&frame, theme);
    let narrowest =
        cells.iter().map(|cell| cell.area.width.min(cell.area.height)).fold(f64::INFINITY, f64::min);
    let radius = ((narrowest * 4.0).floor() / 10.0).clamp(0.0, 1.2);
    let joins = format!("data-layer=\"cells\" stroke-width=\"{}\" stroke-linejoin=\"round\"", radius * 2.0);
    let mut canvas = Canvas::new(&frame, theme);
    canvas.row_labels()?;
    let most = layout::most_x_labels(frame.plot);
    canvas.x_axis(&timeline::ticks(frame.x.from as i64, frame.x.to as i64, heatmap.utc_offset_min, most))?;
    canvas.layer(&joins, Corners::Merged(radius), |area| {
        let pixels = area.use_screen_coord();
        cells.iter().try_for_each(|Cell { color, area }| {
            let corners = [at(area.x, area.y), at(area.right(), area.bottom())];
            pixels.draw(&Rectangle::new(corners, color.filled()))
        })
    })?;
    let svg = canvas.finish(&summary(heatmap, &frame));
    Ok(Chart { svg, frame })
}

fn summary(heatmap: &Heatmap, frame: &Frame) -> String {
    let [from, to] = [heatmap.from, heatmap.to].map(|time| timeline::say(time.0, heatmap.utc_offset_min));
    let range = format!("Heatmap of {} rows from {from} to {to}", frame.series.len());
    let Shading::Threshold { high, .. } = heatmap.shading else { return range };
    let beyond = |series: &&FrameSeries| series.points.iter().any(|point| point.1.is_some_and(|v| v > high));
    let names: Vec<&str> = frame.series.iter().filter(beyond).map(|series| series.name.as_str()).collect();
    match names.as_slice() {
        [] => format!("{range}; none above {}", heatmap.unit.say(high)),
        names => format!("{range}; above {}: {}", heatmap.unit.say(high), names.join(", ")),
    }
}
