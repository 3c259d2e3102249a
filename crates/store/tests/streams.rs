//! Error streams, and the labels they have yet to take.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::{NOW, import, prediction, store};
use tidegate_core::{
    RowId, VersionId,
    event::{Audit, EventKind},
    prediction::Label,
    schema::Truth,
};

#[tokio::test]
async fn labels_wait_in_the_order_they_found_their_prediction() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let label = |number, truth| Label {
        row: RowId { prediction: prediction(version, number).id, row: 0 },
        truth: Truth::Number(truth),
        time: NOW,
    };
    // The third comes before its prediction.
    store.put_labels(vec![label(3, 3.0)]).await.unwrap();
    store.record(vec![prediction(version, 1), prediction(version, 2)]).await.unwrap();
    store.put_labels(vec![label(2, 2.0)]).await.unwrap();
    store.put_labels(vec![label(1, 1.0)]).await.unwrap();
    store.record(vec![prediction(version, 3)]).await.unwrap();
    // Nothing new: the same, and another truth.
    store.put_labels(vec![label(1, 1.0)]).await.unwrap();
    store.put_labels(vec![label(2, 9.0)]).await.unwrap();
    assert_eq!(store.untaken_labels().await.unwrap(), [label(2, 9.0), label(1, 1.0), label(3, 3.0)]);

    let found = Audit {
        time: NOW,
        model: None,
        kind: EventKind::ConceptDrift,
        who: "tidegate".into(),
        what: "errors rose".into(),
        why: String::new(),
    };
    let streams = [(version, b"state".to_vec()), (VersionId(99), b"of none".to_vec())];
    store.put_error_streams(&streams, std::slice::from_ref(&found)).await.unwrap();
    assert!(store.untaken_labels().await.unwrap().is_empty());
    assert_eq!(store.error_stream(version).await.unwrap().as_deref(), Some(&b"state"[..]));
    assert_eq!(store.error_stream(VersionId(99)).await.unwrap(), None);
    assert_eq!(store.audit(None, 1).await.unwrap(), [found]);
}
