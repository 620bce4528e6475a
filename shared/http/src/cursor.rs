//! A cursor: the position after which a page begins, as an opaque text (JSON in base64url).
//!
//! A cursor holds at most keys of the caller's own tenant. A read from a cursor stays within the
//! caller's tenant, so a forged cursor, or a cursor of another tenant, shows nothing.

use crate::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most characters of a cursor: more than any cursor that this API gives.
pub const LONGEST: usize = 8_192;

/// The cursor of the page after `position`; `None` where there is no further page.
///
/// # Errors
/// A defect where `position` cannot be written as JSON. A struct of plain fields always can.
pub fn next<T: Serialize>(position: Option<&T>) -> Result<Option<String>, Problem> {
    position.map(encode).transpose().map_err(|error| Problem::defect(error.to_string()))
}

fn encode<T: Serialize>(position: &T) -> Result<String, serde_json::Error> {
    serde_json::to_vec(position).map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// Reads a cursor; `None` for a text that is not one.
#[must_use]
pub fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    if text.len() > LONGEST {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_another_text_does_not() {
        let position = (3_u8, "MEMBER#1".to_owned());
        let cursor = encode(&position).unwrap();
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(decode(&cursor), Some(position));
        assert_eq!(decode::<(u8, String)>("nonsense!"), None);
        assert_eq!(decode::<(u8, String)>(&encode(&"another").unwrap()), None);
        assert_eq!(decode::<String>(&encode(&"a".repeat(10_000)).unwrap()), None);
    }
}
