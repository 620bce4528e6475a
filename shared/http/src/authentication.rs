//! Authentication. The operator sends the operator's key, and a till sends a key of its establishment.
//!
//! The tenant comes from the key and from nothing else. The answer to a key that is not accepted does not
//! say why.

use crate::admission;
use crate::gate::{Caller, Gate, Operator, Till};
use crate::problem::{Kind, Problem};
use crate::request_details::RequestDetails;
use crate::till_key::Presented;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::Credential;
use store::{ErrorChain, Scope, StoreError};

impl Gate {
    /// The till whose key `token` is: no round trip while the settings of its merchant are cached, else 1.
    ///
    /// A key that is absent from the cached settings may be new: the settings are then read again. A key
    /// is refused from the day after the contract of its merchant ends.
    async fn till(&self, token: &str) -> Result<Option<Till>, Problem> {
        let Some(presented) = Presented::read(token) else { return Ok(None) };
        let now = (self.clock)();
        let mut settings = match self.store.settings(presented.merchant, now).await {
            Ok(settings) => settings,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if settings.keys.iter().all(|key| key.id != presented.id) {
            settings = self.store.settings_fresh(presented.merchant, now).await?;
        }
        let Some(key) = presented.among(&settings.keys) else { return Ok(None) };
        let Some(establishment) = settings.establishments.get(&key.establishment).cloned() else {
            return Ok(None);
        };
        if settings.contract_has_ended(now) {
            return Err(forbidden(
                "This merchant's contract has ended, and its keys with it: write to ZEROSIX.",
            ));
        }
        let (key, mode) = (key.id, key.mode);
        let scope = Scope { settings, mode, credential: Credential::Key(key) };
        Ok(Some(Till { scope, establishment, key }))
    }

    async fn is_operator(&self, token: &str) -> Result<bool, Problem> {
        let is = self.operator_key.is(token, (self.clock)()).await;
        is.map_err(|error| Problem::unavailable(ErrorChain(error.as_ref()).to_string()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gate = Gate::from_ref(state);
        let token = token(parts)?;
        if let Some(till) = gate.till(&token).await? {
            record(parts, till.caller());
            return Err(forbidden("This needs the operator's key; a till's key was sent."));
        }
        if !gate.is_operator(&token).await? {
            return Err(unauthenticated());
        }
        record(parts, Caller::Operator);
        Ok(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Till
where
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gate = Gate::from_ref(state);
        let token = token(parts)?;
        match gate.till(&token).await? {
            Some(till) => {
                record(parts, till.caller());
                admission::admit(parts, &till)?;
                Ok(till)
            }
            None if Presented::read(&token).is_none() && gate.is_operator(&token).await? => {
                record(parts, Caller::Operator);
                Err(forbidden("This needs an establishment's key; the operator's was sent."))
            }
            None => Err(unauthenticated()),
        }
    }
}

fn record(parts: &Parts, caller: Caller) {
    if let Some(details) = RequestDetails::of(&parts.extensions) {
        let _ = details.caller.set(caller);
    }
}

fn token(parts: &Parts) -> Result<String, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
    let is_known = scheme.eq_ignore_ascii_case("Token") || scheme.eq_ignore_ascii_case("Bearer");
    if is_known && !token.trim().is_empty() {
        Ok(token.trim().to_owned())
    } else {
        Err(unauthenticated())
    }
}

fn unauthenticated() -> Problem {
    Problem::new(
        Kind::Unauthenticated,
        "Send a key that is in use, in the header Authorization: Token <key>.",
    )
}

fn forbidden(detail: &str) -> Problem {
    Problem::new(Kind::Forbidden, detail)
}
