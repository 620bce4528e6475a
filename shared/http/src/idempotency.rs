//! `Idempotency-Key`: a request that may be sent again, and is carried out once in 24 hours.
//!
//! A key is optional where a double does no harm, and required where points or money move
//! ([`KeyedBody::required`]). A purchase needs none: its receipt is its key.

use crate::body::{LARGEST, too_large};
use crate::codes::{self, Code};
use crate::problem::Kind;
use crate::{FieldError, JsonBody, Problem};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Answered, IdempotencyKey};

/// The header that says that an answer was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// [`REPLAYED`], where an answer was given before.
pub type Replayed = Option<[(HeaderName, &'static str); 1]>;

/// The header of an answer that was given before.
#[must_use]
pub fn replayed(before: bool) -> Replayed {
    before.then_some([(REPLAYED, "true")])
}

/// What was done, and the header where it was done before.
pub fn told<T>(answered: Answered<T>) -> (T, Replayed) {
    match answered {
        Answered::New(done) => (done, None),
        Answered::Replayed(done) => (done, replayed(true)),
    }
}

/// The header, as requests spell it.
pub(crate) const HEADER: &str = "Idempotency-Key";
/// The most characters of a key.
const LONGEST: usize = 255;

/// A body read as JSON, with the request's key where it has one. The same request is the same method,
/// path and body, byte for byte.
pub struct KeyedBody<T> {
    /// The key.
    pub key: Option<IdempotencyKey>,
    /// The body.
    pub body: T,
}

impl<T> KeyedBody<T> {
    /// The key and the body, for an operation that moves points or money.
    ///
    /// # Errors
    /// [`Kind::Malformed`] with the code `idempotency_key_missing`.
    pub fn required(self) -> Result<(IdempotencyKey, T), Problem> {
        let Self { key, body } = self;
        let missing = || {
            let detail =
                "must be sent: this moves points, and a request sent twice must do so once";
            refused(codes::IDEMPOTENCY_KEY_MISSING, detail)
        };
        Ok((key.ok_or_else(missing)?, body))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for KeyedBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (key, request) = keyed(request).await?;
        let JsonBody(body) = JsonBody::from_request(request, state).await?;
        Ok(Self { key, body })
    }
}

/// A request with its key, where it has one.
async fn keyed(request: Request) -> Result<(Option<IdempotencyKey>, Request), Problem> {
    let (parts, body) = request.into_parts();
    let text = key_of(&parts.headers)?;
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| too_large())?;
    let key = text.map(|text| {
        let fingerprint = Sha256::new()
            .chain_update(parts.method.as_str())
            .chain_update(b"\0")
            .chain_update(parts.uri.path())
            .chain_update(b"\0")
            .chain_update(&bytes)
            .finalize();
        IdempotencyKey { text, fingerprint: fingerprint.into() }
    });
    Ok((key, Request::from_parts(parts, Body::from(bytes))))
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut sent = headers.get_all(HEADER).iter();
    let Some(key) = sent.next() else { return Ok(None) };
    let bytes = key.as_bytes();
    let fits = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match key.to_str() {
        Ok(text) if fits && sent.next().is_none() => Ok(Some(text.to_owned())),
        _ => Err(refused(
            codes::IDEMPOTENCY_KEY,
            "must be one key of 1 to 255 visible ASCII characters: a UUID is a good one",
        )),
    }
}

fn refused(code: Code, detail: &str) -> Problem {
    let error = FieldError::of_parameter(HEADER, code, detail);
    Problem::fields(Kind::Malformed, vec![error]).coded(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use rstest::rstest;
    use serde_json::Value;

    fn read(path: &str, key: Option<&[u8]>, body: &str) -> Result<KeyedBody<Value>, Problem> {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        block_on(KeyedBody::from_request(request.body(Body::from(body.to_owned())).unwrap(), &()))
    }

    fn fingerprint(path: &str, body: &str) -> [u8; 32] {
        read(path, Some(b"k"), body).ok().unwrap().key.unwrap().fingerprint
    }

    #[test]
    fn the_same_request_is_the_same_path_and_body() {
        assert_eq!(fingerprint("/a", "{}"), fingerprint("/a", "{}"));
        assert_ne!(fingerprint("/a", "{}"), fingerprint("/b", "{}"));
        assert_ne!(fingerprint("/a", "{}"), fingerprint("/a", "{ }"));
    }

    #[test]
    fn a_key_is_optional_unless_the_operation_requires_it() {
        assert!(read("/a", None, "{}").ok().unwrap().key.is_none());
        let refused = read("/a", None, "{}").ok().unwrap().required().err().unwrap();
        assert_eq!((refused.kind(), refused.code()), (Kind::Malformed, "idempotency_key_missing"));
        let (key, _) = read("/a", Some(b"k"), "{}").ok().unwrap().required().ok().unwrap();
        assert_eq!(key.text, "k");
    }

    #[rstest]
    #[case(b"", false)]
    #[case(b"two words", false)]
    #[case("cl\u{e9}".as_bytes(), false)]
    #[case(&[b'k'; 256], false)]
    #[case(&[b'k'; 255], true)]
    #[case(b"8f14e45f-ceea-467f-a9d1-2b7c5a1f6d3e", true)]
    fn a_key_is_visible_ascii_of_a_bounded_length(#[case] key: &[u8], #[case] fits: bool) {
        let refused = read("/a", Some(key), "{}").err().map(|problem| problem.code());
        assert_eq!(refused, (!fits).then_some("idempotency_key"));
    }

    #[test]
    fn a_body_is_read_as_without_a_key() {
        let code = |body: &str| read("/a", Some(b"k"), body).err().unwrap().code();
        assert_eq!(code("{"), "malformed");
        assert_eq!(code(&format!("\"{}\"", "x".repeat(LARGEST))), "body_too_large");
    }
}
