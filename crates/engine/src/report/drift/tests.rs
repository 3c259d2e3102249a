use std::sync::Arc;

use tidegate_core::time::{MINUTE_MS, ManualClock};
use tidegate_monitor::{drift::State, report::Method};
use tidegate_store::{NewDataset, Role};

use super::*;
use crate::fixture;

const NOW: Time = Time(2_000_000_000_000);

/// A model whose reference has ages of 0 to 99, and requests of the last minutes that are older by `years`.
async fn engine(dir: &tempfile::TempDir, reference: bool, years: f32) -> Engine {
    let engine = fixture::engine(dir, Arc::new(ManualClock::at(NOW))).await;
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
    if reference {
        let model = engine.store.model("m").await.unwrap();
        let lines: String = (0..600).map(|row| format!("{}\n", row % 100)).collect();
        let staging = engine.store.stage().unwrap();
        std::fs::write(staging.path().join("data.csv"), format!("age\n{lines}")).unwrap();
        let new = NewDataset {
            model: model.id,
            name: "r".into(),
            role: Role::Reference,
            staging,
            file: "data.csv".into(),
            rows: 600,
            columns: vec!["age".into()],
        };
        engine.store.insert_dataset(new, "test", "", NOW).await.unwrap();
    }
    for minute in 0..10 {
        let at = NOW.plus(-minute * MINUTE_MS);
        let ages: Vec<f32> = (0..100_u8).map(|age| f32::from(age) + years).collect();
        engine.store.record(vec![fixture::prediction(version, at, &ages, "no")]).await.unwrap();
    }
    engine
}

fn last(seconds: u32) -> Range {
    Range::new(None, None, Some(seconds), NOW).unwrap()
}

#[tokio::test]
async fn recorded_rows_are_compared_with_the_reference_in_each_definition() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, true, 30.0).await;
    for (definition, test) in [
        (Definition::Evidently, Method::KolmogorovSmirnov),
        (Definition::NannyMl, Method::JensenShannonBase2),
        (Definition::Scipy, Method::KolmogorovSmirnov),
    ] {
        let report = engine.drift_report("m", last(3_600), definition).await.unwrap();
        assert_eq!((report.rows_reference, report.rows_current, report.truncated), (600, 1_000, false));
        let age = &report.table.columns[0];
        assert_eq!((age.test, age.state), (Some(test), State::Drifted), "{definition:?}");
        assert!((age.shift.unwrap() - 1.04).abs() < 0.01 && age.tests.contains_key("wasserstein"));
        assert!(report.table.drifted && report.domain_classifier.unwrap().state == State::Drifted);
        assert!(report.reconstruction.is_some());
    }
    let short = engine.drift_report("m", last(90), Definition::Evidently).await.unwrap();
    assert_eq!(short.rows_current, 200, "only what was asked in the window");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_same_rows_are_no_drift() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, true, 0.0).await;
    let report = engine.drift_report("m", last(3_600), Definition::Evidently).await.unwrap();
    assert_eq!((report.table.columns[0].state, report.table.drifted), (State::Stable, false));
    assert!(report.domain_classifier.is_some_and(|told| told.auc < told.high));
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn without_a_reference_the_way_to_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, false, 0.0).await;
    let error = engine.drift_report("m", last(60), Definition::Scipy).await.unwrap_err();
    assert!(error.message.contains("no reference data set"), "{error}");
    assert_eq!(
        engine.drift_report("n", last(60), Definition::Scipy).await.unwrap_err().code,
        tidegate_core::Code::NotFound
    );
    engine.shutdown().await.unwrap();
}
