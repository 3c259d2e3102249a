//! How a regression errs, as running sums: which way, how unevenly, how much in proportion.
//!
//! Owns what is counted of the errors beyond [`super::Errors`] and the metrics that follow.

use serde::{Deserialize, Serialize};

use super::{Errors, interval::Mean};
use crate::{
    metric::{Metric, MetricName, Z95},
    sketch::Sketch,
};

/// Beyond this many standard deviations of the truth's mean from zero, fourth powers have no digits left.
const FARTHEST_MEAN: f64 = 1e3;

/// Sums over labelled rows: e is prediction minus truth, y the truth.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// Every e.
    sketch: Sketch,
    /// |e / y|, over the rows whose y is not 0.
    relative: Mean,
    e4: f64,
    y3: f64,
    y4: f64,
    e2_y: f64,
    e2_y2: f64,
}

impl Residuals {
    /// Both finite.
    pub fn add(&mut self, y: f64, prediction: f64) {
        let e = prediction - y;
        self.sketch.add(e);
        if y != 0.0 {
            self.relative.add((e / y).abs());
        }
        self.sums(e, y, 1.0);
    }
    /// Takes back a row that was added.
    pub fn remove(&mut self, y: f64, prediction: f64) {
        let e = prediction - y;
        self.sketch.remove(e);
        if y != 0.0 {
            self.relative.remove((e / y).abs());
        }
        self.sums(e, y, -1.0);
        if self.sketch.n() == 0 {
            *self = Self::default();
        }
    }
    fn sums(&mut self, e: f64, y: f64, sign: f64) {
        let (e2, y2) = (e * e, y * y);
        self.e4 += sign * e2 * e2;
        self.y3 += sign * y2 * y;
        self.y4 += sign * y2 * y2;
        self.e2_y += sign * e2 * y;
        self.e2_y2 += sign * e2 * y2;
    }
    pub fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.relative.merge(&other.relative);
        self.e4 += other.e4;
        self.y3 += other.y3;
        self.y4 += other.y4;
        self.e2_y += other.e2_y;
        self.e2_y2 += other.e2_y2;
    }
    /// The errors' distribution.
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }
    /// Mean error and mean absolute percentage error.
    pub(crate) fn metrics(&self, errors: &Errors) -> Vec<Metric> {
        let bias = Mean { n: errors.n, sum: errors.e, squares: errors.e2 };
        let of = |name, mean: &Mean| {
            let metric = Metric::new(name, mean.mean()?, mean.n);
            Some(match mean.interval() {
                Some(interval) => metric.within(interval),
                None => metric,
            })
        };
        let mean_error = of(MetricName::MeanError, &bias);
        let relative = of(MetricName::Mape, &self.relative).map(|mut metric| {
            metric.low = metric.low.map(|low| low.max(0.0));
            metric
        });
        mean_error.into_iter().chain(relative).collect()
    }
    /// Delta method: the standard error of a root is that of the mean squared error over twice the root.
    pub(crate) fn rmse_interval(&self, errors: &Errors) -> Option<(f64, f64)> {
        let (n, mse) = (errors.n as f64, errors.e2 / errors.n as f64);
        let rmse = mse.max(0.0).sqrt();
        let error = Z95 * ((self.e4 / n - mse * mse).max(0.0) / n).sqrt() / (2.0 * rmse);
        (errors.n > 1 && error.is_finite()).then(|| ((rmse - error).max(0.0), rmse + error))
    }
    /// Delta method on 1 - m / v, with m the mean of a = e^2 and v that of b = (y - mean)^2: the variance is
    /// (Var a / v^2 - 2 m Cov(a, b) / v^3 + m^2 Var b / v^4) / n. `None` where the truth varies too little about its
    /// mean for the sums to tell.
    pub(crate) fn r2_interval(&self, errors: &Errors) -> Option<(f64, f64)> {
        let n = errors.n as f64;
        let (mean, m) = (errors.y / n, errors.e2 / n);
        let v = errors.y2 / n - mean * mean;
        if errors.n < 3 || v <= 0.0 || mean.abs() > FARTHEST_MEAN * v.sqrt() {
            return None;
        }
        let (y2, y3, y4) = (errors.y2 / n, self.y3 / n, self.y4 / n);
        let fourth = y4 - 4.0 * mean * y3 + 6.0 * mean * mean * y2 - 3.0 * mean.powi(4);
        let cross = (self.e2_y2 - 2.0 * mean * self.e2_y + mean * mean * errors.e2) / n;
        let (var_a, var_b, covariance) = (self.e4 / n - m * m, fourth - v * v, cross - m * v);
        let variance = (var_a / v.powi(2) - 2.0 * m * covariance / v.powi(3) + m * m * var_b / v.powi(4)) / n;
        let (value, error) = (1.0 - m / v, Z95 * variance.max(0.0).sqrt());
        Some((value - error, (value + error).min(1.0)))
    }
}
