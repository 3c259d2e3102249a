//! Learning a perceptron by the same descent that retrains networks: a worker computes the gradients.

use std::ops::{ControlFlow, RangeInclusive};

use tidegate_core::{
    Error, Result,
    run::{Mode, Network, Plan, Progress, Schedule},
    schema::{Schema, Task, Truth},
};
use tidegate_onnx::proto::{GraphProto, ModelProto};
use tidegate_runtime::Launcher;
use tidegate_trees::Matrix;

use super::{
    dense, file,
    perceptron::{Answer, Perceptron},
};
use crate::{dataset::Dataset, neural, split::held_out};

/// Epochs without a better loss on the rows that watch, after which it ends.
const PATIENCE: u32 = 15;
/// One row in so many watches, and none of fewer than a hundred.
const ONE_IN: usize = 10;
const FEWEST_WATCHED: usize = 100;

/// Rows from which on a wider network is worth its steps.
const MANY: usize = 1_000;
/// A batch is a share of the rows, but neither smaller nor larger than this.
const ROWS_A_BATCH: usize = 100;
const BATCH: RangeInclusive<usize> = 32..=256;
/// Steps at most, as far as the least epochs allow.
const STEPS: usize = 6_000;
const EPOCHS: RangeInclusive<usize> = 30..=200;

/// Layers and pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    /// Units of the first hidden layer and of the second, which may be 0 for none.
    pub hidden: [u32; 2],
    pub epochs: u32,
    pub batch: u32,
    pub learning_rate: f64,
    pub weight_decay: f64,
}

impl Shape {
    /// One hidden layer, or a second of half the units, for so many rows to learn from: more of them take more units,
    /// larger batches and fewer epochs, so that the number of steps stays bounded.
    pub fn of(second: bool, rows: usize) -> Self {
        let units = if rows < MANY { 64 } else { 128 };
        let batch = (rows / ROWS_A_BATCH).clamp(*BATCH.start(), *BATCH.end()).next_power_of_two();
        let steps = rows.div_ceil(batch).max(1);
        let epochs = (STEPS / steps).clamp(*EPOCHS.start(), *EPOCHS.end());
        let (batch, epochs) = (batch as u32, epochs as u32);
        let hidden = [units, if second { units / 2 } else { 0 }];
        Self { hidden, epochs, batch, learning_rate: 3e-3, weight_decay: 1.0 }
    }

    pub fn parameters(self) -> Vec<(&'static str, f64)> {
        let hidden = ["hidden", "second_hidden"].into_iter().zip(self.hidden.map(f64::from));
        let pace = [
            ("most_epochs", f64::from(self.epochs)),
            ("batch", f64::from(self.batch)),
            ("learning_rate", self.learning_rate),
            ("weight_decay", self.weight_decay),
        ];
        hidden.filter(|(_, units)| *units > 0.0).chain(pace).collect()
    }
}

pub(super) struct Problem<'a> {
    /// Filled and scaled.
    pub rows: Matrix,
    /// The index of each row's class, or its number.
    pub truth: Vec<f64>,
    /// Classes to tell apart; `None` for numbers.
    pub classes: Option<usize>,
    /// The rows stand in the order of time, so that the newest watch.
    pub ordered: bool,
    pub seed: u64,
    pub launcher: &'a Launcher,
}

/// Ends early where rows watch; the weights of the best epoch are kept.
pub(super) fn descend(
    problem: Problem<'_>,
    shape: Shape,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Perceptron> {
    let rows = problem.truth.len();
    let watch = if problem.ordered { newest(rows) } else { held_out(rows, problem.seed) };
    let Problem { rows: matrix, mut truth, classes, seed, launcher, .. } = problem;
    let answer = match classes {
        Some(classes) => Answer::Classes(classes),
        None => standardised(&mut truth),
    };
    let hidden: Vec<usize> = shape.hidden.iter().filter(|units| **units > 0).map(|u| *u as usize).collect();
    let first = Perceptron::fresh(matrix.columns, &hidden, answer, seed);
    let mut model = alone(&first, matrix.columns);
    let net = neural::Net::of(&model, None).map_err(|reasons| Error::internal(reasons.join("; ")))?;
    let data = Dataset {
        features: (0..matrix.columns).map(|column| column.to_string()).collect(),
        x: matrix.data,
        truth: truth.into_iter().map(Truth::Number).collect(),
        weight: vec![1.0; rows],
        ..Dataset::default()
    };
    let schema = schema(classes);
    let plan = plan(shape, seed);
    let lesson = neural::Lesson { schema: &schema, data: &data, plan: &plan, held_out: &watch, launcher };
    neural::train(&mut model, &net, &lesson, progress)?;
    let learnt = dense::read(&model.graph.unwrap_or_default(), &first)?;
    match learnt.is_finite() {
        true => Ok(learnt),
        false => Err(Error::invalid("the weights ran off to infinity")
            .hint("look for columns with enormous values and leave them out (`exclude`)")),
    }
}

fn newest(rows: usize) -> Vec<bool> {
    let watching = if rows < FEWEST_WATCHED { 0 } else { rows / ONE_IN };
    (0..rows).map(|row| row >= rows - watching).collect()
}

/// Takes the mean off and divides by the deviation; what undoes that.
fn standardised(truth: &mut [f64]) -> Answer {
    let n = truth.len().max(1) as f64;
    let mean = truth.iter().sum::<f64>() / n;
    let deviation = (truth.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let (mean, deviation) = (mean as f32, deviation as f32);
    let deviation = if deviation > 0.0 && deviation.is_finite() { deviation } else { 1.0 };
    truth.iter_mut().for_each(|value| *value = (*value - f64::from(mean)) / f64::from(deviation));
    Answer::Number { mean, deviation }
}

/// The perceptron without the columns in front of it nor the scale behind it.
fn alone(net: &Perceptron, columns: usize) -> ModelProto {
    let (input, output) = ("features", "answer");
    let mut graph = GraphProto {
        name: Some("perceptron".into()),
        input: vec![file::value(input, tidegate_core::ElementType::F32, Some(columns))],
        ..GraphProto::default()
    };
    let bare = match net.answer {
        Answer::Number { .. } => Answer::Number { mean: 0.0, deviation: 1.0 },
        classes @ Answer::Classes(_) => classes,
    };
    let net = Perceptron { answer: bare, ..net.clone() };
    dense::add(&mut graph, &net, input, output, &mut str::to_owned);
    graph.output = vec![file::value(output, tidegate_core::ElementType::F32, None)];
    file::model(graph, Vec::new())
}

fn schema(classes: Option<usize>) -> Schema {
    let labels = (0..classes.unwrap_or(0)).map(|class| class.to_string()).collect();
    let task = if classes.is_some() { Task::Classification } else { Task::Regression };
    Schema { task, labels, ..Schema::default() }
}

fn plan(shape: Shape, seed: u64) -> Plan {
    let network = Network {
        batch: shape.batch,
        learning_rate: shape.learning_rate,
        weight_decay: shape.weight_decay,
        schedule: Schedule::Cosine,
        patience: Some(PATIENCE),
        ..Network::default()
    };
    // The weights it starts from are its own.
    Plan { mode: Mode::Continue, rounds: shape.epochs, seed, network, ..Plan::default() }
}
