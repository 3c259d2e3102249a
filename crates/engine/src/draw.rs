//! Which series make up each chart, and its title and note.
//!
//! Owns the meaning of a chart; how it looks is `tidegate-charts`' affair.

mod drift;
mod quality;
mod system;
mod traffic;

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
    bucket::Bucket,
    signals::Signals,
    steps::{Range, Steps},
    view::{ChartKind, ChartRequest, ChartView, ChartsAnswer, ChartsRequest},
};

const MOST_CHARTS: usize = 16;
const MARKS: u32 = 200;

/// What every chart of one request shares.
struct Scene {
    model: Model,
    steps: Steps,
    /// The same of each version that answered, oldest first: drift is measured against its own baseline.
    by_version: Vec<Steps>,
    newest: Signals,
    window: Bucket,
    marks: Vec<Mark>,
    theme: Theme,
    utc_offset_min: i32,
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
        let range = self.drawable(range, &watched);
        let window = {
            let aggregate = crate::lock(&watched.aggregate);
            aggregate.window(now.plus(-i64::from(model.settings.window_s) * 1000), now.plus(1))
        };
        let steps = self.steps(&model, request.version, range).await?;
        let scene = Scene {
            newest: Signals::of(&window, steps.baseline.as_deref(), &model.settings),
            marks: self.marks(&model, range).await?,
            by_version: self.steps_by_version(&model, request.version, range).await?,
            model,
            steps,
            window,
            theme: request.theme,
            utc_offset_min: request.utc_offset_min,
        };
        let mut charts = Vec::new();
        for chart in &request.charts {
            charts.push(self.chart(&scene, chart).await?);
        }
        Ok(ChartsAnswer { now, from: range.from, to: range.to, charts })
    }

    async fn chart(&self, scene: &Scene, request: &ChartRequest) -> Result<ChartView> {
        let size = Size { width: request.width, height: request.height };
        let (title, note, chart) = match request.kind {
            ChartKind::Latency => scene.latency(size)?,
            ChartKind::LatencyHeatmap => scene.latency_heatmap(size)?,
            ChartKind::Throughput => scene.throughput(size)?,
            ChartKind::Accuracy => scene.accuracy(size)?,
            ChartKind::Coverage => scene.coverage(size)?,
            ChartKind::Drift => scene.drift(request.feature.as_deref(), size)?,
            ChartKind::Heatmap => scene.heatmap(size)?,
            ChartKind::Histogram => scene.histogram(request.feature.as_deref(), size)?,
            ChartKind::Queue => scene.queue(size)?,
            ChartKind::Cpu | ChartKind::Memory => self.system_chart(scene, request.kind, size).await?,
            ChartKind::Loss => self.loss_chart(scene, request.run, size).await?,
        };
        let feature = match request.kind {
            ChartKind::Drift | ChartKind::Histogram => scene.feature(request.feature.as_deref()),
            _ => None,
        };
        Ok(ChartView { kind: request.kind, title, note, feature, chart })
    }

    /// Deploys, alerts and retrainings in the range, as marks on the time axis.
    async fn marks(&self, model: &Model, range: Range) -> Result<Vec<Mark>> {
        let audits = self.store.audit(Some(model.id), MARKS).await?;
        let within = |audit: &Audit| audit.time >= range.from && audit.time <= range.to;
        Ok(audits.into_iter().filter(within).filter_map(mark).collect())
    }
}

type Drawn = (String, String, Chart);

fn line_series(name: &str, color: Color, points: Vec<Point>) -> Series {
    Series { name: name.into(), color, points, dashed: false, fill: false }
}

fn mark(audit: Audit) -> Option<Mark> {
    let kind = match audit.kind {
        EventKind::Imported | EventKind::Deployed | EventKind::Promoted => MarkKind::Deploy,
        EventKind::AlertFired | EventKind::WorkerCrashed | EventKind::Quarantined => MarkKind::Alert,
        EventKind::RetrainStarted | EventKind::RetrainEnded => MarkKind::Retrain,
        EventKind::RolledBack => MarkKind::Rollback,
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
        let chart = LineChart { series, x: self.time_axis(), y, threshold, marks: self.marks.clone() };
        Ok((title.into(), note, tidegate_charts::line(&chart, size, self.theme)?))
    }

    /// A point per step that is over, in its middle; steps without traffic have the value for `None`.
    fn points(&self, value: impl Fn(Option<&Bucket>) -> Option<f64>) -> Vec<Point> {
        let half = self.steps.range.step_ms as f64 / 2.0;
        let last = self.steps.range.to.0 as f64 - half;
        let points = self.steps.each().map(|(time, bucket)| Point::new(time.0 as f64 + half, value(bucket)));
        points.filter(|point| point.x <= last).collect()
    }
}
