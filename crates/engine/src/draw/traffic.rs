//! Charts of how much was asked and how long it took.

use tidegate_charts::{Color, Heatmap, Point, Series, Size, Unit, YAxis};
use tidegate_core::Result;
use tidegate_monitor::latency::Latency;

use super::{Drawn, Scene, line_series};
use crate::{bucket::Bucket, tiles::grouped};

impl Scene {
    pub(super) fn latency(&self, size: Size) -> Result<Drawn> {
        // Six lines would be too many to tell apart: two versions show their half and their slowest.
        let shown: &[f64] = if self.beside.is_some() { &[0.5, 0.99] } else { &[0.5, 0.95, 0.99] };
        let series = self.with_other(|scene| scene.quantiles(shown, |bucket| &bucket.total));
        let y = YAxis { unit: Unit::Milliseconds, low: Some(0.0), high: None };
        self.lines("Latency", String::new(), series, y, None, size)
    }

    pub(super) fn latency_heatmap(&self, size: Size) -> Result<Drawn> {
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

    pub(super) fn throughput(&self, size: Size) -> Result<Drawn> {
        let series = self.with_other(|scene| {
            let answered = scene.rate(|bucket| bucket.requests - bucket.failed);
            let failed = scene.rate(|bucket| bucket.failed);
            let mut series = vec![
                Series { fill: true, ..line_series("answered", Color::C4, answered) },
                line_series("failed", Color::C3, failed),
            ];
            if scene.dropped() > 0 {
                series.push(line_series("not recorded", Color::C2, scene.rate(|bucket| bucket.dropped)));
            }
            series
        });
        let note = match self.dropped() {
            0 => String::new(),
            1 => "1 request was not recorded".into(),
            many => format!("{} requests were not recorded", grouped(many)),
        };
        let y = YAxis { unit: Unit::PerSecond, low: Some(0.0), high: None };
        self.lines("Throughput and errors", note, series, y, None, size)
    }

    /// Requests of the range that were answered but not recorded.
    fn dropped(&self) -> u64 {
        self.steps.buckets.values().map(|bucket| bucket.dropped).sum()
    }

    pub(super) fn queue(&self, size: Size) -> Result<Drawn> {
        let series = self.with_other(|scene| scene.quantiles(&[0.5, 0.99], |bucket| &bucket.queue));
        let y = YAxis { unit: Unit::Milliseconds, low: Some(0.0), high: None };
        self.lines("Waiting for a session", String::new(), series, y, None, size)
    }

    /// A line of milliseconds for each quantile.
    fn quantiles(&self, shown: &[f64], of: fn(&Bucket) -> &Latency) -> Vec<Series> {
        let line = |q: &f64| {
            let color = match *q {
                q if q < 0.9 => Color::C1,
                q if q < 0.99 => Color::C2,
                _ => Color::C3,
            };
            let points = self.points(|bucket| bucket.and_then(|b| of(b).quantile(*q)).map(|us| us / 1e3));
            line_series(&format!("p{:.0}", q * 100.0), color, points)
        };
        shown.iter().map(line).collect()
    }

    /// So many a second.
    fn rate(&self, count: fn(&Bucket) -> u64) -> Vec<Point> {
        let seconds = self.steps.range.step_ms as f64 / 1e3;
        self.points(|bucket| Some(bucket.map_or(0.0, |bucket| count(bucket) as f64 / seconds)))
    }
}
