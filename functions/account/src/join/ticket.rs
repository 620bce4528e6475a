//! The two cookies of joining: the mobile that a code was sent to, sealed, and then the ticket of the proved mobile.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Mobile;
use domain::sign_in::code::{CODE_SECONDS, TICKET_SECONDS};
use store::{Scope, StoreError};
use web::cookie::{Cookie, SetCookie};

const MOBILE: Cookie = Cookie::new("mobile");
pub(super) const TICKET: Cookie = Cookie::new("ticket");
/// The name under which the mobile is sealed.
const SEALED_AS: &str = "joining";

/// The cookie of the mobile that a code was sent to. Only this service opens it.
pub(super) fn keep_mobile(scope: &Scope, mobile: &Mobile) -> Result<SetCookie, StoreError> {
    let sealed = scope.seal_position(SEALED_AS, mobile.as_str().as_bytes())?;
    Ok(MOBILE.set(&URL_SAFE_NO_PAD.encode(sealed), seconds(CODE_SECONDS)))
}

/// The mobile of the cookie; `None` without one, or with one of another merchant.
pub(super) fn mobile(scope: &Scope, headers: &HeaderMap) -> Option<Mobile> {
    let sealed = URL_SAFE_NO_PAD.decode(MOBILE.read(headers)?).ok()?;
    let opened = scope.open_position(SEALED_AS, &sealed).ok()?;
    Mobile::parse(std::str::from_utf8(&opened).ok()?).ok()
}

/// The cookie of a ticket.
pub(super) fn keep_ticket(secret: &str) -> SetCookie {
    TICKET.set(secret, seconds(TICKET_SECONDS))
}

/// Removes both cookies.
pub(super) fn clear() -> (SetCookie, SetCookie) {
    (MOBILE.clear(), TICKET.clear())
}

fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
