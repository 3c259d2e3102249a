use super::*;
use std::sync::Arc;
use tidegate_core::{
    Time,
    alert::{Alert, Severity, Signal},
    id::AlertId,
    model::{ModelSettings, Triggers},
    schema::Truth,
    time::{HOUR_MS, ManualClock, SECOND_MS},
    trigger::{Combine, PerformanceTrigger},
};
use tidegate_store::ModelChange;

use crate::{fixture, view::TriggerBlockKind};

/// As many as drift needs.
const LABELLED: usize = 120;
const NOW: Time = Time(2_000_000_000_000);

/// An open drift alert and labels enough, for a model whose file nobody can train.
async fn drifting(engine: &Engine) -> Model {
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
    let model = engine.store.model("m").await.unwrap();
    let triggers = Triggers { on_drift: true, ..Triggers::default() };
    let settings = ModelSettings { triggers, learn_rows: 0, ..ModelSettings::default() };
    let change = ModelChange { settings: Some(settings), ..ModelChange::default() };
    let model = engine.store.update_model(model.id, change, "test", "", NOW).await.unwrap();
    let alert = Alert {
        id: AlertId(0),
        model: model.id,
        rule: "input_drift".into(),
        signal: Signal::InputDrift,
        subject: None,
        severity: Severity::Watch,
        since: NOW,
        until: None,
        value: 1.0,
        threshold: 0.2,
        message: "drift".into(),
        why: None,
        snoozed_until: None,
        acknowledged: false,
    };
    engine.store.insert_alert(&alert).await.unwrap();
    let watched = engine.watched_version(&model, None).await.unwrap();
    let mut aggregate = lock(&watched.aggregate);
    let asked = fixture::prediction(version, NOW, &[1.0; LABELLED], "no");
    let observation = crate::aggregate::Observation::of(aggregate.schema(), &asked);
    aggregate.add(&asked, &observation);
    for row in &observation.into_rows() {
        aggregate.label(NOW, row, None, &Truth::Class("no".into()), 0);
    }
    model
}

#[tokio::test]
async fn what_can_not_start_waits_before_it_tries_again() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let engine = fixture::engine(&dir, clock.clone()).await;
    let model = drifting(&engine).await;
    clock.advance(SECOND_MS);
    assert!(engine.pull(&model).await.is_err());
    clock.advance(SECOND_MS);
    assert!(engine.pull(&model).await.is_ok(), "it is cooling down");
    let view = engine.triggers("m").await.unwrap();
    assert!(view.conditions[0].holds && !view.would_fire, "{view:?}");
    assert_eq!(view.blocks[0].kind, TriggerBlockKind::Refused);
    assert!(view.says.starts_with("would start, but: it could not start: "), "{}", view.says);
    clock.advance(HOUR_MS);
    engine.flush().await.unwrap();
    assert!(engine.pull(&model).await.is_err(), "the labels are found on the disk as well");
    engine.shutdown().await.unwrap();
}

async fn set(engine: &Engine, triggers: Triggers) -> Model {
    let model = engine.store.model("m").await.unwrap();
    let settings = ModelSettings { triggers, ..model.settings };
    let change = ModelChange { settings: Some(settings), ..ModelChange::default() };
    let model = engine.store.update_model(model.id, change, "test", "", engine.clock.now()).await.unwrap();
    engine.put_route(&model);
    model
}

#[tokio::test]
async fn a_schedule_that_came_while_nobody_looked_is_made_up_for() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let engine = fixture::engine(&dir, clock.clone()).await;
    drifting(&engine).await;
    let triggers = Triggers { schedule: Some("0 3 * * *".into()), ..Triggers::default() };
    let model = set(&engine, triggers).await;
    assert!(engine.pull(&model).await.is_ok(), "a schedule begins when it is set");
    engine.shutdown().await.unwrap();
    drop(engine);

    clock.advance(24 * HOUR_MS);
    let engine = fixture::engine(&dir, clock.clone()).await;
    // Whether it would fire hangs on the engine's own look, which may have tried already.
    let due = engine.triggers("m").await.unwrap().conditions.remove(0);
    assert!(due.holds && due.says.starts_with("schedule `0 3 * * *` was due"), "{due:?}");
    let triggers = Triggers { schedule: Some("0 4 * * *".into()), ..model.settings.triggers };
    set(&engine, triggers).await;
    assert!(!engine.triggers("m").await.unwrap().would_fire, "another schedule begins anew");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_changed_file_counts_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new.csv");
    std::fs::write(&file, "age,y\n1,no\n").unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let engine = fixture::engine(&dir, clock.clone()).await;
    drifting(&engine).await;
    set(&engine, Triggers { file: Some(file.display().to_string()), ..Triggers::default() }).await;
    for _ in 0..3 {
        assert!(!engine.triggers("m").await.unwrap().would_fire, "as it was when it was set");
        clock.advance(2 * SECOND_MS);
    }
    engine.shutdown().await.unwrap();
    drop(engine);

    std::fs::write(&file, "age,y\n1,no\n2,yes\n").unwrap();
    let engine = fixture::engine(&dir, clock.clone()).await;
    engine.triggers("m").await.unwrap();
    clock.advance(2 * SECOND_MS);
    let changed = engine.triggers("m").await.unwrap().conditions.remove(0);
    assert!(changed.holds && changed.says.contains("has changed (SHA-256 "), "{changed:?}");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn accuracy_and_new_labels_are_counted_with_their_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let engine = fixture::engine(&dir, clock.clone()).await;
    drifting(&engine).await;
    let performance = PerformanceTrigger { worse_than: Some(0.9), ..PerformanceTrigger::default() };
    let (new_labels, combine) = (Some(1_000), Combine::All);
    set(&engine, Triggers { performance: Some(performance), new_labels, combine, ..Triggers::default() })
        .await;
    clock.advance(SECOND_MS);
    let view = engine.triggers("m").await.unwrap();
    let says: Vec<_> = view.conditions.iter().map(|condition| condition.says.as_str()).collect();
    assert_eq!(says[0], "accuracy 100.0% over 1 day (120 rows), not below 90.0%");
    assert_eq!(says[1], "0 of 1,000 rows labelled since the last run", "labels that no store has seen");
    assert!(!view.would_fire);
    engine.shutdown().await.unwrap();
}
