//! Sinch's signature of a callback.
//!
//! Source: developers.sinch.com/docs/sms (webhooks).

use crate::providers::callback::Callback;
use crate::providers::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use sha2::Sha256;

/// The longest time between a signature's timestamp and now, in either direction.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The headers of a signature.
pub(crate) struct Signature<'a> {
    /// `x-sinch-webhook-signature-nonce`.
    pub(crate) nonce: &'a str,
    /// `x-sinch-webhook-signature-timestamp`, in seconds.
    pub(crate) timestamp: &'a str,
    /// `x-sinch-webhook-signature`: the base64 of HMAC-SHA256 over body, nonce and timestamp, joined by dots.
    pub(crate) digest: &'a str,
}

impl<'a> Signature<'a> {
    /// The signature of a callback. A missing header is empty.
    pub(crate) fn of(callback: &Callback<'a>) -> Self {
        Self {
            nonce: callback.header("x-sinch-webhook-signature-nonce"),
            timestamp: callback.header("x-sinch-webhook-signature-timestamp"),
            digest: callback.header("x-sinch-webhook-signature"),
        }
    }

    /// Whether `key` signed `body` in the last 5 minutes. The comparison takes the same time wherever the
    /// signatures differ.
    pub(crate) fn verify(&self, key: &Secret, body: &[u8], now: Instant) -> bool {
        let is_recent = self
            .timestamp
            .parse()
            .ok()
            .and_then(|second| Instant::from_second(second).ok())
            .is_some_and(|at| now.duration_since(at).abs() <= MAX_SKEW);
        let (Ok(digest), Ok(mut hmac)) = (
            STANDARD.decode(self.digest.trim()),
            Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()),
        ) else {
            return false;
        };
        for part in [body, b".", self.nonce.as_bytes(), b".", self.timestamp.as_bytes()] {
            hmac.update(part);
        }
        let is_genuine = hmac.verify_slice(&digest).is_ok();
        is_genuine && is_recent && !key.expose().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const BODY: &[u8] = br#"{"type":"mo_text","body":"STOP"}"#;

    /// The signature by openssl: `printf '%s.%s.%s' body nonce timestamp | openssl dgst -sha256 -hmac …`.
    const SIGNATURE: &str = "XqJlxnXd+F1pPk7tqZmLgEkSfAzdkaMzuTFWud4Uc0g=";

    #[rstest]
    #[case("s3cret", BODY, "nonce", "1795515300", SIGNATURE, 0, true)]
    #[case("s3cret", BODY, "nonce", "1795515300", SIGNATURE, 300, true)]
    #[case("s3cret", BODY, "nonce", "1795515300", SIGNATURE, -300, true)]
    #[case("s3cret", BODY, "nonce", "1795515300", SIGNATURE, 301, false)]
    #[case("s3cret", BODY, "nonce", "1795515300", SIGNATURE, -301, false)]
    #[case("another", BODY, "nonce", "1795515300", SIGNATURE, 0, false)]
    #[case("s3cret", b"{}", "nonce", "1795515300", SIGNATURE, 0, false)]
    #[case("s3cret", BODY, "other", "1795515300", SIGNATURE, 0, false)]
    #[case("s3cret", BODY, "nonce", "1795515301", SIGNATURE, 0, false)]
    #[case("s3cret", BODY, "nonce", "", SIGNATURE, 0, false)]
    #[case("s3cret", BODY, "nonce", "1795515300", "", 0, false)]
    #[case("s3cret", BODY, "nonce", "1795515300", "not base64", 0, false)]
    fn only_a_signature_of_the_last_5_minutes_is_genuine(
        #[case] key: &str,
        #[case] body: &[u8],
        #[case] nonce: &str,
        #[case] timestamp: &str,
        #[case] digest: &str,
        #[case] later: i64,
        #[case] genuine: bool,
    ) {
        let now = Instant::from_second(1_795_515_300 + later).unwrap();
        let key = Secret::new(key.to_owned());
        let signature = Signature { nonce, timestamp, digest };
        assert_eq!(signature.verify(&key, body, now), genuine);
    }
}
