//! One operator (or a few) whose gradients are compared with finite differences.

use std::{path::PathBuf, sync::LazyLock};

use tidegate_core::{Tensor, Value, tensor::Named};
use tidegate_onnx::{
    encode,
    node::{float_tensor, int_tensor, node},
    proto::{AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto},
    training::{Facts, expose, gradients, normalise, take_apart},
};
use tidegate_runtime::{Launcher, Limits, Workbench, library};

/// Half the distance of the two values a difference is taken of.
const APART: f32 = 1e-2;
/// Elements of an input that are tried.
const TRIED: usize = 48;

static CACHE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

pub fn launcher() -> Launcher {
    Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_tidegate-train-worker-test")),
        args: vec!["worker".into()],
        library: library::find().unwrap(),
        cache: CACHE.path().to_owned(),
    }
}

/// Distinct numbers between -2 and 2 in no order, none of them near 0.
pub fn spread(count: usize) -> Vec<f32> {
    let stride = (1..).map(|k| count * 5 / 8 + k).find(|stride| coprime(*stride, count)).unwrap();
    let even = |at: usize| (((at * stride) % count) as f32 + 0.37) / count as f32 * 4.0 - 2.0;
    (0..count).map(|at| if even(at).abs() < 0.03 { 0.05 } else { even(at) }).collect()
}

/// Distinct numbers between 0.3 and 2.3.
pub fn positive(count: usize) -> Vec<f32> {
    spread(count).into_iter().map(|value| value / 2.0 + 1.3).collect()
}

fn coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { coprime(b, a % b) }
}

pub struct Case {
    nodes: Vec<NodeProto>,
    inputs: Vec<(String, Vec<usize>, Vec<f32>)>,
    constants: Vec<TensorProto>,
    opset: i64,
    measured: bool,
}

impl Case {
    /// One node that takes the inputs in the order in which they are given and gives `y`.
    pub fn of(kind: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> Self {
        Self::nodes(vec![node(kind, inputs, &["y"], attributes)])
    }

    /// Nodes of which one gives `y`.
    pub fn nodes(nodes: Vec<NodeProto>) -> Self {
        Self { nodes, inputs: vec![], constants: vec![], opset: 18, measured: false }
    }

    /// An input whose gradient is compared.
    pub fn with(mut self, name: &str, dims: &[usize], values: Vec<f32>) -> Self {
        assert_eq!(dims.iter().product::<usize>(), values.len());
        self.inputs.push((name.into(), dims.to_vec(), values));
        self
    }

    pub fn wanted(self, name: &str, dims: &[usize]) -> Self {
        self.with(name, dims, spread(dims.iter().product()))
    }

    pub fn ints(mut self, name: &str, values: &[i64]) -> Self {
        self.constants.push(int_tensor(name, &[values.len()], values));
        self
    }

    pub fn indices(mut self, name: &str, dims: &[usize], values: &[i64]) -> Self {
        self.constants.push(int_tensor(name, dims, values));
        self
    }

    pub fn floats(mut self, name: &str, dims: &[usize], values: &[f32]) -> Self {
        self.constants.push(float_tensor(name, dims, values));
        self
    }

    pub fn opset(mut self, opset: i64) -> Self {
        self.opset = opset;
        self
    }

    /// Batch normalisation by the batch, as in training.
    pub fn measured(mut self) -> Self {
        self.measured = true;
        self
    }

    fn model(&self) -> ModelProto {
        let input = |(name, dims, _): &(String, Vec<usize>, Vec<f32>)| super::layers::declared(name, dims);
        let graph = GraphProto {
            name: Some("case".into()),
            node: self.nodes.clone(),
            initializer: self.constants.clone(),
            input: self.inputs.iter().map(input).collect(),
            output: vec![super::layers::undeclared("y")],
            ..Default::default()
        };
        let opset = OperatorSetIdProto { domain: Some(String::new()), version: Some(self.opset) };
        ModelProto {
            ir_version: Some(8),
            graph: Some(graph),
            opset_import: vec![opset],
            ..Default::default()
        }
    }

    fn given(&self) -> Vec<Named> {
        self.inputs.iter().map(|(name, dims, values)| tensor(name, dims, values)).collect()
    }

    fn facts(&self, model: &ModelProto) -> Facts {
        let found = run(&mut open(&expose(model)), self.given());
        Facts::of(model, &[self.given(), found].concat())
    }

    /// The gradients agree with differences of `y`, which is what it was before the graph was taken apart.
    pub fn check(self) {
        let wanted: Vec<String> = self.inputs.iter().map(|(name, ..)| name.clone()).collect();
        let kind = format!("{} {:?}", self.nodes[0].op_type(), self.nodes[0].attribute);
        let before = run(&mut open(&self.model()), self.given());
        let mut model = normalise(&self.model()).unwrap();
        let facts = self.facts(&model);
        let graph = model.graph.as_mut().unwrap();
        take_apart(graph, &facts, "y", &wanted, self.measured).unwrap();
        let facts = self.facts(&model);
        let shape = facts.get("y").unwrap().shape.clone();
        let factors: Vec<f32> = spread(shape.iter().product::<usize>().max(1));
        let graph = model.graph.as_mut().unwrap();
        graph.initializer.push(float_tensor("seed", &shape, &factors));
        let made = gradients(graph, &facts, &[("y".into(), "seed".into())], &wanted).unwrap();
        graph.output.extend(wanted.iter().map(|name| super::layers::undeclared(&made[name])));
        let mut bench = open(&model);
        let found = run(&mut bench, self.given());
        if !self.measured {
            let [old, new] = [&before[0], &found[0]].map(floats);
            assert!(close(&old, &new, 1e-4), "{kind}: taken apart it gives {new:?} instead of {old:?}");
        }
        let mut value = |given| {
            let y = floats(&run(&mut bench, given)[0]);
            y.iter().zip(&factors).map(|(y, factor)| f64::from(*y) * f64::from(*factor)).sum::<f64>()
        };
        for (place, (name, dims, values)) in self.inputs.iter().enumerate() {
            let gradient = floats(&found[1 + place]);
            assert_eq!(gradient.len(), values.len(), "{kind}: the gradient of {name}");
            let largest = gradient.iter().fold(1.0_f32, |most, slope| most.max(slope.abs()));
            for at in (0..values.len()).step_by(values.len().div_ceil(TRIED).max(1)) {
                let mut side = |by: f32| {
                    let mut moved = values.clone();
                    moved[at] += by;
                    let mut given = self.given();
                    given[place] = tensor(name, dims, &moved);
                    value(given)
                };
                let slope = (side(APART) - side(-APART)) / (2.0 * f64::from(APART));
                let error = (slope - f64::from(gradient[at])).abs();
                assert!(
                    error < 3e-3 * f64::from(largest),
                    "{kind}: d/d{name}[{at}] is {}, differences say {slope}",
                    gradient[at]
                );
            }
        }
    }
}

pub fn close(a: &[f32], b: &[f32], by: f32) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by * a.abs().max(1.0))
}

pub fn open(model: &ModelProto) -> Workbench {
    let opened = Workbench::open(&launcher(), &encode(model), &Limits::default());
    opened.unwrap_or_else(|error| panic!("{error}: {:?}", model.graph.as_ref().map(|graph| &graph.node)))
}

pub fn run(bench: &mut Workbench, given: Vec<Named>) -> Vec<Named> {
    bench.run(given).unwrap()
}

pub fn tensor(name: &str, dims: &[usize], values: &[f32]) -> Named {
    Named::new(name, Value::Tensor(Tensor::from_f32(dims.to_vec(), values).unwrap()))
}

pub fn floats(named: &Named) -> Vec<f32> {
    named.value.as_tensor().unwrap().to_f64().unwrap().into_iter().map(|value| value as f32).collect()
}
