//! Charts of how far inputs are from what they were.

use tidegate_charts::{
    Bins, Chart, Color, Heatmap, Histogram, Point, Series, Shading, Size, Threshold, Unit, YAxis,
};
use tidegate_core::{Error, Result, Time};
use tidegate_monitor::{
    column,
    drift::{Direction, Drift, PSI_THRESHOLD, State},
};

use super::{Drawn, Scene, line_series};
use crate::{
    bucket::Bucket,
    steps::Steps,
    tiles::{grouped, significant, too_few},
    wide::InputCounts,
};

const HEATMAP_COLUMNS: i64 = 60;
/// Rows of the drift heatmap: the most drifted inputs.
const HEATMAP_ROWS: usize = 12;

impl Scene {
    /// The input asked for, else the most drifted one.
    pub(super) fn feature(&self, asked: Option<&str>) -> Option<String> {
        asked.map(str::to_owned).or_else(|| self.newest.inputs.first().map(|drift| drift.name.clone()))
    }

    /// Position of an input in the baseline.
    pub(super) fn position(&self, asked: Option<&str>) -> Result<Option<(String, usize)>> {
        let Some(name) = self.feature(asked) else { return Ok(None) };
        let Some(baseline) = &self.steps.baseline else { return Ok(None) };
        let position = baseline.features.iter().position(|reference| reference.name == name);
        position
            .map(|position| Some((name.clone(), position)))
            .ok_or_else(|| Error::not_found(format!("the model has no input `{name}`")))
    }

    pub(super) fn drift(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
        let position = self.position(asked)?;
        let series = self.with_other(|scene| {
            let points = position.as_ref().map_or_else(Vec::new, |(name, _)| scene.psi_points(name));
            vec![Series { fill: true, ..line_series("PSI", Color::C2, points) }]
        });
        let all = series.iter().flat_map(|series| &series.points);
        let high = all.filter_map(|point| point.y).fold(0.3, f64::max);
        let threshold =
            Threshold { value: PSI_THRESHOLD, above: true, label: format!("act above {PSI_THRESHOLD}") };
        let y = YAxis { unit: Unit::Plain, low: Some(0.0), high: Some(high) };
        let (title, note) = match &position {
            None => ("Drift".into(), "learning what is normal".into()),
            Some((name, _)) => (format!("Drift: {name}"), self.drift_note(name)),
        };
        self.lines(&title, note, series, y, Some(threshold), size)
    }

    fn psi_points(&self, name: &str) -> Vec<Point> {
        let step_ms = self.steps.range.step_ms;
        let columns: Vec<Time> = self.steps.each().map(|(time, _)| time).collect();
        let psi = self.psi(name, &columns, step_ms);
        let middle = |time: &Time| time.0 as f64 + step_ms as f64 / 2.0;
        columns.iter().zip(psi).map(|(time, psi)| Point::new(middle(time), psi)).collect()
    }

    /// PSI of an input at each of `columns`, over the window that ends with it; where two versions
    /// answered the watched one speaks, else the later. Columns without rows of their own are gaps.
    fn psi(&self, name: &str, columns: &[Time], column_ms: i64) -> Vec<Option<f64>> {
        let span = self.window_columns(column_ms);
        let mut psi = vec![None; columns.len()];
        // What the watched version says comes last, and so holds.
        let (watched, others): (Vec<_>, Vec<_>) =
            self.by_version.iter().partition(|steps| steps.empty.baseline == self.steps.empty.baseline);
        for steps in others.into_iter().chain(watched) {
            let Some(baseline) = &steps.baseline else { continue };
            let Some(position) = baseline.features.iter().position(|reference| reference.name == name) else {
                continue;
            };
            let counted = |bucket: &Bucket| InputCounts::of(baseline, bucket, position);
            let windows = windows((steps, columns, column_ms), span, counted, InputCounts::merge);
            for (psi, window) in psi.iter_mut().zip(windows) {
                let min_rows = self.model.settings.min_rows.into();
                let drift = window.and_then(|it| it.drift(baseline, position, min_rows, PSI_THRESHOLD));
                *psi = drift.filter(|drift| drift.state != State::NotEnough).map(|drift| drift.psi).or(*psi);
            }
        }
        psi
    }

    /// Columns of a chart that one window is wide.
    pub(super) fn window_columns(&self, column_ms: i64) -> usize {
        let window_ms = i64::from(self.model.settings.window_s) * 1000;
        usize::try_from(window_ms / column_ms).unwrap_or(1).max(1)
    }

    fn drift_note(&self, name: &str) -> String {
        let Some(drift) = self.newest.inputs.iter().find(|drift| drift.name == name) else {
            return String::new();
        };
        match drift.state {
            State::NotEnough => too_few(drift),
            State::Stable => format!("as usual (PSI {})", significant(drift.psi)),
            State::Drifted => format!("{} (PSI {})", direction(drift), significant(drift.psi)),
            State::Undecided => format!(
                "undecided (PSI {}, chance gives up to {})",
                significant(drift.psi),
                significant(drift.psi_noise)
            ),
        }
    }

    pub(super) fn heatmap(&self, size: Size) -> Result<Drawn> {
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

    pub(super) fn histogram(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
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
        let mut before = reference.counts.clone();
        let mut now = counts.map(|counts| counts.bins.clone()).unwrap_or_default();
        let bins = match &reference.bins {
            column::Bins::Numeric { edges } => Bins::Edges(edges.clone()),
            column::Bins::Categorical { categories } => {
                let mut labels = categories.clone();
                let unseen = counts.map_or(0, |counts| counts.unseen_rows);
                if unseen + reference.rare > 0 {
                    labels.push("new or rare".into());
                    before.push(reference.rare);
                    now.extend(counts.map(|_| unseen));
                }
                Bins::Labels(labels)
            }
        };
        let histogram = Histogram {
            bins,
            reference: shares(&before, reference.n),
            current: shares(&now, counts.map_or(0, |counts| counts.n)),
        };
        let chart = tidegate_charts::histogram(&histogram, size, self.theme)?;
        let rows = [("reference", reference.n), ("now", counts.map_or(0, |counts| counts.n))];
        Ok((format!("{name}: reference and now"), String::new(), with_rows(chart, rows)))
    }
}

/// The chart with its distributions named by how many rows they are of.
fn with_rows(mut chart: Chart, rows: [(&str, u64); 2]) -> Chart {
    for (series, (name, rows)) in chart.frame.series.iter_mut().zip(rows) {
        series.name = format!("{name}, {} rows", grouped(rows));
    }
    chart
}

/// What was counted over the `span` columns that end with each; `None` where the version answered nothing in the last
/// of them.
pub(super) fn windows<T: Clone>(
    (steps, columns, column_ms): (&Steps, &[Time], i64),
    span: usize,
    counted: impl Fn(&Bucket) -> Option<T>,
    merge: impl Fn(&mut T, &T),
) -> Vec<Option<T>> {
    let sum = |counts: &mut dyn Iterator<Item = T>| {
        counts.reduce(|mut sum, counts| {
            merge(&mut sum, &counts);
            sum
        })
    };
    let own: Vec<Option<T>> = columns
        .iter()
        .map(|from| {
            let buckets = steps.buckets.range(*from..from.plus(column_ms)).map(|(_, bucket)| bucket);
            let ours = buckets.filter(|bucket| bucket.baseline == steps.empty.baseline && bucket.rows > 0);
            sum(&mut ours.filter_map(&counted))
        })
        .collect();
    let window = |end: usize| {
        own[end].as_ref()?;
        sum(&mut own[(end + 1).saturating_sub(span)..=end].iter().flatten().cloned())
    };
    (0..own.len()).map(window).collect()
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
