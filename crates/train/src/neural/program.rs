//! The graphs of a training at work: one gives loss and gradient of a batch, one evaluates any number of rows.

use std::time::Duration;

use tidegate_core::{
    Code, Error, Result, Tensor, Value,
    run::Network,
    schema::Schema,
    tensor::{Data, Named},
};
use tidegate_onnx::{
    encode,
    node::initializer,
    proto::ModelProto,
    training::{
        BatchStatistics, Facts, Loss, TrainingGraph, evaluation_graph, expose, take_apart, training_graph,
    },
};
use tidegate_runtime::{Launcher, Limits, Workbench};

use super::{
    Net,
    net::Values,
    target::{self, Task},
};
use crate::inputs::{Inputs, tensor};

/// Rows evaluated at once.
const AT_ONCE: usize = 256;
/// A step of a large network, or the loading of a long unrolled one, may take minutes.
const WALL: Duration = Duration::from_secs(600);

pub(super) struct Program {
    training: Workbench,
    evaluation: Workbench,
    /// Rows the training graph takes, no more and no fewer.
    pub rows: usize,
    /// The only number of rows the model takes.
    fixed: Option<usize>,
    pub columns: usize,
    pub loss: Loss,
    statistics: Vec<(Running, BatchStatistics)>,
}

/// Where a layer's running mean and variance lie among all statistics.
struct Running {
    mean: usize,
    variance: usize,
    channels: usize,
}

/// What one batch gave.
pub(super) struct Step {
    /// The sum of weight times loss.
    pub loss: f64,
    pub gradient: Vec<f32>,
    /// Mean and variance of the batch, layer by layer.
    measured: Vec<Vec<f32>>,
}

impl Program {
    /// Finds the shapes by running a few rows, then builds and loads both graphs.
    pub fn build(
        net: &Net,
        schema: &Schema,
        inputs: &Inputs,
        network: &Network,
        launcher: &Launcher,
    ) -> Result<Self> {
        let wanted = inputs.fixed.unwrap_or(network.batch as usize).min(inputs.rows.max(1));
        let (facts, rows) = match facts(&net.forward, inputs, inputs.fixed.unwrap_or(wanted), launcher) {
            // A model may say that it takes any number of rows and yet take only one.
            Err(error) if error.code == Code::Invalid && inputs.fixed.is_none() && wanted > 1 => {
                (facts(&net.forward, inputs, 1, launcher).map_err(|_| error)?, 1)
            }
            found => (found?, inputs.fixed.unwrap_or(wanted)),
        };
        let fixed = inputs.fixed.or((rows < wanted).then_some(rows));
        let columns = columns(net, &facts, rows)?;
        let loss = target::loss(net, schema, columns, network)?;
        let (training, statistics) = training(net, facts, inputs, rows, loss, launcher)?;
        let evaluation = evaluation_graph(&net.forward, &net.value, &net.names(), loss);
        let evaluation = open(launcher, &evaluation)?;
        let statistics =
            statistics.into_iter().filter_map(|one| Some((Running::of(net, &one)?, one))).collect();
        Ok(Self { training, evaluation, rows, fixed, columns, loss, statistics })
    }

    /// Whether the statistics of a batch matter, which a batch filled up with copies would falsify.
    pub fn measures(&self) -> bool {
        !self.statistics.is_empty()
    }

    /// Loss and gradient of at most as many rows as the graph takes, each with its weight.
    pub fn step(
        &mut self,
        parameters: &[f32],
        inputs: &Inputs,
        task: &Task,
        rows: &[usize],
        weights: &[f32],
    ) -> Result<Step> {
        let mut rows = rows.to_vec();
        let mut weights = weights.to_vec();
        rows.resize(self.rows, rows.first().copied().unwrap_or(0));
        weights.resize(self.rows, 0.0);
        let mut given = inputs.batch(&rows)?;
        given.push(flat(TrainingGraph::PARAMETERS, vec![parameters.len()], parameters)?);
        given.push(targets(task, &rows)?);
        given.push(flat(TrainingGraph::WEIGHT, vec![weights.len()], &weights)?);
        let mut found = self.training.run(given)?.into_iter().map(|named| floats(&named.value));
        let missing = || Error::internal("the training graph gave too few outputs");
        let loss = found.next().and_then(|loss| loss.first().copied()).ok_or_else(missing)?;
        let gradient = found.next().ok_or_else(missing)?;
        Ok(Step { loss: f64::from(loss), gradient, measured: found.collect() })
    }

    /// Lets the running statistics follow those of a batch; the variance is the sample's, as torch keeps it.
    pub fn follow(&self, statistics: &mut [f32], step: &Step) {
        for ((place, layer), measured) in self.statistics.iter().zip(step.measured.chunks_exact(2)) {
            let count = layer.count.max(2) as f32;
            let kept = layer.momentum;
            let mut blend = |from: usize, batch: &[f32], factor: f32| {
                for (old, new) in statistics[from..from + place.channels].iter_mut().zip(batch) {
                    *old = kept * *old + (1.0 - kept) * new * factor;
                }
            };
            blend(place.mean, &measured[0], 1.0);
            blend(place.variance, &measured[1], count / (count - 1.0));
        }
    }

    /// Each row's loss, and its scores before the last activation.
    pub fn evaluate(
        &mut self,
        values: &Values,
        inputs: &Inputs,
        task: &Task,
        rows: &[usize],
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        let all = [&values.parameters[..], &values.statistics[..]].concat();
        let (mut losses, mut scores) = (Vec::new(), Vec::new());
        for chunk in rows.chunks(self.fixed.unwrap_or(AT_ONCE)) {
            let mut filled = chunk.to_vec();
            filled.resize(self.fixed.unwrap_or(chunk.len()), chunk[0]);
            let mut given = inputs.batch(&filled)?;
            given.push(flat(TrainingGraph::PARAMETERS, vec![all.len()], &all)?);
            given.push(targets(task, &filled)?);
            let found: Vec<Vec<f32>> =
                self.evaluation.run(given)?.iter().map(|named| floats(&named.value)).collect();
            let [loss, score] = &found[..] else {
                return Err(Error::internal("the evaluation graph gave too few outputs"));
            };
            losses.extend(&loss[..chunk.len()]);
            scores.extend(&score[..chunk.len() * task.columns]);
        }
        Ok((losses, scores))
    }
}

impl Running {
    fn of(net: &Net, layer: &BatchStatistics) -> Option<Self> {
        let length =
            |name: &str| initializer(net.graph(), name).map(|t| t.dims.iter().product::<i64>() as usize);
        let place = |name: &str| -> Option<usize> {
            let before = net.statistics.iter().take_while(|known| *known != name);
            Some(before.filter_map(|known| length(known)).sum())
        };
        Some(Self {
            mean: place(&layer.mean)?,
            variance: place(&layer.variance)?,
            channels: length(&layer.mean)?,
        })
    }
}

/// The training graph at work. Shapes are found anew for the operators that were taken apart.
fn training(
    net: &Net,
    facts: Facts,
    inputs: &Inputs,
    rows: usize,
    loss: Loss,
    launcher: &Launcher,
) -> Result<(Workbench, Vec<BatchStatistics>)> {
    let refused = |obstacles: Vec<String>| Error::unsupported(crate::probe::refusal(&obstacles));
    let names: Vec<String> = net.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let mut forward = net.forward.clone();
    let graph = forward.graph.get_or_insert_default();
    let nodes = graph.node.len();
    let statistics = take_apart(graph, &facts, &net.value, &names, rows > 1).map_err(refused)?;
    let facts = match graph.node.len() == nodes {
        true => facts,
        false => self::facts(&forward, inputs, rows, launcher)?,
    };
    let built = training_graph(&forward, &facts, &net.value, &net.parameters, &statistics, loss);
    let built = built.map_err(refused)?;
    Ok((open(launcher, &built.model)?, statistics))
}

/// Types and shapes of every value, from a run on the first rows.
fn facts(forward: &ModelProto, inputs: &Inputs, rows: usize, launcher: &Launcher) -> Result<Facts> {
    let first: Vec<usize> = (0..rows).map(|row| row % inputs.rows.max(1)).collect();
    let given = inputs.batch(&first)?;
    let mut bench = open(launcher, &expose(forward))?;
    let found = bench.run(given.clone())?;
    Ok(Facts::of(forward, &[given, found].concat()))
}

fn open(launcher: &Launcher, graph: &ModelProto) -> Result<Workbench> {
    Workbench::open(launcher, &encode(graph), &Limits { wall: WALL, ..Limits::default() })
}

/// Numbers a row that the network answers.
fn columns(net: &Net, facts: &Facts, rows: usize) -> Result<usize> {
    match facts.shape(&net.value) {
        [first] if *first == rows => Ok(1),
        [first, columns] if *first == rows => Ok(*columns),
        shape => Err(Error::unsupported(format!(
            "for {rows} rows the network answers with the shape {shape:?}, not row by row"
        ))),
    }
}

fn flat(name: &str, shape: Vec<usize>, values: &[f32]) -> Result<Named> {
    Ok(Named::new(name, Value::Tensor(tensor(shape, values)?)))
}

fn targets(task: &Task, rows: &[usize]) -> Result<Named> {
    let columns = task.columns;
    let picked: Vec<f32> =
        rows.iter().flat_map(|row| &task.targets[row * columns..][..columns]).copied().collect();
    flat(TrainingGraph::TARGET, vec![rows.len(), columns], &picked)
}

/// The elements of a single-precision tensor.
fn floats(value: &Value) -> Vec<f32> {
    match value {
        Value::Tensor(Tensor { data: Data::Bytes(bytes), .. }) => {
            bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
        }
        _ => Vec::new(),
    }
}
