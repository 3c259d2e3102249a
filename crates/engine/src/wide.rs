//! What a baseline and a bucket hold of inputs that one set of bins does not describe: running text, tensors, and
//! columns together.
//!
//! Owns which columns are watched how, and how many rows of a stretch are looked at. Must not know what drift is.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::Schema;
use tidegate_monitor::{
    column::Counts,
    drift::{Drift, drift},
    live::{
        TextCounts, TextReference, TogetherCounts, TogetherReference, VectorCounts, VectorReference,
        text::{self, reads_as_text},
        together::Values,
        vectors,
    },
};

use crate::{baseline::Baseline, bucket::Bucket, rows::Column};

/// Rows looked at in one fine bucket, the first ones of it: more would cost time and tell nothing new.
const MOST_ROWS: u64 = 512;

/// What the reference fixes. An input is named by its place among all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WideReference {
    pub texts: Vec<(usize, TextReference)>,
    pub tensors: Vec<(usize, VectorReference)>,
    pub together: Option<TogetherReference>,
}

/// What is counted, in the order of the reference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WideCounts {
    pub texts: Vec<TextCounts>,
    pub tensors: Vec<VectorCounts>,
    pub together: Option<TogetherCounts>,
}

impl WideReference {
    pub fn new(schema: &Schema, columns: &[Column]) -> Self {
        let (mut texts, mut tensors) = (Vec::new(), Vec::new());
        let mut plain = Vec::new();
        for (place, (feature, column)) in schema.features.iter().zip(columns).enumerate() {
            let values = match column {
                Column::Texts(values) if reads_as_text(values) => {
                    texts.push((place, TextReference::new(values)));
                    None
                }
                Column::Tensors { watched, width, .. } => {
                    tensors.extend(VectorReference::new(watched, *width).map(|found| (place, found)));
                    None
                }
                column => values(column),
            };
            plain.push((feature.name.as_str(), values));
        }
        Self { texts, tensors, together: TogetherReference::new(&plain) }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn is_text(&self, place: usize) -> bool {
        self.texts.iter().any(|(text, _)| *text == place)
    }

    pub fn text(&self, place: usize) -> Option<(usize, &TextReference)> {
        found(&self.texts, place)
    }

    pub fn tensor(&self, place: usize) -> Option<(usize, &VectorReference)> {
        found(&self.tensors, place)
    }
}

/// The reference of an input, and where it is counted.
fn found<T>(all: &[(usize, T)], place: usize) -> Option<(usize, &T)> {
    all.iter().enumerate().find(|(_, (of, _))| *of == place).map(|(index, (_, found))| (index, found))
}

/// A column as it takes part in all together; tensors don't.
fn values(column: &Column) -> Option<Values<'_>> {
    match column {
        Column::Numbers(values) => Some(Values::Numbers(values)),
        Column::Texts(values) => Some(Values::Names(values)),
        Column::Tensors { .. } => None,
    }
}

impl WideCounts {
    pub fn new(reference: &WideReference) -> Self {
        Self {
            texts: reference.texts.iter().map(|(_, text)| TextCounts::new(text)).collect(),
            tensors: reference.tensors.iter().map(|(_, tensor)| VectorCounts::new(tensor)).collect(),
            together: reference.together.as_ref().map(TogetherCounts::new),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.texts.iter().all(|counts| counts.words.rows() == 0)
            && self.tensors.iter().all(|counts| counts.n + counts.unusable == 0)
            && self.together.as_ref().is_none_or(|counts| counts.error.n == 0)
    }

    /// Counts rows, but no more than a stretch has room for.
    pub fn add(&mut self, reference: &WideReference, columns: &[Column]) {
        for (counts, (place, text)) in self.texts.iter_mut().zip(&reference.texts) {
            if let Some(Column::Texts(values)) = columns.get(*place) {
                let room = room(counts.words.rows());
                values.iter().take(room).for_each(|value| counts.add(text, value));
            }
        }
        for (counts, (place, tensor)) in self.tensors.iter_mut().zip(&reference.tensors) {
            if let Some(Column::Tensors { watched, width, .. }) = columns.get(*place) {
                let room = room(counts.n + counts.unusable);
                watched.chunks(*width.max(&1)).take(room).for_each(|row| counts.add(tensor, row));
            }
        }
        if let (Some(counts), Some(together)) = (&mut self.together, &reference.together) {
            let rows = columns.iter().map(Column::len).max().unwrap_or(0).min(room(counts.error.n));
            if rows > 0 {
                let values: Vec<_> = columns.iter().map(values).collect();
                counts.add(together, &values, rows);
            }
        }
    }

    /// Counts of a bucket from before there were any are none.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        self.texts.iter_mut().zip(&other.texts).for_each(|(mine, theirs)| mine.merge(theirs));
        self.tensors.iter_mut().zip(&other.tensors).for_each(|(mine, theirs)| mine.merge(theirs));
        merge(&mut self.together, &other.together, TogetherCounts::merge);
    }
}

fn room(counted: u64) -> usize {
    usize::try_from(MOST_ROWS.saturating_sub(counted)).unwrap_or(0)
}

/// What is counted of one input.
#[derive(Debug, Clone)]
pub struct InputCounts {
    plain: Counts,
    text: Option<TextCounts>,
    tensor: Option<VectorCounts>,
}

impl InputCounts {
    /// Of a bucket that was counted against this baseline; `place` is the input's.
    pub fn of(baseline: &Baseline, bucket: &Bucket, place: usize) -> Option<Self> {
        let text = baseline.wide.text(place).and_then(|(index, _)| bucket.wide.texts.get(index));
        let tensor = baseline.wide.tensor(place).and_then(|(index, _)| bucket.wide.tensors.get(index));
        let plain = bucket.features.get(place)?.clone();
        Some(Self { plain, text: text.cloned(), tensor: tensor.cloned() })
    }

    pub fn merge(&mut self, other: &Self) {
        self.plain.merge(&other.plain);
        merge(&mut self.text, &other.text, TextCounts::merge);
        merge(&mut self.tensor, &other.tensor, VectorCounts::merge);
    }

    /// `None` where the baseline has no such input.
    pub fn drift(&self, baseline: &Baseline, place: usize, min_rows: u64, threshold: f64) -> Option<Drift> {
        let reference = baseline.features.get(place)?;
        let plain = drift(reference, &self.plain, min_rows, threshold);
        if let (Some((_, known)), Some(found)) = (baseline.wide.text(place), &self.text) {
            let means = (reference.mean, self.plain.mean().unwrap_or(reference.mean));
            return Some(text::judge(plain, means, known, found, min_rows, threshold));
        }
        if let (Some((_, known)), Some(found)) = (baseline.wide.tensor(place), &self.tensor) {
            return Some(vectors::judge(plain, known, found, min_rows, threshold));
        }
        Some(plain)
    }
}

fn merge<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>, merge: fn(&mut T, &T)) {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => merge(mine, theirs),
        (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
        (_, None) => {}
    }
}

#[cfg(test)]
#[path = "wide_tests.rs"]
mod tests;
