//! Columnar blocks: many predictions of one version as two blobs.
//!
//! Each blob is a format byte and an lz4 block. The head holds ids, times and row counts, which is all that
//! matching labels needs. The body holds timings, errors, client ids, the forms and one column of numbers a
//! leaf. Arrays of one kind lie together, so that they compress and are written without a row per prediction.
//! Must not know SQL.

mod form;
mod wire;

use std::collections::HashMap;

use bytes::Bytes;
use tidegate_core::{
    Code, PredictionId, Time, VersionId,
    prediction::{Prediction, Timing},
};
use uuid::Uuid;

use form::Filler;
pub(crate) use wire::Malformed;
use wire::{Reader, put_bytes, put_signed, put_varint};

/// Of head and body; a new layout gets a new number, and old ones stay readable.
const FORMAT: u8 = 1;
/// lz4 can not do better than this, so a blob that claims more is damaged.
const MAX_RATIO: usize = 256;

/// What the head says about one prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub id: PredictionId,
    pub time: Time,
    pub rows: u32,
}

impl Entry {
    pub(crate) fn of(prediction: &Prediction) -> Self {
        Self { id: prediction.id, time: prediction.time, rows: prediction.rows }
    }
}

pub(crate) fn encode_head(predictions: &[Prediction]) -> Vec<u8> {
    let mut out = Vec::with_capacity(predictions.len() * 20);
    put_varint(&mut out, predictions.len() as u64);
    predictions.iter().for_each(|prediction| out.extend_from_slice(prediction.id.0.as_bytes()));
    for prediction in predictions {
        // Nearly always zero: the id is made when the request arrives.
        put_signed(&mut out, prediction.time.0.wrapping_sub(prediction.id.time().0));
    }
    predictions.iter().for_each(|prediction| put_varint(&mut out, prediction.rows.into()));
    pack(&out)
}

pub(crate) fn decode_head(head: &[u8]) -> Result<Vec<Entry>, Malformed> {
    let mut reader = unpack(head)?;
    let count = reader.count("number of predictions")?;
    let ids = reader.take(count.checked_mul(16).ok_or(Malformed("ids"))?, "ids")?;
    let mut entries: Vec<_> = ids
        .as_chunks::<16>()
        .0
        .iter()
        .map(|id| Entry { id: PredictionId(Uuid::from_bytes(*id)), time: Time(0), rows: 0 })
        .collect();
    for entry in &mut entries {
        entry.time = Time(entry.id.time().0.wrapping_add(reader.signed("time")?));
    }
    for entry in &mut entries {
        entry.rows = u32::try_from(reader.varint("rows")?).map_err(|_| Malformed("rows"))?;
    }
    reader.end("something follows the head")?;
    Ok(entries)
}

/// The columns of all predictions that share a form.
#[derive(Default)]
struct Group {
    form: Vec<u8>,
    columns: Vec<Vec<u8>>,
}

pub(crate) fn encode_body(predictions: &[Prediction]) -> Vec<u8> {
    let mut out = Vec::new();
    put_timings(&mut out, predictions);
    out.extend(predictions.iter().map(|prediction| error_number(prediction.error)));
    for client_id in predictions.iter().map(|prediction| prediction.client_id.as_deref()) {
        match client_id {
            Some(id) => put_bytes(&mut out, &[b"+", id.as_bytes()].concat()),
            None => put_varint(&mut out, 0),
        }
    }
    let (groups, members) = group(predictions);
    members.iter().for_each(|member| put_varint(&mut out, *member as u64));
    put_varint(&mut out, groups.len() as u64);
    for group in &groups {
        put_bytes(&mut out, &group.form);
        put_varint(&mut out, group.columns.len() as u64);
        group.columns.iter().for_each(|column| put_bytes(&mut out, column));
    }
    pack(&out)
}

fn put_timings(out: &mut Vec<u8>, predictions: &[Prediction]) {
    let columns: [fn(&Timing) -> u32; 3] =
        [|timing| timing.queue_us, |timing| timing.run_us, |timing| timing.total_us];
    for column in columns {
        out.extend(predictions.iter().flat_map(|prediction| column(&prediction.timing).to_le_bytes()));
    }
}

/// The forms in use with their columns, and which of them each prediction has.
fn group(predictions: &[Prediction]) -> (Vec<Group>, Vec<usize>) {
    let (mut groups, mut known) = (Vec::<Group>::new(), HashMap::<Vec<u8>, usize>::new());
    let (mut members, mut form) = (Vec::with_capacity(predictions.len()), Vec::new());
    for prediction in predictions {
        let mut leaves = Vec::new();
        form.clear();
        form::write(&mut form, &mut leaves, &prediction.inputs);
        form::write(&mut form, &mut leaves, &prediction.outputs);
        let member = known.get(&form).copied().unwrap_or_else(|| {
            groups.push(Group { form: form.clone(), columns: vec![Vec::new(); leaves.len()] });
            known.insert(form.clone(), groups.len() - 1);
            groups.len() - 1
        });
        members.push(member);
        for (column, leaf) in groups[member].columns.iter_mut().zip(leaves) {
            form::put_leaf(column, leaf);
        }
    }
    (groups, members)
}

pub(crate) fn decode(version: VersionId, head: &[u8], body: &[u8]) -> Result<Vec<Prediction>, Malformed> {
    let entries = decode_head(head)?;
    let count = entries.len();
    let mut reader = unpack(body)?;
    let [queue, run, total] = [
        reader.u32s(count, "queue times")?,
        reader.u32s(count, "run times")?,
        reader.u32s(count, "total times")?,
    ];
    let errors = reader.take(count, "errors")?;
    let client_ids: Vec<_> = (0..count).map(|_| client_id(&mut reader)).collect::<Result<_, _>>()?;
    let members: Vec<_> = (0..count).map(|_| reader.length("form")).collect::<Result<_, _>>()?;
    let mut groups = groups(&mut reader)?;
    reader.end("something follows the body")?;
    let mut predictions = Vec::with_capacity(count);
    for (index, (entry, client_id)) in entries.into_iter().zip(client_ids).enumerate() {
        let (form, columns) = groups.get_mut(members[index]).ok_or(Malformed("form"))?;
        let mut filler = Filler { form: form.clone(), columns, next: 0 };
        let (inputs, outputs) = (filler.values()?, filler.values()?);
        predictions.push(Prediction {
            id: entry.id,
            client_id,
            time: entry.time,
            version,
            rows: entry.rows,
            timing: Timing { queue_us: queue[index], run_us: run[index], total_us: total[index] },
            error: error_of(errors[index])?,
            inputs,
            outputs,
        });
    }
    Ok(predictions)
}

fn client_id(reader: &mut Reader) -> Result<Option<String>, Malformed> {
    let marked = reader.string("client id")?;
    Ok(marked.strip_prefix('+').map(str::to_owned))
}

fn groups(reader: &mut Reader) -> Result<Vec<(Reader, Vec<Reader>)>, Malformed> {
    let count = reader.count("number of forms")?;
    let group = |reader: &mut Reader| {
        let form = Reader::new(reader.bytes("form")?);
        let columns = reader.count("number of columns")?;
        let columns =
            (0..columns).map(|_| reader.bytes("column").map(Reader::new)).collect::<Result<_, _>>()?;
        Ok((form, columns))
    };
    (0..count).map(|_| group(reader)).collect()
}

/// Stored numbers of the error codes; 0 is an answer.
const CODES: [Code; 8] = [
    Code::Invalid,
    Code::NotFound,
    Code::Conflict,
    Code::TooLarge,
    Code::Unsupported,
    Code::Busy,
    Code::Unavailable,
    Code::Internal,
];

fn error_number(error: Option<Code>) -> u8 {
    let place = error.and_then(|error| CODES.iter().position(|code| *code == error));
    place.map_or(0, |place| place as u8 + 1)
}

fn error_of(number: u8) -> Result<Option<Code>, Malformed> {
    match number.checked_sub(1) {
        None => Ok(None),
        Some(place) => CODES.get(usize::from(place)).copied().map(Some).ok_or(Malformed("error code")),
    }
}

fn pack(raw: &[u8]) -> Vec<u8> {
    let mut out = vec![FORMAT];
    out.extend(lz4_flex::compress_prepend_size(raw));
    out
}

fn unpack(blob: &[u8]) -> Result<Reader, Malformed> {
    let (format, packed) = blob.split_first().ok_or(Malformed("it is empty"))?;
    if *format != FORMAT {
        return Err(Malformed("its format is not known"));
    }
    let size = packed.first_chunk::<4>().map(|size| u32::from_le_bytes(*size) as usize);
    if size.is_none_or(|size| size > packed.len().saturating_mul(MAX_RATIO)) {
        return Err(Malformed("its size"));
    }
    let raw = lz4_flex::decompress_size_prepended(packed).map_err(|_| Malformed("its compression"))?;
    Ok(Reader::new(Bytes::from(raw)))
}

#[cfg(test)]
mod tests;
