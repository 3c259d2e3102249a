//! Charts of how often the model was right, as far as labels say.

use tidegate_charts::{Color, Point, Series, Size, Unit, YAxis};
use tidegate_core::{Result, Time, schema::Task};
use tidegate_monitor::{accuracy::Tally, metric::MetricName};

use super::{Drawn, Scene, line_series};

/// Fewer labelled rows make a band so wide that it flattens the line.
const LABELS_SHOWN: u64 = 20;

impl Scene {
    pub(super) fn accuracy(&self, size: Size) -> Result<Drawn> {
        let regression = self.task() == Task::Regression;
        let (title, name, unit) = match regression {
            true => ("Mean absolute error", MetricName::Mae, Unit::Plain),
            false => ("Accuracy", MetricName::Accuracy, Unit::Percent),
        };
        let half = self.steps.range.step_ms as f64 / 2.0;
        let span = self.smoothing();
        let sums = self.sliding(span);
        let points = sums.into_iter().map(|(time, tally)| {
            let metrics = tally.as_ref().map(Tally::metrics).unwrap_or_default();
            let metric = metrics.into_iter().find(|metric| metric.name == name && metric.n >= LABELS_SHOWN);
            Point {
                x: time.0 as f64 + half,
                y: metric.as_ref().map(|metric| metric.value),
                low: metric.as_ref().and_then(|metric| metric.low),
                high: metric.as_ref().and_then(|metric| metric.high),
            }
        });
        let mut series = vec![line_series("realised, 95% band", Color::C1, points.collect())];
        let reference = self.steps.baseline.as_ref().and_then(|baseline| baseline.quality);
        if let Some(quality) = reference {
            let range = self.steps.range;
            let ends = [range.from, range.to].map(|time| Point::new(time.0 as f64, Some(quality)));
            series.push(Series {
                dashed: true,
                ..line_series("on the reference", Color::Reference, ends.to_vec())
            });
        }
        let y = YAxis { unit, low: None, high: (!regression).then_some(1.0) };
        let labelled = self.steps.buckets.values().map(|bucket| bucket.labelled).sum::<u64>();
        let note = if labelled == 0 { "no labels yet".into() } else { String::new() };
        self.lines(title, note, series, y, None, size)
    }

    fn task(&self) -> Task {
        match self.steps.empty.tally {
            Some(Tally::Regression(_)) => Task::Regression,
            Some(_) => Task::Classification,
            None => Task::Other,
        }
    }

    pub(super) fn coverage(&self, size: Size) -> Result<Drawn> {
        let series = self.with_other(|scene| {
            let share = scene.points(|bucket| {
                let bucket = bucket.filter(|bucket| bucket.rows > 0)?;
                Some(bucket.labelled as f64 / bucket.rows as f64)
            });
            vec![Series { fill: true, ..line_series("labelled", Color::C4, share) }]
        });
        let y = YAxis { unit: Unit::Percent, low: Some(0.0), high: Some(1.0) };
        self.lines("Label coverage", "by prediction time".into(), series, y, None, size)
    }

    /// Steps that a point of accuracy looks back over, so that a few labels a step make a steady line.
    pub(super) fn smoothing(&self) -> usize {
        (self.window_steps() / 4).max(1)
    }

    fn window_steps(&self) -> usize {
        let window_ms = i64::from(self.model.settings.window_s) * 1000;
        usize::try_from(window_ms / self.steps.range.step_ms).unwrap_or(1).max(1)
    }

    /// At each step, the labelled rows of the `span` steps up to it.
    fn sliding(&self, span: usize) -> Vec<(Time, Option<Tally>)> {
        let steps: Vec<_> = self.steps.each().collect();
        let slid = (0..steps.len()).map(|end| {
            let mut sum = self.steps.empty.tally.clone();
            let window = &steps[(end + 1).saturating_sub(span)..=end];
            let tallies = window.iter().filter_map(|(_, bucket)| bucket.as_ref()?.tally.as_ref());
            for tally in tallies.filter(|tally| tally.n() > 0) {
                sum.iter_mut().for_each(|sum| sum.merge(tally));
            }
            (steps[end].0, sum)
        });
        slid.collect()
    }
}
