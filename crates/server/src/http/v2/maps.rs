//! Maps of class scores (scikit-learn's ZipMap) as a tensor, which is all that the protocol has.
//!
//! A sequence of `n` maps with the same `k` keys is a tensor `[n, k]`; its columns are the keys in ascending
//! order (numbers by value, texts by code point), which is also the order of scikit-learn's classes. The keys
//! stand in the output's `parameters.keys`. Any other sequence, map or absent value is refused.

use tidegate_core::{
    Error, Result,
    tensor::{Data, Keys, Map, Tensor, Value},
};

/// A tensor and, where it was made from maps, the names of its columns.
#[derive(Debug, PartialEq)]
pub(super) struct Presented {
    pub tensor: Tensor,
    pub keys: Option<Vec<String>>,
}

pub(super) fn present(output: &str, value: Value) -> Result<Presented> {
    match value {
        Value::Tensor(tensor) => Ok(Presented { tensor, keys: None }),
        Value::Sequence(items) => {
            let maps: Option<Vec<&Map>> = items.iter().map(as_map).collect();
            maps.and_then(|maps| table(&maps)).ok_or_else(|| no_form(output, "a sequence"))
        }
        Value::Map(_) => Err(no_form(output, "a map")),
        Value::None => Err(no_form(output, "an absent value")),
    }
}

fn no_form(output: &str, what: &str) -> Error {
    Error::unsupported(format!("output `{output}` is {what}, which this protocol has no form for"))
        .hint("name the outputs you need in `outputs`, without this one")
}

fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

/// `None` unless every map has the same keys and the same type of numbers.
fn table(maps: &[&Map]) -> Option<Presented> {
    let first = maps.first()?;
    let element = first.values.element;
    let width = element.bytes_for(1)?;
    let (names, _) = columns(first);
    let mut bytes = Vec::with_capacity(maps.len() * names.len() * width);
    for map in maps {
        let (own, order) = columns(map);
        let Data::Bytes(values) = &map.values.data else { return None };
        if own != names || map.values.element != element {
            return None;
        }
        for index in order {
            bytes.extend_from_slice(values.get(index * width..(index + 1) * width)?);
        }
    }
    let tensor = Tensor::from_bytes(element, vec![maps.len(), names.len()], bytes).ok()?;
    Some(Presented { tensor, keys: Some(names) })
}

/// The keys in their order, and where each one's value lies.
fn columns(map: &Map) -> (Vec<String>, Vec<usize>) {
    let names = map.keys.to_strings();
    let mut order: Vec<usize> = (0..names.len()).collect();
    match &map.keys {
        Keys::Ints(keys) => order.sort_by_key(|index| keys[*index]),
        Keys::Strings(keys) => order.sort_by_key(|index| &keys[*index]),
    }
    (order.iter().map(|index| names[*index].clone()).collect(), order)
}

/// Class labels in the order of the columns: by value where the keys are numbers.
pub(super) fn in_order(mut labels: Vec<String>, numbers: bool) -> Vec<String> {
    if numbers {
        labels.sort_by_key(|label| label.parse().unwrap_or(i64::MAX));
    } else {
        labels.sort();
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(keys: Keys, values: &[f32]) -> Value {
        Value::Map(Map { keys, values: Tensor::from_f32(vec![values.len()], values).unwrap() })
    }

    #[test]
    fn maps_are_rows_with_their_keys_in_order() {
        let rows = Value::Sequence(vec![
            map(Keys::Ints(vec![10, 9]), &[0.25, 0.75]),
            map(Keys::Ints(vec![9, 10]), &[0.5, 0.125]),
        ]);
        let presented = present("p", rows).unwrap();
        assert_eq!(presented.keys.unwrap(), ["9", "10"]);
        assert_eq!(presented.tensor.shape, [2, 2]);
        assert_eq!(presented.tensor.to_f64().unwrap(), [0.75, 0.25, 0.5, 0.125]);
        assert_eq!(in_order(vec!["10".into(), "9".into()], true), ["9", "10"]);
        assert_eq!(in_order(vec!["b".into(), "a".into()], false), ["a", "b"]);
    }

    #[test]
    fn what_has_no_form_is_refused_by_name() {
        let names = |names: &[&str]| Keys::Strings(names.iter().map(|name| (*name).into()).collect());
        let unequal = Value::Sequence(vec![map(names(&["a"]), &[1.0]), map(names(&["b"]), &[1.0])]);
        let tensors = Value::Sequence(vec![Value::Tensor(Tensor::from_f32(vec![1], &[1.0]).unwrap())]);
        for value in [unequal, tensors, map(names(&["a"]), &[1.0]), Value::None] {
            let error = present("scores", value).unwrap_err();
            assert_eq!(error.code, tidegate_core::Code::Unsupported);
            assert!(error.message.contains("`scores`"), "{error}");
        }
    }
}
