//! The signature of a posted event, by Standard Webhooks 1.0: a receiver verifies the signature with any
//! library of that convention.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The value of the header `webhook-signature`: for each key, `v1,` and the HMAC-SHA256 in base64 of the
/// event's identifier, the second of the attempt and the body, joined by full stops.
#[must_use]
pub fn sign(keys: &[&[u8]], id: &str, second: i64, body: &str) -> String {
    let content = format!("{id}.{second}.{body}");
    let signatures = keys.iter().filter_map(|key| {
        // HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(content.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document that holds the example.
    const GUIDE: &str = include_str!("../../../docs/webhooks.md");

    #[test]
    fn the_test_vector_of_standard_webhooks_has_the_same_signature() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            sign(&[&key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_example_of_the_guide_has_the_signature_of_the_guide() {
        let value = |name: &str| {
            let line = GUIDE.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("no {name} in the guide"))
        };
        let key = STANDARD.decode(value("secret").strip_prefix("whsec_").unwrap()).unwrap();
        let second = value("webhook-timestamp").parse().unwrap();
        let signature = sign(&[&key], value("webhook-id"), second, value("body"));
        assert_eq!(signature, value("webhook-signature"));
    }

    #[test]
    fn during_a_rotation_both_secrets_sign() {
        let signature = sign(&[b"new", b"old"], "evt_1", 1, "{}");
        let (new, old) = signature.split_once(' ').unwrap();
        assert_eq!(new, sign(&[b"new"], "evt_1", 1, "{}"));
        assert_eq!(old, sign(&[b"old"], "evt_1", 1, "{}"));
    }
}
