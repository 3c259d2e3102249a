//! Canaries: one that is not over at a time, changed with its line of the trail, the same after a reopen.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::{NOW, import, store};
use tidegate_core::{
    Code, ModelId,
    canary::{Canary, CanarySettings, CanaryState, CanaryStep},
    event::{Audit, EventKind},
    id::CanaryId,
};
use tidegate_store::Store;

fn trail(model: ModelId, kind: EventKind) -> Audit {
    Audit {
        time: NOW,
        model: Some(model),
        kind,
        who: "ada".into(),
        what: "a share".into(),
        why: "why".into(),
    }
}

#[tokio::test]
async fn a_model_has_one_canary_at_a_time_and_it_survives_a_reopen() {
    let (dir, store) = store().await;
    let first = import(&store, "churn", 1).await;
    let second = import(&store, "churn", 2).await;
    let model = first.model.id;
    let canary = Canary {
        id: CanaryId(0),
        model,
        challenger: first.version.id,
        champion: second.version.id,
        run: None,
        settings: CanarySettings::default(),
        seed: 7,
        who: "ada".into(),
        why: String::new(),
        state: CanaryState::Running,
        created: NOW,
        ended: None,
        steps: vec![CanaryStep::new(0.1, NOW)],
        watch: None,
        reason: String::new(),
    };
    let id = store.insert_canary(&canary, &trail(model, EventKind::CanaryStarted)).await.unwrap();
    let twice = store.insert_canary(&canary, &trail(model, EventKind::CanaryStarted)).await.unwrap_err();
    assert_eq!(twice.code, Code::Conflict);
    store.close().await.unwrap();
    drop(store);

    let store = Store::open(dir.path(), NOW).await.unwrap();
    let mut canary = Canary { id, ..canary };
    assert_eq!(store.canary(id).await.unwrap(), canary);
    (canary.state, canary.reason) = (CanaryState::SteppedBack, "it failed".into());
    store.update_canary(&canary, Some(&trail(model, EventKind::SteppedBack))).await.unwrap();
    let next = Canary { state: CanaryState::Watching, ..canary.clone() };
    let next_id = store.insert_canary(&next, &trail(model, EventKind::CanaryStarted)).await.unwrap();
    let next = Canary { id: next_id, ..next };
    assert_eq!(store.canaries(model, 10).await.unwrap(), [next.clone(), canary]);
    assert_eq!(store.canaries(model, 1).await.unwrap(), std::slice::from_ref(&next));
    let audit = store.audit(Some(model), 3).await.unwrap();
    let kinds: Vec<_> = audit.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EventKind::CanaryStarted, EventKind::SteppedBack, EventKind::CanaryStarted]);
    let unknown = Canary { id: CanaryId(99), ..next };
    assert_eq!(store.update_canary(&unknown, None).await.unwrap_err().code, Code::NotFound);
}
