//! Authentication. The operator sends the operator's key, and a till sends a key of its establishment.
//!
//! The tenant comes from the key and from nothing else. The answer to a key that is not accepted says whether the
//! request has no key or a text that is no key. It does not say whether a key is unknown or revoked.

use crate::access::gate::{Gate, Till};
use crate::access::till_key::Presented;
use crate::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use domain::{Credential, Instant};
use store::{ErrorChain, Scope, StoreError};

/// The holder of an accepted key.
pub(crate) enum Authenticated {
    Operator,
    /// Boxed, because a till is much larger than the operator.
    Till(Box<Till>),
}

impl Gate {
    /// The holder of the key that a request sends.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`]; [`Kind::Forbidden`] after the end of the merchant's contract.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<Authenticated, Problem> {
        let Some(sent) = headers.get(AUTHORIZATION) else { return Err(unauthenticated(ABSENT)) };
        let token = sent.to_str().ok().and_then(token).ok_or_else(|| unauthenticated(MALFORMED))?;
        let Some(presented) = Presented::read(token) else {
            let is_operator = self.is_operator(token).await?;
            let operator = is_operator.then_some(Authenticated::Operator);
            return operator.ok_or_else(|| unauthenticated(MALFORMED));
        };
        let now = (self.clock)();
        if self.rejected.has(token, presented.merchant, now) {
            return Err(unauthenticated(NOT_IN_USE));
        }
        let Some(till) = self.till(&presented, now).await? else {
            self.rejected.reject(token, now);
            return Err(unauthenticated(NOT_IN_USE));
        };
        Ok(Authenticated::Till(Box::new(till)))
    }

    /// The till whose key `presented` is: no round trip while the settings of its merchant are cached, else 1.
    ///
    /// A key that is absent from the cached settings may be new: the settings are then read again, a bounded
    /// number of times. A key is refused from the day after the contract of its merchant ends.
    async fn till(&self, presented: &Presented, now: Instant) -> Result<Option<Till>, Problem> {
        let mut settings = match self.store.cached_settings(presented.merchant, now).await {
            Ok(settings) => settings,
            Err(StoreError::NotFound(_)) => {
                self.rejected.reject_merchant(presented.merchant, now);
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        if settings.keys.iter().all(|key| key.id != presented.id) {
            if !self.rejected.may_refresh(presented.merchant, now) {
                return Err(unauthenticated(NOT_IN_USE));
            }
            settings = self.store.settings_fresh(presented.merchant, now).await?;
        }
        let Some(key) = presented.among(&settings.keys) else { return Ok(None) };
        let Some(establishment) = settings.establishments.get(&key.establishment).cloned() else {
            return Ok(None);
        };
        if settings.contract_has_ended(now) {
            let detail =
                "This merchant's contract has ended, and its keys with it: write to ZEROSIX.";
            return Err(Problem::new(Kind::Forbidden, detail));
        }
        let (key, mode, key_scope) = (key.id, key.mode, key.scope);
        let scope = Scope { settings, mode, credential: Credential::Key(key) };
        Ok(Some(Till { scope, establishment, key, key_scope }))
    }

    async fn is_operator(&self, token: &str) -> Result<bool, Problem> {
        let is = self.operator_key.is(token, (self.clock)()).await;
        is.map_err(|error| Problem::unavailable(ErrorChain(error.as_ref()).to_string()))
    }
}

const ABSENT: &str = "The request has no key: send one in the header Authorization: Token <key>.";
const MALFORMED: &str = "The header Authorization holds no key: send Authorization: Token <key>, with the whole key, as in \
                         zs_live_… or zs_test_….";
const NOT_IN_USE: &str =
    "The key is not in use: it is unknown, or it was revoked. Send another one.";

/// The key in the value of the header `Authorization`.
fn token(sent: &str) -> Option<&str> {
    let (scheme, token) = sent.split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("Token") || scheme.eq_ignore_ascii_case("Bearer");
    Some(token.trim()).filter(|token| is_known && !token.is_empty())
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(Kind::Unauthenticated, detail)
}
