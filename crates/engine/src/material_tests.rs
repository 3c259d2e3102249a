use std::sync::Arc;

use super::*;
use tidegate_core::{
    ElementType, RowId, VersionId,
    prediction::Label,
    signature::{Dim, Port, PortKind},
    time::{Clock, DAY_MS, MINUTE_MS, ManualClock},
};
use tidegate_store::{NewDataset, Role};

use crate::fixture;

const NOW: Time = Time(2_000_000_000_000);

struct Scene {
    engine: Engine,
    model: Model,
    schema: Schema,
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

impl Scene {
    /// Reference rows aged 0, 1, 2...; labelled predictions aged 1000, 1001... a minute apart, the last one now.
    async fn new(reference: u32, labelled: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let engine = fixture::engine(&dir, clock.clone()).await;
        let schema = Schema { target: Some("truth".into()), ..fixture::schema() };
        let version = fixture::insert_version(&engine.store, schema.clone(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        let scene = Self { engine, model, schema, clock, _dir: dir };
        if reference > 0 {
            scene.refer(reference).await;
        }
        for i in 0..labelled {
            let at = NOW.plus(-i64::from(labelled - 1 - i) * MINUTE_MS);
            scene.label(version, (1_000 + i) as f32, (at, NOW)).await;
        }
        scene
    }

    async fn refer(&self, rows: u32) {
        let lines: String = (0..rows).map(|age| format!("{age},no\n")).collect();
        let staging = self.engine.store.stage().unwrap();
        std::fs::write(staging.path().join("data.csv"), format!("age,truth\n{lines}")).unwrap();
        let new = NewDataset::of_model(self.model.id, Role::Reference, "r", staging, "data.csv");
        self.engine.store.insert_dataset(new, "test", "", NOW).await.unwrap();
    }

    /// One row, predicted and labelled at these times.
    async fn label(&self, version: VersionId, age: f32, (predicted, labelled): (Time, Time)) {
        let asked = fixture::prediction(version, predicted, &[age], "no");
        let row = RowId { prediction: asked.id, row: 0 };
        self.engine.store.record(vec![asked]).await.unwrap();
        let label = Label { row, truth: Truth::Class("yes".into()), time: labelled };
        self.engine.store.put_labels(vec![label]).await.unwrap();
    }

    async fn split(&self, plan: &Plan) -> Material {
        self.engine.material(&self.model, &self.schema, plan, NOW).await.unwrap()
    }
}

fn ages(rows: &Labelled) -> Vec<f64> {
    let age = |row: &Row| match row["age"] {
        Cell::Number(age) => age,
        _ => panic!("no number"),
    };
    rows.rows.iter().map(age).collect()
}

#[tokio::test]
async fn the_newest_labels_are_held_out_and_every_row_is_on_one_side() {
    let scene = Scene::new(40, 8).await;
    let material = scene.split(&Plan::default()).await;
    assert_eq!(ages(&material.train_new), [1000.0, 1001.0, 1002.0, 1003.0, 1004.0, 1005.0]);
    assert_eq!(ages(&material.held_new), [1006.0, 1007.0]);
    let mut old = [ages(&material.train_old), ages(&material.held_old)].concat();
    old.sort_by(f64::total_cmp);
    assert_eq!(old, (0..40).map(f64::from).collect::<Vec<_>>());
    assert!((4..=18).contains(&material.held_old.len()), "{}", material.held_old.len());
    assert!(material.train_new.truths.iter().all(|truth| *truth == Truth::Class("yes".into())));
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_seed_decides_the_split_and_the_window_what_is_taken() {
    let scene = Scene::new(40, 8).await;
    let plan = Plan { seed: 3, window_h: Some(0), ..Plan::default() };
    let (one, two) = (scene.split(&plan).await, scene.split(&plan).await);
    assert_eq!(ages(&one.held_old), ages(&two.held_old));
    assert_eq!(one.train_new.len() + one.held_new.len(), 1);
    let other = scene.split(&Plan { seed: 4, ..plan }).await;
    assert_ne!(ages(&one.held_old), ages(&other.held_old));
    let greedy = scene.split(&Plan { holdout: 7.0, ..Plan::default() }).await;
    assert!(greedy.train_old.len() > 0 && greedy.train_new.len() > 0, "something is left to learn from");
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn rows_labelled_since_a_run_began_are_held_out_with_its_own() {
    let scene = Scene::new(40, 8).await;
    let version = scene.engine.store.versions(scene.model.id).await.unwrap()[0].id;
    let before = scene.split(&Plan::default()).await;
    // An old request whose label came late, and a new one.
    let later = NOW.plus(HOUR_MS);
    scene.label(version, 2_000.0, (NOW.plus(-HOUR_MS), NOW.plus(MINUTE_MS))).await;
    scene.label(version, 2_001.0, (later, later)).await;
    let (model, schema, plan) = (&scene.model, &scene.schema, &Plan::default());
    let since = scene.engine.material_since(model, schema, plan, NOW, later).await.unwrap();
    assert_eq!(ages(&since.train_new), ages(&before.train_new));
    assert_eq!(ages(&since.train_old), ages(&before.train_old));
    let mut held = ages(&since.held_new);
    held.sort_by(f64::total_cmp);
    assert_eq!(held, [1006.0, 1007.0, 2000.0, 2001.0]);
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn rows_that_are_let_go_of_stay_as_old_ones_and_are_counted_once() {
    let scene = Scene::new(0, 8).await;
    let kept = scene.engine.settings().keep_predictions_days;
    scene.engine.retain().await.unwrap();
    assert_eq!(scene.engine.reservoir_rows(&scene.model).await.unwrap().len(), 0, "nothing goes yet");
    scene.clock.advance(i64::from(kept + 1) * DAY_MS);
    for _ in 0..2 {
        scene.engine.retain().await.unwrap();
    }
    let version = scene.engine.store.versions(scene.model.id).await.unwrap()[0].id;
    let left = scene.engine.store.labelled(&[version], Time(0), Time(i64::MAX), 100).await.unwrap();
    assert!(left.is_empty(), "{} rows are left", left.len());
    let (model, schema, now) = (&scene.model, &scene.schema, scene.clock.now());
    let material = scene.engine.material(model, schema, &Plan::default(), now).await.unwrap();
    let mut old = [ages(&material.train_old), ages(&material.held_old)].concat();
    old.sort_by(f64::total_cmp);
    assert_eq!(old, (1000..1008).map(f64::from).collect::<Vec<_>>());
    assert_eq!(scene.engine.store.reservoir(model.id).await.unwrap().unwrap().seen, 8);
    scene.refer(40).await;
    let material = scene.engine.material(model, schema, &Plan::default(), now).await.unwrap();
    assert!(ages(&material.train_old).iter().all(|age| *age < 40.0), "a reference comes first");
    scene.engine.shutdown().await.unwrap();
}

#[test]
fn new_rows_weigh_what_the_plan_says() {
    let labelled = |age: f64| Labelled {
        rows: vec![Row::from([("age".to_owned(), Cell::Number(age))])],
        truths: vec![Truth::Number(1.0)],
    };
    let material = Material { train_old: labelled(1.0), train_new: labelled(2.0), ..Material::default() };
    let data = material.dataset(&fixture::schema(), &Signature::default(), 3.0);
    assert_eq!((data.features, data.x), (vec!["age".to_owned()], vec![1.0, 2.0]));
    assert_eq!(data.weight, [1.0, 3.0]);
    assert_eq!(material.learnt().len(), 2);
}

#[test]
fn columns_that_the_model_takes_as_texts_stay_texts() {
    let feature = |name: &str, kind| Feature { name: name.into(), input: name.into(), column: None, kind };
    let port = |name: &str, element| Port {
        name: name.into(),
        kind: PortKind::tensor(element, vec![Dim::Symbol("N".into()), Dim::Fixed(1)]),
        overridable: false,
    };
    // The schema may call numbers categories: what the model takes decides.
    let schema = Schema {
        features: vec![
            feature("plan", FeatureKind::Categorical),
            feature("shop", FeatureKind::Categorical),
            feature("age", FeatureKind::Numeric),
        ],
        ..Schema::default()
    };
    let inputs = vec![
        port("plan", ElementType::String),
        port("shop", ElementType::I64),
        port("age", ElementType::F32),
    ];
    let signature = Signature { inputs, outputs: vec![] };
    let row = |plan: Cell| {
        Row::from([
            ("plan".to_owned(), plan),
            ("shop".to_owned(), Cell::Text("7".into())),
            ("age".to_owned(), Cell::Null),
        ])
    };
    let plans = [Cell::Text("01".into()), Cell::Number(2.0), Cell::Null];
    let train_new = Labelled { rows: plans.map(row).to_vec(), truths: vec![Truth::Number(1.0); 3] };
    let data = Material { train_new, ..Material::default() }.dataset(&schema, &signature, 1.0);
    assert_eq!(data.features, ["shop", "age"]);
    assert!(data.x.chunks(2).all(|row| row[0] == 7.0 && row[1].is_nan()));
    assert_eq!(data.texts[0].name, "plan");
    assert_eq!(data.texts[0].values, ["01", "2", ""]);
}
