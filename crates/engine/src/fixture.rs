//! What tests stand on: a data folder with one version, and predictions of it.

use std::sync::Arc;

use tidegate_core::{
    Clock, PredictionId, Tensor, Time, Value, VersionId,
    inspection::Inspection,
    model::Source,
    prediction::{Prediction, Timing},
    schema::{Answer, Feature, FeatureKind, Schema, Task},
    tensor::Named,
};
use tidegate_runtime::Launcher;
use tidegate_store::{Make, NewVersion, Store};

use crate::{CommandChannels, Engine, Options};

/// A data folder with the one version of model `m`.
pub struct Folder {
    pub store: Store,
    pub version: VersionId,
    _dir: tempfile::TempDir,
}

impl Folder {
    pub async fn new(schema: Schema, now: Time) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), now).await.unwrap();
        let version = insert_version(&store, schema, now).await;
        Self { store, version, _dir: dir }
    }
}

pub async fn insert_version(store: &Store, schema: Schema, now: Time) -> VersionId {
    let staging = store.stage().unwrap();
    std::fs::write(staging.model(), b"model").unwrap();
    let new = NewVersion {
        name: "m".into(),
        staging,
        sha256: "ab".repeat(32),
        bytes: 5,
        source: Source::Import { file: "m.onnx".into() },
        inspection: Inspection::default(),
        schema,
        make: Make::Champion,
    };
    store.insert_version(new, "test", now).await.unwrap().version.id
}

/// An engine that can't start a worker.
pub async fn engine(dir: &tempfile::TempDir, clock: Arc<dyn Clock>) -> Engine {
    let launcher = Launcher {
        program: "/nowhere/tidegate".into(),
        args: Vec::new(),
        library: "/nowhere/library".into(),
        cache: dir.path().join("cache"),
    };
    let data_dir = dir.path().join("data");
    let command_channels = CommandChannels::Refused;
    Engine::open(Options { data_dir, launcher, clock, samples: None, trial_s: 1, command_channels })
        .await
        .unwrap()
}

/// One number in, one of two classes out.
pub fn schema() -> Schema {
    let age = Feature { name: "age".into(), input: "x".into(), column: None, kind: FeatureKind::Numeric };
    Schema {
        task: Task::Classification,
        features: vec![age],
        labels: vec!["no".into(), "yes".into()],
        answer: Answer { label: Some("y".into()), ..Answer::default() },
        target: None,
    }
}

/// A request of one row per age, every one answered with `label`.
pub fn prediction(version: VersionId, at: Time, ages: &[f32], label: &str) -> Prediction {
    let tensor = Tensor::from_f32(vec![ages.len()], ages).unwrap();
    let answers = Tensor::from_strings(vec![ages.len()], vec![label.to_owned(); ages.len()]).unwrap();
    Prediction {
        id: PredictionId::new(at, [ages.len() as u8; 10]),
        client_id: None,
        time: at,
        version,
        rows: ages.len() as u32,
        timing: Timing { queue_us: 1, run_us: 2, total_us: 3 },
        error: None,
        inputs: vec![Named::new("x", Value::Tensor(tensor))],
        outputs: vec![Named::new("y", Value::Tensor(answers))],
    }
}
