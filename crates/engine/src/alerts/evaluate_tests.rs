use std::sync::Arc;

use super::*;
use tidegate_core::{
    Code, VersionId,
    alert::{Direction, Severity, Signal},
    prediction::Prediction,
    schema::Task,
    time::ManualClock,
};

use crate::{
    aggregate::{Aggregate, Observation},
    alerts::rules::default_rules,
    fixture,
    view::AlertPatch,
};

const NOW: Time = Time(2_000_000_000_000);

struct Scene {
    engine: Engine,
    clock: Arc<ManualClock>,
    model: Model,
    watched: Watched,
    _dir: tempfile::TempDir,
}

impl Scene {
    /// A model all of whose requests fail.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let engine = fixture::engine(&dir, clock.clone()).await;
        let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        let watched = Watched::new(version, Default::default(), failing(version));
        Self { engine, clock, model, watched, _dir: dir }
    }

    async fn evaluate(&self, times: usize) {
        for _ in 0..times {
            self.engine.evaluate_model(&self.model, &self.watched).await.unwrap();
        }
    }

    async fn open(&self) -> usize {
        self.engine.open_alerts(self.model.id).await.unwrap().len()
    }

    async fn put_rules(&self, rules: &[Rule]) {
        self.engine.store.put_rules(self.model.id, rules, "test", "", NOW).await.unwrap();
    }
}

fn failing(version: VersionId) -> Aggregate {
    let mut aggregate = Aggregate::new(fixture::schema(), None, 0);
    for _ in 0..20 {
        let answered = fixture::prediction(version, NOW, &[1.0], "no");
        let failed = Prediction { error: Some(Code::Unavailable), ..answered };
        let observation = Observation::of(aggregate.schema(), &failed);
        aggregate.add(&failed, &observation);
    }
    aggregate
}

#[tokio::test]
async fn an_alert_opens_once_after_its_hold_and_goes_on_across_a_restart() {
    let scene = Scene::new().await;
    scene.evaluate(2).await;
    assert_eq!(scene.open().await, 0);
    scene.evaluate(5).await;
    assert_eq!(scene.open().await, 1);
    lock(&scene.engine.standings).clear();
    scene.engine.adopt_alerts(None).await.unwrap();
    scene.evaluate(5).await;
    assert_eq!(scene.open().await, 1);
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn alerts_of_rules_that_are_switched_off_or_taken_away_clear() {
    let scene = Scene::new().await;
    let mut rules = default_rules(Task::Other, None);
    rules.iter_mut().for_each(|rule| (rule.hold, rule.cool_down_s) = (1, 0));
    scene.put_rules(&rules).await;
    scene.evaluate(1).await;
    assert_eq!(scene.open().await, 1);
    let off: Vec<Rule> = rules.iter().map(|rule| Rule { enabled: false, ..rule.clone() }).collect();
    scene.put_rules(&off).await;
    scene.evaluate(1).await;
    assert_eq!(scene.open().await, 0);
    scene.put_rules(&rules).await;
    scene.evaluate(1).await;
    assert_eq!(scene.open().await, 1);
    scene.put_rules(&[]).await;
    scene.evaluate(1).await;
    assert_eq!(scene.open().await, 0);
    assert!(lock(&scene.engine.standings).is_empty());
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn two_rules_on_one_signal_have_an_alert_each_that_says_why() {
    let scene = Scene::new().await;
    let rule = |id: &str, threshold, severity| Rule {
        id: id.into(),
        hold: 1,
        severity,
        ..Rule::new(Signal::ErrorShare, Direction::Above, threshold)
    };
    scene.put_rules(&[rule("some", 0.1, Severity::Watch), rule("all", 0.9, Severity::Act)]).await;
    scene.evaluate(2).await;
    let mut open = scene.engine.open_alerts(scene.model.id).await.unwrap();
    open.sort_by(|a, b| b.rule.cmp(&a.rule));
    assert_eq!(open.iter().map(|alert| alert.rule.as_str()).collect::<Vec<_>>(), ["some", "all"]);
    let why = open[0].why.as_ref().unwrap();
    assert_eq!((why.compared, why.rule.threshold, why.windows[0].n), (1.0, 0.1, 20));
    assert!((why.clears_at - 0.08).abs() < 1e-12);
    assert_eq!(why.rule_name, "share of failed requests above 10.0% over 15 min");
    assert_eq!(open[1].message, "share of failed requests is 100.0% on 20 requests, above 90.0%");
    let standing = lock(&scene.engine.standings)[&(scene.model.id, "all".to_owned())].clone();
    assert_eq!(standing.judged.unwrap().verdict, Verdict::Over);
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_snoozed_rule_fires_quietly_and_is_told_when_the_snooze_ends() {
    let scene = Scene::new().await;
    let rule = Rule { hold: 1, ..Rule::new(Signal::ErrorShare, Direction::Above, 0.1) };
    scene.put_rules(std::slice::from_ref(&rule)).await;
    let quiet = Some(NOW.plus(10 * MINUTE_MS));
    scene.engine.store.put_snooze(scene.model.id, "error_share", quiet).await.unwrap();
    let told = || lock(&scene.engine.happenings).iter().filter(|it| it.notify).count();
    scene.evaluate(3).await;
    assert_eq!((scene.open().await, told()), (1, 0));
    let alert = scene.engine.open_alerts(scene.model.id).await.unwrap().remove(0);
    assert_eq!(alert.snoozed_until, quiet);
    // Within the window of 15 minutes the failures still count.
    scene.clock.advance(10 * MINUTE_MS);
    scene.evaluate(3).await;
    assert_eq!((scene.open().await, told()), (1, 1), "told once");
    let snooze = AlertPatch { snooze_min: Some(2), ..AlertPatch::default() };
    scene.engine.change_alert(alert.id, snooze).await.unwrap();
    scene.clock.advance(2 * MINUTE_MS);
    scene.evaluate(2).await;
    assert_eq!(told(), 2, "it was put off by hand, and still stands");
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_alert_from_before_rules_had_ids_belongs_to_the_rule_of_its_signal() {
    let scene = Scene::new().await;
    scene.evaluate(3).await;
    let mut alert = scene.engine.open_alerts(scene.model.id).await.unwrap().remove(0);
    scene.engine.store.update_alert(&Alert { until: Some(NOW), ..alert.clone() }).await.unwrap();
    alert.rule = String::new();
    alert.why = None;
    scene.engine.store.insert_alert(&alert).await.unwrap();
    lock(&scene.engine.standings).clear();
    scene.engine.adopt_alerts(None).await.unwrap();
    scene.evaluate(5).await;
    assert_eq!(scene.open().await, 1, "no second one is opened");
    scene.engine.shutdown().await.unwrap();
}
