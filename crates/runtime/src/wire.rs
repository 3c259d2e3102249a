//! What parent and worker say to each other, and how values travel: small ones in the message, large tensors in
//! a shared segment. Must not know processes or ONNX Runtime.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tidegate_core::{
    Code, ElementType, Error, Tensor, Value,
    tensor::{Data, Keys, Map, Named},
};

use crate::segment;

/// From here on a tensor goes through shared memory (what a pipe holds on Linux).
const LARGE: usize = 64 * 1024;

#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    /// Always first, and once.
    Load(Load),
    /// Run on made-up inputs and measure.
    Try,
    Run(Run),
    /// Stop the run of this number at the next node.
    Cancel(u64),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Load {
    pub library: PathBuf,
    pub model: PathBuf,
    /// Where large tensors are put.
    pub scratch: PathBuf,
    /// Where optimised models are kept, and the hash of this one.
    pub cache: Option<(PathBuf, String)>,
    pub memory_bytes: Option<u64>,
    pub cpu_s: Option<u64>,
    pub sessions: u32,
    pub threads: u32,
    /// Run each session once before it is ready.
    pub warm: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    pub id: u64,
    pub inputs: Packed,
    /// All, if not given.
    pub outputs: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Tell {
    Loaded { load_us: u64 },
    Refused(Failure),
    Tried(Tried),
    Ran(Ran),
    Failed { id: u64, failure: Failure },
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Ran {
    pub id: u64,
    pub outputs: Packed,
    /// Between the arrival of the request in the worker and the start of its run.
    pub wait_us: u64,
    pub run_us: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tried {
    pub first_run_us: u64,
    pub median_run_us: u64,
    pub peak_memory_bytes: u64,
    pub outputs: Vec<(String, Shape)>,
    /// The run's error, if it failed.
    pub failure: Option<Failure>,
}

/// What a value is, without its elements.
#[derive(Debug, Serialize, Deserialize)]
pub enum Shape {
    Tensor(ElementType, Vec<usize>),
    /// Of the first item, if there is one.
    Sequence(Option<Box<Shape>>),
    Map(ElementType, ElementType),
    None,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    pub code: Code,
    pub message: String,
}

impl Failure {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.code, error.message)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Error::new(failure.code, failure.message)
    }
}

/// Named values, the large tensors among them in one segment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Packed {
    values: Vec<(String, Item)>,
    /// File name in the scratch folder.
    segment: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Item {
    Tensor { element: ElementType, shape: Vec<usize>, payload: Payload },
    Sequence(Vec<Item>),
    Map(Keys, Box<Item>),
    None,
}

#[derive(Debug, Serialize, Deserialize)]
enum Payload {
    Inline(Bytes),
    Strings(Vec<String>),
    Shared { offset: usize, bytes: usize },
}

impl Packed {
    /// Whether the value goes through shared memory.
    pub fn is_large(value: &Value) -> bool {
        let mut blocks = Vec::new();
        collect(value, &mut blocks);
        !blocks.is_empty()
    }

    /// Puts large tensors into the file `name` of the scratch folder; where it is full, everything goes inline.
    pub fn pack(values: Vec<Named>, scratch: &Path, name: String) -> Self {
        let mut blocks = Vec::new();
        let mut offset = 0;
        for named in &values {
            collect(&named.value, &mut blocks);
        }
        let shared = !blocks.is_empty()
            && segment::write(&scratch.join(&name), blocks.iter().map(|block| &block[..]))
                .inspect_err(|error| tracing::warn!(%error, "no shared memory: sending through the pipe"))
                .is_ok();
        let mut place = shared.then_some(&mut offset);
        let values =
            values.into_iter().map(|named| (named.name, item(named.value, place.as_deref_mut()))).collect();
        Self { values, segment: shared.then_some(name) }
    }

    /// The segment's file, for its removal.
    pub fn segment(&self, scratch: &Path) -> Option<segment::Removed> {
        self.segment.as_ref().map(|name| segment::Removed(scratch.join(name)))
    }

    /// The values; large tensors are slices of the mapped segment.
    pub fn unpack(self, scratch: &Path) -> io::Result<Vec<Named>> {
        let shared = match &self.segment {
            Some(name) => segment::map(&scratch.join(name))?,
            None => Bytes::new(),
        };
        self.values.into_iter().map(|(name, item)| Ok(Named { name, value: value(item, &shared)? })).collect()
    }
}

/// The payloads that go into the segment, in the order in which [`item`] meets them.
fn collect(value: &Value, blocks: &mut Vec<Bytes>) {
    match value {
        Value::Tensor(Tensor { data: Data::Bytes(bytes), .. }) if bytes.len() >= LARGE => {
            blocks.push(bytes.clone());
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, blocks)),
        _ => {}
    }
}

fn item(value: Value, mut offset: Option<&mut usize>) -> Item {
    match value {
        Value::Tensor(tensor) => tensor_item(tensor, offset),
        Value::Sequence(items) => {
            Item::Sequence(items.into_iter().map(|value| item(value, offset.as_deref_mut())).collect())
        }
        Value::Map(map) => Item::Map(map.keys, Box::new(tensor_item(map.values, None))),
        Value::None => Item::None,
    }
}

fn tensor_item(tensor: Tensor, offset: Option<&mut usize>) -> Item {
    let payload = match (tensor.data, offset) {
        (Data::Strings(strings), _) => Payload::Strings(strings),
        (Data::Bytes(bytes), Some(next)) if bytes.len() >= LARGE => {
            let offset = *next;
            *next += bytes.len();
            Payload::Shared { offset, bytes: bytes.len() }
        }
        (Data::Bytes(bytes), _) => Payload::Inline(bytes),
    };
    Item::Tensor { element: tensor.element, shape: tensor.shape, payload }
}

fn value(item: Item, shared: &Bytes) -> io::Result<Value> {
    Ok(match item {
        Item::Tensor { element, shape, payload } => {
            Value::Tensor(Tensor { element, shape, data: data(payload, shared)? })
        }
        Item::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| value(item, shared)).collect::<io::Result<_>>()?)
        }
        Item::Map(keys, values) => match value(*values, shared)? {
            Value::Tensor(values) => Value::Map(Map { keys, values }),
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "a map's values are not a tensor")),
        },
        Item::None => Value::None,
    })
}

fn data(payload: Payload, shared: &Bytes) -> io::Result<Data> {
    Ok(match payload {
        Payload::Inline(bytes) => Data::Bytes(bytes),
        Payload::Strings(strings) => Data::Strings(strings),
        Payload::Shared { offset, bytes } => {
            let end = offset.checked_add(bytes).filter(|end| *end <= shared.len());
            let end =
                end.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a segment is too short"))?;
            Data::Bytes(shared.slice(offset..end))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame;

    fn sample() -> Vec<Named> {
        let large = Tensor::from_f32(vec![200, 100], &vec![0.5; 20_000]).unwrap();
        let small = Tensor::from_i64(vec![2], &[3, -4]).unwrap();
        let text = Tensor::from_strings(vec![1], vec!["Flut".into()]).unwrap();
        let map =
            Map { keys: Keys::Ints(vec![0, 1]), values: Tensor::from_f32(vec![2], &[0.1, 0.9]).unwrap() };
        vec![
            Named::new("large", Value::Tensor(large.clone())),
            Named::new("small", Value::Tensor(small)),
            Named::new("text", Value::Tensor(text)),
            Named::new("items", Value::Sequence(vec![Value::Map(map), Value::Tensor(large), Value::None])),
        ]
    }

    #[test]
    fn values_survive_the_journey_in_shared_memory() {
        let scratch = segment::scratch().unwrap();
        let packed = Packed::pack(sample(), scratch.path(), "s".into());
        let bytes = frame::encode(&packed).unwrap();
        assert!(bytes.len() < 1000, "large tensors stay out of the message: {} bytes", bytes.len());
        let packed: Packed = frame::decode(&bytes[8..]).unwrap();
        assert_eq!(packed.unpack(scratch.path()).unwrap(), sample());
    }

    #[test]
    fn without_room_in_shared_memory_values_go_inline() {
        let nowhere = Path::new("/no/such/folder");
        let packed = Packed::pack(sample(), nowhere, "s".into());
        assert!(packed.segment(nowhere).is_none());
        assert_eq!(packed.unpack(nowhere).unwrap(), sample());
    }
}
