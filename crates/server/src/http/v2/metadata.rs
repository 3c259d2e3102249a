//! What the server and each model say about themselves in the protocol's terms.

use serde::Serialize;
use tidegate_core::{
    ElementType, Error, Result,
    signature::{Dim, Port, PortKind},
    tensor::element_count,
};
use tidegate_engine::Engine;
use utoipa::ToSchema;

use super::{codec, maps};

const PLATFORM: &str = "onnx_onnxv1";

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = V2ServerMetadata)]
pub(super) struct ServerMetadata {
    name: &'static str,
    version: &'static str,
    /// Only what works here.
    extensions: [&'static str; 1],
}

impl ServerMetadata {
    pub fn ours() -> Self {
        Self { name: "tidegate", version: env!("CARGO_PKG_VERSION"), extensions: ["binary_tensor_data"] }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = V2ModelMetadata)]
pub(super) struct ModelMetadata {
    name: String,
    versions: Vec<String>,
    platform: &'static str,
    inputs: Vec<TensorMetadata>,
    outputs: Vec<TensorMetadata>,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = V2TensorMetadata)]
struct TensorMetadata {
    name: String,
    /// The protocol's name, or this program's where the protocol has none; such a tensor can't be asked for.
    datatype: String,
    /// -1 for a length that varies.
    shape: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<TensorParameters>,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = V2TensorParameters)]
struct TensorParameters {
    /// The classes of the columns of a tensor that stands for maps of class scores.
    keys: Vec<String>,
}

/// Of a version, or of the champion.
pub(super) async fn of(engine: &Engine, name: String, number: Option<u32>) -> Result<ModelMetadata> {
    let (_, signature, schema) = engine.signature(&name, number).await?;
    let versions = engine.version_numbers(&name).await?;
    let describe = |ports: &[Port]| ports.iter().map(|port| describe(port, &schema.labels)).collect();
    Ok(ModelMetadata {
        versions: versions.iter().map(u32::to_string).collect(),
        platform: PLATFORM,
        inputs: describe(&signature.inputs),
        outputs: describe(&signature.outputs),
        name,
    })
}

fn describe(port: &Port, labels: &[String]) -> TensorMetadata {
    let named = |datatype: String, shape, keys: Option<Vec<String>>| TensorMetadata {
        name: port.name.clone(),
        datatype,
        shape,
        parameters: keys.map(|keys| TensorParameters { keys }),
    };
    match &port.kind {
        PortKind::Tensor { element, shape } => named(datatype(*element), dims(shape.as_deref()), None),
        PortKind::Optional { item } => match item.as_tensor() {
            Some((element, shape)) => named(datatype(element), dims(shape), None),
            None => named("OPTIONAL".into(), Vec::new(), None),
        },
        PortKind::Sequence { item } => match scores(item) {
            Some((key, element)) => {
                let keys = maps::in_order(labels.to_vec(), key != ElementType::String);
                let columns = if keys.is_empty() { -1 } else { keys.len() as i64 };
                named(datatype(element), vec![-1, columns], Some(keys))
            }
            None => named("SEQUENCE".into(), Vec::new(), None),
        },
        PortKind::Map { .. } => named("MAP".into(), Vec::new(), None),
    }
}

/// Key and value types of a map to single numbers.
fn scores(item: &PortKind) -> Option<(ElementType, ElementType)> {
    match item {
        PortKind::Map { key, value } => Some((*key, value.as_tensor()?.0)),
        _ => None,
    }
}

fn datatype(element: ElementType) -> String {
    codec::datatype(element).map_or_else(|| format!("{element:?}").to_uppercase(), str::to_owned)
}

/// A tensor without a declared shape has no dimensions to tell.
fn dims(shape: Option<&[Dim]>) -> Vec<i64> {
    let length = |dim: &Dim| dim.fixed().map_or(-1, |length| length as i64);
    shape.unwrap_or_default().iter().map(length).collect()
}

/// The one input of a model whose request is nothing but its bytes.
#[derive(Debug)]
pub(super) struct OnlyInput {
    pub name: String,
    element: ElementType,
    shape: Vec<Dim>,
}

pub(super) async fn only_input(engine: &Engine, name: &str, number: Option<u32>) -> Result<OnlyInput> {
    let refused = |why: &str| {
        Error::invalid(format!("a raw request is for models with one tensor as input; {why}"))
            .hint("send the tensors with their names, as JSON or behind it")
    };
    match engine.signature(name, number).await?.1.inputs.as_slice() {
        [port] => match port.kind.as_tensor() {
            Some((element, Some(shape))) => {
                Ok(OnlyInput { name: port.name.clone(), element, shape: shape.to_vec() })
            }
            _ => Err(refused("this one's is of unknown shape")),
        },
        inputs => Err(refused(&format!("this one has {}", inputs.len()))),
    }
}

impl OnlyInput {
    /// The shape that so many bytes fill: one dimension at most may be open.
    pub fn shape_for(&self, bytes: usize) -> Result<(ElementType, Vec<usize>)> {
        if self.element == ElementType::String {
            return Ok((self.element, vec![1; self.shape.len()]));
        }
        let fixed: Vec<usize> = self.shape.iter().filter_map(Dim::fixed).collect();
        let open = self.shape.len() - fixed.len();
        let row = element_count(&fixed).and_then(|count| self.element.bytes_for(count)).unwrap_or(0);
        let length = bytes.checked_div(row).unwrap_or(0);
        if open > 1 {
            return Err(Error::invalid(format!(
                "input `{}` has {open} dimensions of unknown length",
                self.name
            ))
            .hint("send the tensor with its shape, as JSON or behind it"));
        }
        Ok((self.element, self.shape.iter().map(|dim| dim.fixed().unwrap_or(length)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(kind: PortKind) -> Port {
        Port { name: "p".into(), kind, overridable: false }
    }

    #[test]
    fn open_dimensions_are_minus_one() {
        let shape = vec![Dim::Symbol("N".into()), Dim::Unknown, Dim::Fixed(30)];
        let described = describe(&port(PortKind::tensor(ElementType::F32, shape)), &[]);
        assert_eq!((described.datatype.as_str(), described.shape), ("FP32", vec![-1, -1, 30]));
    }

    #[test]
    fn maps_of_scores_are_described_as_they_are_sent() {
        let value = Box::new(PortKind::tensor(ElementType::F32, Vec::new()));
        let item = Box::new(PortKind::Map { key: ElementType::I64, value });
        let described = describe(&port(PortKind::Sequence { item }), &["10".into(), "9".into()]);
        assert_eq!((described.datatype.as_str(), described.shape), ("FP32", vec![-1, 2]));
        assert_eq!(described.parameters.unwrap().keys, ["9", "10"]);
    }

    #[test]
    fn raw_bytes_fill_the_open_dimension() {
        let shape = vec![Dim::Unknown, Dim::Fixed(2)];
        let input = OnlyInput { name: "x".into(), element: ElementType::F32, shape };
        assert_eq!(input.shape_for(24).unwrap().1, [3, 2]);
        let shape = vec![Dim::Unknown, Dim::Unknown];
        assert!(OnlyInput { shape, ..input }.shape_for(24).is_err());
    }
}
