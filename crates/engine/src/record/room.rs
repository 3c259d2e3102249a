//! How many bytes may wait to be recorded.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tidegate_core::{Value, prediction::Prediction, tensor::Named};

/// Tensors that may wait to be recorded: a stalled disk must not fill the memory with images.
const MOST_BYTES: usize = 256 << 20;

/// The bytes of one waiting prediction; given back when it is dropped.
#[derive(Debug)]
pub struct Room {
    waiting: Arc<AtomicUsize>,
    bytes: usize,
}

impl Room {
    /// `None` when no more may wait. One alone always may, however large.
    pub fn take(waiting: &Arc<AtomicUsize>, prediction: &Prediction) -> Option<Self> {
        let bytes = payload(&prediction.inputs) + payload(&prediction.outputs);
        let before = waiting.fetch_add(bytes, Ordering::Relaxed);
        let room = Self { waiting: waiting.clone(), bytes };
        (before == 0 || before + bytes <= MOST_BYTES).then_some(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

fn payload(values: &[Named]) -> usize {
    values.iter().map(|named| value_bytes(&named.value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::None => 0,
        Value::Tensor(tensor) => tensor.byte_len(),
        Value::Map(map) => map.values.byte_len(),
        Value::Sequence(items) => items.iter().map(value_bytes).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{Time, VersionId};

    use crate::fixture::prediction;

    #[test]
    fn only_so_many_bytes_may_wait() {
        let waiting = Arc::default();
        let small = prediction(VersionId(1), Time(0), &[1.0], "no");
        let first = Room::take(&waiting, &small).unwrap();
        assert!(first.bytes >= 4);
        waiting.fetch_add(MOST_BYTES, Ordering::Relaxed);
        assert!(Room::take(&waiting, &small).is_none());
        waiting.fetch_sub(MOST_BYTES, Ordering::Relaxed);
        assert!(Room::take(&waiting, &small).is_some());
        drop(first);
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
    }
}
