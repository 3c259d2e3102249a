//! The protobuf wire format read straight from a file, so that gigabytes of weights are passed over by
//! seeking and a hostile file costs neither memory nor stack.
//!
//! Must not know ONNX: a message here is a run of numbered fields.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
};

use tidegate_core::{Error, Result};

/// Messages inside messages; what protobuf's own readers allow.
const MAX_DEPTH: u8 = 100;
/// Messages opened in one file; the largest language models have some 400,000.
const MAX_MESSAGES: u32 = 4_000_000;
/// Bytes of text taken from one file.
const MAX_TEXT: u64 = 256 << 20;

pub(crate) struct Wire {
    source: BufReader<File>,
    position: u64,
    messages: u32,
    text: u64,
}

/// Where in the file the content of a length-delimited field lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: u64,
    end: u64,
    depth: u8,
}

impl Span {
    /// Bytes.
    pub fn len(self) -> u64 {
        self.end - self.start
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Payload {
    Varint(u64),
    Fixed32,
    Fixed64,
    Bytes(Span),
}

impl Wire {
    /// A reader of the whole file, and the span of its outermost message.
    pub fn open(file: File) -> std::io::Result<(Self, Span)> {
        let end = file.metadata()?.len();
        let wire =
            Self { source: BufReader::with_capacity(1 << 16, file), position: 0, messages: 0, text: 0 };
        Ok((wire, Span { start: 0, end, depth: 0 }))
    }

    /// Calls `visit` with the number and content of each field of the message in `span`, in the order of the
    /// file. What the visitor leaves unread is passed over.
    pub fn each(
        &mut self,
        span: Span,
        mut visit: impl FnMut(&mut Self, u32, Payload) -> Result<()>,
    ) -> Result<()> {
        self.messages += 1;
        if span.depth > MAX_DEPTH || self.messages > MAX_MESSAGES {
            return Err(Error::invalid("the model is nested too deeply or made of too many parts"));
        }
        self.seek(span.start)?;
        while self.position < span.end {
            let (number, payload) = self.field(span)?;
            let after = match payload {
                Payload::Bytes(content) => content.end,
                _ => self.position,
            };
            visit(self, number, payload)?;
            self.seek(after)?;
        }
        Ok(())
    }

    /// The bytes of a span, of which no more than `limit` are wanted.
    pub fn bytes(&mut self, span: Span, limit: u64) -> Result<Vec<u8>> {
        self.seek(span.start)?;
        let length = span.len().min(limit);
        self.text += length;
        if self.text > MAX_TEXT {
            return Err(Error::invalid("the model holds too much text"));
        }
        let mut bytes = vec![0; length as usize];
        self.source.read_exact(&mut bytes).map_err(cut_short)?;
        self.position += length;
        Ok(bytes)
    }

    /// A string of at most 64 KiB that has to be whole.
    pub fn name(&mut self, span: Span) -> Result<String> {
        const LONGEST: u64 = 64 << 10;
        if span.len() > LONGEST {
            return Err(malformed("a name is longer than 64 KiB"));
        }
        String::from_utf8(self.bytes(span, LONGEST)?).map_err(|_| malformed("a name is not UTF-8"))
    }

    /// The start of a longer text; bytes that are not UTF-8 are replaced.
    pub fn prose(&mut self, span: Span) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(span, 1 << 20)?).into_owned())
    }

    /// How many packed varints a span holds; all of them are read, none kept.
    pub fn count_varints(&mut self, span: Span) -> Result<u64> {
        self.seek(span.start)?;
        let mut count = 0;
        while self.position < span.end {
            let left = span.end - self.position;
            let buffer = self.source.fill_buf().map_err(cut_short)?;
            let taken = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if taken == 0 {
                return Err(cut_short(std::io::ErrorKind::UnexpectedEof.into()));
            }
            count += buffer[..taken].iter().filter(|byte| **byte < 0x80).count() as u64;
            self.source.consume(taken);
            self.position += taken as u64;
        }
        Ok(count)
    }

    /// The packed varints of a span, as signed numbers; no more than `limit` of them.
    pub fn varints(&mut self, span: Span, limit: usize) -> Result<Vec<i64>> {
        self.seek(span.start)?;
        let mut values = vec![];
        while self.position < span.end && values.len() < limit {
            values.push(self.varint(span.end)? as i64);
        }
        Ok(values)
    }

    fn field(&mut self, span: Span) -> Result<(u32, Payload)> {
        let key = self.varint(span.end)?;
        let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or_else(|| malformed("a field has an impossible number"))?;
        let payload = match key & 7 {
            0 => Payload::Varint(self.varint(span.end)?),
            1 => self.fixed(span, 8).map(|()| Payload::Fixed64)?,
            2 => Payload::Bytes(self.content(span)?),
            5 => self.fixed(span, 4).map(|()| Payload::Fixed32)?,
            _ => return Err(malformed("a field has an unknown type")),
        };
        Ok((number, payload))
    }

    fn content(&mut self, span: Span) -> Result<Span> {
        let length = self.varint(span.end)?;
        let start = self.position;
        let end = start.checked_add(length).filter(|end| *end <= span.end);
        let end =
            end.ok_or_else(|| malformed("a part is longer than what holds it, so the file is cut short"))?;
        Ok(Span { start, end, depth: span.depth + 1 })
    }

    fn fixed(&mut self, span: Span, length: u64) -> Result<()> {
        if span.end - self.position < length {
            return Err(malformed("the file is cut short"));
        }
        self.seek(self.position + length)
    }

    fn varint(&mut self, end: u64) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            if self.position >= end {
                return Err(malformed("the file is cut short"));
            }
            let mut byte = [0];
            self.source.read_exact(&mut byte).map_err(cut_short)?;
            self.position += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        Err(malformed("a number runs on for too long"))
    }

    fn seek(&mut self, to: u64) -> Result<()> {
        let by = to.cast_signed() - self.position.cast_signed();
        self.source.seek_relative(by).map_err(cut_short)?;
        self.position = to;
        Ok(())
    }
}

pub(crate) fn malformed(how: &str) -> Error {
    Error::invalid(format!("not a readable ONNX model: {how}"))
        .hint("export it again, or check that the download is complete")
}

fn cut_short(cause: std::io::Error) -> Error {
    malformed("the file is cut short").because(cause)
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn wire(bytes: &[u8]) -> (Wire, Span) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Wire::open(file).unwrap()
    }

    fn numbers(bytes: &[u8]) -> Result<Vec<u32>> {
        let (mut wire, root) = wire(bytes);
        let mut seen = vec![];
        wire.each(root, |_, number, _| {
            seen.push(number);
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn unread_content_is_passed_over() {
        // 1: varint 150, 2: "ab", 3: fixed32, 4: fixed64
        let bytes = b"\x08\x96\x01\x12\x02ab\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0";
        assert_eq!(numbers(bytes).unwrap(), [1, 2, 3, 4]);
    }

    #[test]
    fn every_malformed_field_is_an_error() {
        for bytes in [
            &b"\x08"[..],
            b"\x12\x05ab",
            b"\x1d\0\0",
            b"\x00\x01",
            b"\x0b",
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert!(
                numbers(bytes).unwrap_err().message.starts_with("not a readable ONNX model"),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn packed_numbers_are_counted_and_read() {
        let (mut wire, root) = wire(b"\x0a\x04\x96\x01\x07\x00");
        wire.each(root, |wire, _, payload| {
            let Payload::Bytes(span) = payload else { panic!("{payload:?}") };
            assert_eq!(wire.count_varints(span).unwrap(), 3);
            assert_eq!(wire.varints(span, 2).unwrap(), [150, 7]);
            Ok(())
        })
        .unwrap();
    }
}
