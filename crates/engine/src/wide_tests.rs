use super::*;
use crate::{fixture::schema, view::BaselineFrom};
use tidegate_core::{
    Time,
    model::ModelSettings,
    schema::{Answered, Feature, FeatureKind},
};

use crate::signals::Signals;

const ROWS: usize = 400;
const WIDTH: usize = 8;

fn answers(n: usize) -> Vec<Answered> {
    vec![Answered { label: Some("no".into()), probabilities: None, value: None }; n]
}

fn schema_of(names: &[(&str, FeatureKind)]) -> tidegate_core::schema::Schema {
    let first = schema().features[0].clone();
    let feature = |(name, kind): &(&str, FeatureKind)| Feature {
        name: (*name).into(),
        input: (*name).into(),
        kind: *kind,
        ..first.clone()
    };
    tidegate_core::schema::Schema { features: names.iter().map(feature).collect(), ..schema() }
}

fn reviews(n: usize, words: usize, word: impl Fn(usize) -> String) -> Column {
    Column::Texts(
        (0..n)
            .map(|i| (0..words + i % 5).map(|j| word(i * 7 + j * 13 + i * j)).collect::<Vec<_>>().join(" "))
            .collect(),
    )
}

fn usual_word(i: usize) -> String {
    format!("word{}", i % 211)
}

fn images(n: usize, shift: f32) -> Column {
    let pixel =
        |i: usize| ((i * 7919) % 997) as f32 / 997.0 + if i.is_multiple_of(2) { shift } else { -shift };
    let watched: Vec<f32> = (0..n * WIDTH).map(pixel).collect();
    let means = watched.chunks(WIDTH).map(|row| f64::from(row.iter().sum::<f32>()) / WIDTH as f64).collect();
    Column::Tensors { means, watched, width: WIDTH }
}

/// Two numbers of which the second follows the first, or not.
fn pair(n: usize, tied: bool) -> [Column; 2] {
    let x: Vec<f64> = (0..n).map(|i| ((i * 37) % 101) as f64).collect();
    let noise = |i: usize| ((i * 53) % 97) as f64 / 97.0;
    let y = (0..n).map(|i| if tied { x[i] + 8.0 * noise(i) } else { x[(i * 31 + 7) % n] + 8.0 * noise(i) });
    [Column::Numbers(x.clone()), Column::Numbers(y.collect())]
}

fn all(n: usize, text: Column, image: Column, tied: bool) -> Vec<Column> {
    let [x, y] = pair(n, tied);
    vec![x, y, text, image]
}

fn usual() -> Vec<Column> {
    all(ROWS, reviews(ROWS, 6, usual_word), images(ROWS, 0.0), true)
}

fn schema_of_all() -> tidegate_core::schema::Schema {
    let kinds = [FeatureKind::Numeric, FeatureKind::Numeric, FeatureKind::Categorical, FeatureKind::Tensor];
    schema_of(&["x", "y", "review", "image"].into_iter().zip(kinds).collect::<Vec<_>>())
}

fn baseline() -> Baseline {
    Baseline::new(&schema_of_all(), BaselineFrom::Reference, &usual(), &answers(ROWS), None, Time(1))
}

fn window(baseline: &Baseline, columns: &[Column], n: usize) -> Bucket {
    let mut window = Bucket::new(&schema_of_all(), Some(baseline));
    window.add_rows(baseline, columns, &answers(n));
    window
}

fn signals(columns: &[Column], n: usize) -> Signals {
    let baseline = baseline();
    Signals::of(&window(&baseline, columns, n), Some(&baseline), &ModelSettings::default())
}

fn drifted(signals: &Signals) -> Vec<&str> {
    signals.drifted().map(|drift| drift.name.as_str()).collect()
}

#[test]
fn nothing_has_moved_in_the_reference_itself() {
    let signals = signals(&usual(), ROWS);
    assert!(drifted(&signals).is_empty() && signals.significant == 0, "{:?}", signals.inputs);
    let together = signals.together.unwrap();
    assert_eq!((together.state, together.columns), (tidegate_monitor::drift::State::Stable, 2));
}

#[test]
fn texts_tensors_and_columns_together_are_told_apart() {
    let strange = |i: usize| if i.is_multiple_of(4) { format!("refund{}", i % 3) } else { usual_word(i) };
    let found = signals(&all(ROWS, reviews(ROWS, 6, strange), images(ROWS, 0.0), true), ROWS);
    assert_eq!(drifted(&found), ["review"]);
    let review = &found.inputs[0];
    assert!(review.sentence.contains("of the words never seen (usually 0%): refund"), "{}", review.sentence);
    let long = signals(&all(ROWS, reviews(ROWS, 18, usual_word), images(ROWS, 0.0), true), ROWS);
    assert_eq!(drifted(&long), ["review"]);
    assert!(long.inputs[0].sentence.starts_with("texts are 2.5x longer"), "{}", long.inputs[0].sentence);

    // Every other element higher, the others lower: the mean of all stays.
    let found = signals(&all(ROWS, reviews(ROWS, 6, usual_word), images(ROWS, 0.3), true), ROWS);
    assert_eq!(drifted(&found), ["image"]);
    assert!(found.inputs[0].vector.as_ref().unwrap().share_moved > 0.5, "{:?}", found.inputs[0]);

    let found = signals(&all(ROWS, reviews(ROWS, 6, usual_word), images(ROWS, 0.0), false), ROWS);
    assert!(drifted(&found).is_empty(), "{:?}", found.inputs);
    assert_eq!(found.together.unwrap().state, tidegate_monitor::drift::State::Drifted);
}

#[test]
fn a_bucket_is_the_same_from_the_disk_and_merged() {
    let baseline = baseline();
    let bytes = baseline.encode().unwrap();
    assert_eq!(Baseline::decode(&bytes).unwrap().wide, baseline.wide);
    let whole = window(&baseline, &usual(), ROWS);
    assert_eq!(Bucket::decode(&whole.encode().unwrap()).unwrap(), whole);
    let mut merged = Bucket::new(&schema_of_all(), Some(&baseline));
    merged.merge(&whole);
    assert_eq!(merged.wide, whole.wide);
    // A bucket from before there were such counts has none, and takes what is merged into it.
    let mut old = Bucket { wide: WideCounts::default(), ..whole.clone() };
    assert_eq!(Bucket::decode(&old.encode().unwrap()).unwrap(), old);
    old.merge(&whole);
    assert_eq!(old.wide, whole.wide);
}

#[test]
fn of_many_rows_at_once_the_first_are_looked_at() {
    let baseline = baseline();
    let mut bucket = window(&baseline, &usual(), ROWS);
    bucket.add_rows(&baseline, &usual(), &answers(ROWS));
    let wide = &bucket.wide;
    assert_eq!(wide.together.as_ref().unwrap().error.n, MOST_ROWS);
    assert_eq!((wide.texts[0].words.n, wide.tensors[0].n), (MOST_ROWS, MOST_ROWS));
    assert_eq!(bucket.features[0].n, 2 * ROWS as u64, "bins count every row");
}
