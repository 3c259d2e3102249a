//! Messages on the pipes between parent and worker: magic with the protocol's version, length, postcard.
//! Must not know what the messages say.

use std::io::{Error, ErrorKind, Read, Result};

use serde::{Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The last byte is the version of the protocol: a program replaced on disk while it runs would otherwise start
/// a worker that reads the messages wrongly.
const MAGIC: [u8; 4] = *b"TGW\x01";
const PREFIX: usize = 8;

/// A whole frame, ready to be written in one piece.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>> {
    let mut frame = postcard::to_io(message, vec![0; PREFIX]).map_err(invalid)?;
    let length = u32::try_from(frame.len() - PREFIX).map_err(invalid)?;
    frame[..4].copy_from_slice(&MAGIC);
    frame[4..PREFIX].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    postcard::from_bytes(body).map_err(invalid)
}

/// The next frame's body; `None` when the other side closed its end.
pub fn read(from: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut prefix = [0; PREFIX];
    if let Err(error) = from.read_exact(&mut prefix) {
        return closed(error);
    }
    let mut body = vec![0; length(prefix)?];
    from.read_exact(&mut body)?;
    Ok(Some(body))
}

/// As [`read`], for the side that must not block.
pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Vec<u8>>> {
    let mut prefix = [0; PREFIX];
    if let Err(error) = from.read_exact(&mut prefix).await {
        return closed(error);
    }
    let mut body = vec![0; length(prefix)?];
    from.read_exact(&mut body).await?;
    Ok(Some(body))
}

fn closed(error: Error) -> Result<Option<Vec<u8>>> {
    if error.kind() == ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) }
}

fn length(prefix: [u8; PREFIX]) -> Result<usize> {
    let [a, b, c, d, length @ ..] = prefix;
    if [a, b, c, d] != MAGIC {
        return Err(invalid("the other process speaks another protocol: restart the program"));
    }
    Ok(u32::from_le_bytes(length) as usize)
}

fn invalid(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::InvalidData, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_one_by_one_and_the_end_is_seen() {
        let stream = [encode(&"first").unwrap(), encode(&vec![7_u8; 3]).unwrap()].concat();
        let mut reader = stream.as_slice();
        assert_eq!(decode::<String>(&read(&mut reader).unwrap().unwrap()).unwrap(), "first");
        assert_eq!(decode::<Vec<u8>>(&read(&mut reader).unwrap().unwrap()).unwrap(), [7; 3]);
        assert!(read(&mut reader).unwrap().is_none());
    }

    #[test]
    fn another_version_is_refused() {
        let mut frame = encode(&1_u8).unwrap();
        frame[3] += 1;
        assert_eq!(read(&mut frame.as_slice()).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
