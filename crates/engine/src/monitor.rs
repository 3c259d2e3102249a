//! Monitoring as it is looked at: tiles, drift per input and metrics of a range.
//!
//! Must not know which buckets answer for a range (see [`crate::steps`]) nor how a chart is drawn.

use std::collections::BTreeMap;

use tidegate_core::{Result, Time, alert::Signal, model::Model};
use tidegate_monitor::{drift::State, metric::Metric};

use crate::{
    Engine, Range, lock,
    signals::Signals,
    tiles::tiles,
    view::{FeatureDrift, MetricView, MonitorView, RankedBy},
};

impl Engine {
    pub async fn monitor(&self, name: &str, version: Option<u32>, range: Range) -> Result<MonitorView> {
        let model = self.store.model(name).await?;
        let watched = self.watched_version(&model, version).await?;
        let range = self.drawable(range, &watched);
        let steps = self.steps(&model, version, range).await?;
        let before = Range { from: range.from.plus(-range.to.since(range.from)), to: range.from, ..range };
        let whole = steps.whole();
        let earlier = self.steps(&model, version, self.drawable(before, &watched)).await?.whole();
        let now = self.clock.now();
        let mut newest = crate::health::signals(&watched, &model.settings, now);
        let window_ms = i64::from(model.settings.window_s) * 1000;
        self.decide(&model, &mut newest, now.plus(-window_ms), now.plus(1)).await;
        let over_range = Signals::of(&whole, steps.baseline.as_deref(), &model.settings);
        let since = self.drift_since(&model).await?;
        let explained = self.explained(model.id, watched.version);
        let effect =
            |name: &str| explained.as_ref()?.drift.iter().find(|effect| effect.feature == name).cloned();
        let drift = newest.inputs.iter().map(|drift| FeatureDrift {
            feature: drift.name.clone(),
            since: since.get(&drift.name).copied(),
            exact: newest.exact.iter().find(|column| column.name == drift.name).cloned(),
            on_answers: effect(&drift.name).filter(|_| drift.state == State::Drifted),
            drift: drift.clone(),
        });
        let (drift, ranked_by) = ranked(drift.collect());
        let task = lock(&watched.aggregate).schema().task;
        let newest_champion = self.champion_version(&model).await?;
        Ok(MonitorView {
            from: range.from,
            to: range.to,
            tiles: tiles(task, &whole, &earlier, range, &newest, &over_range),
            drift,
            ranked_by,
            prediction_drift: newest.prediction.clone(),
            prediction_exact: newest.prediction_exact.clone(),
            together: newest.together.clone(),
            baseline: self.baseline_view(&model, newest_champion.as_ref()).await?,
            window_s: model.settings.window_s,
            metrics: over_range.metrics.iter().map(metric_view).collect(),
        })
    }

    pub(crate) async fn champion_version(
        &self,
        model: &Model,
    ) -> Result<Option<tidegate_core::model::Version>> {
        match model.aliases.champion {
            Some(id) => self.store.version(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Since when each input is drifting, from the open alerts.
    async fn drift_since(&self, model: &Model) -> Result<BTreeMap<String, Time>> {
        let alerts = self.open_alerts(model.id).await?;
        let mut since = BTreeMap::new();
        for alert in alerts.into_iter().filter(|alert| alert.signal == Signal::InputDrift) {
            let members = alert.why.into_iter().flat_map(|why| why.members).map(|member| member.name);
            for name in alert.subject.into_iter().chain(members) {
                since
                    .entry(name)
                    .and_modify(|at: &mut Time| *at = alert.since.min(*at))
                    .or_insert(alert.since);
            }
        }
        Ok(since)
    }
}

/// The drifted inputs whose effect on the answer is known come first, that with the largest at the top.
fn ranked(mut drift: Vec<FeatureDrift>) -> (Vec<FeatureDrift>, RankedBy) {
    if drift.iter().all(|drift| drift.on_answers.is_none()) {
        return (drift, RankedBy::Distance);
    }
    let effect = |drift: &FeatureDrift| drift.on_answers.as_ref().map_or(-1.0, |effect| effect.effect);
    drift.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
    (drift, RankedBy::Effect)
}

fn metric_view(metric: &Metric) -> MetricView {
    MetricView {
        name: metric.name.title().into(),
        value: metric.value,
        low: metric.low,
        high: metric.high,
        n: metric.n,
    }
}
