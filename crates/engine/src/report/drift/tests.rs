use std::sync::Arc;

use tidegate_core::{
    drift::DriftTerms,
    model::ModelSettings,
    time::{HOUR_MS, MINUTE_MS, ManualClock},
};
use tidegate_monitor::{
    column::{Counts, Reference},
    drift::{Drift, State},
    report::Method,
};
use tidegate_store::{ModelChange, NewDataset, Role};

use super::*;
use crate::{fixture, signals::Signals};

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
        let new = NewDataset::of_model(model.id, Role::Reference, "r", staging, "data.csv");
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
        let report = engine.drift_report("m", last(3_600), Some(definition)).await.unwrap();
        assert_eq!((report.rows_reference, report.rows_current, report.truncated), (600, 1_000, false));
        let age = &report.table.columns[0];
        assert_eq!((age.test, age.state), (Some(test), State::Drifted), "{definition:?}");
        assert!((age.shift.unwrap() - 1.04).abs() < 0.01 && age.tests.contains_key("wasserstein"));
        assert!(report.table.drifted && report.domain_classifier.unwrap().state == State::Drifted);
        assert!(report.reconstruction.is_some());
    }
    let short = engine.drift_report("m", last(90), Some(Definition::Evidently)).await.unwrap();
    assert_eq!(short.rows_current, 200, "only what was asked in the window");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_same_rows_are_no_drift() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, true, 0.0).await;
    let report = engine.drift_report("m", last(3_600), Some(Definition::Evidently)).await.unwrap();
    assert_eq!((report.table.columns[0].state, report.table.drifted), (State::Stable, false));
    assert!(report.domain_classifier.is_some_and(|told| told.auc < told.high));
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn without_a_reference_the_way_to_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, false, 0.0).await;
    let error = engine.drift_report("m", last(60), Some(Definition::Scipy)).await.unwrap_err();
    assert!(error.message.contains("no reference data set"), "{error}");
    assert_eq!(
        engine.drift_report("n", last(60), Some(Definition::Scipy)).await.unwrap_err().code,
        tidegate_core::Code::NotFound
    );
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn each_column_goes_by_the_definition_that_is_stored_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, true, 30.0).await;
    let settings = |columns: &[(&str, DriftTerms)], definition| {
        let columns = columns.iter().map(|(name, terms)| ((*name).to_owned(), *terms)).collect();
        ModelSettings { drift: DriftSettings { definition, columns }, ..ModelSettings::default() }
    };
    let put = async |settings: ModelSettings| {
        let model = engine.store.model("m").await.unwrap();
        let change = ModelChange { settings: Some(settings), ..ModelChange::default() };
        engine.store.update_model(model.id, change, "test", "", NOW).await.unwrap();
        let report = engine.drift_report("m", last(3_600), None).await.unwrap();
        let age = report.table.columns.into_iter().next().unwrap();
        (age.definition, age.test.unwrap())
    };
    let evidently = (Definition::Evidently, Method::KolmogorovSmirnov);
    let nannyml = (Definition::NannyMl, Method::JensenShannonBase2);
    assert_eq!(put(settings(&[], DriftTerms::Tidegate)).await, evidently, "ours is no matter of rows");
    assert_eq!(put(settings(&[], DriftTerms::NannyMl)).await, nannyml);
    assert_eq!(put(settings(&[("age", DriftTerms::NannyMl)], DriftTerms::Scipy)).await, nannyml);
    let asked = engine.drift_report("m", last(3_600), Some(Definition::Scipy)).await.unwrap();
    assert_eq!(asked.table.columns[0].definition, Definition::Scipy, "what is asked for comes first");
    let named = settings(&[("height", DriftTerms::Scipy)], DriftTerms::Tidegate);
    let error = super::super::terms::check(&named.drift, &fixture::schema()).unwrap_err();
    assert!(error.message.contains("no input `height`"), "{error}");
    engine.shutdown().await.unwrap();
}

/// Of requests that were all answered with `no`.
fn undecided_prediction() -> Signals {
    let names: Vec<_> = (0..400).map(|row| Some(["no", "yes"][row % 2].to_owned())).collect();
    let reference = Reference::categorical("prediction", &names);
    let mut counts = Counts::new(&reference);
    (0..400).for_each(|_| counts.add_category(&reference, "no"));
    let drift = tidegate_monitor::drift::drift(&reference, &counts, 1, 0.2);
    Signals { prediction: Some(Drift { state: State::Undecided, ..drift }), ..Signals::default() }
}

#[tokio::test]
async fn an_undecided_prediction_is_recomputed_once_the_champion_has_answered_the_reference() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir, true, 0.0).await;
    let model = engine.store.model("m").await.unwrap();
    let champion = engine.champion_version(&model).await.unwrap().unwrap();
    let reference = engine.comparable(&model).await.unwrap();
    let decided = async |labels: Option<[&str; 2]>| {
        engine.forget_rows(model.id);
        if let Some(labels) = labels {
            let answer = |row: usize| Answered {
                label: Some(labels[row % 2].into()),
                probabilities: None,
                value: None,
            };
            let known = (champion.id, reference.id, Arc::new((0..600).map(answer).collect()));
            lock(&engine.known_answers).insert(model.id, known);
        }
        let mut signals = undecided_prediction();
        engine.decide(&model, &mut signals, NOW.plus(-HOUR_MS), NOW.plus(1)).await;
        (signals.prediction.unwrap().state, signals.prediction_exact)
    };
    assert_eq!(decided(None).await, (State::Undecided, None), "nobody has answered yet");
    let (state, exact) = decided(Some(["no", "yes"])).await;
    assert_eq!(state, State::Drifted);
    let exact = exact.unwrap();
    assert_eq!((exact.definition, exact.n_reference, exact.n_current), (Definition::Scipy, 600, 1_000));
    assert_eq!(decided(Some(["no", "no"])).await.0, State::Stable);
    engine.shutdown().await.unwrap();
}
