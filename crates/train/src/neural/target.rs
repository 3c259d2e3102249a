//! What the network is to answer: the loss, and each row's target and weight.

use tidegate_core::{
    Error, Result,
    run::{Network, Plan},
    schema::{Schema, Task as Kind},
};
use tidegate_onnx::training::{Ending, Loss};

use super::{Net, program::Program};
use crate::dataset::Dataset;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Task {
    /// Numbers a row.
    pub columns: usize,
    /// Row after row.
    pub targets: Vec<f32>,
    pub weights: Vec<f64>,
    pub loss: Loss,
}

/// The loss that fits how the network ends and what it is for.
pub(super) fn loss(net: &Net, schema: &Schema, columns: usize, network: &Network) -> Result<Loss> {
    let classes = schema.task == Kind::Classification;
    match net.ending {
        Ending::Softmax if columns < 2 => Err(Error::unsupported("a softmax over a single score")),
        Ending::Softmax => Ok(Loss::CrossEntropy),
        Ending::Sigmoid => Ok(Loss::Binary),
        Ending::Open if classes && schema.answer.scores.is_some() && !schema.answer.logits => {
            Err(Error::unsupported("its scores are probabilities that no known activation makes")
                .hint("set `answer.logits` in its schema if they are logits"))
        }
        Ending::Open if classes && columns == 1 => Ok(Loss::Binary),
        Ending::Open if classes => Ok(Loss::CrossEntropy),
        Ending::Open => Ok(match network.huber {
            Some(delta) => Loss::Huber { delta: delta as f32 },
            None => Loss::Squared,
        }),
    }
}

pub(super) fn task(
    net: &Net,
    program: &Program,
    schema: &Schema,
    data: &Dataset,
    plan: &Plan,
) -> Result<Task> {
    let (columns, loss) = (program.columns, program.loss);
    let regression = matches!(loss, Loss::Squared | Loss::Huber { .. });
    let mut weights = data.weight.clone();
    let targets = if regression {
        if columns != 1 {
            return Err(Error::unsupported(format!(
                "the model predicts {columns} numbers a row, labels hold one"
            )));
        }
        data.numbers()?.into_iter().map(|number| number as f32).collect()
    } else {
        let classes = columns.max(2);
        if schema.labels.len() != classes {
            return Err(Error::invalid(format!(
                "the model has {classes} classes, its schema names {}",
                schema.labels.len()
            ))
            .hint("set `labels` in its schema"));
        }
        let truth = data.class_indices(&schema.labels, &[])?;
        if plan.network.balanced {
            balance(&mut weights, &truth, classes);
        }
        one_hot(&truth, columns, plan.network.smoothing)
    };
    debug_assert!(!net.parameters.is_empty());
    Ok(Task { columns, targets, weights, loss })
}

/// Every class weighs the same, and all rows together as before.
fn balance(weights: &mut [f64], truth: &[f64], classes: usize) {
    let mut sums = vec![0.0; classes];
    weights.iter().zip(truth).for_each(|(weight, class)| sums[*class as usize] += weight);
    let total: f64 = sums.iter().sum();
    let there = sums.iter().filter(|sum| **sum > 0.0).count().max(1) as f64;
    for (weight, class) in weights.iter_mut().zip(truth) {
        *weight *= total / there / sums[*class as usize];
    }
}

/// 1 for the true class, a share of which is spread evenly over all; one column alone stands for the second class.
fn one_hot(truth: &[f64], columns: usize, smoothing: f64) -> Vec<f32> {
    let even = smoothing / columns.max(2) as f64;
    let target = |is_it: bool| (if is_it { 1.0 - smoothing + even } else { even }) as f32;
    truth
        .iter()
        .flat_map(|class| {
            let class = *class as usize;
            (0..columns).map(move |column| target(if columns == 1 { class == 1 } else { class == column }))
        })
        .collect()
}

impl Task {
    /// Mixes what the champion answers into the targets.
    pub fn distil(&mut self, scores: &[f32], rows: &[usize], share: f64) {
        for (at, row) in rows.iter().enumerate() {
            let answered = self.answers(&scores[at * self.columns..][..self.columns]);
            let target = &mut self.targets[row * self.columns..][..self.columns];
            for (target, answer) in target.iter_mut().zip(answered) {
                *target = ((1.0 - share) * f64::from(*target) + share * answer) as f32;
            }
        }
    }

    /// What scores mean: probabilities, or the numbers themselves.
    fn answers(&self, scores: &[f32]) -> Vec<f64> {
        let wide = || scores.iter().map(|score| f64::from(*score));
        match self.loss {
            Loss::CrossEntropy => {
                let most = wide().fold(f64::MIN, f64::max);
                let sum: f64 = wide().map(|score| (score - most).exp()).sum();
                wide().map(|score| (score - most).exp() / sum).collect()
            }
            Loss::Binary => wide().map(|score| 1.0 / (1.0 + (-score).exp())).collect(),
            Loss::Squared | Loss::Huber { .. } => wide().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_smoothed_and_a_single_column_is_the_second_class() {
        assert_eq!(one_hot(&[0.0, 1.0], 2, 0.0), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(one_hot(&[0.0, 1.0], 1, 0.0), [0.0, 1.0]);
        let smooth = one_hot(&[2.0], 4, 0.2);
        assert!((smooth[2] - 0.85).abs() < 1e-6 && (smooth[0] - 0.05).abs() < 1e-6, "{smooth:?}");
    }

    #[test]
    fn balanced_classes_weigh_the_same() {
        let mut weights = vec![1.0; 4];
        balance(&mut weights, &[0.0, 0.0, 0.0, 2.0], 3);
        assert!((weights[0] * 3.0 - weights[3]).abs() < 1e-12);
        assert!((weights.iter().sum::<f64>() - 4.0).abs() < 1e-12);
    }

    #[test]
    fn distilling_mixes_what_the_champion_answers() {
        let mut task =
            Task { columns: 2, targets: vec![0.0, 1.0], weights: vec![1.0], loss: Loss::CrossEntropy };
        task.distil(&[3.0, 3.0], &[0], 0.5);
        assert_eq!(task.targets, [0.25, 0.75]);
    }
}
