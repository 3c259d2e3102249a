//! Numbers and strings as bytes: little-endian, lengths as varints. Reading never trusts a length.

use bytes::Bytes;

/// Bytes that are not a block. Says what was being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub &'static str);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "malformed block: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

pub(super) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Signed numbers near zero stay short.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_varint(out, ((number << 1) ^ (number >> 63)) as u64);
}

/// Takes values off the front of shared bytes; the slices it gives share them too.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    bytes: Bytes,
    at: usize,
}

impl Reader {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0 }
    }
    /// What has not been read yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }
    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<Bytes, Malformed> {
        if count > self.rest().len() {
            return Err(Malformed(what));
        }
        let start = self.at;
        self.at += count;
        Ok(self.bytes.slice(start..self.at))
    }
    pub(super) fn byte(&mut self, what: &'static str) -> Result<u8, Malformed> {
        let byte = *self.rest().first().ok_or(Malformed(what))?;
        self.at += 1;
        Ok(byte)
    }
    pub(super) fn varint(&mut self, what: &'static str) -> Result<u64, Malformed> {
        let mut number = 0;
        for index in 0..10 {
            let byte = self.byte(what)?;
            number |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed(what))
    }
    pub(super) fn length(&mut self, what: &'static str) -> Result<usize, Malformed> {
        usize::try_from(self.varint(what)?).map_err(|_| Malformed(what))
    }
    /// How many things follow that take a byte each at least: never more than there are bytes.
    pub(super) fn count(&mut self, what: &'static str) -> Result<usize, Malformed> {
        let count = self.length(what)?;
        if count > self.rest().len() { Err(Malformed(what)) } else { Ok(count) }
    }
    pub(super) fn signed(&mut self, what: &'static str) -> Result<i64, Malformed> {
        let number = self.varint(what)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
    pub(super) fn bytes(&mut self, what: &'static str) -> Result<Bytes, Malformed> {
        let count = self.length(what)?;
        self.take(count, what)
    }
    pub(super) fn string(&mut self, what: &'static str) -> Result<String, Malformed> {
        let count = self.length(what)?;
        let bytes = self.rest().get(..count).ok_or(Malformed(what))?;
        let string = std::str::from_utf8(bytes).map_err(|_| Malformed(what))?.to_owned();
        self.at += count;
        Ok(string)
    }
    /// `count` numbers of 32 bits.
    pub(super) fn u32s(&mut self, count: usize, what: &'static str) -> Result<Vec<u32>, Malformed> {
        let bytes = self.take(count.checked_mul(4).ok_or(Malformed(what))?, what)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect())
    }
    pub(super) fn end(&self, what: &'static str) -> Result<(), Malformed> {
        if self.rest().is_empty() { Ok(()) } else { Err(Malformed(what)) }
    }
}
