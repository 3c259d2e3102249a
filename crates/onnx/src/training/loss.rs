//! Losses, row by row, and their gradients by the model's last value.

use super::tape::Tape;

/// What is made small. Targets are numbers: probabilities of classes, or what is to be predicted, so that
/// smoothing and distillation need nothing more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// -sum(t log softmax(z)), nats.
    CrossEntropy,
    /// mean(log(1 + exp(z)) - t z) over the columns, nats.
    Binary,
    /// mean((z - t)^2) over the columns.
    Squared,
    /// Half the square within `delta`, linear outside; mean over the columns (Huber 1964).
    Huber { delta: f32 },
}

impl Loss {
    /// The loss of each row [B] of values [B, K] and targets [B, K].
    pub(super) fn rows(self, tape: &mut Tape, z: &str, target: &str) -> String {
        match self {
            Self::CrossEntropy => {
                let log = tape.op("LogSoftmax", &[z], vec![crate::node::of_int("axis", 1)]);
                let product = tape.mul(target, &log);
                let sum = tape.reduce("ReduceSum", &product, &[1], false);
                tape.one("Neg", &sum)
            }
            // log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), which does not overflow.
            Self::Binary => {
                let size = tape.one("Abs", z);
                let negative = tape.one("Neg", &size);
                let small = tape.one("Exp", &negative);
                let more = tape.plus(&small, 1.0);
                let log = tape.one("Log", &more);
                let positive = tape.one("Relu", z);
                let soft = tape.two("Add", &positive, &log);
                let product = tape.mul(target, z);
                let each = tape.two("Sub", &soft, &product);
                tape.reduce("ReduceMean", &each, &[1], false)
            }
            Self::Squared => {
                let error = tape.two("Sub", z, target);
                let square = tape.mul(&error, &error);
                tape.reduce("ReduceMean", &square, &[1], false)
            }
            // With c = clip(e, -delta, delta): c (e - c / 2).
            Self::Huber { delta } => {
                let error = tape.two("Sub", z, target);
                let [low, high] = [-delta, delta].map(|bound| tape.scalar(bound));
                let clipped = tape.op("Clip", &[&error, &low, &high], vec![]);
                let half = tape.times(&clipped, 0.5);
                let rest = tape.two("Sub", &error, &half);
                let each = tape.mul(&clipped, &rest);
                tape.reduce("ReduceMean", &each, &[1], false)
            }
        }
    }

    /// The gradient [B, K] of the sum of each row's loss times its weight; `weight` is [B, 1].
    pub(super) fn gradient(
        self,
        tape: &mut Tape,
        z: &str,
        target: &str,
        weight: &str,
        columns: usize,
    ) -> String {
        let slope = match self {
            Self::CrossEntropy => {
                let probability = tape.op("Softmax", &[z], vec![crate::node::of_int("axis", 1)]);
                let mass = tape.reduce("ReduceSum", target, &[1], true);
                let expected = tape.mul(&probability, &mass);
                tape.two("Sub", &expected, target)
            }
            Self::Binary => {
                let probability = tape.one("Sigmoid", z);
                tape.two("Sub", &probability, target)
            }
            Self::Squared => {
                let error = tape.two("Sub", z, target);
                tape.times(&error, 2.0)
            }
            Self::Huber { delta } => {
                let error = tape.two("Sub", z, target);
                let [low, high] = [-delta, delta].map(|bound| tape.scalar(bound));
                tape.op("Clip", &[&error, &low, &high], vec![])
            }
        };
        let weighted = tape.mul(&slope, weight);
        match self {
            Self::CrossEntropy => weighted,
            _ => tape.times(&weighted, 1.0 / columns.max(1) as f32),
        }
    }
}
