//! What every test of the store begins with: a folder, a store in it, a model.
#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its own part; tests may panic")]

use std::{fs, path::Path};

use tempfile::TempDir;
use tidegate_core::{
    ElementType, PredictionId, Tensor, Time, Value, VersionId,
    inspection::Inspection,
    model::Source,
    prediction::{Prediction, Timing},
    schema::Schema,
    tensor::Named,
};
use tidegate_store::{Inserted, Make, NewVersion, Store};

pub const NOW: Time = Time(1_790_000_000_000);

pub async fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), NOW).await.unwrap();
    (dir, store)
}

/// 64 hex digits that differ with `seed`.
pub fn sha(seed: u32) -> String {
    format!("{seed:064x}")
}

pub fn new_version(store: &Store, name: &str, seed: u32, make: Make) -> NewVersion {
    let staging = store.stage().unwrap();
    fs::write(staging.model(), format!("model {seed}")).unwrap();
    NewVersion {
        name: name.into(),
        staging,
        sha256: sha(seed),
        bytes: 7,
        source: Source::Import { file: format!("{name}.onnx") },
        inspection: Inspection::default(),
        schema: Schema::default(),
        make,
    }
}

pub async fn import(store: &Store, name: &str, seed: u32) -> Inserted {
    store.insert_version(new_version(store, name, seed, Make::Champion), "ada", NOW).await.unwrap()
}

/// One row of four numbers in, one out, `number` milliseconds after [`NOW`].
pub fn prediction(version: VersionId, number: u32) -> Prediction {
    let time = NOW.plus(i64::from(number));
    let mut random = [0; 10];
    random[..4].copy_from_slice(&number.to_be_bytes());
    let row = [number as f32, 0.5, -1.0, 3.25];
    Prediction {
        id: PredictionId::new(time, random),
        client_id: None,
        time,
        version,
        rows: 1,
        timing: Timing { queue_us: 10, run_us: 20 + number % 7, total_us: 40 },
        error: None,
        inputs: vec![Named::new("x", Value::Tensor(Tensor::from_f32(vec![1, 4], &row).unwrap()))],
        outputs: vec![Named::new(
            "y",
            Value::Tensor(Tensor::from_f64(ElementType::F64, vec![1, 1], &[f64::from(number)]).unwrap()),
        )],
    }
}

pub fn entries(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}
