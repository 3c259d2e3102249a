//! The gradient of each operator: one function a family, which gives the inputs their gradients by the output's.
//!
//! Formulas are the derivatives of the operators' definitions in the ONNX specification; every one is compared
//! with finite differences in the tests of the crate that trains. Must not know graphs, only the node at hand.

mod activation;
mod convolution;
mod einsum;
mod elementwise;
mod gather;
mod matrix;
mod norm;
mod pool;
mod reduce;
mod resize;
mod select;
mod shape;
mod softmax;

use super::{
    facts::Facts,
    tape::{Gathered, Tape},
};
use crate::{
    node::{input, is_standard, operator},
    proto::NodeProto,
};

pub(super) type Rule = fn(&mut Step<'_>) -> Result<(), String>;

/// One node on the way back.
pub(super) struct Step<'a> {
    pub node: &'a NodeProto,
    pub facts: &'a Facts,
    pub tape: &'a mut Tape,
    pub gathered: &'a mut Gathered,
    /// Gradients of the outputs that have one.
    pub grads: Vec<Option<String>>,
    /// Outputs of this node that a rule needs and that the model leaves out: which one, and its new name.
    pub more: Vec<(usize, String)>,
}

impl<'a> Step<'a> {
    pub fn x(&self, index: usize) -> &'a str {
        input(self.node, index).unwrap_or_default()
    }

    pub fn y(&self) -> &'a str {
        self.node.output.first().map_or("", String::as_str)
    }

    pub fn shape(&self, index: usize) -> &'a [usize] {
        self.facts.shape(self.x(index))
    }

    pub fn rank(&self, index: usize) -> usize {
        self.shape(index).len()
    }

    pub fn out(&self) -> &'a [usize] {
        self.facts.shape(self.y())
    }

    /// The gradient of the first output, which most operators have only.
    pub fn grad(&self) -> Result<String, String> {
        self.grads.first().cloned().flatten().ok_or_else(|| "only its further outputs are used".to_owned())
    }

    pub fn wants(&self, index: usize) -> bool {
        input(self.node, index).is_some_and(|name| self.gathered.wanted.contains(name))
    }

    pub fn give(&mut self, index: usize, grad: String) {
        let name = self.x(index);
        self.gathered.give(name, grad);
    }

    /// Gives an input a gradient of the output's shape, which broadcasting may have made larger than the input's.
    pub fn give_broadcast(&mut self, index: usize, grad: &str) {
        let grad = self.tape.unbroadcast(grad, self.out(), self.shape(index));
        self.give(index, grad);
    }

    /// The small integers of an input, as a constant or as the execution found them.
    pub fn ints(&self, index: usize) -> Option<&'a [i64]> {
        self.facts.ints(self.x(index))
    }

    /// An axis counted from the front.
    pub fn axis(&self, axis: i64, rank: usize) -> usize {
        let axis = if axis < 0 { axis + rank as i64 } else { axis };
        axis.clamp(0, rank as i64) as usize
    }

    /// The name of an output of this node, made one if the model leaves it out.
    pub fn output(&mut self, index: usize) -> String {
        if let Some(name) = self.node.output.get(index).filter(|name| !name.is_empty()) {
            return name.clone();
        }
        let name = self.tape.name();
        self.more.push((index, name.clone()));
        name
    }
}

/// The rule of an operator, if it has one.
pub(super) fn rule(node: &NodeProto) -> Option<Rule> {
    if !is_standard(node) {
        return None;
    }
    Some(match operator(node) {
        "Neg" | "Relu" | "LeakyRelu" | "Elu" | "Selu" | "Celu" | "Sigmoid" | "HardSigmoid" | "HardSwish"
        | "Tanh" | "Erf" | "Exp" | "Log" | "Sqrt" | "Reciprocal" | "Abs" | "Softplus" | "Softsign"
        | "Sin" | "Cos" => activation::rule,
        "Identity" | "Cast" | "Dropout" => activation::pass,
        "Add" | "Sub" | "Mul" | "Div" => elementwise::arithmetic,
        "Sum" | "Mean" => elementwise::sum,
        "Pow" => elementwise::pow,
        "PRelu" => elementwise::prelu,
        "Max" | "Min" => select::extreme,
        "Where" => select::choice,
        "Clip" => select::clip,
        "MatMul" => matrix::matmul,
        "Gemm" => matrix::gemm,
        "Einsum" => einsum::rule,
        "Softmax" => softmax::softmax,
        "LogSoftmax" => softmax::log_softmax,
        "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceSumSquare" | "ReduceL1"
        | "ReduceL2" | "ReduceLogSumExp" => reduce::rule,
        "GlobalAveragePool" => reduce::global_average,
        "GlobalMaxPool" => reduce::global_max,
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => shape::reshape,
        "Transpose" => shape::transpose,
        "Concat" => shape::concat,
        "Split" => shape::split,
        "Expand" => shape::expand,
        "Tile" => shape::tile,
        "Trilu" => shape::trilu,
        "Slice" => gather::slice,
        "Pad" => gather::pad,
        "Gather" => gather::gather,
        "Conv" => convolution::conv,
        "ConvTranspose" => convolution::transposed,
        "MaxPool" => pool::max,
        "AveragePool" => pool::average,
        "BatchNormalization" => norm::batch,
        "LayerNormalization" => norm::layer,
        "Resize" => resize::rule,
        _ => return None,
    })
}

/// Operators through which nothing flows back by definition: their results do not change with small changes of
/// what they are given.
pub(super) fn stops(node: &NodeProto) -> bool {
    is_standard(node)
        && matches!(
            operator(node),
            "Shape"
                | "Size"
                | "Equal"
                | "Greater"
                | "GreaterOrEqual"
                | "Less"
                | "LessOrEqual"
                | "Not"
                | "And"
                | "Or"
                | "IsNaN"
                | "IsInf"
        )
}
