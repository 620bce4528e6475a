//! The session of a member: the cookie, and the check of every page that needs one.

use crate::context::App;
use crate::merchant;
use crate::page::failed;
use crate::secret::Secret;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::sign_in::session::LONGEST_SECONDS;
use domain::{MemberId, MerchantId};
use store::{Scope, SessionState, StoreError};
use web::Visit;
use web::cookie::{Cookie, SetCookie};

const SESSION: Cookie = Cookie::new("session");

/// A member who is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) scope: Scope,
    /// The member to whom the login belongs. After a merge it may be an absorbed member.
    pub(crate) member: MemberId,
    pub(crate) secret_hash: [u8; 32],
}

/// Why a request has no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSession {
    /// No cookie.
    Absent,
    /// A session that has ended by time. The browser keeps the stored card: the person may be on the way to the till.
    Expired,
    /// A session that something else has ended, or a text that is none. The browser forgets the stored card.
    Ended,
    /// A session at another merchant.
    OfAnotherMerchant,
}

impl NoSession {
    /// The value of the query field that tells the sign-in page what to say.
    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Expired => Some("expired"),
            Self::Ended => Some("ended"),
            Self::OfAnotherMerchant => Some("other"),
        }
    }
}

/// The cookie of a new session.
pub(crate) fn begin(merchant: MerchantId, member: MemberId, secret: &Secret) -> SetCookie {
    let seconds = u32::try_from(LONGEST_SECONDS).unwrap_or(u32::MAX);
    SESSION.set(&format!("{merchant}.{member}.{}", secret.as_str()), seconds)
}

/// Removes the cookie.
pub(crate) fn end() -> SetCookie {
    SESSION.clear()
}

/// The member who is signed in at the merchant of the path: 1 read unit. Otherwise the redirect to the sign-in page.
pub(crate) async fn signed_in(
    app: &App,
    visit: &Visit,
    merchant: &str,
    headers: &HeaderMap,
) -> Result<SignedIn, Response> {
    let scope = merchant::scope(app, visit, merchant).await?;
    let id = scope.settings.merchant.id;
    match find(app, scope, headers).await {
        Ok(Ok(member)) => Ok(member),
        Ok(Err(why)) => Err(to_sign_in(visit, id, why)),
        Err(error) => Err(failed(visit.clone(), &error)),
    }
}

/// The member whose session the cookie names: 1 read unit.
pub(crate) async fn find(
    app: &App,
    scope: Scope,
    headers: &HeaderMap,
) -> Result<Result<SignedIn, NoSession>, StoreError> {
    let Some(cookie) = SESSION.read(headers) else { return Ok(Err(NoSession::Absent)) };
    let Some((of, member, secret)) = read(&cookie) else { return Ok(Err(NoSession::Ended)) };
    if of != scope.settings.merchant.id {
        return Ok(Err(NoSession::OfAnotherMerchant));
    }
    let secret_hash = secret.hash();
    let state = app.store.session_state(&scope, member, &secret_hash, app.now()).await?;
    Ok(match state {
        SessionState::Open => Ok(SignedIn { scope, member, secret_hash }),
        SessionState::Expired => Err(NoSession::Expired),
        SessionState::Ended => Err(NoSession::Ended),
    })
}

/// The redirect to the sign-in page, which says why there is no session.
pub(crate) fn to_sign_in(visit: &Visit, merchant: MerchantId, why: NoSession) -> Response {
    tracing::info!(%merchant, reason = why.reason(), "no session");
    let reason = why.reason().map_or_else(String::new, |reason| format!("?reason={reason}"));
    visit.redirect(&format!("/sign-in/{merchant}{reason}"))
}

fn read(cookie: &str) -> Option<(MerchantId, MemberId, Secret)> {
    let mut parts = cookie.splitn(3, '.');
    let merchant = MerchantId::parse(parts.next()?).ok()?;
    let member = MemberId::parse(parts.next()?).ok()?;
    Some((merchant, member, Secret::of_cookie(parts.next()?)))
}
