//! A stored bucket as tagged sections, so that one written by an older or newer program still reads.
//!
//! Owns the bytes: a mark, then each section as tag, length and body (postcard). Must not know what a section
//! holds.

use serde::{Serialize, de::DeserializeOwned};
use tidegate_core::{Error, Result};

/// A zero written in two bytes: no number that postcard writes begins so, and buckets used to begin with one.
const MARK: [u8; 2] = [0x80, 0x00];

pub struct Sections(Vec<u8>);

impl Sections {
    pub fn new() -> Self {
        Self(MARK.to_vec())
    }

    pub fn put(&mut self, tag: u8, part: &impl Serialize) -> Result<()> {
        let unwritable = |error| Error::internal("a bucket could not be encoded").because(error);
        let body = postcard::to_stdvec(part).map_err(unwritable)?;
        self.0.push(tag);
        self.0.extend((body.len() as u32).to_le_bytes());
        self.0.extend(body);
        Ok(())
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// A section's tag and body.
pub type Section<'a> = (u8, &'a [u8]);

/// Every section; `None` for a bucket from before there were sections.
pub fn split(bytes: &[u8]) -> Result<Option<Vec<Section<'_>>>> {
    let Some(mut rest) = bytes.strip_prefix(&MARK) else { return Ok(None) };
    let mut sections = Vec::new();
    while let Some((tag, after)) = rest.split_first() {
        let (length, after) = after.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (body, after) =
            after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
        sections.push((*tag, body));
        rest = after;
    }
    Ok(Some(sections))
}

pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    postcard::from_bytes(body).map_err(|error| damaged().because(error))
}

pub fn damaged() -> Error {
    Error::internal("a stored bucket is damaged")
}
