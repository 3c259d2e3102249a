//! Which series make up each chart, and its title and note.
//!
//! Owns the meaning of a chart; how it looks is `tidegate-charts`' affair.

mod checks;
mod concept;
mod drift;
mod performance;
mod quality;
mod search;
mod system;
mod traffic;
mod wide;

use std::sync::Arc;

use tidegate_charts::{
    Chart, Color, LineChart, Mark, MarkKind, Point, Series, Size, Theme, Threshold, XAxis, YAxis,
};
use tidegate_core::{
    Error, Result,
    event::{Audit, EventKind},
    model::Model,
};

use crate::{
    Engine,
    baseline::Baseline,
    bucket::Bucket,
    estimate::Estimator,
    quality::Active,
    route::Watched,
    signals::Signals,
    steps::{Range, Steps},
    view::{ChartKind, ChartRequest, ChartView, ChartsAnswer, ChartsRequest},
};

const MOST_CHARTS: usize = 32;
const MARKS: u32 = 200;

/// What every chart of one request shares.
struct Scene {
    model: Model,
    steps: Steps,
    /// The same of each version that answered, oldest first: drift is measured against its own baseline.
    by_version: Vec<Steps>,
    /// Buckets that were read for them.
    read: usize,
    newest: Signals,
    /// What estimates the accuracy of the version that is drawn.
    estimator: Option<Arc<Estimator>>,
    window: Bucket,
    marks: Vec<Mark>,
    /// Of the version asked for, else of the champion.
    checks: Arc<Active>,
    watched: Arc<Watched>,
    theme: Theme,
    utc_offset_min: i32,
    /// The same of another version, drawn beside this one, with the numbers of both.
    beside: Option<(Box<Scene>, [u32; 2])>,
}

impl Engine {
    pub async fn charts(&self, name: &str, request: ChartsRequest) -> Result<ChartsAnswer> {
        if request.charts.len() > MOST_CHARTS {
            return Err(Error::invalid(format!("`charts` asks for more than {MOST_CHARTS}")));
        }
        let now = self.clock.now();
        let range = Range::new(request.from, request.to, request.last_s, now)?;
        let model = self.store.model(name).await?;
        let watched = self.watched_version(&model, request.version).await?;
        let mut range = self.drawable(range, &watched);
        let compared = self.compared(&model, &request).await?;
        if let Some((_, other)) = &compared {
            range = self.drawable(range, other);
        }
        let mut scene = self.scene(&model, request.version, range, &watched, &request).await?;
        if let Some((numbers, other)) = compared {
            let other = self.scene(&model, Some(numbers[1]), range, &other, &request).await?;
            scene.read += other.read;
            scene.beside = Some((Box::new(other), numbers));
        }
        let mut charts = Vec::new();
        for chart in &request.charts {
            charts.push(self.chart(&scene, chart).await?);
        }
        Ok(ChartsAnswer {
            now,
            from: range.from,
            to: range.to,
            step_ms: range.step_ms,
            read: scene.read,
            charts,
        })
    }

    /// The numbers of two versions to be drawn together, and the second of them.
    async fn compared(
        &self,
        model: &Model,
        request: &ChartsRequest,
    ) -> Result<Option<([u32; 2], Arc<Watched>)>> {
        match (request.version, request.compare) {
            (_, None) => Ok(None),
            (Some(version), Some(compare)) => {
                Ok(Some(([version, compare], self.watched_version(model, Some(compare)).await?)))
            }
            (None, Some(_)) => Err(Error::invalid("`compare` has no version to stand beside")
                .hint("give `version` too, or leave `compare` out")),
        }
    }

    async fn scene(
        &self,
        model: &Model,
        version: Option<u32>,
        range: Range,
        watched: &Arc<Watched>,
        request: &ChartsRequest,
    ) -> Result<Scene> {
        let now = self.clock.now();
        self.count_findings(watched);
        let (window, estimator) = {
            let aggregate = crate::lock(&watched.aggregate);
            let window = aggregate.window(now.plus(-i64::from(model.settings.window_s) * 1000), now.plus(1));
            (window, aggregate.estimator().cloned())
        };
        let history = self.history(model, version, range).await?;
        Ok(Scene {
            newest: Signals::of(&window, history.merged.baseline.as_deref(), &model.settings),
            marks: self.marks(model, range).await?,
            checks: watched.guard.active(),
            model: model.clone(),
            steps: history.merged,
            by_version: history.by_version,
            read: history.read,
            estimator,
            window,
            watched: watched.clone(),
            theme: request.theme,
            utc_offset_min: request.utc_offset_min,
            beside: None,
        })
    }

    async fn chart(&self, scene: &Scene, request: &ChartRequest) -> Result<ChartView> {
        let size = Size { width: request.width, height: request.height };
        let (title, note, chart) = match request.kind {
            ChartKind::Latency => scene.latency(size)?,
            ChartKind::LatencyHeatmap => scene.latency_heatmap(size)?,
            ChartKind::Throughput => scene.throughput(size)?,
            ChartKind::Accuracy => scene.accuracy(size)?,
            ChartKind::Coverage => scene.coverage(size)?,
            ChartKind::Confidence => scene.confidence(size)?,
            ChartKind::Calibration => scene.calibration(size)?,
            ChartKind::Confusion => scene.confusion(size)?,
            ChartKind::Residuals => scene.residuals(size)?,
            ChartKind::Roc => scene.roc(size)?,
            ChartKind::PrecisionRecall => scene.precision_recall(size)?,
            ChartKind::Drift => scene.drift(request.feature.as_deref(), size)?,
            ChartKind::Heatmap => scene.heatmap(size)?,
            ChartKind::Histogram => scene.histogram(request.feature.as_deref(), size)?,
            ChartKind::UnknownWords => scene.unknown_words(request.feature.as_deref(), size)?,
            ChartKind::Distance => scene.distance(request.feature.as_deref(), size)?,
            ChartKind::Together => scene.together(size)?,
            ChartKind::Quality => scene.violations(size)?,
            ChartKind::QualityHeatmap => scene.checks_heatmap(size)?,
            ChartKind::Queue => scene.queue(size)?,
            ChartKind::Cpu | ChartKind::Memory => self.system_chart(scene, request.kind, size).await?,
            ChartKind::Concept => scene.concept(size)?,
            ChartKind::Loss => self.loss_chart(scene, request.run, size).await?,
            ChartKind::Search => {
                search::trials(&self.drawn_run(scene, request.run).await?, size, scene.theme)?
            }
            ChartKind::Importance => {
                search::importance(&self.drawn_run(scene, request.run).await?, size, scene.theme)?
            }
        };
        let feature = match request.kind {
            ChartKind::Drift | ChartKind::Histogram => scene.feature(request.feature.as_deref()),
            ChartKind::UnknownWords | ChartKind::Distance => {
                let asked = request.feature.as_deref();
                let of = |baseline: &Baseline, place| match request.kind {
                    ChartKind::Distance => baseline.wide.tensor(place).map(|(at, _)| at),
                    _ => baseline.wide.text(place).map(|(at, _)| at),
                };
                scene.watched_input(asked, of)?.map(|(name, _)| name)
            }
            _ => None,
        };
        Ok(ChartView { kind: request.kind, title, note, feature, chart })
    }

    /// Deploys, alerts, retrainings, concept drift and notes in the range, as marks on the time axis.
    async fn marks(&self, model: &Model, range: Range) -> Result<Vec<Mark>> {
        let audits = self.store.audit(Some(model.id), MARKS).await?;
        let within = |audit: &Audit| audit.time >= range.from && audit.time <= range.to;
        let mut marks: Vec<Mark> = audits.into_iter().filter(within).filter_map(mark).collect();
        let notes = self.store.annotations(model.id, range.from, range.to).await?;
        marks.extend(notes.into_iter().map(|note| Mark {
            time: note.time,
            kind: MarkKind::Note,
            text: note.text,
        }));
        Ok(marks)
    }
}

type Drawn = (String, String, Chart);

fn line_series(name: &str, color: Color, points: Vec<Point>) -> Series {
    Series { name: name.into(), color, points, dashed: false, fill: false }
}

fn mark(audit: Audit) -> Option<Mark> {
    let kind = match audit.kind {
        EventKind::Imported
        | EventKind::Deployed
        | EventKind::Promoted
        | EventKind::CanaryStarted
        | EventKind::CanaryAdvanced => MarkKind::Deploy,
        EventKind::AlertFired
        | EventKind::WorkerCrashed
        | EventKind::Quarantined
        | EventKind::RecordsDropped => MarkKind::Alert,
        EventKind::RetrainStarted | EventKind::RetrainEnded => MarkKind::Retrain,
        EventKind::RolledBack | EventKind::SteppedBack => MarkKind::Rollback,
        EventKind::ConceptDrift => MarkKind::Concept,
        _ => return None,
    };
    Some(Mark { time: audit.time, kind, text: audit.what })
}

impl Scene {
    fn time_axis(&self) -> XAxis {
        let range = self.steps.range;
        XAxis::Time { from: range.from, to: range.to, utc_offset_min: self.utc_offset_min }
    }

    fn lines(
        &self,
        title: &str,
        note: String,
        series: Vec<Series>,
        y: YAxis,
        threshold: Option<Threshold>,
        size: Size,
    ) -> Result<Drawn> {
        let chart = self.line_chart(series, y, threshold);
        Ok((title.into(), note, tidegate_charts::line(&chart, size, self.theme)?))
    }

    /// The series of this version and those of the one beside it, which are dashed; both are then named by it.
    fn with_other(&self, series: impl Fn(&Self) -> Vec<Series>) -> Vec<Series> {
        let own = series(self);
        let Some((other, [number, compared])) = &self.beside else { return own };
        let named = |version: &u32, dashed: bool, series: Vec<Series>| {
            let version = *version;
            series.into_iter().map(move |one| Series {
                name: format!("v{version} {}", one.name),
                dashed,
                fill: false,
                ..one
            })
        };
        named(number, false, own).chain(named(compared, true, series(other))).collect()
    }

    fn line_chart(&self, series: Vec<Series>, y: YAxis, threshold: Option<Threshold>) -> LineChart {
        LineChart { series, x: self.time_axis(), y, threshold, marks: self.marks.clone() }
    }

    /// A point per step that is over, in its middle; steps without traffic have the value for `None`.
    fn points(&self, value: impl Fn(Option<&Bucket>) -> Option<f64>) -> Vec<Point> {
        let half = self.steps.range.step_ms as f64 / 2.0;
        let last = self.steps.range.to.0 as f64 - half;
        let points = self.steps.each().map(|(time, bucket)| Point::new(time.0 as f64 + half, value(bucket)));
        points.filter(|point| point.x <= last).collect()
    }
}
