//! How good the answers of a range were, from counters: metrics as far as labels say, and estimates without.
//!
//! Must not know which buckets answer for a range (see [`crate::steps`]) nor the formulas.

use tidegate_core::{
    Result,
    model::{Model, ModelSettings},
    schema::Task,
};
use tidegate_monitor::{
    accuracy::{self, Detail, Tally},
    estimate::Method,
    metric::{Metric, MetricName},
    sketch::RELATIVE_ERROR,
};

use crate::{
    Engine, Range,
    bucket::{Bucket, Checked},
    estimate::Estimator,
    lock,
    tiles::{grouped, significant},
    view::{
        CoverageView, EstimateError, EstimateMethod, EstimateView, MeasuredView, MetricsView, QuantileView,
        ResidualsView,
    },
};

const QUANTILES: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

impl Engine {
    pub async fn metrics(&self, name: &str, version: Option<u32>, range: Range) -> Result<MetricsView> {
        let (model, whole, range) = self.whole(name, version, range).await?;
        let mut notes = Vec::new();
        let (task, labels) = whole.tally.as_ref().map_or((Task::Other, 0), |tally| {
            let task =
                if matches!(tally, Tally::Regression(_)) { Task::Regression } else { Task::Classification };
            (task, tally.labels().len())
        });
        if task == Task::Other {
            notes.push("the model's task is not known, so that nothing can be right or wrong".into());
        }
        let mut metrics = measured(&whole, &model.settings);
        if let Some(business) = &model.settings.business_metric {
            let (metric, note) = self.business_metric(&model, business, version, range).await?;
            metrics.extend(metric);
            notes.extend(note);
        }
        if task == Task::Classification
            && metrics.iter().all(|metric| metric.name != "roc_auc")
            && !metrics.is_empty()
        {
            notes.push(match labels {
                0..=20 => "no area under a curve: it needs probabilities and labels of both kinds".into(),
                _ => "areas under curves are not counted with more than 20 classes".into(),
            });
        }
        let detail = whole.performance.detail.as_ref();
        Ok(MetricsView {
            from: range.from,
            to: range.to,
            task,
            coverage: coverage(&whole, &model.settings),
            metrics,
            confusion: whole.tally.as_ref().and_then(Tally::confusion),
            calibration: detail
                .and_then(|detail| Some(detail.scores()?.reliability().bins()))
                .unwrap_or_default(),
            residuals: detail.and_then(residuals),
            notes,
        })
    }

    pub async fn estimate(&self, name: &str, version: Option<u32>, range: Range) -> Result<EstimateView> {
        let (model, whole, range) = self.whole(name, version, range).await?;
        let watched = self.watched_version(&model, version).await?;
        let (estimator, has_baseline, schema) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.estimator().cloned(), aggregate.baseline().is_some(), aggregate.schema().clone())
        };
        let mut view = EstimateView {
            from: range.from,
            to: range.to,
            method: None,
            fitted: None,
            fitted_rows: 0,
            foreseen: None,
            metrics: Vec::new(),
            errors: Vec::new(),
            note: String::new(),
        };
        let Some(estimator) = estimator else {
            view.note = match (schema.task, has_baseline) {
                (Task::Other, _) => "the model's task is not known: there is no accuracy to estimate".into(),
                (_, false) | (Task::Regression, _) => {
                    "nothing is estimated yet: give a reference data set with its target column, of at least 50 rows"
                        .into()
                }
                (Task::Classification, _) => {
                    "nothing is estimated: it takes class probabilities, and a reference data set with its target column"
                        .into()
                }
            };
            return Ok(view);
        };
        describe(&mut view, &estimator);
        if let Some(expected) = &whole.performance.expected {
            view.metrics = estimator.fitted.metrics(expected).iter().map(estimated).collect();
        }
        if let Some(checked) = &whole.performance.checked {
            view.errors = errors(&estimator, checked);
        }
        if view.metrics.is_empty() {
            view.note = "no answers since it was fitted".into();
        }
        Ok(view)
    }

    /// All counters of a range as one.
    async fn whole(&self, name: &str, version: Option<u32>, range: Range) -> Result<(Model, Bucket, Range)> {
        let model = self.store.model(name).await?;
        let watched = self.watched_version(&model, version).await?;
        let range = self.drawable(range, &watched);
        let whole = self.steps(&model, version, range).await?.whole();
        Ok((model, whole, range))
    }
}

fn measured(whole: &Bucket, settings: &ModelSettings) -> Vec<MeasuredView> {
    let Some(tally) = &whole.tally else { return Vec::new() };
    let metrics = accuracy::metrics(tally, whole.performance.detail.as_ref(), settings.top_k);
    metrics.iter().map(|metric| view(metric, settings.top_k)).collect()
}

/// A metric with its definition.
fn view(metric: &Metric, top_k: u32) -> MeasuredView {
    let title = match metric.name {
        MetricName::TopK => format!("top-{top_k} accuracy"),
        name => name.title().to_owned(),
    };
    let unit = match metric.name {
        MetricName::Accuracy | MetricName::TopK | MetricName::Mape => "%",
        MetricName::Mae | MetricName::Rmse | MetricName::MeanError => "target's unit",
        MetricName::LogLoss => "nats",
        _ => "",
    };
    MeasuredView {
        name: metric.name.as_str().into(),
        title,
        value: metric.value,
        low: metric.low,
        high: metric.high,
        bound: metric.bound,
        n: metric.n,
        unit: unit.into(),
        higher_is_better: (metric.name != MetricName::MeanError).then(|| metric.name.higher_is_better()),
        definition: metric.name.definition().into(),
        interval: metric.low.map_or("", |_| metric.name.interval_source()).into(),
    }
}

fn estimated(metric: &Metric) -> MeasuredView {
    let plain = view(metric, 0);
    let interval = metric.low.map_or("", |_| "three standard errors of sampling from the reference");
    MeasuredView {
        definition: format!("estimated without labels: {}", plain.definition),
        interval: interval.into(),
        ..plain
    }
}

pub(crate) fn coverage(whole: &Bucket, settings: &ModelSettings) -> CoverageView {
    let share = (whole.rows > 0).then(|| (whole.labelled as f64 / whole.rows as f64).min(1.0));
    let lag = &whole.performance.lag;
    CoverageView {
        rows: whole.rows,
        labelled: whole.labelled,
        share,
        least_share: settings.least_coverage,
        mature: share.is_some_and(|share| share >= settings.least_coverage),
        lag_median_ms: lag.quantile(0.5),
        lag_p90_ms: lag.quantile(0.9),
    }
}

fn residuals(detail: &Detail) -> Option<ResidualsView> {
    let Detail::Regression(residuals) = detail else { return None };
    let sketch = residuals.sketch();
    let quantiles =
        QUANTILES.into_iter().filter_map(|q| Some(QuantileView { q, value: sketch.quantile(q)? }));
    Some(ResidualsView { n: sketch.n(), quantiles: quantiles.collect(), relative_error: RELATIVE_ERROR })
}

fn describe(view: &mut EstimateView, estimator: &Estimator) {
    view.fitted = Some(estimator.since);
    view.fitted_rows = estimator.fitted.rows;
    view.method = Some(match &estimator.fitted.method {
        Method::Confidence(_) => EstimateMethod::Confidence,
        Method::Loss(loss) => {
            view.foreseen = Some(loss.foreseen());
            EstimateMethod::Loss
        }
    });
}

/// On the rows of which both are known.
fn errors(estimator: &Estimator, checked: &Checked) -> Vec<EstimateError> {
    let realised = accuracy::metrics(&checked.realised, None, 0);
    let estimated = estimator.fitted.metrics(&checked.expected);
    let pairs = estimated.iter().filter_map(|estimated| {
        let realised = realised.iter().find(|realised| realised.name == estimated.name)?;
        Some(error(realised, estimated))
    });
    pairs.collect()
}

fn error(realised: &Metric, estimated: &Metric) -> EstimateError {
    let difference = realised.value - estimated.value;
    let is_share = matches!(
        realised.name,
        MetricName::Accuracy | MetricName::F1 | MetricName::Precision | MetricName::Recall
    );
    let off = match is_share {
        true => format!("{:.1} points", difference.abs() * 100.0),
        false => significant(difference.abs()),
    };
    EstimateError {
        name: realised.name.as_str().into(),
        title: realised.name.title().into(),
        realised: realised.value,
        estimated: estimated.value,
        difference,
        low: realised.low.map(|low| low - estimated.value),
        high: realised.high.map(|high| high - estimated.value),
        n: realised.n,
        sentence: format!("estimator off by {off} on {} labelled rows", grouped(realised.n)),
    }
}
