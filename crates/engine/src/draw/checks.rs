//! Charts of data quality: rows that failed checks, by kind, and which checks failed when.

use std::collections::BTreeMap;

use tidegate_charts::{Color, Heatmap, Point, Series, Shading, Size, Unit, YAxis};
use tidegate_core::Result;
use tidegate_monitor::quality::{CheckState, Level};

use super::{Drawn, Scene, line_series};
use crate::{bucket::Bucket, quality::Coarse};

const COLORS: [Color; 4] = [Color::C3, Color::C2, Color::C1, Color::C4];
const HEATMAP_COLUMNS: i64 = 60;
/// Rows of the heatmap: the worst checks.
const HEATMAP_ROWS: usize = 12;

/// What is wrong with a row that fails a check of a kind.
fn kind_words(kind: &str) -> &str {
    match kind {
        "schema" => "columns",
        "not_null" => "no value",
        "finite" => "infinite",
        "type" => "wrong type",
        "range" => "out of range",
        "allowed" => "unseen value",
        other => other,
    }
}

impl Scene {
    /// Share of rows that failed a row check, a line for each kind that failed at all.
    pub(super) fn violations(&self, size: Size) -> Result<Drawn> {
        let kind_of: BTreeMap<&str, &str> =
            self.checks.set.checks.iter().map(|check| (check.id.as_str(), check.expect.kind())).collect();
        let rows = |bucket: &Bucket, kind: &str| -> u64 {
            let own =
                bucket.quality.violations.iter().filter(|(id, _)| kind_of.get(id.as_str()) == Some(&kind));
            own.map(|(_, broken)| broken.rows).sum()
        };
        let whole = self.steps.whole();
        let mut kinds: Vec<(&str, u64)> = kind_of
            .values()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|kind| (*kind, rows(&whole, kind)))
            .filter(|(_, rows)| *rows > 0)
            .collect();
        kinds.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let share = |count: u64, bucket: &Bucket| {
            let rows = bucket.quality.looked_at();
            (rows > 0).then(|| (count as f64 / rows as f64).min(1.0))
        };
        let mut series: Vec<Series> = kinds
            .iter()
            .zip(COLORS)
            .map(|((kind, _), color)| {
                let points =
                    self.points(|bucket| bucket.and_then(|bucket| share(rows(bucket, kind), bucket)));
                line_series(kind_words(kind), color, points)
            })
            .collect();
        if series.is_empty() {
            let points = self.points(|bucket| bucket.and_then(|bucket| share(0, bucket)));
            series.push(line_series("bad rows", Color::C1, points));
        }
        let highest = series
            .iter()
            .flat_map(|series| &series.points)
            .filter_map(|Point { y, .. }| *y)
            .fold(0.01, f64::max);
        let y = YAxis { unit: Unit::Percent, low: Some(0.0), high: Some(highest) };
        let note = match (self.checks.set.baseline, kinds.len()) {
            (0, _) => "learning what is normal".into(),
            (_, 0) => "every row passed".into(),
            (_, all) if all > COLORS.len() => format!("{} of {all} kinds", COLORS.len()),
            _ => String::new(),
        };
        self.lines("Bad rows", note, series, y, None, size)
    }

    /// How far each of the worst checks failed in each step: the share of rows, or all of it where what a stretch of
    /// time shows is out of bounds.
    pub(super) fn checks_heatmap(&self, size: Size) -> Result<Drawn> {
        let coarse = Coarse::of(&self.steps, HEATMAP_COLUMNS);
        let outcomes = coarse.outcomes(&self.checks, self.steps.baseline.as_deref());
        let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
        for (at, check) in self.checks.set.checks.iter().enumerate().filter(|(_, check)| check.enabled) {
            let cells = outcomes.iter().map(|step| {
                let outcome = step[at].as_ref().filter(|outcome| outcome.n > 0)?;
                match (check.expect.level(), outcome.state) {
                    (Level::Row, _) => outcome.observed,
                    (Level::Window, CheckState::Failed) => Some(1.0),
                    (Level::Window, CheckState::Passed) => Some(0.0),
                    (Level::Window, _) => None,
                }
            });
            rows.push((check.title(), cells.collect()));
        }
        let sum = |cells: &[Option<f64>]| cells.iter().flatten().sum::<f64>();
        rows.retain(|(_, cells)| sum(cells) > 0.0);
        rows.sort_by(|a, b| sum(&b.1).total_cmp(&sum(&a.1)));
        let all = rows.len();
        rows.truncate(HEATMAP_ROWS);
        let (names, cells) = rows.into_iter().unzip();
        let range = self.steps.range;
        let heatmap = Heatmap {
            rows: names,
            columns: coarse.times,
            column_ms: coarse.step_ms,
            cells,
            shading: Shading::Threshold { low: 0.0, high: 0.05 },
            unit: Unit::Percent,
            from: range.from,
            to: range.to,
            utc_offset_min: self.utc_offset_min,
        };
        let note = match (self.checks.set.baseline, all) {
            (0, _) => "learning what is normal".into(),
            (_, 0) => "no check failed".into(),
            (_, all) if all > HEATMAP_ROWS => format!("the {HEATMAP_ROWS} worst of {all}"),
            _ => "worst first".into(),
        };
        Ok(("Failed checks".into(), note, tidegate_charts::heatmap(&heatmap, size, self.theme)?))
    }
}
