//! The report of a model over a range: one self-contained page of tables and charts, or the numbers in it.
//!
//! Owns what is told in which order; how it looks is `tidegate-charts`' affair.

mod drift;
mod exact;
mod terms;

use tidegate_charts::{Report, Section, Table, Theme};
use tidegate_core::{
    Result, Time,
    run::{ComparisonLine, Run},
};

use crate::{
    Engine, Range,
    tiles::{grouped, significant},
    view::{
        AuditView, ChartKind, ChartRequest, ChartView, ChartsRequest, MonitorView, ReportChart, ReportView,
    },
};

pub(crate) use drift::KnownAnswers;
pub(crate) use exact::KnownRows;
pub(crate) use terms::check as check_terms;

const CHARTS: [ChartKind; 7] = [
    ChartKind::Throughput,
    ChartKind::Latency,
    ChartKind::Accuracy,
    ChartKind::Coverage,
    ChartKind::Drift,
    ChartKind::Heatmap,
    ChartKind::Histogram,
];
const WIDTH: u32 = 860;
const HEIGHT: u32 = 240;
/// Events told, the newest.
const EVENTS: usize = 60;

impl Engine {
    /// HTML of what a model did between two times.
    pub async fn report(&self, name: &str, from: Time, to: Time) -> Result<String> {
        let (view, drawn) = self.gather(name, from, to).await?;
        let mut sections = vec![numbers(&view.monitor), events(&view.events)];
        sections.extend(view.runs.iter().filter_map(comparison));
        sections.extend(drawn.into_iter().map(chart_section));
        sections.push(drift_table(&view.monitor));
        Ok(tidegate_charts::report(&Report {
            title: format!("{name}: what happened"),
            subtitle: format!("{}; {} to {} UTC", view.kind, stamp(from), stamp(to)),
            sections,
        }))
    }

    /// The same in numbers.
    pub async fn report_view(&self, name: &str, from: Time, to: Time) -> Result<ReportView> {
        let (mut view, drawn) = self.gather(name, from, to).await?;
        let numbers = |drawn: ChartView| {
            let ChartView { kind, title, note, feature, chart } = drawn;
            ReportChart { kind, title, note, feature, frame: chart.frame }
        };
        view.charts = drawn.into_iter().map(numbers).collect();
        Ok(view)
    }

    /// What is told, its charts apart.
    async fn gather(&self, name: &str, from: Time, to: Time) -> Result<(ReportView, Vec<ChartView>)> {
        let range = Range::new(Some(from), Some(to), None, self.clock.now())?;
        let monitor = self.monitor(name, None, range).await?;
        let drifted = self.most_drifted(name, &monitor).await?;
        let charts = CHARTS.map(|kind| ChartRequest {
            kind,
            feature: drifted.clone(),
            run: None,
            width: WIDTH,
            height: HEIGHT,
        });
        let request = ChartsRequest {
            from: Some(from),
            to: Some(to),
            last_s: None,
            version: None,
            compare: None,
            theme: Theme::Light,
            utc_offset_min: 0,
            charts: charts.to_vec(),
        };
        let drawn = self.charts(name, request).await?.charts;
        let within = |time: Time| time >= from && time <= to;
        let mut events = self.audit(Some(name)).await?;
        events.retain(|view| within(view.audit.time));
        events.truncate(EVENTS);
        let mut runs = self.runs(name).await?;
        runs.retain(|run| within(run.created));
        runs.reverse();
        let kind = self.model(name).await?.kind;
        let model = name.to_owned();
        Ok((ReportView { model, kind, from, to, monitor, events, runs, charts: vec![] }, drawn))
    }

    /// The input that last drifted, if none drifts now: a report tells what happened, not only what is.
    async fn most_drifted(&self, name: &str, monitor: &MonitorView) -> Result<Option<String>> {
        let model = self.store.model(name).await?;
        let fired = self.store.alerts(tidegate_store::AlertFilter {
            open_only: false,
            model: Some(model.id),
            limit: 100,
        });
        let known = |subject: &&str| monitor.drift.iter().any(|drift| drift.feature == *subject);
        let subject = fired.await?.iter().find_map(|alert| alert.about().filter(known).map(str::to_owned));
        Ok(subject.or_else(|| monitor.drift.first().map(|drift| drift.feature.clone())))
    }
}

fn section(heading: &str, text: String, table: Option<Table>) -> Section {
    Section { heading: heading.into(), text, table, chart: None }
}

fn numbers(monitor: &MonitorView) -> Section {
    let rows = monitor.tiles.iter().map(|tile| {
        vec![tile.title.clone(), format!("{} {}", tile.value, tile.unit).trim().into(), tile.detail.clone()]
    });
    let table = Table { header: strings(["", "value", ""]), rows: rows.collect() };
    section("Numbers", String::new(), Some(table))
}

fn events(events: &[AuditView]) -> Section {
    let rows = events.iter().rev().map(|AuditView { audit, .. }| {
        vec![stamp(audit.time), audit.what.clone(), audit.who.clone(), audit.why.clone()]
    });
    let table = Table { header: strings(["time", "what", "who", "why"]), rows: rows.collect() };
    section("What happened", String::new(), Some(table))
}

fn comparison(run: &Run) -> Option<Section> {
    let comparison = run.comparison.as_ref()?;
    let text = format!(
        "Champion and challenger on the same held-out rows: {} of the newest labelled predictions, {} of the reference.",
        grouped(comparison.rows_new.into()),
        grouped(comparison.rows_old.into())
    );
    let table = Table {
        header: strings(["", "champion", "challenger", "difference (95%)", "gate"]),
        rows: comparison.lines.iter().map(comparison_row).collect(),
    };
    Some(section(&format!("Retraining {}", run.id), text, Some(table)))
}

fn comparison_row(line: &ComparisonLine) -> Vec<String> {
    let interval = match (line.low, line.high) {
        (Some(low), Some(high)) => format!(" ({low:+.3} to {high:+.3})"),
        _ => String::new(),
    };
    vec![
        line.what.clone(),
        significant(line.champion),
        significant(line.challenger),
        format!("{:+.3}{interval}", line.difference),
        line.reason.clone(),
    ]
}

fn chart_section(view: ChartView) -> Section {
    Section { heading: view.title, text: view.note, table: None, chart: Some(view.chart) }
}

fn drift_table(monitor: &MonitorView) -> Section {
    let rows = monitor.drift.iter().map(|input| {
        let drift = &input.drift;
        vec![
            input.feature.clone(),
            format!("{:?}", drift.state).to_lowercase(),
            format!("{:.3}", drift.psi),
            format!("{:.3}", drift.js),
            grouped(drift.n),
            drift.sentence.clone(),
        ]
    });
    let table = Table {
        header: strings(["input", "state", "PSI", "JS distance", "rows", "how"]),
        rows: rows.collect(),
    };
    let text =
        format!("Over the newest {} s, against {} rows.", monitor.window_s, grouped(monitor.baseline.rows));
    section("Drift of each input", text, Some(table))
}

fn strings<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

/// `2026-11-22 13:46:05`.
fn stamp(time: Time) -> String {
    let shown =
        jiff::Timestamp::from_millisecond(time.0).map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string());
    shown.unwrap_or_else(|_| time.0.to_string())
}
