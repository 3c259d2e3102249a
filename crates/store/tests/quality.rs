//! Quality checks and the rows that failed them.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::{NOW, import, prediction, store};
use tidegate_core::{RowId, Time, VersionId};
use tidegate_store::{Change, Violation, ViolationFilter};

fn violation(version: VersionId, number: u32, check: &str, action: &str) -> Violation {
    let prediction = prediction(version, number);
    Violation {
        version,
        row: RowId { prediction: prediction.id, row: 2 },
        time: prediction.time,
        check: check.into(),
        action: action.into(),
        value: number.to_string(),
        message: format!("`age` is {number}, above 120"),
    }
}

const ALL: ViolationFilter<'_> =
    ViolationFilter { check: None, action: None, from: Time(0), to: Time(i64::MAX), limit: 100 };

#[tokio::test]
async fn checks_are_replaced_and_their_change_is_audited() {
    let (_dir, store) = store().await;
    let churn = import(&store, "churn", 1).await;
    let (version, model) = (churn.version.id, churn.model.id);
    assert_eq!(store.quality_checks(version).await.unwrap(), None);
    store.put_quality_checks(version, "[1]", None).await.unwrap();
    let change = Change { model, what: "changed a check", who: "ada", why: "too strict", now: NOW };
    store.put_quality_checks(version, "[2]", Some(change)).await.unwrap();
    assert_eq!(store.quality_checks(version).await.unwrap().as_deref(), Some("[2]"));
    let audit = store.audit(Some(model), 10).await.unwrap();
    assert_eq!((audit[0].what.as_str(), audit[0].why.as_str()), ("changed a check", "too strict"));
    store.put_quality_checks(VersionId(99), "[3]", None).await.unwrap();
    assert_eq!(store.quality_checks(VersionId(99)).await.unwrap(), None);
}

#[tokio::test]
async fn violations_are_found_by_check_action_and_time_and_expire() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    let mut put: Vec<Violation> =
        (0..6).map(|number| violation(version, number, "age.range", "warn")).collect();
    put.push(violation(version, 6, "sex.allowed", "tag"));
    put.push(violation(version, 7, "sex.allowed", "tag"));
    store.put_violations(&put).await.unwrap();
    store.put_violations(&[violation(VersionId(99), 1, "x", "tag")]).await.unwrap();
    let found = async |filter| -> Vec<String> {
        let found = store.violations(version, filter).await.unwrap();
        found.into_iter().map(|violation| violation.value).collect()
    };
    assert_eq!(
        store.violations(version, ViolationFilter { limit: 1, ..ALL }).await.unwrap(),
        [put[7].clone()]
    );
    assert_eq!(found(ViolationFilter { action: Some("tag"), ..ALL }).await, ["7", "6"]);
    assert_eq!(found(ViolationFilter { check: Some("age.range"), limit: 2, ..ALL }).await, ["5", "4"]);
    assert_eq!(found(ViolationFilter { from: NOW.plus(2), to: NOW.plus(4), ..ALL }).await, ["3", "2"]);
    // The oldest go by their age, then all but two examples; what is tagged stays.
    assert_eq!(store.expire_violations(NOW.plus(1), &[version], 2).await.unwrap(), 4);
    assert_eq!(found(ALL).await, ["7", "6", "5", "4"]);
}
