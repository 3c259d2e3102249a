//! Charts and the report: numbers in, `Chart { svg, frame }` and HTML out.
//!
//! Owns the look of every chart (scales, ticks, colours, layout); the only crate that names plotters. Must
//! not know models, storage, HTTP, the file system or a clock: what is drawn comes in as arguments.
//!
//! The SVG has a transparent background and holds no title or legend: the page draws those, and the
//! crosshair, tooltip, brush and zoom on top, from the [`Frame`] that comes with each picture.

mod bars;
mod canvas;
mod color;
mod confusion;
mod curve;
mod frame;
mod heatmap;
mod histogram;
mod layout;
mod line;
mod parallel;
mod reduce;
mod report;
mod scale;
mod spark;
mod tidy;
mod timeline;
mod unit;

pub use bars::{Bars, bars};
pub use color::{Color, Theme};
pub use confusion::{Confusion, confusion};
pub use frame::{Axis, AxisKind, Band, Chart, Frame, FrameSeries, Rect, Size};
pub use heatmap::{Heatmap, Shading, heatmap};
pub use histogram::{Bins, Histogram, histogram};
pub use line::{LineChart, Mark, MarkKind, Point, Series, Threshold, XAxis, YAxis, line};
pub use parallel::{Course, Parallel, Standing, Upright, parallel};
pub use report::{Report, Section, Table, report};
pub use spark::spark;
pub use unit::Unit;

pub use tidegate_core::Result;
