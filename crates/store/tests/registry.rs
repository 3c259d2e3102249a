//! Models, versions, aliases, the bin, data sets, alerts, runs: each change seen after a reopen, with its audit.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use std::fs;

use common::{NOW, entries, import, new_version, sha, store};
use tidegate_core::{
    Code, ModelId, Result, RunId, Time, VersionId,
    alert::{Alert, Condition, Direction, Rule, Severity, Signal},
    event::{Audit, EventKind},
    id::AlertId,
    model::{Aliases, ModelSettings},
    run::{Plan, Progress, Run, RunState, Trigger},
    schema::{Schema, Task},
};
use tidegate_store::{AlertFilter, Dataset, Level, Make, ModelChange, NewDataset, Role, Store, SystemSample};

fn refused<T: std::fmt::Debug>(result: Result<T>, code: Code) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.code, code, "{error}");
    error.to_string()
}

#[tokio::test]
async fn the_first_version_is_champion_and_the_next_number_follows() {
    let (dir, store) = store().await;
    let first = import(&store, "churn", 1).await;
    assert!(first.created_model);
    assert_eq!(first.model.aliases.champion, Some(first.version.id));
    let second =
        store.insert_version(new_version(&store, "churn", 2, Make::Challenger), "ada", NOW).await.unwrap();
    assert!(!second.created_model);
    assert_eq!(second.version.number, 2);
    assert_eq!(second.model.aliases.champion, Some(first.version.id));
    assert_eq!(second.model.aliases.challenger, Some(second.version.id));
    let third = import(&store, "churn", 3).await;
    assert_eq!(third.model.aliases.champion, Some(third.version.id));
    assert_eq!(third.model.aliases.previous, Some(first.version.id));

    store.close().await.unwrap();
    drop(store);
    let store = Store::open(dir.path(), NOW).await.unwrap();
    assert_eq!(store.model("churn").await.unwrap(), third.model);
    assert_eq!(
        store.versions(third.model.id).await.unwrap(),
        [first.version, second.version, third.version.clone()]
    );
    assert_eq!(fs::read_to_string(store.artifact(&sha(3))).unwrap(), "model 3");
    let audit = store.audit(Some(third.model.id), 10).await.unwrap();
    assert_eq!(audit.len(), 3);
    assert_eq!(audit[0].what, "version 3 of `churn` came in as champion, from `churn.onnx`");
    assert_eq!((audit[0].kind, audit[0].who.as_str()), (EventKind::Imported, "ada"));
    assert_eq!(entries(&dir.path().join("staging")), 0);
}

#[tokio::test]
async fn the_same_bytes_are_refused_by_the_same_model_and_shared_by_another() {
    let (dir, store) = store().await;
    import(&store, "churn", 1).await;
    import(&store, "churn", 2).await;
    let twin = store.insert_version(new_version(&store, "churn", 2, Make::Champion), "ada", NOW).await;
    assert_eq!(refused(twin, Code::Conflict), "these bytes are already version 2 of `churn`");
    import(&store, "fraud", 2).await;
    assert_eq!(entries(&dir.path().join("artifacts")), 2);
    assert_eq!(entries(&dir.path().join("staging")), 0);
}

#[tokio::test]
async fn a_refused_version_leaves_nothing_behind() {
    let (dir, store) = store().await;
    for name in ["", "a b", "../etc", "é", "..", &"x".repeat(101)] {
        refused(
            store.insert_version(new_version(&store, name, 1, Make::Champion), "ada", NOW).await,
            Code::Invalid,
        );
    }
    let mut new = new_version(&store, "churn", 1, Make::Champion);
    new.sha256 = "../../etc".into();
    refused(store.insert_version(new, "ada", NOW).await, Code::Invalid);
    let new = new_version(&store, "churn", 1, Make::Champion);
    fs::remove_file(new.staging.model()).unwrap();
    refused(store.insert_version(new, "ada", NOW).await, Code::Invalid);
    let mut new = new_version(&store, "churn", 1, Make::Champion);
    new.bytes = u64::MAX; // fails after the files are in place
    refused(store.insert_version(new, "ada", NOW).await, Code::Invalid);
    assert_eq!(entries(&dir.path().join("artifacts")), 0);
    assert_eq!(entries(&dir.path().join("staging")), 0);
    assert!(store.models(true).await.unwrap().is_empty());
    assert!(store.audit(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn aliases_move_with_an_audit_row_and_only_within_the_model() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await;
    let better = import(&store, "churn", 2).await;
    let other = import(&store, "fraud", 3).await;
    let back = Aliases { champion: Some(churn.version.id), challenger: None, previous: None };
    let what = "rolled back to version 1";
    let model = store
        .set_aliases(churn.model.id, back, EventKind::RolledBack, "ada", what, "worse recall", NOW.plus(5))
        .await
        .unwrap();
    assert_eq!(model.aliases, back);
    let audit = &store.audit(Some(churn.model.id), 1).await.unwrap()[0];
    let expected = Audit {
        time: NOW.plus(5),
        model: Some(churn.model.id),
        kind: EventKind::RolledBack,
        who: "ada".into(),
        what: what.into(),
        why: "worse recall".into(),
    };
    assert_eq!(*audit, expected);
    let stranger = Aliases { champion: Some(other.version.id), ..back };
    let moved =
        store.set_aliases(churn.model.id, stranger, EventKind::Promoted, "ada", "promoted", "", NOW).await;
    refused(moved, Code::Invalid);
    let missing = Aliases { champion: Some(VersionId(99)), ..back };
    let moved =
        store.set_aliases(better.model.id, missing, EventKind::Promoted, "ada", "promoted", "", NOW).await;
    refused(moved, Code::NotFound);
    assert_eq!(store.model("churn").await.unwrap().aliases, back);
}

#[tokio::test]
async fn a_model_can_be_edited_and_renamed() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    import(&store, "fraud", 2).await;
    let change = ModelChange {
        name: Some("churn-eu".into()),
        card: Some("# Churn".into()),
        tags: Some(vec!["eu".into()]),
        settings: Some(ModelSettings { min_rows: 7, ..ModelSettings::default() }),
    };
    let edited = store.update_model(churn.id, change, "ada", "split by region", NOW).await.unwrap();
    assert_eq!(store.model("churn-eu").await.unwrap(), edited);
    assert_eq!((edited.card.as_str(), edited.settings.min_rows), ("# Churn", 7));
    refused(store.model("churn").await, Code::NotFound);
    let what = &store.audit(Some(churn.id), 1).await.unwrap()[0].what;
    assert_eq!(
        what,
        "renamed `churn` to `churn-eu`, changed the card, changed the tags, changed the settings"
    );
    let taken = ModelChange { name: Some("fraud".into()), ..ModelChange::default() };
    refused(store.update_model(churn.id, taken, "ada", "", NOW).await, Code::Conflict);
}

#[tokio::test]
async fn a_schema_can_be_edited() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await;
    let schema = Schema { task: Task::Regression, target: Some("y".into()), ..Schema::default() };
    let updated = store.update_schema(churn.version.id, &schema, "ada", "it is one", NOW).await.unwrap();
    assert_eq!(updated.schema, schema);
    assert_eq!(store.version(churn.version.id).await.unwrap(), updated);
    assert_eq!(store.audit(None, 1).await.unwrap()[0].kind, EventKind::Edited);
    refused(store.update_schema(VersionId(9), &schema, "ada", "", NOW).await, Code::NotFound);
}

#[tokio::test]
async fn deleting_is_undone_until_the_name_is_given_away() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    let deleted = store.delete_model(churn.id, "ada", "old", NOW).await.unwrap();
    assert_eq!(deleted.deleted, Some(NOW));
    assert!(store.models(false).await.unwrap().is_empty());
    assert_eq!(store.models(true).await.unwrap(), [deleted]);
    refused(store.delete_model(churn.id, "ada", "", NOW).await, Code::Conflict);
    assert_eq!(store.restore_model(churn.id, "ada", "needed", NOW).await.unwrap(), churn);
    assert_eq!(store.model("churn").await.unwrap(), churn);

    store.delete_model(churn.id, "ada", "", NOW).await.unwrap();
    let again = import(&store, "churn", 1).await;
    assert!(again.created_model && again.model.id != churn.id);
    assert!(
        refused(store.restore_model(churn.id, "ada", "", NOW).await, Code::Conflict).contains("is taken")
    );
}

#[tokio::test]
async fn purging_takes_the_rows_and_the_files_nobody_else_uses() {
    let (dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    import(&store, "churn", 2).await;
    import(&store, "fraud", 2).await;
    let reference = dataset(&store, churn.id, "a,b\n1,2\n", Role::Reference).await;
    refused(store.purge_model(churn.id, "ada", "", NOW).await, Code::Conflict);
    store.delete_model(churn.id, "ada", "", NOW).await.unwrap();
    store.purge_model(churn.id, "ada", "asked to", NOW).await.unwrap();
    refused(store.model_by_id(churn.id).await, Code::NotFound);
    assert!(store.versions(churn.id).await.unwrap().is_empty());
    assert!(!store.artifact(&sha(1)).exists());
    assert!(store.artifact(&sha(2)).exists());
    assert!(!dir.path().join("datasets").join(format!("{}.csv", reference.sha256)).exists());
    let audit = &store.audit(Some(churn.id), 1).await.unwrap()[0];
    assert_eq!((audit.kind, audit.why.as_str()), (EventKind::Purged, "asked to"));
}

async fn dataset(store: &Store, model: ModelId, csv: &str, role: Role) -> Dataset {
    let staging = store.stage().unwrap();
    fs::write(staging.path().join("in.csv"), csv).unwrap();
    let columns = vec!["a".to_owned(), "b".to_owned()];
    let new = NewDataset { rows: 1, columns, ..NewDataset::of_model(model, role, "set", staging, "in.csv") };
    store.insert_dataset(new, "ada", "", NOW).await.unwrap()
}

#[tokio::test]
async fn the_newest_reference_is_the_current_one() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    let old = dataset(&store, churn.id, "a,b\n1,2\n", Role::Reference).await;
    let new = dataset(&store, churn.id, "a,b\n3,4\n", Role::Reference).await;
    let same = dataset(&store, churn.id, "a,b\n3,4\n", Role::Training).await;
    assert!(old.current && new.current && !same.current);
    assert_eq!(new.sha256, "57f6579a0b708406e70a305ed12e45b74c383b82abb6ac2f23556d65d5d0b807");
    assert_eq!(new.sha256, same.sha256);
    let listed = store.datasets(churn.id).await.unwrap();
    assert_eq!(listed, [same, new.clone(), Dataset { current: false, ..old }]);
    assert_eq!(fs::read_to_string(store.dataset_path(new.id).await.unwrap()).unwrap(), "a,b\n3,4\n");
    assert_eq!(new.bytes, 8);
    assert_eq!(store.audit(None, 2).await.unwrap()[1].kind, EventKind::ReferenceSet);
}

fn alert(model: ModelId) -> Alert {
    Alert {
        id: AlertId(0),
        model,
        rule: "input_drift".into(),
        signal: Signal::InputDrift,
        subject: Some("age".into()),
        severity: Severity::Watch,
        since: NOW,
        until: None,
        value: 0.31,
        threshold: 0.2,
        message: "age drifts".into(),
        why: None,
        snoozed_until: None,
        acknowledged: false,
    }
}

#[tokio::test]
async fn alerts_open_close_and_are_filtered() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    let fraud = import(&store, "fraud", 2).await.model;
    let first = Alert { id: store.insert_alert(&alert(churn.id)).await.unwrap(), ..alert(churn.id) };
    let nan = Alert { value: f64::NAN, ..alert(fraud.id) };
    let second = store.insert_alert(&nan).await.unwrap();
    assert!(store.alert(second).await.unwrap().value.is_nan());
    let closed =
        Alert { until: Some(NOW.plus(9)), acknowledged: true, severity: Severity::Act, ..first.clone() };
    store.update_alert(&closed).await.unwrap();
    let all = AlertFilter { open_only: false, model: None, limit: 10 };
    let ids = |alerts: Vec<Alert>| alerts.into_iter().map(|alert| alert.id).collect::<Vec<_>>();
    assert_eq!(ids(store.alerts(all).await.unwrap()), [second, first.id]);
    assert_eq!(ids(store.alerts(AlertFilter { open_only: true, ..all }).await.unwrap()), [second]);
    assert_eq!(ids(store.alerts(AlertFilter { limit: 1, ..all }).await.unwrap()), [second]);
    let of_churn = AlertFilter { model: Some(churn.id), ..all };
    assert_eq!(store.alerts(of_churn).await.unwrap(), [closed]);
    store.delete_model(churn.id, "ada", "", NOW).await.unwrap();
    assert!(store.alerts(of_churn).await.unwrap().is_empty());
    refused(store.update_alert(&Alert { id: AlertId(99), ..first }).await, Code::NotFound);
}

#[tokio::test]
async fn rules_are_none_until_they_are_set() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    assert_eq!(store.rules(churn.id).await.unwrap(), None);
    let rule = Rule {
        window_s: Some(3_600),
        condition: Condition::BurnRate { objective: 0.99, short_s: 300, min_events: 10 },
        ..Rule::new(Signal::ErrorShare, Direction::Above, 14.4)
    };
    store.put_rules(churn.id, std::slice::from_ref(&rule), "ada", "", NOW).await.unwrap();
    assert_eq!(store.rules(churn.id).await.unwrap(), Some(vec![rule]));
    store.put_rules(churn.id, &[], "ada", "quiet", NOW).await.unwrap();
    assert_eq!(store.rules(churn.id).await.unwrap(), Some(vec![]));
    assert_eq!(store.audit(None, 1).await.unwrap()[0].why, "quiet");
}

#[tokio::test]
async fn rules_and_models_are_put_off_for_a_time() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await.model;
    store.put_snooze(churn.id, "", Some(NOW.plus(10))).await.unwrap();
    store.put_snooze(churn.id, "input_drift", Some(NOW.plus(20))).await.unwrap();
    store.put_snooze(churn.id, "input_drift", Some(NOW.plus(30))).await.unwrap();
    let snoozes = store.snoozes(churn.id, NOW).await.unwrap();
    assert_eq!((snoozes[""], snoozes["input_drift"]), (NOW.plus(10), NOW.plus(30)));
    assert_eq!(store.snoozes(churn.id, NOW.plus(10)).await.unwrap().len(), 1, "one is over");
    store.put_snooze(churn.id, "input_drift", None).await.unwrap();
    assert_eq!(store.snoozes(churn.id, NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn rules_stored_before_they_had_ids_are_read() {
    let old = r#"{"signal":"accuracy","direction":"below","threshold":0.8,"hold":3,"cool_down_s":600,
        "severity":"act","enabled":true}"#;
    let rule: Rule = serde_json::from_str(old).unwrap();
    let now = Rule::new(Signal::Accuracy, Direction::Below, 0.8);
    assert_eq!(rule, Rule { cool_down_s: 600, severity: Severity::Act, ..now });
}

fn run(model: ModelId, parent: VersionId) -> Run {
    Run {
        id: RunId(0),
        model,
        parent,
        trigger: Trigger::Hand { who: "ada".into() },
        plan: Plan::default(),
        state: RunState::Training,
        created: NOW,
        started: Some(NOW),
        ended: None,
        progress: vec![Progress { step: 1, total: 9, loss: 0.5, held_out_loss: None }],
        log: vec!["began".into()],
        challenger: None,
        comparison: None,
        error: None,
        data: None,
        study: None,
        job: None,
        lineage: None,
        retry_of: None,
    }
}

#[tokio::test]
async fn runs_under_way_are_interrupted_by_the_next_start() {
    let (dir, store) = store().await;
    let churn = import(&store, "churn", 1).await;
    let run = run(churn.model.id, churn.version.id);
    let id = store.insert_run(&run).await.unwrap();
    let done = Run { id: store.insert_run(&run).await.unwrap(), state: RunState::Held, ..run.clone() };
    store.update_run(&done).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(dir.path(), NOW.plus(60)).await.unwrap();
    let expected = Run { id, state: RunState::Interrupted, ended: Some(NOW.plus(60)), ..run };
    assert_eq!(store.run(id).await.unwrap(), expected);
    assert_eq!(store.runs(Some(churn.model.id), 10).await.unwrap(), [done, expected]);
    assert!(store.runs(Some(ModelId(99)), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_diverged_loss_does_not_spoil_its_run() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await;
    let mut run = run(churn.model.id, churn.version.id);
    run.progress.push(Progress { step: 2, total: 9, loss: f64::NAN, held_out_loss: None });
    let id = store.insert_run(&run).await.unwrap();
    run.progress.pop();
    assert_eq!(store.run(id).await.unwrap().progress, run.progress);
}

#[tokio::test]
async fn settings_buckets_baselines_and_system_samples_are_replaced_and_ranged() {
    let (_dir, store) = store().await;
    assert_eq!(store.setting("theme").await.unwrap(), None);
    store.put_setting("theme", "dark").await.unwrap();
    store.put_setting("theme", "light").await.unwrap();
    assert_eq!(store.setting("theme").await.unwrap().as_deref(), Some("light"));

    let v = import(&store, "churn", 1).await.version.id;
    let at = |minute: i64| Time(minute * 60_000);
    let rows: Vec<_> = (0..5).map(|m| (v, Level::Minute, at(m), vec![m as u8])).collect();
    store.put_buckets(&rows).await.unwrap();
    let gone = (VersionId(99), Level::Minute, at(2), vec![9]);
    store
        .put_buckets(&[gone, (v, Level::Minute, at(2), vec![9]), (v, Level::Hour, at(0), vec![1])])
        .await
        .unwrap();
    let found = store.buckets(&[v, VersionId(99)], Level::Minute, at(1), at(4)).await.unwrap();
    assert_eq!(found.iter().map(|b| b.body[0]).collect::<Vec<_>>(), [1, 9, 3]);
    assert_eq!(store.drop_buckets(Level::Minute, at(3)).await.unwrap(), 3);
    assert_eq!(store.buckets(&[v], Level::Hour, at(0), at(9)).await.unwrap().len(), 1);

    assert_eq!(store.baseline(v).await.unwrap(), None);
    store.put_baseline(v, b"one").await.unwrap();
    store.put_baseline(v, b"two").await.unwrap();
    assert_eq!(store.baseline(v).await.unwrap().unwrap(), b"two");
    refused(store.put_baseline(VersionId(99), b"one").await, Code::NotFound);

    let sample = SystemSample {
        time: at(1),
        process_cpu: 1.5,
        machine_cpu: 0.25,
        process_bytes: 1 << 30,
        machine_bytes: 1 << 33,
        machine_total: 1 << 35,
    };
    store.put_system(&sample).await.unwrap();
    store.put_system(&SystemSample { time: at(2), ..sample }).await.unwrap();
    assert_eq!(store.system(at(0), at(2)).await.unwrap(), [sample]);
    assert_eq!(store.drop_system(at(2)).await.unwrap(), 1);
    assert!(store.size_bytes().await.unwrap() > 4096);
}
