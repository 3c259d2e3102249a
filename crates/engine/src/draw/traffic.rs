//! Charts of how much was asked and how long it took.

use tidegate_charts::{Color, Heatmap, Series, Size, Unit, YAxis};
use tidegate_core::Result;

use super::{Drawn, Scene, line_series};
use crate::bucket::Bucket;

impl Scene {
    pub(super) fn latency(&self, size: Size) -> Result<Drawn> {
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

    pub(super) fn queue(&self, size: Size) -> Result<Drawn> {
        let quantile =
            |q: f64| self.points(move |bucket| bucket.and_then(|b| b.queue.quantile(q)).map(|us| us / 1e3));
        let series =
            vec![line_series("p50", Color::C1, quantile(0.5)), line_series("p99", Color::C3, quantile(0.99))];
        let y = YAxis { unit: Unit::Milliseconds, low: Some(0.0), high: None };
        self.lines("Waiting for a session", String::new(), series, y, None, size)
    }
}
