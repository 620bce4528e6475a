//! The session of a member: the cookie, and the check of every page that needs one.

use crate::context::App;
use crate::merchant;
use crate::page::failed;
use crate::secret::Secret;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::sign_in::session::LONGEST_SECONDS;
use domain::{MemberId, MerchantId};
use store::Scope;
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
enum NoSession {
    /// No cookie.
    Absent,
    /// A session that has ended, or a text that is none.
    Ended,
    /// A session at another merchant.
    OfAnotherMerchant,
}

impl NoSession {
    /// The value of the query field that tells the sign-in page what to say.
    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
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
    let refused = |why: NoSession| {
        tracing::info!(merchant = %id, reason = why.reason(), "no session");
        let reason = why.reason().map_or_else(String::new, |reason| format!("?reason={reason}"));
        visit.redirect(&format!("/sign-in/{id}{reason}"))
    };
    let Some(cookie) = SESSION.read(headers) else { return Err(refused(NoSession::Absent)) };
    let Some((of, member, secret)) = read(&cookie) else { return Err(refused(NoSession::Ended)) };
    if of != id {
        return Err(refused(NoSession::OfAnotherMerchant));
    }
    let secret_hash = secret.hash();
    match app.store.open_session(&scope, member, &secret_hash, app.now()).await {
        Ok(Some(_)) => Ok(SignedIn { scope, member, secret_hash }),
        Ok(None) => Err(refused(NoSession::Ended)),
        Err(error) => Err(failed(visit.clone(), &error)),
    }
}

fn read(cookie: &str) -> Option<(MerchantId, MemberId, Secret)> {
    let mut parts = cookie.splitn(3, '.');
    let merchant = MerchantId::parse(parts.next()?).ok()?;
    let member = MemberId::parse(parts.next()?).ok()?;
    Some((merchant, member, Secret::of_cookie(parts.next()?)))
}
