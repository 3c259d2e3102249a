//! What the answers of a model hang on: how far two answers are apart, how wrong one is, and whether the inputs
//! that matter are still those that mattered.
//!
//! Owns these measures and the shuffling of rows. Must not know how a model is asked.

use tidegate_core::schema::{Answered, Schema, Task, Truth};

use crate::{accuracy::predicted, evaluate::log_loss, random::SplitMix};

/// Ranks of inputs have changed below this, as in SageMaker Clarify.
pub const NDCG_LIMIT: f64 = 0.9;

/// How far two answers of one model are apart: half the summed difference of their probabilities (total variation),
/// else 1 for another class, else the difference of the values. `None` where they have nothing in common.
pub fn distance(a: &Answered, b: &Answered) -> Option<f64> {
    if let (Some(a), Some(b)) = (&a.probabilities, &b.probabilities) {
        return finite(a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0);
    }
    if let (Some(a), Some(b)) = (&a.label, &b.label) {
        return Some(f64::from(u8::from(a != b)));
    }
    finite((a.value? - b.value?).abs())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Mean distance of answers, row by row; `None` where no two can be compared.
pub fn mean_distance(a: &[Answered], b: &[Answered]) -> Option<f64> {
    mean(a.iter().zip(b).filter_map(|(a, b)| distance(a, b)))
}

/// Share of rows with another class; `None` without classes.
pub fn flipped(a: &[Answered], b: &[Answered]) -> Option<f64> {
    let pairs = a.iter().zip(b).filter_map(|(a, b)| a.label.as_ref().zip(b.label.as_ref()));
    mean(pairs.map(|(a, b)| f64::from(u8::from(a != b))))
}

/// Mean distance of the answers of two different rows.
pub fn spread(answers: &[Answered], seed: u64) -> Option<f64> {
    let order = permutation(answers.len(), seed);
    let next = order.iter().skip(1).chain(order.first());
    let pairs = order.iter().zip(next).filter(|(a, b)| a != b);
    mean(pairs.filter_map(|(a, b)| distance(&answers[*a], &answers[*b])))
}

/// How wrong an answer was: log loss with probabilities, 1 for a wrong class, or the absolute error.
pub fn loss(schema: &Schema, truth: &Truth, answer: &Answered) -> Option<f64> {
    if schema.task == Task::Classification
        && let Some(probabilities) = &answer.probabilities
        && let Some(class) = schema.labels.iter().position(|label| *label == truth.class())
    {
        return Some(log_loss(*probabilities.get(class)?));
    }
    match schema.task {
        Task::Classification => {
            Some(f64::from(u8::from(predicted(answer, &schema.labels)? != truth.class())))
        }
        Task::Regression => finite((answer.value? - truth.number()?).abs()),
        Task::Other => None,
    }
}

/// Mean loss over the rows that have a truth.
pub fn mean_loss(schema: &Schema, truths: &[Option<Truth>], answers: &[Answered]) -> Option<f64> {
    let known = truths.iter().zip(answers).filter_map(|(truth, answer)| Some((truth.as_ref()?, answer)));
    mean(known.filter_map(|(truth, answer)| loss(schema, truth, answer)))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u64), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

/// The numbers from 0 to n - 1 in an order that follows from the seed (Fisher and Yates).
pub fn permutation(n: usize, seed: u64) -> Vec<usize> {
    let (mut order, mut random) = ((0..n).collect::<Vec<_>>(), SplitMix(seed));
    for last in (1..n).rev() {
        order.swap(last, random.below(last + 1));
    }
    order
}

/// Places from 1 by value, the largest first; equal ones in their order.
pub fn ranks(values: &[f64]) -> Vec<u32> {
    let mut ranks = vec![0; values.len()];
    for (place, index) in (1..).zip(by_value(values)) {
        ranks[index] = place;
    }
    ranks
}

fn by_value(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    order
}

/// Normalised discounted cumulative gain: sum of the reference's importance over log2(place + 1) in the order of
/// the present importance, over the same in its own order. 1 for the same order, less the more an important
/// input fell; `None` where nothing was important.
pub fn ndcg(reference: &[f64], now: &[f64]) -> Option<f64> {
    let gain = |order: Vec<usize>| -> f64 {
        (2_u32..).zip(order).map(|(place, index)| reference[index] / f64::from(place).log2()).sum()
    };
    if reference.len() != now.len() || reference.iter().chain(now).any(|value| !value.is_finite()) {
        return None;
    }
    let ideal = gain(by_value(reference));
    (ideal > 0.0).then(|| gain(by_value(now)) / ideal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scored(p: f64) -> Answered {
        let label = if p > 0.5 { "yes" } else { "no" };
        Answered { label: Some(label.into()), probabilities: Some(vec![1.0 - p, p]), value: None }
    }
    fn valued(value: f64) -> Answered {
        Answered { label: None, probabilities: None, value: Some(value) }
    }

    #[test]
    fn answers_are_apart_by_what_they_have_in_common() {
        assert!((distance(&scored(0.2), &scored(0.9)).unwrap() - 0.7).abs() < 1e-12);
        assert_eq!(distance(&valued(2.0), &valued(-1.0)), Some(3.0));
        assert_eq!(distance(&scored(0.2), &valued(1.0)), None);
        assert_eq!(distance(&valued(f64::NAN), &valued(1.0)), None);
        let named = |label: &str| Answered { label: Some(label.into()), probabilities: None, value: None };
        assert_eq!(distance(&named("a"), &named("b")), Some(1.0));
        assert_eq!(flipped(&[scored(0.4), scored(0.6)], &[scored(0.1), scored(0.2)]), Some(0.5));
    }

    #[test]
    fn the_spread_is_that_of_the_answers() {
        let answers: Vec<_> = (0..2_000).map(|i| valued(f64::from(i % 2) * 10.0)).collect();
        assert!((spread(&answers, 1).unwrap() - 5.0).abs() < 0.5);
        assert_eq!(spread(&answers[..1], 1), None);
    }

    #[test]
    fn loss_follows_the_task() {
        let classes = Schema {
            task: Task::Classification,
            labels: vec!["no".into(), "yes".into()],
            ..Schema::default()
        };
        let yes = Truth::Class("yes".into());
        assert!((loss(&classes, &yes, &scored(0.5)).unwrap() - 2.0_f64.ln()).abs() < 1e-12);
        let numbers = Schema { task: Task::Regression, ..Schema::default() };
        let truths = [Some(Truth::Number(1.0)), None];
        assert_eq!(mean_loss(&numbers, &truths, &[valued(4.0), valued(9.0)]), Some(3.0));
        assert_eq!(mean_loss(&numbers, &[None], &[valued(4.0)]), None);
    }

    /// Worked by hand: gains 3, 2, 1 in the order 1, 2, 0.
    #[test]
    fn ndcg_is_the_discounted_gain_over_the_best() {
        let ideal = 3.0 + 2.0 / 3.0_f64.log2() + 0.5;
        let found = 2.0 + 1.0 / 3.0_f64.log2() + 1.5;
        let close = ndcg(&[3.0, 2.0, 1.0], &[0.0, 9.0, 5.0]).unwrap() - found / ideal;
        assert!(close.abs() < 1e-12);
        assert_eq!(ndcg(&[0.0, 0.0], &[1.0, 2.0]), None);
        assert_eq!(ndcg(&[1.0], &[1.0, 2.0]), None);
    }

    proptest! {
        #[test]
        fn the_same_order_is_best(
            reference in prop::collection::vec(0.01_f64..10.0, 1..20),
            now in prop::collection::vec(0.0_f64..10.0, 20),
        ) {
            let now = &now[..reference.len()];
            let doubled: Vec<f64> = reference.iter().map(|value| value * 2.0).collect();
            prop_assert!((ndcg(&reference, &doubled).unwrap() - 1.0).abs() < 1e-12);
            let other = ndcg(&reference, now).unwrap();
            prop_assert!(0.0 < other && other <= 1.0 + 1e-12, "{}", other);
        }

        #[test]
        fn a_permutation_has_every_number_once(n in 0_usize..200, seed in any::<u64>()) {
            let mut sorted = permutation(n, seed);
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..n).collect::<Vec<_>>());
        }
    }
}
