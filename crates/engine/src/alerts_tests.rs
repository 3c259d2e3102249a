use super::*;
use tidegate_core::{Code, VersionId, prediction::Prediction, time::ManualClock};

use crate::{
    aggregate::{Aggregate, Observation},
    fixture,
};

const NOW: Time = Time(2_000_000_000_000);

struct Scene {
    engine: Engine,
    model: Model,
    watched: Watched,
    _dir: tempfile::TempDir,
}

impl Scene {
    /// A model all of whose requests fail.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
        let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        let watched = Watched { version, aggregate: std::sync::Mutex::new(failing(version)) };
        Self { engine, model, watched, _dir: dir }
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
        aggregate.add(&failed, observation);
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
    lock(&scene.engine.holds).clear();
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
    assert!(lock(&scene.engine.holds).is_empty());
    scene.engine.shutdown().await.unwrap();
}

#[test]
fn rules_say_what_is_wrong_with_them() {
    let good = default_rules(Task::Classification, None);
    assert!(check_rules(&good).is_ok());
    let message = |rules: Vec<Rule>| check_rules(&rules).unwrap_err().message;
    let first = good[0].clone();
    assert_eq!(message(vec![first.clone(), first.clone()]), "`rules[1]` repeats a signal");
    assert_eq!(
        message(vec![Rule { threshold: f64::NAN, ..first.clone() }]),
        "`rules[0].threshold` must be a number"
    );
    assert_eq!(message(vec![Rule { hold: 0, ..first }]), "`rules[0].hold` must be at least 1");
}
