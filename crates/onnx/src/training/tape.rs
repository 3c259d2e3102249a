//! Where nodes are written down as they are made: new values with unused names, constants, and the gradients
//! gathered so far.

use std::collections::{HashMap, HashSet};

use crate::{
    node::{float_tensor, int_tensor, node, of_int},
    proto::{AttributeProto, NodeProto, TensorProto},
};

/// New nodes and constants, in the order in which they are computed.
#[derive(Debug)]
pub struct Tape {
    prefix: String,
    made: usize,
    pub nodes: Vec<NodeProto>,
    pub constants: Vec<TensorProto>,
    scalars: HashMap<u32, String>,
}

impl Tape {
    /// Values are called `<prefix>/<number>`.
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
            made: 0,
            nodes: Vec::new(),
            constants: Vec::new(),
            scalars: HashMap::new(),
        }
    }

    pub fn name(&mut self) -> String {
        self.made += 1;
        format!("{}/{}", self.prefix, self.made)
    }

    pub fn op(&mut self, kind: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let name = self.name();
        self.nodes.push(node(kind, inputs, &[&name], attributes));
        name
    }

    pub fn ops(
        &mut self,
        kind: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        outputs: usize,
    ) -> Vec<String> {
        let names: Vec<String> = (0..outputs).map(|_| self.name()).collect();
        let outputs: Vec<&str> = names.iter().map(String::as_str).collect();
        self.nodes.push(node(kind, inputs, &outputs, attributes));
        names
    }

    pub fn one(&mut self, kind: &str, x: &str) -> String {
        self.op(kind, &[x], vec![])
    }

    pub fn two(&mut self, kind: &str, a: &str, b: &str) -> String {
        self.op(kind, &[a, b], vec![])
    }

    pub fn mul(&mut self, a: &str, b: &str) -> String {
        self.two("Mul", a, b)
    }

    /// `x` times a number.
    pub fn times(&mut self, x: &str, factor: f32) -> String {
        let factor = self.scalar(factor);
        self.two("Mul", x, &factor)
    }

    /// `x` plus a number.
    pub fn plus(&mut self, x: &str, summand: f32) -> String {
        let summand = self.scalar(summand);
        self.two("Add", x, &summand)
    }

    /// Elements of `yes` where `condition`, else of `no`.
    pub fn choose(&mut self, condition: &str, yes: &str, no: &str) -> String {
        self.op("Where", &[condition, yes, no], vec![])
    }

    pub fn scalar(&mut self, value: f32) -> String {
        if let Some(name) = self.scalars.get(&value.to_bits()) {
            return name.clone();
        }
        let name = self.floats(&[], &[value]);
        self.scalars.insert(value.to_bits(), name.clone());
        name
    }

    pub fn floats(&mut self, dims: &[usize], values: &[f32]) -> String {
        let name = self.name();
        self.constants.push(float_tensor(&name, dims, values));
        name
    }

    pub fn int_tensor(&mut self, dims: &[usize], values: &[i64]) -> String {
        let name = self.name();
        self.constants.push(int_tensor(&name, dims, values));
        name
    }

    pub fn ints(&mut self, values: &[i64]) -> String {
        self.int_tensor(&[values.len()], values)
    }

    fn sizes(&mut self, dims: &[usize]) -> String {
        let dims: Vec<i64> = dims.iter().map(|dim| *dim as i64).collect();
        self.ints(&dims)
    }

    pub fn reshape(&mut self, x: &str, dims: &[usize]) -> String {
        let dims = self.sizes(dims);
        // A dimension of 0 is a dimension of 0, not a copied one.
        self.op("Reshape", &[x, &dims], vec![of_int("allowzero", 1)])
    }

    pub fn expand(&mut self, x: &str, dims: &[usize]) -> String {
        let dims = self.sizes(dims);
        self.two("Expand", x, &dims)
    }

    pub fn zeros(&mut self, dims: &[usize]) -> String {
        let zero = self.scalar(0.0);
        self.expand(&zero, dims)
    }

    pub fn transpose(&mut self, x: &str, order: &[usize]) -> String {
        let order: Vec<i64> = order.iter().map(|axis| *axis as i64).collect();
        self.op("Transpose", &[x], vec![crate::node::of_ints("perm", &order)])
    }

    /// One of the operators `ReduceSum`, `ReduceMean`, `ReduceMax`...
    pub fn reduce(&mut self, kind: &str, x: &str, axes: &[usize], keep: bool) -> String {
        if axes.is_empty() {
            return x.to_owned();
        }
        let axes: Vec<i64> = axes.iter().map(|axis| *axis as i64).collect();
        let axes = self.ints(&axes);
        self.op(kind, &[x, &axes], vec![of_int("keepdims", i64::from(keep))])
    }

    /// Piece `from..to` of one axis.
    pub fn slice(&mut self, x: &str, axis: usize, from: usize, to: usize) -> String {
        let [from, to, axis] = [from, to, axis].map(|value| self.ints(&[value as i64]));
        self.op("Slice", &[x, &from, &to, &axis], vec![])
    }

    pub fn concat(&mut self, parts: &[&str], axis: usize) -> String {
        self.op("Concat", parts, vec![of_int("axis", axis as i64)])
    }

    pub fn cast_float(&mut self, x: &str) -> String {
        self.op("Cast", &[x], vec![of_int("to", 1)])
    }

    /// The gradient of a value that was broadcast from one shape to another: summed over what was repeated.
    pub fn unbroadcast(&mut self, grad: &str, from: &[usize], to: &[usize]) -> String {
        if from == to {
            return grad.to_owned();
        }
        let extra = from.len().saturating_sub(to.len());
        let repeated = |axis: &usize| *axis >= extra && to[axis - extra] == 1 && from[*axis] != 1;
        let inner: Vec<usize> = (0..from.len()).filter(repeated).collect();
        let leading: Vec<usize> = (0..extra).collect();
        if inner.is_empty() {
            return self.reduce("ReduceSum", grad, &leading, false);
        }
        let summed = self.reduce("ReduceSum", grad, &[leading, inner].concat(), true);
        if extra == 0 { summed } else { self.reshape(&summed, to) }
    }

    /// Adds up `updates` (any shape) at the places that `map` names in a flat tensor, which is then given a shape.
    pub fn scatter(&mut self, updates: &str, map: &str, dims: &[usize], collide: bool) -> String {
        let flat = self.reshape_flat(updates);
        let zeros = self.zeros(&[dims.iter().product()]);
        let mut attributes = vec![of_int("axis", 0)];
        if collide {
            attributes.push(crate::node::of_text("reduction", "add"));
        }
        let scattered = self.op("ScatterElements", &[&zeros, map, &flat], attributes);
        self.reshape(&scattered, dims)
    }

    pub fn reshape_flat(&mut self, x: &str) -> String {
        let all = self.ints(&[-1]);
        self.two("Reshape", x, &all)
    }
}

/// The gradients gathered while the nodes are gone through from the last to the first.
#[derive(Debug)]
pub struct Gathered {
    parts: HashMap<String, Vec<String>>,
    /// Values whose gradient is of use.
    pub wanted: HashSet<String>,
}

impl Gathered {
    pub fn new(wanted: HashSet<String>) -> Self {
        Self { parts: HashMap::new(), wanted }
    }

    pub fn give(&mut self, value: &str, grad: String) {
        self.parts.entry(value.to_owned()).or_default().push(grad);
    }

    /// The sum of what was given for a value.
    pub fn take(&mut self, tape: &mut Tape, value: &str) -> Option<String> {
        let parts = self.parts.remove(value)?;
        let mut parts = parts.into_iter();
        let first = parts.next()?;
        Some(parts.fold(first, |sum, part| tape.two("Add", &sum, &part)))
    }
}
