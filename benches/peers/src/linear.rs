//! Logistic and softmax regression beside scikit-learn: the same weights, and in how much time? Scaled columns, C = 1,
//! one thread. Our side retrains an ONNX file from file to file as the program does, with a tenth of the rows left out
//! at first to draw the curve; theirs fits a scaler and a LogisticRegression. Both sides go to the end (a gradient of
//! 1e-7), since weights on the way there differ.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tidegate_core::{
    run::Plan,
    schema::{Schema, Truth},
};
use tidegate_onnx::{
    node::{floats, node, of_text, operator},
    proto::{
        AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto, attribute_proto::AttributeType,
    },
};
use tidegate_runtime::Launcher;
use tidegate_train::{Dataset, train};

use crate::{
    compared::{costs, number},
    process::{Measure, Result, cpu_s},
    sets::{self, PARTS, Rows, SETS, Set},
};

/// Weights may differ by this share of their length: the file keeps single precision.
const SAME_WEIGHTS: f64 = 1e-3;
/// And rows on the border fall to either side.
const SAME_ACCURACY: f64 = 0.001;

pub fn ours(data: &Path) -> Result<bool> {
    let mut measure = Measure::start();
    let sets = sets::all(data)?;
    measure.loaded();
    let mut answers = Map::new();
    for (name, runs, set) in &sets {
        answers.insert((*name).into(), compete(*runs, set)?);
    }
    measure.done(json!({ "sets": answers }))
}

fn compete(runs: usize, set: &Set) -> Result<Value> {
    let blank = blank(set.columns.len(), set.classes());
    let (mut taken, mut right, mut weights) = (vec![], 0, vec![]);
    for asked in (0..PARTS).map(f64::from) {
        let learnt = dataset(set.rows(|part| part != asked), set.columns.len());
        for run in 0..if asked == 0.0 { runs } else { 1 } {
            let begun = cpu_s();
            let fitted = fit(&blank, &learnt)?;
            if asked == 0.0 {
                taken.push(cpu_s() - begun);
            }
            if run == 0 {
                right += fitted.right_of(&set.rows(|part| part == asked));
                if asked == 0.0 {
                    weights = fitted.weights;
                }
            }
        }
    }
    taken.sort_by(f64::total_cmp);
    let accuracy = right as f64 / set.class.len() as f64;
    Ok(json!({ "accuracy": accuracy, "weights": weights, "fit_s": taken[runs / 2] }))
}

fn dataset(rows: Rows, columns: usize) -> Dataset {
    Dataset {
        features: (0..columns).map(|column| format!("f{column}")).collect(),
        x: rows.matrix.data,
        weight: vec![1.0; rows.truth.len()],
        truth: rows.truth.into_iter().map(Truth::Number).collect(),
        ..Dataset::default()
    }
}

/// A scaler that moves and stretches every column, so that both are learnt anew, and a classifier that knows nothing
/// yet.
fn blank(columns: usize, classes: usize) -> ModelProto {
    let link = if classes == 2 { "LOGISTIC" } else { "SOFTMAX" };
    let list = |name: &str, kind| AttributeProto {
        name: Some(name.into()),
        r#type: Some(kind as i32),
        ..AttributeProto::default()
    };
    let of = |name: &str, value: f32, length| AttributeProto {
        floats: vec![value; length],
        ..list(name, AttributeType::Floats)
    };
    let labels = AttributeProto {
        ints: (0..classes as i64).collect(),
        ..list("classlabels_ints", AttributeType::Ints)
    };
    let scaler =
        node("Scaler", &["x"], &["scaled"], vec![of("offset", 1.0, columns), of("scale", 2.0, columns)]);
    let attributes = vec![
        of("coefficients", 0.0, columns * classes),
        of("intercepts", 0.0, classes),
        labels,
        of_text("post_transform", link),
    ];
    let classifier = node("LinearClassifier", &["scaled"], &["label", "probabilities"], attributes);
    let ml = |node| NodeProto { domain: Some("ai.onnx.ml".into()), ..node };
    let value = |name: &str| ValueInfoProto { name: Some(name.into()), ..ValueInfoProto::default() };
    let graph = GraphProto {
        node: vec![ml(scaler), ml(classifier)],
        input: vec![value("x")],
        output: vec![value("label"), value("probabilities")],
        ..GraphProto::default()
    };
    ModelProto { graph: Some(graph), ..ModelProto::default() }
}

/// What a file holds after its training.
struct Fitted {
    offset: Vec<f64>,
    scale: Vec<f64>,
    /// A row for each class, or one for the second of two.
    weights: Vec<f64>,
    intercepts: Vec<f64>,
}

fn fit(blank: &ModelProto, learnt: &Dataset) -> Result<Fitted> {
    let plan = Plan { rounds: 5_000, l2: 1.0, ..Plan::default() };
    let nowhere = PathBuf::new();
    // A linear model needs no worker.
    let nobody =
        Launcher { program: nowhere.clone(), args: vec![], library: nowhere.clone(), cache: nowhere };
    let trained = train(blank, &Schema::default(), learnt, &plan, &nobody, &mut |_| {
        std::ops::ControlFlow::Continue(())
    })?;
    let model = tidegate_onnx::decode(&trained.bytes)?;
    let nodes = model.graph.as_ref().map_or(&[][..], |graph| &graph.node);
    let read = |kind: &str, name: &str| -> Vec<f64> {
        let held =
            nodes.iter().find(|node| operator(node) == kind).map_or(&[][..], |node| floats(node, name));
        held.iter().map(|value| f64::from(*value)).collect()
    };
    let (mut weights, mut intercepts) =
        (read("LinearClassifier", "coefficients"), read("LinearClassifier", "intercepts"));
    if intercepts.len() == 2 {
        // The first row is minus the second.
        weights.drain(..weights.len() / 2);
        intercepts.remove(0);
    }
    Ok(Fitted { offset: read("Scaler", "offset"), scale: read("Scaler", "scale"), weights, intercepts })
}

impl Fitted {
    fn right_of(&self, asked: &Rows) -> usize {
        let rows = asked.matrix.iter_rows().zip(&asked.truth);
        rows.filter(|(row, truth)| self.class(row) as f64 == **truth).count()
    }

    fn class(&self, row: &[f32]) -> usize {
        let scaled: Vec<f64> = row
            .iter()
            .zip(&self.offset)
            .zip(&self.scale)
            .map(|((x, o), s)| (f64::from(*x) - o) * s)
            .collect();
        let score = |(weights, intercept): (&[f64], &f64)| {
            intercept + weights.iter().zip(&scaled).map(|(weight, x)| weight * x).sum::<f64>()
        };
        let scores: Vec<f64> =
            self.weights.chunks_exact(row.len()).zip(&self.intercepts).map(score).collect();
        match scores[..] {
            [one] => usize::from(one > 0.0),
            _ => (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0),
        }
    }
}

pub fn compare(ours: &Value, theirs: &Value) -> Result<bool> {
    println!("\nLogistic and softmax regression, C = 1, one thread, medians of several fits: scikit-learn\n");
    println!(
        "{:<16}{:>9}{:>9}{:>12}{:>12}{:>12}{:>14}{:>12}{:>9}",
        "", "rows", "columns", "accuracy", "sklearn's", "weights off", "processor, s", "sklearn's", "ratio"
    );
    let mut good = true;
    for (name, _) in SETS {
        let (own, other) = (&ours["sets"][name], &theirs["sets"][name]);
        let [accuracy, their_accuracy, taken, their_taken] =
            [&own["accuracy"], &other["accuracy"], &own["fit_s"], &other["fit_s"]].map(number);
        let (accuracy, their_accuracy, taken, their_taken) =
            (accuracy?, their_accuracy?, taken?, their_taken?);
        let off = apart(&own["weights"], &other["weights"])?;
        let holds = off <= SAME_WEIGHTS && (accuracy - their_accuracy).abs() <= SAME_ACCURACY;
        good &= holds;
        println!(
            "{name:<16}{:>9}{:>9}{accuracy:>12.4}{their_accuracy:>12.4}{off:>12.1e}{taken:>14.4}{their_taken:>12.4}{:>8.2}x{}",
            other["rows"].to_string(),
            other["columns"].to_string(),
            taken / their_taken,
            if holds { "" } else { "  THEY DIFFER" }
        );
    }
    costs("Cost of all fits", "sklearn", ours, theirs)?;
    Ok(good)
}

/// The length of the difference, as a share of the length of theirs.
fn apart(ours: &Value, theirs: &Value) -> Result<f64> {
    let list =
        |of: &Value| -> Result<Vec<f64>> { of.as_array().ok_or("no weights")?.iter().map(number).collect() };
    let (own, other) = (list(ours)?, list(theirs)?);
    if own.len() != other.len() {
        return Err(format!("{} weights beside {}", own.len(), other.len()).into());
    }
    let squares: f64 = own.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum();
    Ok((squares / other.iter().map(|weight| weight.powi(2)).sum::<f64>()).sqrt())
}
