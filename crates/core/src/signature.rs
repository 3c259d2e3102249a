//! What goes into a model and what comes out, as its file declares it.

use serde::{Deserialize, Serialize};

use crate::ElementType;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signature {
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

/// One input or output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Port {
    pub name: String,
    #[serde(flatten)]
    pub kind: PortKind,
    /// An input that has a default (an initializer of the same name) may be left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PortKind {
    Tensor {
        element: ElementType,
        /// `null` when the file declares no shape at all, which is not the same as a scalar's `[]`.
        shape: Option<Vec<Dim>>,
    },
    Sequence {
        #[schema(no_recursion)]
        item: Box<PortKind>,
    },
    Map {
        key: ElementType,
        #[schema(no_recursion)]
        value: Box<PortKind>,
    },
    Optional {
        #[schema(no_recursion)]
        item: Box<PortKind>,
    },
}

/// One dimension: a fixed length, a named symbol, or unknown (`null`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Dim {
    Fixed(i64),
    Symbol(String),
    Unknown,
}

impl Dim {
    pub fn fixed(&self) -> Option<usize> {
        match self {
            Dim::Fixed(length) => usize::try_from(*length).ok(),
            _ => None,
        }
    }
}

impl PortKind {
    pub fn tensor(element: ElementType, shape: Vec<Dim>) -> Self {
        Self::Tensor { element, shape: Some(shape) }
    }
    /// Element type and declared shape, where this is a tensor.
    pub fn as_tensor(&self) -> Option<(ElementType, Option<&[Dim]>)> {
        match self {
            PortKind::Tensor { element, shape } => Some((*element, shape.as_deref())),
            _ => None,
        }
    }
}

impl Signature {
    pub fn input(&self, name: &str) -> Option<&Port> {
        self.inputs.iter().find(|port| port.name == name)
    }
    pub fn output(&self, name: &str) -> Option<&Port> {
        self.outputs.iter().find(|port| port.name == name)
    }
}
