//! The places at which the pages of a list begin, sealed with the merchant's key for the list of one member.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Scope, StoreError};

/// A place, as the text of a link. `list` names the list and its member.
pub(crate) fn seal<P: Serialize>(
    scope: &Scope,
    list: &str,
    place: &P,
) -> Result<String, StoreError> {
    let place = serde_json::to_vec(place).unwrap_or_default();
    Ok(URL_SAFE_NO_PAD.encode(scope.seal_position(list, &place)?))
}

/// The place of a link; `None` where the text was changed, or is of another list.
pub(crate) fn open<P: DeserializeOwned>(scope: &Scope, list: &str, text: &str) -> Option<P> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let place = scope.open_position(list, &sealed).ok()?;
    serde_json::from_slice(&place).ok()
}
