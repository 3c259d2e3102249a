//! Normalisations taken apart: by batch while training, by instance, by group.

use super::{BatchStatistics, Facts, apart::call, tape::Tape};
use crate::{
    node::{float, int},
    proto::NodeProto,
};

/// (x - mean) / sqrt(variance + epsilon) over some axes; also mean and variance, with those axes kept as 1.
fn normal(tape: &mut Tape, x: &str, axes: &[usize], epsilon: f32) -> (String, String, String) {
    let mean = tape.reduce("ReduceMean", x, axes, true);
    let distance = tape.two("Sub", x, &mean);
    let square = tape.mul(&distance, &distance);
    let variance = tape.reduce("ReduceMean", &square, axes, true);
    let wide = tape.plus(&variance, epsilon);
    let deviation = tape.one("Sqrt", &wide);
    let inverse = tape.one("Reciprocal", &deviation);
    (tape.mul(&distance, &inverse), mean, variance)
}

fn epsilon(node: &NodeProto) -> f32 {
    float(node, "epsilon").unwrap_or(1e-5)
}

/// A factor and a summand for each channel, the second axis.
fn affine(tape: &mut Tape, x: &str, node: &NodeProto, channels: usize, rank: usize) -> String {
    let column: Vec<usize> = std::iter::once(channels).chain((2..rank).map(|_| 1)).collect();
    let [scale, shift] = [1, 2].map(|index| tape.reshape(&node.input[index], &column));
    let scaled = tape.mul(x, &scale);
    tape.two("Add", &scaled, &shift)
}

/// Ioffe and Szegedy 2015: by the mean and variance of the batch.
pub(super) fn batch(tape: &mut Tape, node: &NodeProto, facts: &Facts) -> BatchStatistics {
    let x = node.input[0].as_str();
    let dims = facts.shape(x);
    let channels = dims.get(1).copied().unwrap_or(1);
    let others: Vec<usize> = (0..dims.len()).filter(|axis| *axis != 1).collect();
    let (value, mean, variance) = normal(tape, x, &others, epsilon(node));
    let value = affine(tape, &value, node, channels, dims.len());
    call(tape, &value, &node.output[0]);
    let [batch_mean, batch_variance] = [mean, variance].map(|kept| tape.reshape(&kept, &[channels]));
    BatchStatistics {
        mean: node.input[3].clone(),
        variance: node.input[4].clone(),
        batch_mean,
        batch_variance,
        count: others.iter().map(|axis| dims[*axis]).product(),
        momentum: float(node, "momentum").unwrap_or(0.9),
    }
}

pub(super) fn instance(tape: &mut Tape, node: &NodeProto, facts: &Facts) {
    let x = node.input[0].as_str();
    let dims = facts.shape(x);
    let own: Vec<usize> = (2..dims.len()).collect();
    let (value, ..) = normal(tape, x, &own, epsilon(node));
    let value = affine(tape, &value, node, dims.get(1).copied().unwrap_or(1), dims.len());
    call(tape, &value, &node.output[0]);
}

/// Wu and He 2018. Opset 18 scales by group, opset 21 by channel.
pub(super) fn group(tape: &mut Tape, node: &NodeProto, facts: &Facts) {
    let x = node.input[0].as_str();
    let dims = facts.shape(x);
    let (batch, channels) = (dims[0], dims[1]);
    let groups = int(node, "num_groups").unwrap_or(1).max(1) as usize;
    let inner: usize = dims.iter().skip(2).product();
    let apart = tape.reshape(x, &[batch, groups, channels / groups * inner]);
    let (value, ..) = normal(tape, &apart, &[2], epsilon(node));
    let value = if facts.shape(&node.input[1]) == [groups] && groups != channels {
        let value = affine(tape, &value, node, groups, 3);
        tape.reshape(&value, dims)
    } else {
        let value = tape.reshape(&value, dims);
        affine(tape, &value, node, channels, dims.len())
    };
    call(tape, &value, &node.output[0]);
}
