//! Whether a callback comes from whom it says. Comparisons take the same time wherever they fail.

use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How far a signature's timestamp may be from now, either way.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks Sinch's signature: the base64 of HMAC-SHA256 over body, nonce and timestamp (seconds),
/// joined by points, in `x-sinch-webhook-signature`, `-nonce` and `-timestamp`. `body` is what came
/// in, byte for byte. An older or a later timestamp than 5 minutes is refused.
#[must_use]
pub fn verify_sinch(
    secret: &Secret,
    body: &[u8],
    nonce: &str,
    timestamp: &str,
    signature: &str,
    now: Instant,
) -> bool {
    let is_recent = timestamp
        .parse()
        .ok()
        .and_then(|second| Instant::from_second(second).ok())
        .is_some_and(|at| now.duration_since(at).abs() <= MOST_SKEW);
    let (Ok(signature), Ok(mut hmac)) = (
        STANDARD.decode(signature.trim()),
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()),
    ) else {
        return false;
    };
    for part in [body, b".", nonce.as_bytes(), b".", timestamp.as_bytes()] {
        hmac.update(part);
    }
    let is_genuine = hmac.verify_slice(&signature).is_ok();
    is_genuine && is_recent && !secret.expose().is_empty()
}

/// Checks an `Authorization` header against the bearer token that we gave the provider.
#[must_use]
pub fn verify_bearer(expected: &Secret, header: &str) -> bool {
    let Some((scheme, token)) = header.split_once(' ') else { return false };
    let given = Sha256::digest(token.trim().as_bytes());
    let wanted = Sha256::digest(expected.expose().as_bytes());
    let is_same: bool = given.as_slice().ct_eq(wanted.as_slice()).into();
    is_same && scheme.eq_ignore_ascii_case("bearer") && !expected.expose().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const BODY: &[u8] = br#"{"type":"mo_text","body":"STOP"}"#;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    /// What openssl says: `printf '%s.%s.%s' body nonce timestamp | openssl dgst -sha256 -hmac …`.
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
    fn only_what_sinch_signed_a_moment_ago_is_genuine(
        #[case] key: &str,
        #[case] body: &[u8],
        #[case] nonce: &str,
        #[case] timestamp: &str,
        #[case] signature: &str,
        #[case] later: i64,
        #[case] genuine: bool,
    ) {
        let now = Instant::from_second(1_795_515_300 + later).unwrap();
        assert_eq!(verify_sinch(&secret(key), body, nonce, timestamp, signature, now), genuine);
    }

    #[rstest]
    #[case("t0ken", "Bearer t0ken", true)]
    #[case("t0ken", "bearer t0ken", true)]
    #[case("t0ken", "Bearer t0ke", false)]
    #[case("t0ken", "Basic t0ken", false)]
    #[case("t0ken", "t0ken", false)]
    #[case("t0ken", "", false)]
    #[case("", "Bearer ", false)]
    fn only_our_token_is_genuine(
        #[case] expected: &str,
        #[case] header: &str,
        #[case] genuine: bool,
    ) {
        assert_eq!(verify_bearer(&secret(expected), header), genuine);
    }
}
