//! Charts of the machine and of a training.

use tidegate_charts::{Color, LineChart, Point, Size, Unit, XAxis, YAxis};
use tidegate_core::{
    Error, Result, RunId,
    run::{Progress, Run},
};

use super::{Drawn, Scene, line_series};
use crate::{Engine, system::Sample, view::ChartKind};

impl Engine {
    pub(super) async fn system_chart(&self, scene: &Scene, kind: ChartKind, size: Size) -> Result<Drawn> {
        let range = scene.steps.range;
        let samples = self.system_samples(range.from, range.to).await?;
        let series = |name: &str, color, value: fn(&Sample) -> f64| {
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

    /// The run asked for, else the newest.
    pub(super) async fn drawn_run(&self, scene: &Scene, run: Option<i64>) -> Result<Run> {
        match run {
            Some(id) => self.run(RunId(id)).await,
            None => {
                let newest = self.runs(&scene.model.name).await?.into_iter().next();
                newest.ok_or_else(|| Error::not_found("this model was never retrained"))
            }
        }
    }

    pub(super) async fn loss_chart(&self, scene: &Scene, run: Option<i64>, size: Size) -> Result<Drawn> {
        let run = self.drawn_run(scene, run).await?;
        let points = |value: fn(&Progress) -> Option<f64>| {
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
