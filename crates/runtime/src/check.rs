//! Inputs against the signature: everything that ONNX Runtime does not check by itself, or reports badly.
//! Must not know workers.

use tidegate_core::{
    ElementType, Error, Result, Tensor, Value,
    signature::{Dim, Port, PortKind, Signature},
    tensor::{Data, Keys, Map, Named, element_count},
};

/// Names, element types, ranks, fixed dimensions and element counts. Inputs with a default, and optional ones,
/// may be left out.
///
/// # Errors
/// `Invalid`, with the name of the input and what is expected.
pub fn check(signature: &Signature, inputs: &[Named]) -> Result<()> {
    for (position, input) in inputs.iter().enumerate() {
        if inputs[..position].iter().any(|earlier| earlier.name == input.name) {
            return Err(Error::invalid(format!("input `{}` is given twice", input.name)));
        }
        let port = signature.input(&input.name).ok_or_else(|| unknown(&input.name, &signature.inputs))?;
        value(&input.value, &port.kind).map_err(|fault| {
            Error::invalid(format!("input `{}` {fault}", input.name))
                .hint(format!("the model expects {}", describe(&port.kind)))
        })?;
    }
    let given = |port: &Port| inputs.iter().any(|input| input.name == port.name);
    let needed = |port: &&Port| !port.overridable && !matches!(port.kind, PortKind::Optional { .. });
    match signature.inputs.iter().filter(needed).find(|port| !given(port)) {
        Some(port) => Err(Error::invalid(format!("input `{}` is missing", port.name))
            .hint(format!("the model expects {}", describe(&port.kind)))),
        None => Ok(()),
    }
}

/// The names asked for are names of outputs.
pub fn outputs(signature: &Signature, wanted: &[String]) -> Result<()> {
    match wanted.iter().find(|name| signature.output(name).is_none()) {
        Some(name) => Err(Error::invalid(format!("the model has no output `{}`", name.escape_debug()))
            .hint(format!("its outputs are {}", names(&signature.outputs)))),
        None => Ok(()),
    }
}

fn unknown(name: &str, ports: &[Port]) -> Error {
    Error::invalid(format!("the model has no input `{}`", name.escape_debug()))
        .hint(format!("its inputs are {}", names(ports)))
}

fn names(ports: &[Port]) -> String {
    ports.iter().map(|port| format!("`{}`", port.name)).collect::<Vec<_>>().join(", ")
}

/// What is wrong, completing the sentence "input `x` ...".
fn value(value: &Value, kind: &PortKind) -> Result<(), String> {
    match (value, kind) {
        (Value::None, PortKind::Optional { .. }) => Ok(()),
        (_, PortKind::Optional { item }) => self::value(value, item),
        (Value::Tensor(tensor), PortKind::Tensor { element, shape }) => {
            self::tensor(tensor, *element, shape.as_deref())
        }
        (Value::Sequence(items), PortKind::Sequence { item }) => {
            items.iter().enumerate().try_for_each(|(position, value)| {
                self::value(value, item).map_err(|fault| format!("has an item {position} that {fault}"))
            })
        }
        (Value::Map(given), PortKind::Map { key, value }) => map(given, *key, value),
        (given, _) => Err(format!("is {}", article(given))),
    }
}

fn tensor(tensor: &Tensor, element: ElementType, shape: Option<&[Dim]>) -> Result<(), String> {
    filled(tensor)?;
    if tensor.element != element {
        return Err(format!("has elements of type {}", name(tensor.element)));
    }
    let fits = shape.is_none_or(|dims| {
        dims.len() == tensor.shape.len()
            && dims
                .iter()
                .zip(&tensor.shape)
                .all(|(dim, length)| dim.fixed().is_none_or(|fixed| fixed == *length))
    });
    if fits { Ok(()) } else { Err(format!("has the shape {:?}", tensor.shape)) }
}

/// As many elements as the shape says, none of them a string that C would cut short.
fn filled(tensor: &Tensor) -> Result<(), String> {
    let count =
        element_count(&tensor.shape).ok_or_else(|| format!("has the impossible shape {:?}", tensor.shape))?;
    let filled = match &tensor.data {
        Data::Bytes(bytes) => tensor.element.bytes_for(count) == Some(bytes.len()),
        Data::Strings(strings) => tensor.element == ElementType::String && strings.len() == count,
    };
    if !filled {
        return Err(format!("does not have the {count} elements of its shape {:?}", tensor.shape));
    }
    match &tensor.data {
        Data::Strings(strings) if strings.iter().any(|string| string.contains('\0')) => {
            Err("holds a string with a NUL character".into())
        }
        _ => Ok(()),
    }
}

fn map(map: &Map, key: ElementType, value: &PortKind) -> Result<(), String> {
    let (given, count, unique) = match &map.keys {
        Keys::Ints(keys) => (ElementType::I64, keys.len(), distinct(keys)),
        Keys::Strings(keys) => (ElementType::String, keys.len(), distinct(keys)),
    };
    if given != key {
        return Err(format!("has keys of type {}", name(given)));
    }
    if !unique {
        return Err("has the same key twice".into());
    }
    if map.values.shape != [count] {
        return Err(format!("has {count} keys for values of shape {:?}", map.values.shape));
    }
    match value.as_tensor() {
        Some((element, _)) => tensor(&map.values, element, None),
        None => Err("maps to what cannot be passed".into()),
    }
}

fn distinct<T: Ord>(keys: &[T]) -> bool {
    let mut sorted: Vec<&T> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

fn describe(kind: &PortKind) -> String {
    match kind {
        PortKind::Tensor { element, shape: Some(dims) } => {
            let dims: Vec<String> = dims.iter().map(dim).collect();
            format!("{} of shape [{}]", name(*element), dims.join(", "))
        }
        PortKind::Tensor { element, shape: None } => format!("{} of any shape", name(*element)),
        PortKind::Sequence { item } => format!("a sequence of {}", describe(item)),
        PortKind::Map { key, value } => format!("a map from {} to {}", name(*key), describe(value)),
        PortKind::Optional { item } => format!("nothing, or {}", describe(item)),
    }
}

fn dim(dim: &Dim) -> String {
    match dim {
        Dim::Fixed(length) => length.to_string(),
        Dim::Symbol(symbol) => symbol.clone(),
        Dim::Unknown => "?".into(),
    }
}

fn name(element: ElementType) -> String {
    format!("{element:?}").to_lowercase()
}

fn article(value: &Value) -> &'static str {
    match value {
        Value::Tensor(_) => "a tensor",
        Value::Sequence(_) => "a sequence",
        Value::Map(_) => "a map",
        Value::None => "absent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, kind: PortKind) -> Port {
        Port { name: name.into(), kind, overridable: false }
    }

    fn signature() -> Signature {
        let rows = PortKind::tensor(ElementType::F32, vec![Dim::Symbol("rows".into()), Dim::Fixed(2)]);
        let map = PortKind::Map {
            key: ElementType::String,
            value: Box::new(PortKind::Tensor { element: ElementType::F32, shape: None }),
        };
        let words = PortKind::tensor(ElementType::String, vec![Dim::Unknown]);
        let mut bias = port("bias", PortKind::tensor(ElementType::F32, vec![]));
        bias.overridable = true;
        Signature {
            inputs: vec![
                port("x", rows),
                bias,
                port(
                    "maps",
                    PortKind::Optional { item: Box::new(PortKind::Sequence { item: Box::new(map) }) },
                ),
                port("words", PortKind::Optional { item: Box::new(words) }),
            ],
            outputs: vec![],
        }
    }

    fn x(shape: Vec<usize>) -> Named {
        let count = shape.iter().product();
        Named::new("x", Value::Tensor(Tensor::from_f32(shape, &vec![0.0; count]).unwrap()))
    }

    fn maps(keys: &[&str]) -> Named {
        let values = Tensor::from_f32(vec![keys.len()], &vec![0.0; keys.len()]).unwrap();
        let keys = Keys::Strings(keys.iter().map(|key| (*key).to_owned()).collect());
        Named::new("maps", Value::Sequence(vec![Value::Map(Map { keys, values })]))
    }

    #[test]
    fn what_fits_passes() {
        check(&signature(), &[x(vec![3, 2])]).unwrap();
        check(&signature(), &[x(vec![0, 2]), Named::new("maps", Value::None)]).unwrap();
        check(&signature(), &[maps(&["a", "b"]), x(vec![1, 2])]).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_named_with_what_is_expected() {
        let ints = Named::new("x", Value::Tensor(Tensor::from_i64(vec![1, 2], &[1, 2]).unwrap()));
        let short =
            Tensor { element: ElementType::F32, shape: vec![2, 2], data: Data::Bytes(vec![0; 12].into()) };
        let huge = Tensor {
            element: ElementType::F32,
            shape: vec![usize::MAX, 2],
            data: Data::Bytes(vec![].into()),
        };
        let nul = Tensor::from_strings(vec![1], vec!["a\0b".into()]).unwrap();
        let cases: Vec<(Vec<Named>, &str)> = vec![
            (vec![], "input `x` is missing (the model expects f32 of shape [rows, 2])"),
            (vec![x(vec![1, 2]), x(vec![1, 2])], "input `x` is given twice"),
            (vec![Named::new("x\0", Value::None)], "the model has no input `x\\0`"),
            (vec![ints], "has elements of type i64 (the model expects f32"),
            (vec![x(vec![2])], "input `x` has the shape [2]"),
            (vec![x(vec![2, 3])], "input `x` has the shape [2, 3]"),
            (vec![Named::new("x", Value::Tensor(short))], "does not have the 4 elements"),
            (vec![Named::new("x", Value::Tensor(huge))], "impossible shape"),
            (vec![Named::new("x", Value::None)], "input `x` is absent"),
            (vec![x(vec![1, 2]), maps(&["a", "a"])], "item 0 that has the same key twice"),
            (vec![x(vec![1, 2]), Named::new("words", Value::Tensor(nul))], "NUL"),
        ];
        for (inputs, expected) in cases {
            let error = check(&signature(), &inputs).unwrap_err().to_string();
            assert!(error.contains(expected), "{error} should contain {expected}");
        }
    }
}
