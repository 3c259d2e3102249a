//! Recorded predictions and their labels: found again by id, by the client's id and by time.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::{NOW, import, prediction, store};
use tidegate_core::{
    Code, PredictionId, RowId, Time, VersionId,
    prediction::{Label, Prediction},
    schema::Truth,
    time::MINUTE_MS,
};
use tidegate_store::{ChangedLabel, ClientLabel, LabelCounts, LabelReport, PredictionCounts, Store};

const ALWAYS: Time = Time(i64::MAX);

fn label(prediction: &Prediction, row: u32, truth: f64) -> Label {
    Label {
        row: RowId { prediction: prediction.id, row },
        truth: Truth::Number(truth),
        time: NOW.plus(9_000_000),
    }
}

fn batch(version: VersionId, numbers: impl Iterator<Item = u32>) -> Vec<Prediction> {
    numbers.map(|number| prediction(version, number)).collect()
}

#[tokio::test]
async fn every_prediction_is_found_by_its_id() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    // Two batches that interleave, over three minutes.
    let (even, odd) =
        (batch(version, (0..180_000).step_by(1000)), batch(version, (500..180_000).step_by(1000)));
    store.record(even.clone()).await.unwrap();
    store.record(odd.clone()).await.unwrap();
    for one in even.iter().chain(&odd).step_by(37) {
        assert_eq!(store.prediction(one.id).await.unwrap().as_ref(), Some(one));
    }
    let unknown = PredictionId::new(NOW.plus(7), [9; 10]);
    assert_eq!(store.prediction(unknown).await.unwrap(), None);
    let ids: Vec<_> = even.iter().map(|one| one.id).chain([unknown]).collect();
    assert_eq!(store.predictions_by_id(&ids).await.unwrap().len(), even.len());
}

#[tokio::test]
async fn an_id_far_from_the_time_of_its_prediction_is_found_too() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let mut replayed = batch(version, 0..10);
    replayed.iter_mut().for_each(|one| one.time = one.time.plus(-30 * MINUTE_MS));
    store.record(replayed.clone()).await.unwrap();
    assert_eq!(store.prediction(replayed[3].id).await.unwrap().as_ref(), Some(&replayed[3]));
    let from = NOW.plus(-30 * MINUTE_MS);
    let found = store.predictions(&[version], from, from.plus(3), 10).await.unwrap();
    assert_eq!(found, [replayed[2].clone(), replayed[1].clone(), replayed[0].clone()]);
}

#[tokio::test]
async fn the_newest_come_first_across_blocks_and_versions() {
    let (_dir, store) = store().await;
    let one = import(&store, "churn", 1).await.version.id;
    let two = import(&store, "churn", 2).await.version.id;
    let mut all = Vec::new();
    for part in 0..6 {
        // Blocks that overlap in time.
        let predictions = batch(if part % 2 == 0 { one } else { two }, (part..200_000).step_by(997));
        store.record(predictions.clone()).await.unwrap();
        all.extend(predictions);
    }
    all.sort_by_key(|one| std::cmp::Reverse((one.time, one.id)));
    let found = store.predictions(&[one, two], Time(0), ALWAYS, 50).await.unwrap();
    assert_eq!(found, all[..50]);
    let (from, to) = (NOW.plus(30_123), NOW.plus(95_001));
    let inside: Vec<_> = all.iter().filter(|p| (from..to).contains(&p.time)).cloned().collect();
    assert_eq!(store.predictions(&[one, two], from, to, usize::MAX).await.unwrap(), inside);
    let of_one = store.predictions(&[one], from, to, usize::MAX).await.unwrap();
    assert!(!of_one.is_empty() && of_one.iter().all(|p| p.version == one));
    assert!(store.predictions(&[one], from, to, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn counts_add_up() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let mut predictions = batch(version, (0..120_000).step_by(100));
    predictions[5].error = Some(Code::Busy);
    predictions[6].rows = 4;
    store.record(predictions.clone()).await.unwrap();
    let counts = store.prediction_counts(&[version], Time(0), NOW.plus(10 * MINUTE_MS)).await.unwrap();
    assert_eq!(counts, PredictionCounts { requests: 1200, rows: 1203, errors: 1 });
    let minute = NOW.plus(MINUTE_MS).floor(MINUTE_MS);
    let counts = store.prediction_counts(&[version], minute, minute.plus(MINUTE_MS)).await.unwrap();
    assert_eq!(counts.requests, 600);
}

#[tokio::test]
async fn predictions_of_a_purged_version_are_left_out() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let known = prediction(version, 1);
    store.record(vec![prediction(VersionId(99), 0), known.clone()]).await.unwrap();
    assert_eq!(store.predictions(&[version, VersionId(99)], Time(0), ALWAYS, 9).await.unwrap(), [known]);
}

#[tokio::test]
async fn a_huge_request_is_recorded_without_its_tensors() {
    use tidegate_core::{Tensor, Value, tensor::Named};
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let mut huge = prediction(version, 0);
    let image =
        Tensor::from_bytes(tidegate_core::ElementType::U8, vec![65 << 20], vec![0; 65 << 20]).unwrap();
    huge.inputs = vec![Named::new("x", Value::Tensor(image))];
    store.record(vec![huge.clone(), prediction(version, 1)]).await.unwrap();
    let found = store.prediction(huge.id).await.unwrap().unwrap();
    assert_eq!(found, Prediction { inputs: vec![], outputs: vec![], ..huge });
}

#[tokio::test]
async fn the_newest_request_of_a_client_id_is_found() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let named = |number| Prediction { client_id: Some("order-17".into()), ..prediction(version, number) };
    store.record(vec![named(2), named(1), prediction(version, 3)]).await.unwrap();
    assert_eq!(store.find_client_id("order-17").await.unwrap(), Some(named(2).id));
    assert_eq!(store.find_client_id("order-18").await.unwrap(), None);
}

#[tokio::test]
async fn labels_are_new_then_the_same_then_changed() {
    let (_dir, store) = store().await;
    let inserted = import(&store, "churn", 1).await;
    let version = inserted.version.id;
    let predictions = batch(version, (0..70_000).step_by(7000));
    store.record(predictions.clone()).await.unwrap();
    let first: Vec<_> = predictions.iter().map(|p| label(p, 0, 1.0)).collect();
    let report = store.put_labels(first.clone()).await.unwrap();
    assert_eq!(report, LabelReport { new: first.clone(), ..LabelReport::default() });
    assert_eq!(store.put_labels(first.clone()).await.unwrap().same, 10);
    let other = label(&predictions[4], 0, 2.0);
    let report = store.put_labels(vec![other.clone()]).await.unwrap();
    assert_eq!(report.changed, [ChangedLabel { label: other.clone(), before: Truth::Number(1.0) }]);
    assert_eq!(store.labels_for(&[predictions[4].id]).await.unwrap(), [other]);

    let labelled = store.labelled(&[version], NOW.plus(7000), NOW.plus(40_000), 3).await.unwrap();
    let rows: Vec<_> =
        labelled.iter().map(|row| (row.prediction.time.since(NOW), row.truth.clone())).collect();
    let expected = [(35_000, 1.0), (28_000, 2.0), (21_000, 1.0)].map(|(t, n)| (t, Truth::Number(n)));
    assert_eq!(rows, expected);
    assert_eq!(*labelled[1].prediction, predictions[4]);
    let counts = store.label_counts(Some(inserted.model.id)).await.unwrap();
    assert_eq!(counts, LabelCounts { matched: 10, unmatched: 0 });
}

#[tokio::test]
async fn early_labels_wait_for_their_prediction() {
    let (_dir, store) = store().await;
    let inserted = import(&store, "churn", 1).await;
    let predictions = batch(inserted.version.id, 0..3);
    let early = label(&predictions[1], 0, 4.0);
    let never = Label { row: RowId { prediction: PredictionId::new(NOW, [3; 10]), row: 0 }, ..early.clone() };
    let beyond = Label { row: RowId { row: 1, ..early.row }, ..early.clone() };
    let report = store.put_labels(vec![early.clone(), never, beyond]).await.unwrap();
    assert_eq!(report, LabelReport { waiting: 3, ..LabelReport::default() });
    assert_eq!(store.label_counts(None).await.unwrap(), LabelCounts { matched: 0, unmatched: 3 });
    assert_eq!(store.record(predictions.clone()).await.unwrap(), [early]);
    assert_eq!(store.record(batch(inserted.version.id, 9..12)).await.unwrap(), []);
    let counts = store.label_counts(Some(inserted.model.id)).await.unwrap();
    assert_eq!(counts, LabelCounts { matched: 1, unmatched: 2 });
    let labelled = store.labelled(&[inserted.version.id], Time(0), ALWAYS, 9).await.unwrap();
    assert_eq!(labelled.len(), 1);
    assert_eq!(*labelled[0].prediction, predictions[1]);
}

#[tokio::test]
async fn labels_by_a_client_id_wait_for_the_request() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let named = Prediction { client_id: Some("order-17".into()), rows: 2, ..prediction(version, 1) };
    let by_client = |row, truth: &str| ClientLabel {
        client_id: "order-17".into(),
        row,
        truth: Truth::Class(truth.into()),
        time: NOW,
    };
    let labels = vec![by_client(0, "cat"), by_client(1, "dog"), by_client(2, "eel")];
    assert_eq!(store.put_client_labels(labels).await.unwrap().waiting, 3);
    let matched = store.record(vec![named.clone()]).await.unwrap();
    let truths: Vec<_> = matched.iter().map(|label| label.truth.class()).collect();
    assert_eq!(truths, ["cat", "dog"]);
    assert_eq!(store.label_counts(None).await.unwrap(), LabelCounts { matched: 2, unmatched: 1 });
    let report = store.put_client_labels(vec![by_client(1, "cow")]).await.unwrap();
    assert_eq!(report.changed[0].before, Truth::Class("dog".into()));
}

#[tokio::test]
async fn a_label_that_is_no_number_is_refused_with_its_row() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let one = prediction(version, 1);
    store.record(vec![one.clone()]).await.unwrap();
    let error = store.put_labels(vec![label(&one, 0, 1.0), label(&one, 0, f64::NAN)]).await.unwrap_err();
    assert_eq!(error.code, Code::Invalid);
    assert!(error.message.contains(&one.id.to_string()), "{error}");
    assert!(store.labels_for(&[one.id]).await.unwrap().is_empty());
}

#[tokio::test]
async fn expiry_takes_old_predictions_with_their_labels() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let predictions = batch(version, (0..600_000).step_by(1000));
    store.record(predictions.clone()).await.unwrap();
    store.put_labels(predictions.iter().map(|p| label(p, 0, 1.0)).collect()).await.unwrap();
    let before = NOW.plus(5 * MINUTE_MS).floor(MINUTE_MS);
    let old = predictions.iter().filter(|p| p.time < before).count();
    assert_eq!(store.expire_predictions(before).await.unwrap(), old as u64);
    assert_eq!(store.expire_labels(before).await.unwrap(), old as u64);
    let left = store.predictions(&[version], Time(0), ALWAYS, usize::MAX).await.unwrap();
    assert_eq!(left.len(), 600 - old);
    assert_eq!(store.labelled(&[version], Time(0), ALWAYS, 1000).await.unwrap().len(), 600 - old);
}

#[tokio::test]
async fn a_long_list_of_labels_is_kept_whole_and_the_last_of_two_counts() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let predictions = batch(version, 0..5000);
    store.record(predictions.clone()).await.unwrap();
    let mut labels: Vec<_> = predictions.iter().map(|p| label(p, 0, 1.0)).collect();
    labels.push(label(&predictions[0], 0, 2.0));
    let report = store.put_labels(labels).await.unwrap();
    assert_eq!((report.new.len(), report.changed.len()), (5000, 1));
    let first = store.labels_for(&[predictions[0].id]).await.unwrap();
    assert_eq!(first[0].truth, Truth::Number(2.0));
}

#[tokio::test]
async fn purging_a_model_takes_its_predictions_labels_and_client_ids() {
    let (_dir, store) = store().await;
    let gone = import(&store, "churn", 1).await;
    let kept = import(&store, "fraud", 2).await.version.id;
    let of =
        |version, number| Prediction { client_id: Some(format!("c{number}")), ..prediction(version, number) };
    let predictions = vec![of(gone.version.id, 1), of(kept, 2)];
    store.record(predictions.clone()).await.unwrap();
    store.put_labels(predictions.iter().map(|p| label(p, 0, 1.0)).collect()).await.unwrap();
    store.delete_model(gone.model.id, "ada", "", NOW).await.unwrap();
    store.purge_model(gone.model.id, "ada", "", NOW).await.unwrap();
    assert_eq!(store.prediction(predictions[0].id).await.unwrap(), None);
    assert_eq!(store.find_client_id("c1").await.unwrap(), None);
    assert_eq!(store.label_counts(None).await.unwrap(), LabelCounts { matched: 1, unmatched: 0 });
    assert_eq!(store.prediction(predictions[1].id).await.unwrap().as_ref(), Some(&predictions[1]));
    assert_eq!(store.find_client_id("c2").await.unwrap(), Some(predictions[1].id));
}

async fn write_on(store: &Store, version: VersionId) {
    for part in 0..40 {
        store.record(batch(version, part * 500..(part + 1) * 500)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_whole_batches_while_one_writes() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let writer = tokio::spawn({
        let store = store.clone();
        async move { write_on(&store, version).await }
    });
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut before = 0;
                while before < 20_000 {
                    let found =
                        store.predictions(&[version], Time(0), ALWAYS, usize::MAX).await.unwrap().len();
                    assert!(found % 500 == 0 && found >= before, "{found} after {before}");
                    before = found;
                }
            })
        })
        .collect();
    writer.await.unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
}
