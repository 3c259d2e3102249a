//! Which series make up each chart, and its title and note.
//!
//! Owns the meaning of a chart; how it looks is `tidegate-charts`' affair.

use tidegate_charts::{
    Bins, Chart, Color, Heatmap, Histogram, LineChart, Mark, MarkKind, Point, Series, Shading, Size, Theme,
    Threshold, Unit, XAxis, YAxis,
};
use tidegate_core::{
    Error, Result, RunId, Time,
    event::{Audit, EventKind},
    model::Model,
    schema::Task,
};
use tidegate_monitor::{
    accuracy::Tally,
    column::Counts,
    drift::{Direction, Drift, PSI_THRESHOLD, State, drift},
    metric::MetricName,
};

use crate::{
    Engine,
    baseline::Baseline,
    bucket::Bucket,
    signals::Signals,
    steps::{Range, Steps},
    tiles::{grouped, significant},
    view::{ChartKind, ChartRequest, ChartView, ChartsAnswer, ChartsRequest},
};

const MOST_CHARTS: usize = 16;
const MARKS: u32 = 200;
const HEATMAP_COLUMNS: i64 = 60;
/// Fewer labelled rows make a band so wide that it flattens the line.
const LABELS_SHOWN: u64 = 20;
/// Rows of the drift heatmap: the most drifted inputs.
const HEATMAP_ROWS: usize = 12;

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

    async fn system_chart(&self, scene: &Scene, kind: ChartKind, size: Size) -> Result<Drawn> {
        let range = scene.steps.range;
        let samples = self.system_samples(range.from, range.to).await?;
        let series = |name: &str, color, value: fn(&crate::system::Sample) -> f64| {
            let points = samples.iter().map(|sample| Point::new(sample.time.0 as f64, Some(value(sample))));
            line_series(name, color, points.collect())
        };
        let (title, unit, series) = match kind {
            ChartKind::Cpu => (
                "Processor",
                Unit::Percent,
                vec![
                    series("machine", Color::Reference, |sample| sample.system.cpu),
                    series("Tidegate, cores", Color::C1, |sample| sample.system.process_cpu),
                ],
            ),
            _ => (
                "Memory",
                Unit::Bytes,
                vec![
                    series("machine", Color::Reference, |sample| sample.system.memory_used as f64),
                    series("Tidegate", Color::C1, |sample| sample.system.process_memory as f64),
                ],
            ),
        };
        scene.lines(title, String::new(), series, YAxis { unit, low: Some(0.0), high: None }, None, size)
    }

    async fn loss_chart(&self, scene: &Scene, run: Option<i64>, size: Size) -> Result<Drawn> {
        let run = match run {
            Some(id) => self.run(RunId(id)).await?,
            None => {
                let newest = self.runs(&scene.model.name).await?.into_iter().next();
                newest.ok_or_else(|| Error::not_found("this model was never retrained"))?
            }
        };
        let points = |value: fn(&tidegate_core::run::Progress) -> Option<f64>| {
            run.progress.iter().map(|progress| Point::new(progress.step.into(), value(progress))).collect()
        };
        let last = run.progress.last().map_or(1, |progress| progress.total.max(progress.step)).max(2);
        let chart = LineChart {
            series: vec![
                line_series("training", Color::C4, points(|progress| Some(progress.loss))),
                line_series("held out", Color::C2, points(|progress| progress.held_out_loss)),
            ],
            x: XAxis::Number { from: 1.0, to: last.into(), name: "round".into() },
            y: YAxis { unit: Unit::Plain, low: None, high: None },
            threshold: None,
            marks: Vec::new(),
        };
        let drawn = tidegate_charts::line(&chart, size, scene.theme)?;
        Ok((format!("Loss, run {}", run.id), String::new(), drawn))
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

    fn latency(&self, size: Size) -> Result<Drawn> {
        let quantile =
            |q: f64| self.points(move |bucket| bucket.and_then(|b| b.total.quantile(q)).map(|us| us / 1e3));
        let series = vec![
            line_series("p50", Color::C1, quantile(0.5)),
            line_series("p95", Color::C2, quantile(0.95)),
            line_series("p99", Color::C3, quantile(0.99)),
        ];
        let y = YAxis { unit: Unit::Milliseconds, low: Some(0.0), high: None };
        self.lines("Latency", String::new(), series, y, None, size)
    }

    fn latency_heatmap(&self, size: Size) -> Result<Drawn> {
        let edges: Vec<f64> = (0..12).map(|power| 62.5 * 2_f64.powi(power)).collect();
        let uppers: Vec<f64> = edges[1..].iter().map(|us| us / 1e3).collect();
        let columns: Vec<_> = self.steps.each().collect();
        let mut counts = vec![vec![0.0; columns.len()]; uppers.len()];
        for (column, (_, bucket)) in columns.iter().enumerate() {
            let Some(bucket) = bucket else { continue };
            for (row, count) in bucket.total.histogram(&edges).into_iter().enumerate() {
                counts[row][column] = count as f64;
            }
        }
        let range = self.steps.range;
        let times = columns.iter().map(|(time, _)| *time).collect();
        let heatmap = Heatmap::latency(
            &uppers,
            &counts,
            times,
            range.step_ms,
            (range.from, range.to, self.utc_offset_min),
        );
        let chart = tidegate_charts::heatmap(&heatmap, size, self.theme)?;
        Ok(("Latency by request".into(), "darker where more requests fall".into(), chart))
    }

    fn throughput(&self, size: Size) -> Result<Drawn> {
        let seconds = self.steps.range.step_ms as f64 / 1e3;
        let rate = |count: fn(&Bucket) -> u64| {
            self.points(move |bucket| Some(bucket.map_or(0.0, |bucket| count(bucket) as f64 / seconds)))
        };
        let answered = Series {
            fill: true,
            ..line_series("answered", Color::C4, rate(|bucket| bucket.requests - bucket.failed))
        };
        let failed = line_series("failed", Color::C3, rate(|bucket| bucket.failed));
        let y = YAxis { unit: Unit::PerSecond, low: Some(0.0), high: None };
        self.lines("Throughput and errors", String::new(), vec![answered, failed], y, None, size)
    }

    fn queue(&self, size: Size) -> Result<Drawn> {
        let quantile =
            |q: f64| self.points(move |bucket| bucket.and_then(|b| b.queue.quantile(q)).map(|us| us / 1e3));
        let series =
            vec![line_series("p50", Color::C1, quantile(0.5)), line_series("p99", Color::C3, quantile(0.99))];
        let y = YAxis { unit: Unit::Milliseconds, low: Some(0.0), high: None };
        self.lines("Waiting for a session", String::new(), series, y, None, size)
    }

    fn accuracy(&self, size: Size) -> Result<Drawn> {
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

    fn coverage(&self, size: Size) -> Result<Drawn> {
        let share = self.points(|bucket| {
            let bucket = bucket.filter(|bucket| bucket.rows > 0)?;
            Some(bucket.labelled as f64 / bucket.rows as f64)
        });
        let series = vec![Series { fill: true, ..line_series("labelled", Color::C4, share) }];
        let y = YAxis { unit: Unit::Percent, low: Some(0.0), high: Some(1.0) };
        self.lines("Label coverage", "by prediction time".into(), series, y, None, size)
    }

    /// Steps that a point of accuracy looks back over, so that a few labels a step make a steady line.
    fn smoothing(&self) -> usize {
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

    /// The input asked for, else the most drifted one.
    fn feature(&self, asked: Option<&str>) -> Option<String> {
        asked.map(str::to_owned).or_else(|| self.newest.inputs.first().map(|drift| drift.name.clone()))
    }

    /// Position of an input in the baseline.
    fn position(&self, asked: Option<&str>) -> Result<Option<(String, usize)>> {
        let Some(name) = self.feature(asked) else { return Ok(None) };
        let Some(baseline) = &self.steps.baseline else { return Ok(None) };
        let position = baseline.features.iter().position(|reference| reference.name == name);
        position
            .map(|position| Some((name.clone(), position)))
            .ok_or_else(|| Error::not_found(format!("the model has no input `{name}`")))
    }

    fn drift(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
        let position = self.position(asked)?;
        let half = self.steps.range.step_ms as f64 / 2.0;
        let columns: Vec<Time> = self.steps.each().map(|(time, _)| time).collect();
        let psi = position
            .as_ref()
            .map_or_else(Vec::new, |(name, _)| self.psi(name, &columns, self.steps.range.step_ms));
        let points =
            columns.iter().zip(psi).map(|(time, psi)| Point::new(time.0 as f64 + half, psi)).collect();
        let series = vec![Series { fill: true, ..line_series("PSI", Color::C2, points) }];
        let high = series[0].points.iter().filter_map(|point| point.y).fold(0.3, f64::max);
        let threshold =
            Threshold { value: PSI_THRESHOLD, above: true, label: format!("act above {PSI_THRESHOLD}") };
        let y = YAxis { unit: Unit::Plain, low: Some(0.0), high: Some(high) };
        let (title, note) = match &position {
            None => ("Drift".into(), "learning what is normal".into()),
            Some((name, _)) => (format!("Drift: {name}"), self.drift_note(name)),
        };
        self.lines(&title, note, series, y, Some(threshold), size)
    }

    /// PSI of an input at each of `columns`, over the window that ends with it; a version that answered later
    /// speaks where two did. Columns without rows of their own are gaps.
    fn psi(&self, name: &str, columns: &[Time], column_ms: i64) -> Vec<Option<f64>> {
        let window_ms = i64::from(self.model.settings.window_s) * 1000;
        let span = usize::try_from(window_ms / column_ms).unwrap_or(1).max(1);
        let mut psi = vec![None; columns.len()];
        for steps in &self.by_version {
            let Some(baseline) = &steps.baseline else { continue };
            let Some(position) = baseline.features.iter().position(|reference| reference.name == name) else {
                continue;
            };
            let reference = &baseline.features[position];
            let counts = column_counts(steps, baseline, position, columns, column_ms);
            for (end, own) in counts.iter().enumerate() {
                if own.is_none() {
                    continue;
                }
                let mut window = Counts::new(reference);
                counts[(end + 1).saturating_sub(span)..=end].iter().flatten().for_each(|c| window.merge(c));
                let drift = drift(reference, &window, self.model.settings.min_rows.into(), PSI_THRESHOLD);
                psi[end] = (drift.state != State::NotEnough).then_some(drift.psi).or(psi[end]);
            }
        }
        psi
    }

    fn drift_note(&self, name: &str) -> String {
        let Some(drift) = self.newest.inputs.iter().find(|drift| drift.name == name) else {
            return String::new();
        };
        match drift.state {
            State::NotEnough => format!("not enough rows in the window ({} so far)", drift.n),
            State::Stable => format!("as usual (PSI {})", significant(drift.psi)),
            State::Drifted => format!("{} (PSI {})", direction(drift), significant(drift.psi)),
        }
    }

    fn heatmap(&self, size: Size) -> Result<Drawn> {
        let range = self.steps.range;
        let column_ms = (range.to.since(range.from) / HEATMAP_COLUMNS / range.step_ms).max(1) * range.step_ms;
        let first = range.from.floor(column_ms);
        let count = (range.to.since(first) / column_ms + 1) as usize;
        let columns: Vec<Time> = (0..count as i64).map(|index| first.plus(index * column_ms)).collect();
        let mut rows: Vec<(&str, Vec<Option<f64>>)> = self
            .newest
            .inputs
            .iter()
            .map(|d| (d.name.as_str(), self.psi(&d.name, &columns, column_ms)))
            .collect();
        let worst = |cells: &[Option<f64>]| cells.iter().flatten().copied().fold(0.0, f64::max);
        rows.sort_by(|a, b| worst(&b.1).total_cmp(&worst(&a.1)));
        rows.truncate(HEATMAP_ROWS);
        let (names, cells): (Vec<String>, _) =
            rows.into_iter().map(|(name, cells)| (name.to_owned(), cells)).unzip();
        let shown = names.len();
        let heatmap = Heatmap {
            rows: names,
            columns,
            column_ms,
            cells,
            shading: Shading::Threshold { low: 0.0, high: PSI_THRESHOLD },
            unit: Unit::Plain,
            from: range.from,
            to: range.to,
            utc_offset_min: self.utc_offset_min,
        };
        let all = self.newest.inputs.len();
        let note = match shown {
            0 => "learning what is normal".into(),
            shown if shown < all => format!("the {shown} most drifted of {all}"),
            _ => "most drifted first".into(),
        };
        Ok(("Drift by input".into(), note, tidegate_charts::heatmap(&heatmap, size, self.theme)?))
    }

    fn histogram(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
        let Some((name, position)) = self.position(asked)? else {
            let empty = Histogram { bins: Bins::Labels(Vec::new()), reference: vec![], current: vec![] };
            let chart = tidegate_charts::histogram(&empty, size, self.theme)?;
            return Ok(("Reference and now".into(), "learning what is normal".into(), chart));
        };
        let Some(baseline) = &self.steps.baseline else {
            return Err(Error::internal("an input without its baseline"));
        };
        let reference = &baseline.features[position];
        let counts = self.window.features.get(position).filter(|_| self.window.baseline == baseline.id);
        let bins = match &reference.bins {
            tidegate_monitor::bins::Bins::Categorical { categories } => Bins::Labels(categories.clone()),
            tidegate_monitor::bins::Bins::Numeric { edges } => Bins::Edges(edges.clone()),
        };
        let histogram = Histogram {
            bins,
            reference: shares(&reference.counts, reference.n),
            current: counts.map_or_else(Vec::new, |counts| shares(&counts.bins, counts.n)),
        };
        let note = format!(
            "reference {} rows, now {} rows",
            grouped(reference.n),
            grouped(counts.map_or(0, |counts| counts.n))
        );
        let chart = tidegate_charts::histogram(&histogram, size, self.theme)?;
        Ok((format!("{name}: reference and now"), note, chart))
    }
}

/// Counts of one input in each column; `None` where the version answered nothing.
fn column_counts(
    steps: &Steps,
    baseline: &Baseline,
    position: usize,
    columns: &[Time],
    column_ms: i64,
) -> Vec<Option<Counts>> {
    let counted = columns.iter().map(|from| {
        let buckets = steps.buckets.range(*from..from.plus(column_ms)).map(|(_, bucket)| bucket);
        let ours = buckets.filter(|bucket| bucket.baseline == baseline.id && bucket.rows > 0);
        ours.map(|bucket| bucket.features[position].clone()).reduce(|mut sum, counts| {
            sum.merge(&counts);
            sum
        })
    });
    counted.collect()
}

fn shares(counts: &[u64], total: u64) -> Vec<f64> {
    counts.iter().map(|count| *count as f64 / total.max(1) as f64).collect()
}

fn direction(drift: &Drift) -> &'static str {
    match drift.direction {
        Some(Direction::Higher) => "values higher",
        Some(Direction::Lower) => "values lower",
        Some(Direction::Wider) => "values more spread",
        Some(Direction::Narrower) => "values closer together",
        Some(Direction::NewCategories) => "new categories",
        Some(Direction::Missing) => "more values missing",
        Some(Direction::Mix) | None => "another mix of values",
    }
}
