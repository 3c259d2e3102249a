//! The chart of errors as labels arrive, with what their detectors found.

use tidegate_charts::{Color, Mark, MarkKind, Point, Series, Size, Unit, YAxis};
use tidegate_core::{Result, Time, schema::Task};
use tidegate_monitor::concept::{Detection, ErrorStream};

use super::{Drawn, Scene, line_series};
use crate::{bucket::Arrived, concept, lock};

/// Fewer labels make a line of noise.
const LABELS_SHOWN: u64 = 10;

impl Scene {
    pub(super) fn concept(&self, size: Size) -> Result<Drawn> {
        let (task, stream) = {
            let aggregate = lock(&self.watched.aggregate);
            (aggregate.schema().task, aggregate.errors.stream().clone())
        };
        let regression = task == Task::Regression;
        let name = if regression { "MAE" } else { "wrong" };
        let mut series = self.with_other(|scene| vec![line_series(name, Color::C3, scene.arrived())]);
        let range = self.steps.range;
        let levels = levels(stream.detections(), range.from, range.to);
        if !levels.is_empty() {
            series.push(Series { dashed: true, ..line_series("level", Color::Reference, levels) });
        }
        let unit = if regression { Unit::Plain } else { Unit::Percent };
        let y = YAxis { unit, low: Some(0.0), high: None };
        let note = concept::sentence(concept::state(&stream), task, &stream);
        let mut chart = self.line_chart(series, y, None);
        chart.marks.extend(warnings(&stream));
        let drawn = tidegate_charts::line(&chart, size, self.theme)?;
        Ok(("Errors, by label".into(), note, drawn))
    }

    /// Mean error at each step, over the labels that arrived in a few steps up to it.
    fn arrived(&self) -> Vec<Point> {
        let half = self.steps.range.step_ms as f64 / 2.0;
        let span = self.smoothing();
        let steps: Vec<(Time, Arrived)> = self
            .steps
            .each()
            .map(|(time, bucket)| (time, bucket.map(|b| b.arrived).unwrap_or_default()))
            .collect();
        let point = |end: usize| {
            let mut sum = Arrived::default();
            steps[(end + 1).saturating_sub(span)..=end].iter().for_each(|(_, arrived)| sum.merge(arrived));
            Point::new(steps[end].0.0 as f64 + half, sum.mean().filter(|_| sum.labels >= LABELS_SHOWN))
        };
        (0..steps.len()).map(point).collect()
    }
}

/// The level of errors as the detections tell it: a step at each change in the range.
fn levels(detections: &[Detection], from: Time, to: Time) -> Vec<Point> {
    let within = detections.iter().filter(|found| found.since <= to && found.at >= from);
    let mut points: Vec<Point> = Vec::new();
    for found in within {
        let start = points.last().map_or(from.0 as f64, |last| last.x);
        let change = found.since.0 as f64;
        points.pop();
        points.extend([(start, found.before), (change, found.before), (change, found.after)].map(at));
        points.push(at((to.0 as f64, found.after)));
    }
    points
}

fn at((x, y): (f64, f64)) -> Point {
    Point::new(x, Some(y))
}

/// Where a detector began to warn.
fn warnings(stream: &ErrorStream) -> impl Iterator<Item = Mark> {
    let mark = |time: &Time| Mark {
        time: *time,
        kind: MarkKind::Alert,
        text: "a detector of concept drift is near its limit".into(),
    };
    stream.warnings().iter().map(mark)
}
