//! Following an output back to what made it: probabilities, or logits that still need a softmax.

use std::collections::HashMap;

use super::outline::Producer;

/// Longer chains of reshaping do not occur.
const MOST_STEPS: usize = 32;

/// Whether the scores in `output` come out of a softmax, a sigmoid, a normalisation or a classifier.
pub(super) fn is_probability(producers: &HashMap<String, Producer>, output: &str) -> bool {
    let mut value = output;
    for _ in 0..MOST_STEPS {
        let Some(producer) = producers.get(value) else { return false };
        match producer.operator.as_str() {
            // A classifier gives the labels first.
            operator if operator.ends_with("Classifier") => {
                return producer.output == 1 && is_transformed(producer);
            }
            "Softmax" | "Sigmoid" | "ZipMap" | "Normalizer" | "Exp" => return true,
            "Div" => return is_normalised(producers, producer),
            "Identity" | "Cast" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten" | "Transpose" | "Slice"
            | "Clip" => {
                let Some(first) = producer.inputs.first() else { return false };
                value = first;
            }
            // Binary classifiers put 1 - p and p side by side.
            "Concat" => {
                let Some(last) = producer.inputs.last() else { return false };
                value = last;
            }
            _ => return false,
        }
    }
    false
}

/// The leaves of trees hold shares already; a linear score needs its link function.
fn is_transformed(classifier: &Producer) -> bool {
    classifier.operator != "LinearClassifier" || !matches!(classifier.post_transform.as_str(), "" | "NONE")
}

/// A division by a sum makes shares of a whole.
fn is_normalised(producers: &HashMap<String, Producer>, division: &Producer) -> bool {
    let divisor = division.inputs.get(1).and_then(|divisor| producers.get(divisor));
    divisor.is_some_and(|divisor| matches!(divisor.operator.as_str(), "ReduceSum" | "ReduceL1"))
}
