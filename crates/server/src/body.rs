//! How requests are read: bodies up to a limit, JSON, and parameters, each refused in words.

use std::io::Read;

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tidegate_core::{Code, Error, Result};

use crate::{Limits, error::ApiError};

/// The chunks of a body, up to a number of bytes.
pub(crate) struct Chunks {
    stream: BodyDataStream,
    limit: u64,
    taken: u64,
}

impl Chunks {
    pub fn new(body: Body, limit: u64) -> Self {
        Self { stream: body.into_data_stream(), limit, taken: 0 }
    }

    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let Some(chunk) = self.stream.next().await else { return Ok(None) };
        let chunk = chunk.map_err(|cause| Error::invalid("the request's body broke off").because(cause))?;
        self.taken += chunk.len() as u64;
        if self.taken > self.limit {
            self.drain().await;
            return Err(too_large(self.limit));
        }
        Ok(Some(chunk))
    }

    /// A client that is still sending would see a broken connection instead of the answer, so as much again as
    /// was allowed is read and thrown away.
    async fn drain(&mut self) {
        while self.taken <= self.limit.saturating_mul(2) {
            match self.stream.next().await {
                Some(Ok(chunk)) => self.taken += chunk.len() as u64,
                _ => return,
            }
        }
    }

    async fn whole(mut self) -> Result<Bytes> {
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await? else { return Ok(first) };
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = self.next().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

fn too_large(limit: u64) -> Error {
    let limit =
        if limit.is_multiple_of(1 << 20) { format!("{} MiB", limit >> 20) } else { format!("{limit} bytes") };
    Error::new(Code::TooLarge, format!("the request's body is larger than the limit of {limit}"))
        .hint("send fewer rows at a time, or start the server with a higher limit")
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    /// With the header and checksum of zlib, as RFC 9110 has it.
    Deflate,
}

impl Coding {
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        match headers.get(header::CONTENT_ENCODING).map(|coding| coding.as_bytes()) {
            None | Some(b"identity") => Ok(Self::Identity),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip),
            Some(b"deflate") => Ok(Self::Deflate),
            Some(_) => {
                Err(Error::unsupported("this content-encoding is not taken")
                    .hint("use gzip, deflate or none"))
            }
        }
    }
}

async fn unpack(coding: Coding, packed: Bytes, limit: u64) -> Result<Bytes> {
    let work = move || match coding {
        Coding::Identity => Ok(packed),
        Coding::Gzip => read_up_to(flate2::read::MultiGzDecoder::new(&*packed), limit),
        Coding::Deflate => read_up_to(flate2::read::ZlibDecoder::new(&*packed), limit),
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => Err(Error::internal("the request's body could not be unpacked").because(panic)),
    }
}

/// A small body may hold a huge one: the limit holds for what comes out as well.
fn read_up_to(packed: impl Read, limit: u64) -> Result<Bytes> {
    let mut whole = Vec::new();
    packed
        .take(limit.saturating_add(1))
        .read_to_end(&mut whole)
        .map_err(|cause| Error::invalid("the request's compressed body is damaged").because(cause))?;
    if whole.len() as u64 > limit { Err(too_large(limit)) } else { Ok(whole.into()) }
}

/// The body, uncompressed, whatever its Content-Type, up to the limit for requests.
pub(crate) struct RawBody(pub Bytes);

impl<S> FromRequest<S> for RawBody
where
    Limits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let limit = Limits::from_ref(state).request;
        let coding = Coding::of(&parts.headers)?;
        let whole = Chunks::new(body, limit).whole().await?;
        Ok(Self(match coding {
            Coding::Identity => whole,
            packed => unpack(packed, whole, limit).await?,
        }))
    }
}

/// A body of JSON; an empty one reads as `{}`.
pub(crate) struct JsonBody<T>(pub T);

impl<S, T: DeserializeOwned> FromRequest<S> for JsonBody<T>
where
    Limits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        Ok(Self(json(&bytes)?))
    }
}

pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes)
        .map_err(|error| Error::invalid(format!("the request's JSON can't be read: {error}")).because(error))
}

/// The query string.
pub(crate) struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(Error::invalid(format!("the query can't be read: {error}")).into()),
        }
    }
}

/// The parameters of the path.
pub(crate) struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(error) => Err(Error::not_found(format!("there is no such path: {error}")).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: usize, limit: u64) -> Result<Bytes> {
        Chunks::new(Body::from(vec![7; bytes]), limit).whole().await
    }

    #[tokio::test]
    async fn a_body_is_taken_up_to_its_limit() {
        assert_eq!(read(9, 9).await.unwrap(), vec![7; 9]);
        let error = read(10, 9).await.unwrap_err();
        assert_eq!(error.code, Code::TooLarge);
        assert!(error.message.contains("9 bytes"), "{error}");
        assert!(too_large(64 << 20).message.contains("64 MiB"));
    }

    fn coding(name: &str) -> Result<Coding> {
        Coding::of(&HeaderMap::from_iter([(header::CONTENT_ENCODING, name.parse().unwrap())]))
    }

    #[tokio::test]
    async fn a_compressed_body_is_unpacked_up_to_the_same_limit() {
        let plain = vec![7; 1_000];
        let mut gzip = flate2::read::GzEncoder::new(&*plain, flate2::Compression::best());
        let mut zlib = flate2::read::ZlibEncoder::new(&*plain, flate2::Compression::best());
        for (name, packer) in [("gzip", &mut gzip as &mut dyn Read), ("deflate", &mut zlib)] {
            let mut packed = Vec::new();
            packer.read_to_end(&mut packed).unwrap();
            let unpacked =
                |bytes: &[u8], limit| unpack(coding(name).unwrap(), Bytes::copy_from_slice(bytes), limit);
            assert_eq!(unpacked(&packed, 1_000).await.unwrap(), plain);
            assert_eq!(unpacked(&packed, 999).await.unwrap_err().code, Code::TooLarge, "{name}");
            assert_eq!(unpacked(&packed[..9], 1_000).await.unwrap_err().code, Code::Invalid, "{name}");
        }
        assert_eq!(coding("br").unwrap_err().code, Code::Unsupported);
    }
}
