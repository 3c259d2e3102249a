//! Signatures in words, and how two of them differ.

use tidegate_core::signature::{Dim, Port, PortKind, Signature};

use crate::element::element_name;

/// A type in words, e.g. `float32 [N,30]` or `sequence of map string to float32`.
pub fn describe(kind: &PortKind) -> String {
    match kind {
        PortKind::Tensor { element, shape } => {
            format!("{} {}", element_name(*element), describe_shape(shape.as_deref()))
        }
        PortKind::Sequence { item } => format!("sequence of {}", describe(item)),
        PortKind::Map { key, value } => match &**value {
            PortKind::Tensor { element, shape: None } => {
                format!("map {} to {}", element_name(*key), element_name(*element))
            }
            value => format!("map {} to {}", element_name(*key), describe(value)),
        },
        PortKind::Optional { item } => format!("optional {}", describe(item)),
    }
}

/// A shape in words, e.g. `[N,1,8,8]`, `[?]`, `[]` for a scalar, `of unknown rank`.
pub fn describe_shape(shape: Option<&[Dim]>) -> String {
    let Some(dims) = shape else { return "of unknown rank".into() };
    let dims: Vec<String> = dims
        .iter()
        .map(|dim| match dim {
            Dim::Fixed(length) => length.to_string(),
            Dim::Symbol(name) => name.clone(),
            Dim::Unknown => "?".into(),
        })
        .collect();
    format!("[{}]", dims.join(","))
}

/// What callers of `a` have to change to call `b`, a sentence each; empty when nothing.
///
/// The names of symbolic dimensions and the order of inputs and outputs do not matter to callers.
pub fn signature_diff(a: &Signature, b: &Signature) -> Vec<String> {
    let inputs = ports_diff("input", &a.inputs, &b.inputs);
    inputs.chain(ports_diff("output", &a.outputs, &b.outputs)).collect()
}

fn ports_diff<'a>(what: &'a str, a: &'a [Port], b: &'a [Port]) -> impl Iterator<Item = String> + 'a {
    let gone = a.iter().filter_map(move |old| match b.iter().find(|new| new.name == old.name) {
        None => Some(format!("{what} `{}` ({}) is gone", old.name, describe(&old.kind))),
        Some(new) => port_diff(what, old, new),
    });
    let added = b.iter().filter(|new| a.iter().all(|old| old.name != new.name));
    gone.chain(added.map(move |new| format!("{what} `{}` ({}) is new", new.name, describe(&new.kind))))
}

fn port_diff(what: &str, old: &Port, new: &Port) -> Option<String> {
    let name = &old.name;
    if !alike(&old.kind, &new.kind) {
        return Some(format!(
            "{what} `{name}` changed from {} to {}",
            describe(&old.kind),
            describe(&new.kind)
        ));
    }
    match (old.overridable, new.overridable) {
        (true, false) => Some(format!("{what} `{name}` lost its default: it must be given")),
        (false, true) => Some(format!("{what} `{name}` got a default: it may be left out")),
        _ => None,
    }
}

fn alike(a: &PortKind, b: &PortKind) -> bool {
    match (a, b) {
        (PortKind::Tensor { element: a, shape: x }, PortKind::Tensor { element: b, shape: y }) => {
            a == b && shapes_alike(x.as_deref(), y.as_deref())
        }
        (PortKind::Sequence { item: a }, PortKind::Sequence { item: b })
        | (PortKind::Optional { item: a }, PortKind::Optional { item: b }) => alike(a, b),
        (PortKind::Map { key: a, value: x }, PortKind::Map { key: b, value: y }) => a == b && alike(x, y),
        _ => false,
    }
}

fn shapes_alike(a: Option<&[Dim]>, b: Option<&[Dim]>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.fixed() == b.fixed())
}

#[cfg(test)]
mod tests {
    use tidegate_core::ElementType;

    use super::*;

    fn port(name: &str, element: ElementType, dims: Vec<Dim>) -> Port {
        Port { name: name.into(), kind: PortKind::tensor(element, dims), overridable: false }
    }

    fn batch(name: &str) -> Dim {
        Dim::Symbol(name.into())
    }

    #[test]
    fn changes_are_told_in_words() {
        let a = Signature {
            inputs: vec![
                port("age", ElementType::F32, vec![batch("N"), Dim::Fixed(1)]),
                port("sex", ElementType::I64, vec![batch("N"), Dim::Fixed(1)]),
            ],
            outputs: vec![port("y", ElementType::F32, vec![batch("N")])],
        };
        let mut b = a.clone();
        b.inputs[0] = port("age", ElementType::I64, vec![batch("N"), Dim::Fixed(1)]);
        b.inputs[1] = port("income", ElementType::F32, vec![batch("N"), Dim::Fixed(1)]);
        b.outputs[0].kind = PortKind::Tensor { element: ElementType::F32, shape: None };
        assert_eq!(
            signature_diff(&a, &b),
            [
                "input `age` changed from float32 [N,1] to int64 [N,1]",
                "input `sex` (int64 [N,1]) is gone",
                "input `income` (float32 [N,1]) is new",
                "output `y` changed from float32 [N] to float32 of unknown rank",
            ]
        );
    }

    #[test]
    fn names_of_dimensions_and_order_do_not_matter() {
        let (x, y) = (
            port("x", ElementType::F32, vec![batch("N"), Dim::Fixed(4)]),
            port("y", ElementType::String, vec![Dim::Unknown]),
        );
        let a = Signature { inputs: vec![x.clone(), y.clone()], outputs: vec![] };
        let renamed = port("x", ElementType::F32, vec![Dim::Unknown, Dim::Fixed(4)]);
        assert!(
            signature_diff(&a, &Signature { inputs: vec![y.clone(), renamed], outputs: vec![] }).is_empty()
        );
        let mut given = a.clone();
        given.inputs[0].overridable = true;
        assert_eq!(signature_diff(&a, &given), ["input `x` got a default: it may be left out"]);
    }
}
