//! A cursor: the position after which a page begins, sealed by the merchant's key (AES-256-GCM) and written in
//! base64url. Merchant, mode and list are the associated data. So a forged cursor, a cursor of another
//! merchant and a cursor of another list are refused, without a round trip.

use crate::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Scope;

/// The most characters of a cursor: more than any cursor that this API gives.
pub const LONGEST: usize = 8_192;
/// The fewest bytes of a sealed position: the header of the envelope, the nonce and the tag.
const FEWEST_BYTES: usize = 31;

/// A cursor of a request, not opened yet.
#[derive(Debug)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Reads the text of a cursor; `None` for a text that is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        (sealed.len() >= FEWEST_BYTES).then_some(Self(sealed))
    }

    /// The position, where this API gave the cursor for this list of the scope's tenant.
    pub(crate) fn open<P: DeserializeOwned>(&self, scope: &Scope, list: &str) -> Option<P> {
        let position = scope.open_position(list, &self.0).ok()?;
        serde_json::from_slice(&position).ok()
    }
}

/// The cursor of the page after `position`; `None` where there is no further page. `list` names the list and
/// everything that its entries depend on.
///
/// # Errors
/// A defect where `position` cannot be written as JSON. A struct of plain fields always can.
pub fn next<P: Serialize>(
    scope: &Scope,
    list: &str,
    position: Option<&P>,
) -> Result<Option<String>, Problem> {
    let Some(position) = position else { return Ok(None) };
    let json = serde_json::to_vec(position).map_err(|error| Problem::defect(error.to_string()))?;
    Ok(Some(URL_SAFE_NO_PAD.encode(scope.seal_position(list, &json)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::empty("")]
    #[case::short("nonsense")]
    #[case::no_base64("é/+=")]
    #[case::giant(&"A".repeat(LONGEST + 1))]
    fn a_text_that_is_no_cursor_is_not_read(#[case] text: &str) {
        assert!(Cursor::read(text).is_none());
    }

    #[test]
    fn the_longest_cursor_is_read() {
        assert!(Cursor::read(&"A".repeat(LONGEST)).is_some());
    }
}
