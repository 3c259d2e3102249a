//! Charts of what probabilities and errors were worth: confidence, calibration, confusion, residuals, curves.

use tidegate_charts::{
    Bins, Color, Confusion, Histogram, LineChart, Point, Series, Size, Unit, XAxis, YAxis,
};
use tidegate_core::Result;
use tidegate_monitor::{
    accuracy::{CONFIDENCE_BINS, CurvePoint, Detail, Scores, Tally},
    sketch::Sketch,
};

use super::{Drawn, Scene, line_series};
use crate::{bucket::Bucket, tiles::grouped};

/// Bins of the residuals' histogram.
const RESIDUAL_BINS: usize = 24;
/// The share of the residuals beyond either end of it.
const BEYOND: f64 = 0.005;
/// Curves in one picture: as many as there are colours.
const CURVES: [Color; 6] = [Color::C1, Color::C2, Color::C3, Color::C4, Color::C5, Color::C6];

impl Scene {
    /// How sure the answers are: of the reference, and of the range.
    pub(super) fn confidence(&self, size: Size) -> Result<Drawn> {
        let now = self.steps.whole().performance.confidence;
        let reference = self.estimator.as_ref().map(|estimator| &estimator.fitted.confidence);
        let edges = (0..=CONFIDENCE_BINS).map(|bin| bin as f64 / CONFIDENCE_BINS as f64).collect();
        let reference = reference.filter(|reference| reference.n() > 0);
        let note = match (now.n(), reference) {
            (0, _) => "no answers with probabilities".into(),
            (n, None) => format!("{} answers; no labelled reference to compare with", grouped(n)),
            (n, Some(reference)) => {
                format!("reference {} rows, now {}", grouped(reference.n()), grouped(n))
            }
        };
        let chart = Histogram {
            bins: Bins::Edges(edges),
            reference: reference.map(|reference| reference.shares()).unwrap_or_default(),
            current: if now.n() > 0 { now.shares() } else { Vec::new() },
        };
        Ok(("Confidence".into(), note, tidegate_charts::histogram(&chart, size, self.theme)?))
    }

    /// How often each probability came true.
    pub(super) fn calibration(&self, size: Size) -> Result<Drawn> {
        let whole = self.steps.whole();
        let bins = scores(&whole).map(|scores| scores.reliability().bins()).unwrap_or_default();
        let points = bins.iter().map(|bin| Point {
            x: bin.probability,
            y: Some(bin.share),
            low: Some(bin.low),
            high: Some(bin.high),
        });
        let came = line_series("came true, 95% band", Color::C1, points.collect());
        let rows: u64 = bins.iter().map(|bin| bin.n).sum();
        let note = match rows {
            0 => "no labelled rows with probabilities".into(),
            rows => format!("{} labelled rows by stated probability", grouped(rows)),
        };
        self.square("Calibration", note, vec![diagonal("as stated"), came], "stated probability", size)
    }

    pub(super) fn confusion(&self, size: Size) -> Result<Drawn> {
        let matrix = self.steps.whole().tally.as_ref().and_then(Tally::confusion);
        let Some(matrix) = matrix.filter(|matrix| !matrix.labels.is_empty()) else {
            return self.nothing("Confusion", "for classifiers with labelled rows", size);
        };
        let rows: u64 = matrix.counts.iter().flatten().sum();
        let chart = Confusion { labels: matrix.labels, counts: matrix.counts };
        let note = format!("truth down, answers across; {} labelled rows", grouped(rows));
        Ok(("Confusion".into(), note, tidegate_charts::confusion(&chart, size, self.theme)?))
    }

    /// Prediction minus truth.
    pub(super) fn residuals(&self, size: Size) -> Result<Drawn> {
        let whole = self.steps.whole();
        let Some(Detail::Regression(residuals)) = &whole.performance.detail else {
            return self.nothing("Residuals", "for regressions with labelled rows", size);
        };
        let sketch = residuals.sketch();
        let Some((edges, shares)) = residual_bins(sketch) else {
            return self.nothing("Residuals", "no labels yet", size);
        };
        let note = format!(
            "prediction minus truth on {} labelled rows; the outer bins hold all beyond",
            grouped(sketch.n())
        );
        let chart = Histogram { bins: Bins::Edges(edges), reference: Vec::new(), current: shares };
        Ok(("Residuals".into(), note, tidegate_charts::histogram(&chart, size, self.theme)?))
    }

    pub(super) fn roc(&self, size: Size) -> Result<Drawn> {
        let mut series = self.curves(|point| Point::new(point.false_positive_rate, Some(point.recall)));
        let note = self.curve_note(&series);
        series.insert(0, diagonal("chance"));
        self.square("ROC curve", note, series, "false positive rate", size)
    }

    pub(super) fn precision_recall(&self, size: Size) -> Result<Drawn> {
        let series = self.curves(|point| Point::new(point.recall, Some(point.precision)));
        let note = self.curve_note(&series);
        self.square("Precision and recall", note, series, "recall", size)
    }

    /// Of the positive class with two, else of the first classes.
    fn curves(&self, point: fn(&CurvePoint) -> Point) -> Vec<Series> {
        let whole = self.steps.whole();
        let Some((scores, tally)) = scores(&whole).zip(whole.tally.as_ref()) else { return Vec::new() };
        let labels = tally.labels();
        let names = if scores.outcomes().len() == 1 { &labels[labels.len() - 1..] } else { labels };
        let curves = names.iter().zip(scores.outcomes()).zip(CURVES);
        let drawn = curves.map(|((name, outcomes), color)| {
            line_series(name, color, outcomes.curve().iter().map(point).collect())
        });
        drawn.filter(|series| !series.points.is_empty()).collect()
    }

    fn curve_note(&self, series: &[Series]) -> String {
        match series.len() {
            0 => "no labelled rows of both kinds with probabilities".into(),
            // The line is named by its class.
            1 => "against the rest".into(),
            _ => "each class against the rest".into(),
        }
    }

    /// Both axes from 0 to 1.
    fn square(&self, title: &str, note: String, series: Vec<Series>, x: &str, size: Size) -> Result<Drawn> {
        let x = XAxis::Number { from: 0.0, to: 1.0, name: x.into() };
        let y = YAxis { unit: Unit::Percent, low: Some(0.0), high: Some(1.0) };
        let chart = LineChart { series, x, y, threshold: None, marks: Vec::new() };
        Ok((title.into(), note, tidegate_charts::line(&chart, size, self.theme)?))
    }

    fn nothing(&self, title: &str, note: &str, size: Size) -> Result<Drawn> {
        self.square(title, note.into(), Vec::new(), "", size)
    }
}

fn scores(whole: &Bucket) -> Option<&Scores> {
    whole.performance.detail.as_ref().and_then(Detail::scores)
}

fn diagonal(name: &str) -> Series {
    let ends = vec![Point::new(0.0, Some(0.0)), Point::new(1.0, Some(1.0))];
    Series { dashed: true, ..line_series(name, Color::Reference, ends) }
}

/// Equally wide bins about all but the outermost residuals, and the share of the rows in each.
fn residual_bins(sketch: &Sketch) -> Option<(Vec<f64>, Vec<f64>)> {
    let (low, high) = sketch.quantile(BEYOND).zip(sketch.quantile(1.0 - BEYOND))?;
    let (low, high) = if low < high { (low, high) } else { (low - 1.0, high + 1.0) };
    let width = (high - low) / RESIDUAL_BINS as f64;
    let mut shares = vec![0.0; RESIDUAL_BINS];
    for (residual, rows) in sketch.iter() {
        let bin = ((residual - low) / width).floor().clamp(0.0, (RESIDUAL_BINS - 1) as f64);
        shares[bin as usize] += rows as f64 / sketch.n() as f64;
    }
    let edges = (0..=RESIDUAL_BINS).map(|bin| low + bin as f64 * width).collect();
    Some((edges, shares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_residual_is_in_a_bin() {
        let mut sketch = Sketch::default();
        (-500..500).for_each(|i| sketch.add(f64::from(i) / 10.0));
        let (edges, shares) = residual_bins(&sketch).unwrap();
        assert_eq!((edges.len(), shares.len()), (RESIDUAL_BINS + 1, RESIDUAL_BINS));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 && edges.is_sorted());
        let mut same = Sketch::default();
        same.add(0.0);
        assert!(residual_bins(&same).is_some_and(|(edges, _)| edges[0] < edges[1]));
        assert!(residual_bins(&Sketch::default()).is_none());
    }
}
