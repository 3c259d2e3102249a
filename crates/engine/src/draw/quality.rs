//! Charts of how often the model was right: as far as labels say, and as estimated until they come.

use tidegate_charts::{Color, Point, Series, Size, Threshold, Unit, YAxis};
use tidegate_core::{Result, Time, schema::Task};
use tidegate_monitor::{
    accuracy::Tally,
    estimate::Expected,
    metric::{Metric, MetricName},
};

use super::{Drawn, Scene, line_series};
use crate::{
    bucket::Bucket,
    tiles::{duration, grouped, significant},
};

/// Fewer labelled rows make a band so wide that it flattens the line.
const LABELS_SHOWN: u64 = 20;

/// The steps up to one, as a point looks back over them.
#[derive(Default)]
struct Slid {
    time: Time,
    rows: u64,
    labelled: u64,
    tally: Option<Tally>,
    expected: Option<Expected>,
}

impl Scene {
    pub(super) fn accuracy(&self, size: Size) -> Result<Drawn> {
        let regression = self.task() == Task::Regression;
        let (title, name, unit) = match regression {
            true => ("Mean absolute error", MetricName::Mae, Unit::Plain),
            false => ("Accuracy", MetricName::Accuracy, Unit::Percent),
        };
        let y = YAxis { unit, low: None, high: (!regression).then_some(1.0) };
        if self.beside.is_some() {
            let series = self.with_other(|scene| vec![scene.realised_line(name)]);
            return self.lines(title, String::new(), series, y, None, size);
        }
        let slid = self.sliding(self.smoothing());
        let realised: Vec<_> = slid.iter().map(|slid| realised(slid, name)).collect();
        let mature: Vec<bool> = slid.iter().map(|slid| self.is_mature(slid)).collect();
        let mut series = Vec::new();
        // Under the realised line.
        series.extend(self.estimated(&slid, name, &mature));
        let shown = |index: usize| mature[index].then(|| realised[index].as_ref()).flatten();
        series.push(line_series("realised ±95%", Color::C1, self.drawn(&slid, shown)));
        // Joined to the line it goes on from.
        let beside = |index: usize| index > 0 && !mature[index - 1] || mature.get(index + 1) == Some(&false);
        let early = |index: usize| realised[index].as_ref().filter(|_| !mature[index] || beside(index));
        if (0..slid.len()).any(|index| !mature[index] && realised[index].is_some()) {
            let few =
                self.drawn(&slid, early).into_iter().map(|point| Point::new(point.x, point.y)).collect();
            series.push(Series { dashed: true, ..line_series("few labels", Color::C1, few) });
        }
        series.extend(self.on_the_reference());
        self.lines(title, self.accuracy_note(name), series, y, None, size)
    }

    /// Whatever labels there are: beside another version more lines could not be told apart.
    fn realised_line(&self, name: MetricName) -> Series {
        let slid = self.sliding(self.smoothing());
        let metrics: Vec<_> = slid.iter().map(|slid| realised(slid, name)).collect();
        line_series("realised", Color::C1, self.drawn(&slid, |index| metrics[index].as_ref()))
    }

    /// A point a step, in its middle.
    fn drawn<'a>(&self, slid: &[Slid], metric: impl Fn(usize) -> Option<&'a Metric>) -> Vec<Point> {
        let half = self.steps.range.step_ms as f64 / 2.0;
        let points = slid.iter().enumerate().map(|(index, slid)| {
            let metric = metric(index);
            Point {
                x: slid.time.0 as f64 + half,
                y: metric.map(|metric| metric.value),
                low: metric.and_then(|metric| metric.low),
                high: metric.and_then(|metric| metric.high),
            }
        });
        points.collect()
    }

    /// Its band only where the realised line has none.
    fn estimated(&self, slid: &[Slid], name: MetricName, mature: &[bool]) -> Option<Series> {
        let estimator = self.estimator.as_ref()?;
        let metrics: Vec<Option<Metric>> = slid
            .iter()
            .map(|slid| {
                let metrics = estimator.fitted.metrics(slid.expected.as_ref()?);
                metrics.into_iter().find(|metric| metric.name == name && metric.n >= LABELS_SHOWN)
            })
            .collect();
        metrics.iter().any(Option::is_some).then(|| {
            let mut points = self.drawn(slid, |index| metrics[index].as_ref());
            for (point, _) in points.iter_mut().zip(mature).filter(|(_, mature)| **mature) {
                (point.low, point.high) = (None, None);
            }
            Series { dashed: true, ..line_series("estimated", Color::C5, points) }
        })
    }

    fn on_the_reference(&self) -> Option<Series> {
        let quality = self.steps.baseline.as_ref()?.quality?;
        let range = self.steps.range;
        let ends = [range.from, range.to].map(|time| Point::new(time.0 as f64, Some(quality)));
        Some(Series { dashed: true, ..line_series("reference", Color::Reference, ends.to_vec()) })
    }

    fn is_mature(&self, slid: &Slid) -> bool {
        slid.rows > 0 && slid.labelled as f64 >= self.model.settings.least_coverage * slid.rows as f64
    }

    /// How far the estimate is off, where labels have come.
    fn accuracy_note(&self, name: MetricName) -> String {
        let whole = self.steps.whole();
        if whole.labelled == 0 {
            return "no labels yet".into();
        }
        let Some((estimator, checked)) = self.estimator.as_ref().zip(whole.performance.checked) else {
            return String::new();
        };
        let find = |metrics: Vec<Metric>| metrics.into_iter().find(|metric| metric.name == name);
        let realised = find(checked.realised.metrics());
        match realised.zip(find(estimator.fitted.metrics(&checked.expected))) {
            Some((realised, estimated)) if realised.n >= LABELS_SHOWN => {
                let off = (realised.value - estimated.value).abs();
                let off = match name {
                    MetricName::Accuracy => format!("{:.1} points", off * 100.0),
                    _ => significant(off),
                };
                format!("estimator off by {off} on {} labelled rows", grouped(realised.n))
            }
            _ => String::new(),
        }
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
                Some((bucket.labelled as f64 / bucket.rows as f64).min(1.0))
            });
            vec![Series { fill: true, ..line_series("labelled", Color::C4, share) }]
        });
        let y = YAxis { unit: Unit::Percent, low: Some(0.0), high: Some(1.0) };
        let lag = self.steps.whole().performance.lag;
        let note = match lag.quantile(0.5).zip(lag.quantile(0.9)) {
            None => "by prediction time; no labels yet".into(),
            Some((half, most)) => format!(
                "by prediction time; half within {}, nine in ten within {}",
                duration(half as i64),
                duration(most as i64)
            ),
        };
        let least = self.model.settings.least_coverage;
        let label = format!("immature below {:.0}%", least * 100.0);
        let threshold = (least > 0.0).then_some(Threshold { value: least, above: false, label });
        self.lines("Label coverage", note, series, y, threshold, size)
    }

    /// Steps that a point of accuracy looks back over, so that a few labels a step make a steady line.
    pub(super) fn smoothing(&self) -> usize {
        (self.window_steps() / 4).max(1)
    }

    fn window_steps(&self) -> usize {
        let window_ms = i64::from(self.model.settings.window_s) * 1000;
        usize::try_from(window_ms / self.steps.range.step_ms).unwrap_or(1).max(1)
    }

    /// At each step, the rows of the `span` steps up to it.
    fn sliding(&self, span: usize) -> Vec<Slid> {
        let steps: Vec<_> = self.steps.each().collect();
        let slid = (0..steps.len()).map(|end| {
            let mut slid =
                Slid { time: steps[end].0, tally: self.steps.empty.tally.clone(), ..Slid::default() };
            let window = &steps[(end + 1).saturating_sub(span)..=end];
            window.iter().filter_map(|(_, bucket)| *bucket).for_each(|bucket| slid.add(bucket));
            slid
        });
        slid.collect()
    }
}

impl Slid {
    fn add(&mut self, bucket: &Bucket) {
        self.rows += bucket.rows;
        self.labelled += bucket.labelled;
        if let Some((mine, theirs)) =
            self.tally.as_mut().zip(bucket.tally.as_ref()).filter(|(_, t)| t.n() > 0)
        {
            mine.merge(theirs);
        }
        match (&mut self.expected, bucket.performance.expected) {
            (Some(mine), Some(theirs)) => mine.merge(&theirs),
            (mine @ None, theirs) => *mine = theirs,
            (_, None) => {}
        }
    }
}

fn realised(slid: &Slid, name: MetricName) -> Option<Metric> {
    let metrics = slid.tally.as_ref()?.metrics();
    metrics.into_iter().find(|metric| metric.name == name && metric.n >= LABELS_SHOWN)
}
