//! The bytes of a zip file (PKWARE's APPNOTE 6.3, without what only large archives need). Nothing of the time goes in:
//! the same files give the same bytes.

use std::io::{self, Write};

use flate2::{Compression, Crc, write::DeflateEncoder};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 2.0, the first with deflate; made on Unix, so that the permissions count.
const VERSION: u16 = 20;
const MADE_BY: u16 = (3 << 8) | VERSION;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const DEFLATE: u16 = 8;
/// 1980-01-01, the earliest there is.
const DATE: u16 = (1 << 5) | 1;
/// A file that all may read and run.
const FILE: u32 = 0o100_755 << 16;

/// Fits what is at most 4 GiB and 65,535 files together.
#[derive(Debug, Default)]
pub struct Zip {
    bytes: Vec<u8>,
    central: Vec<u8>,
    files: u16,
}

impl Zip {
    /// Adds a file; names have `/` between their parts.
    pub fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut crc = Crc::new();
        crc.update(content);
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(content)?;
        let deflated = deflated.finish()?;
        let length = |bytes: usize| u32::try_from(bytes).map_err(io::Error::other);
        let offset = length(self.bytes.len())?;
        let name_length = u16::try_from(name.len()).map_err(io::Error::other)?;
        self.files = self.files.checked_add(1).ok_or_else(|| io::Error::other("more than 65535 files"))?;

        let mut shared = Vec::new();
        for half in [VERSION, FLAGS, DEFLATE, 0, DATE] {
            shared.extend(half.to_le_bytes());
        }
        for whole in [crc.sum(), length(deflated.len())?, length(content.len())?] {
            shared.extend(whole.to_le_bytes());
        }
        shared.extend(name_length.to_le_bytes());
        // No extra field.
        shared.extend(0_u16.to_le_bytes());

        self.bytes.extend(LOCAL.to_le_bytes());
        self.bytes.extend(&shared);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(deflated);

        self.central.extend(CENTRAL.to_le_bytes());
        self.central.extend(MADE_BY.to_le_bytes());
        self.central.extend(shared);
        // No comment, the first disk, not text.
        self.central.extend([0; 6]);
        self.central.extend(FILE.to_le_bytes());
        self.central.extend(offset.to_le_bytes());
        self.central.extend(name.as_bytes());
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let length = |bytes: usize| u32::try_from(bytes).map_err(io::Error::other);
        let (size, offset) = (length(self.central.len())?, length(self.bytes.len())?);
        self.bytes.extend(self.central);
        self.bytes.extend(END.to_le_bytes());
        self.bytes.extend([0; 4]);
        for half in [self.files, self.files] {
            self.bytes.extend(half.to_le_bytes());
        }
        for whole in [size, offset] {
            self.bytes.extend(whole.to_le_bytes());
        }
        self.bytes.extend(0_u16.to_le_bytes());
        Ok(self.bytes)
    }
}
