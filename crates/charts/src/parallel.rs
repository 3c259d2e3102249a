//! Parallel coordinates: an upright axis for each parameter, a line for each trial. Must not know what was tried.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use tidegate_core::{Error, Result};

use crate::canvas::{Canvas, at, stroke, write_text};
use crate::color::mix;
use crate::tidy::Corners;
use crate::{Axis, Chart, Color, Frame, FrameSeries, Size, Theme, Unit, layout};

#[derive(Debug, Clone, PartialEq)]
pub struct Parallel {
    pub axes: Vec<Upright>,
    pub lines: Vec<Course>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Upright {
    pub name: String,
    /// Where along it (0 at the foot, 1 at the head), and what stands there.
    pub ticks: Vec<(f64, String)>,
}

/// One line from axis to axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    pub name: String,
    /// Where it crosses each axis, from 0 to 1; it is broken where there is none.
    pub places: Vec<Option<f64>>,
    /// What it stands for there, for the table.
    pub values: Vec<Option<f64>>,
    pub standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    Best,
    /// From 0, the poorest, to 1.
    Ended(f64),
    /// It did not come to its end.
    Stopped,
}

/// Lines up to this rank in strength are still told from the panel.
const WEAKEST: f64 = 0.25;
const TICK_GAP: f64 = 5.0;

/// Draws the poorest lines first, so that good ones lie on top; the best is thick and in a colour of its own.
///
/// # Errors
/// `Invalid` if a line does not have one place and one value per axis.
pub fn parallel(parallel: &Parallel, size: Size, theme: Theme) -> Result<Chart> {
    let axes = parallel.axes.len();
    if parallel.lines.iter().any(|line| line.places.len() != axes || line.values.len() != axes) {
        return Err(Error::invalid(format!("a line does not cross all of the {axes} axes"))
            .hint("give one place and one value per axis"));
    }
    let frame = parallel.frame(size.drawable());
    let mut canvas = Canvas::new(&frame, theme);
    let column = frame.plot.width / axes.max(1) as f64;
    let names = parallel.axes.iter().enumerate();
    let names: Vec<_> = names
        .map(|(i, axis)| (i as f64 + 0.5, layout::shortened(&axis.name, (column - 8.0).max(30.0))))
        .collect();
    canvas.x_axis(&names)?;
    canvas.layer("data-layer=\"grid\"", Corners::Square, |area| {
        let pixels = area.use_screen_coord();
        (0..axes).try_for_each(|axis| {
            let (x, plot) = (across(&frame, axis), frame.plot);
            pixels
                .draw(&PathElement::new(vec![at(x, plot.y), at(x, plot.bottom())], stroke(theme.axis(), 1.0)))
        })
    })?;
    canvas.layer("data-layer=\"lines\"", Corners::Round(1.0), |area| {
        let pixels = area.use_screen_coord();
        parallel.by_standing().iter().try_for_each(|line| {
            let style = line.standing.style(theme);
            line.stretches(&frame)
                .into_iter()
                .try_for_each(|points| pixels.draw(&PathElement::new(points, style)))
        })
    })?;
    canvas.layer("data-layer=\"axis\"", Corners::Square, |area| {
        let pixels = area.use_screen_coord();
        parallel.axes.iter().enumerate().try_for_each(|(axis, upright)| {
            let x = across(&frame, axis) + TICK_GAP;
            upright.ticks.iter().try_for_each(|(place, text)| {
                let text = layout::shortened(text, (column / 2.0 - TICK_GAP).max(20.0));
                write_text(&pixels, &text, (x, up(&frame, *place)), HPos::Left, theme.text())
            })
        })
    })?;
    let svg = canvas.finish(&parallel.summary());
    Ok(Chart { svg, frame })
}

fn across(frame: &Frame, axis: usize) -> f64 {
    frame.pixel(axis as f64 + 0.5, frame.y.from).0
}

/// Half a line of text is left free at both ends.
fn up(frame: &Frame, place: f64) -> f64 {
    const FREE: f64 = 6.0;
    let height = (frame.plot.height - 2.0 * FREE).max(1.0);
    frame.plot.bottom() - FREE - height * place.clamp(0.0, 1.0)
}

impl Standing {
    fn style(self, theme: Theme) -> ShapeStyle {
        match self {
            Self::Best => stroke(Color::C2.rgb(theme), 2.5),
            Self::Ended(rank) => {
                let share = WEAKEST + (1.0 - WEAKEST) * rank.clamp(0.0, 1.0);
                stroke(mix(theme.panel(), Color::C1.rgb(theme), share), 1.5)
            }
            Self::Stopped => stroke(mix(theme.panel(), Color::Reference.rgb(theme), 0.45), 1.0),
        }
    }
    fn rank(self) -> f64 {
        match self {
            Self::Best => f64::INFINITY,
            Self::Ended(rank) => rank,
            Self::Stopped => f64::NEG_INFINITY,
        }
    }
}

impl Course {
    /// The line's pieces between places that are missing.
    fn stretches(&self, frame: &Frame) -> Vec<Vec<(i32, i32)>> {
        let point = |(axis, place): (usize, &Option<f64>)| {
            let place = place.filter(|place| place.is_finite());
            place.map(|place| at(across(frame, axis), up(frame, place)))
        };
        let points: Vec<_> = self.places.iter().enumerate().map(point).collect();
        points.split(Option::is_none).map(|piece| piece.iter().flatten().copied().collect()).collect()
    }
}

impl Parallel {
    fn by_standing(&self) -> Vec<&Course> {
        let mut lines: Vec<&Course> = self.lines.iter().collect();
        lines.sort_by(|a, b| a.standing.rank().total_cmp(&b.standing.rank()));
        lines
    }
    /// Without an axis upwards, as each parameter has its own.
    fn frame(&self, size: Size) -> Frame {
        let names = self.axes.iter().map(|axis| axis.name.clone()).collect();
        Frame {
            width: size.width,
            height: size.height,
            plot: layout::plot(size, std::iter::empty()),
            x: Axis { name: "parameter".to_owned(), ..Axis::categories(names) },
            y: Axis::rows(Vec::new()),
            unit: Unit::Plain,
            series: self.lines.iter().map(Course::series).collect(),
            marks: Vec::new(),
        }
    }
    fn summary(&self) -> String {
        let best = self.lines.iter().find(|line| line.standing == Standing::Best);
        let best = best.map(|line| format!(", the best is {}", line.name)).unwrap_or_default();
        format!("{} trials over {} axes{best}", self.lines.len(), self.axes.len())
    }
}

impl Course {
    fn series(&self) -> FrameSeries {
        let finite = |value: &Option<f64>| value.filter(|value| value.is_finite());
        FrameSeries {
            name: self.name.clone(),
            unit: Unit::Plain,
            color: if self.standing == Standing::Best { Color::C2 } else { Color::C1 },
            dashed: self.standing == Standing::Stopped,
            points: self.values.iter().enumerate().map(|(i, v)| (i as f64 + 0.5, finite(v))).collect(),
            band: Vec::new(),
        }
    }
}
