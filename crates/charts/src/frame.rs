//! What a chart returns beside its picture: where the data lies in it, and the data itself.
//! Must not know how anything is drawn.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{Color, Mark, Unit, timeline};

/// A picture and the numbers in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Chart {
    /// A complete `<svg>` element, ready to be put into a page or a file.
    pub svg: String,
    pub frame: Frame,
}

/// Width and height of a chart in CSS pixels. Drawn between 24 x 16 and 4096 x 4096.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    pub(crate) fn drawable(self) -> Self {
        Self { width: self.width.clamp(24, 4096), height: self.height.clamp(16, 4096) }
    }
}

/// A rectangle in the chart's pixels, from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(crate) fn right(self) -> f64 {
        self.x + self.width
    }
    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// Maps pixels to data: everything the page needs for a crosshair, a tooltip, a brush and a data table.
///
/// Both axes are linear: a value `v` lies at `plot.x + plot.width * (v - x.from) / (x.to - x.from)`, and at
/// `plot.y + plot.height * (y.to - v) / (y.to - y.from)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    pub plot: Rect,
    pub x: Axis,
    pub y: Axis,
    /// What the values are measured in.
    pub unit: Unit,
    pub series: Vec<FrameSeries>,
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Axis {
    pub kind: AxisKind,
    /// What lies along the axis, where it is not time; may be empty.
    pub name: String,
    /// The value at the left or lower end: milliseconds since the epoch on a time axis.
    pub from: f64,
    /// The value at the right or upper end.
    pub to: f64,
    /// On a category axis: category `i` covers `i` to `i + 1`.
    pub categories: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    Time,
    Number,
    Category,
}

impl Axis {
    pub(crate) fn time(from: f64, to: f64) -> Self {
        Self { kind: AxisKind::Time, name: String::new(), from, to, categories: Vec::new() }
    }
    pub(crate) fn number(from: f64, to: f64, name: impl Into<String>) -> Self {
        Self { kind: AxisKind::Number, name: name.into(), from, to, categories: Vec::new() }
    }
    /// Categories from top to bottom, so that `from` (the lower end) is the greater.
    pub(crate) fn rows(names: Vec<String>) -> Self {
        let across = Self::categories(names);
        Self { from: across.to, to: across.from, ..across }
    }
    /// Categories from left to right.
    pub(crate) fn categories(names: Vec<String>) -> Self {
        let to = names.len().max(1) as f64;
        Self { kind: AxisKind::Category, name: String::new(), from: 0.0, to, categories: names }
    }
}

/// One series as it is drawn: sorted by x, and reduced to the extremes of each pixel column if it was longer
/// than the chart is wide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FrameSeries {
    pub name: String,
    pub unit: Unit,
    pub color: Color,
    pub dashed: bool,
    /// `[x, y]`, where y is null if the value is missing.
    pub points: Vec<(f64, Option<f64>)>,
    /// The uncertainty around each point; empty if the series has none.
    pub band: Vec<Band>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Band {
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Frame {
    /// The pixel of a data point, from the chart's top left corner.
    pub fn pixel(&self, x: f64, y: f64) -> (f64, f64) {
        let across = (x - self.x.from) / (self.x.to - self.x.from);
        let down = (self.y.to - y) / (self.y.to - self.y.from);
        (self.plot.x + self.plot.width * across, self.plot.y + self.plot.height * down)
    }
    /// The data as CSV (RFC 4180): one row per x, one column per series, then those of its band. Times are
    /// ISO 8601 in UTC; percentages stay shares between 0 and 1; missing values are empty.
    pub fn csv(&self) -> String {
        let mut csv = self.header().join(",");
        csv.push_str("\r\n");
        let mut rows: Vec<f64> = self.series.iter().flat_map(|s| s.points.iter().map(|p| p.0)).collect();
        rows.sort_by(f64::total_cmp);
        rows.dedup();
        let mut next = vec![0; self.series.len()];
        for x in rows {
            self.write_rows_at(x, &mut next, &mut csv);
        }
        csv
    }
    fn header(&self) -> Vec<String> {
        let x = match (self.x.kind, self.x.name.as_str()) {
            (AxisKind::Time, _) => "time",
            (_, "") => "x",
            (_, name) => name,
        };
        let mut header = vec![quoted(x)];
        for series in &self.series {
            header.push(quoted(&format!("{}{}", series.name, series.unit.in_brackets())));
            if !series.band.is_empty() {
                header.extend(["low", "high"].map(|end| quoted(&format!("{} {end}", series.name))));
            }
        }
        header
    }
    /// The rows of one x: more than one only if a series repeats it.
    fn write_rows_at(&self, x: f64, next: &mut [usize], csv: &mut String) {
        loop {
            let mut row = vec![self.x_cell(x)];
            let mut found = false;
            for (series, next) in self.series.iter().zip(&mut *next) {
                let here = series.points.get(*next).is_some_and(|point| point.0 == x);
                let index = here.then_some(*next);
                *next += usize::from(here);
                found |= here;
                row.extend(series.cells(index));
            }
            if !found {
                return;
            }
            csv.push_str(&row.join(","));
            csv.push_str("\r\n");
        }
    }
    fn x_cell(&self, x: f64) -> String {
        match self.x.kind {
            AxisKind::Time => timeline::iso(x),
            AxisKind::Number => x.to_string(),
            AxisKind::Category => {
                self.x.categories.get(x as usize).map_or(x.to_string(), |name| quoted(name))
            }
        }
    }
}

impl FrameSeries {
    /// The cells of one point, empty where there is none.
    fn cells(&self, index: Option<usize>) -> Vec<String> {
        let mut cells = vec![cell(index.and_then(|i| self.points.get(i)?.1))];
        if !self.band.is_empty() {
            let band = index.and_then(|i| self.band.get(i));
            cells.push(cell(band.and_then(|band| band.low)));
            cells.push(cell(band.and_then(|band| band.high)));
        }
        cells
    }
}

fn cell(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

/// Quoted where the format asks for it, and kept from being read as a formula by a spreadsheet.
fn quoted(text: &str) -> String {
    let safe = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if !safe.contains([',', '"', '\n', '\r']) {
        return safe;
    }
    let mut out = String::new();
    let _ = write!(out, "\"{}\"", safe.replace('"', "\"\""));
    out
}
