//! Who calls: the operator by the operator's key, a till by its establishment's key. The tenant
//! comes from the key and from nothing else. Whatever is wrong with a key, the answer is the same.

use crate::Problem;
use crate::operator::OperatorKey;
use crate::problem::Kind;
use crate::rate_limit::RateLimits;
use crate::requests::Notes;
use crate::till_key::Presented;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::{Establishment, Instant, KeyId, MerchantId};
use std::sync::Arc;
use store::{ErrorChain, Scope, Store, StoreError};

/// The clock: a test's stands still.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What it takes to tell who calls.
#[derive(Clone)]
pub struct Gate {
    /// Where tills' keys are.
    pub store: Store,
    /// The operator's key.
    pub operator_key: Arc<OperatorKey>,
    /// What each till's key has used of its quota, on this instance.
    pub rate_limits: Arc<RateLimits>,
    /// The clock.
    pub clock: Clock,
}

/// Who calls, as the log names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The operator.
    Operator,
    /// A till.
    Till {
        /// Its merchant.
        merchant: MerchantId,
        /// Its key.
        key: KeyId,
    },
}

impl Caller {
    /// The merchant of a till.
    #[must_use]
    pub const fn merchant(&self) -> Option<MerchantId> {
        match self {
            Self::Operator => None,
            Self::Till { merchant, .. } => Some(*merchant),
        }
    }

    /// The key of a till.
    #[must_use]
    pub const fn key(&self) -> Option<KeyId> {
        match self {
            Self::Operator => None,
            Self::Till { key, .. } => Some(*key),
        }
    }
}

/// The operator (ZS SERVICES), who sets up merchants.
pub struct Operator;

/// A till, or a merchant's software, at one establishment.
#[derive(Clone)]
pub struct Till {
    /// Its merchant's data, live or test.
    pub scope: Scope,
    /// Its establishment.
    pub establishment: Establishment,
    /// Its key.
    pub key: KeyId,
}

impl Gate {
    /// The till whose key `token` is: no round trip while its merchant's settings are kept, else 1.
    /// A key that the kept settings do not have may have been made since: they are read anew. A key
    /// outlives its merchant's contract by no day.
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
        Ok(Some(Till { scope: Scope { settings, mode }, establishment, key }))
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
            note(parts, till.caller());
            gate.count(parts, &till).allowed()?;
            return Err(forbidden("This needs the operator's key; a till's key was sent."));
        }
        if !gate.is_operator(&token).await? {
            return Err(unauthenticated());
        }
        note(parts, Caller::Operator);
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
                note(parts, till.caller());
                gate.admit(parts, &till)?;
                Ok(till)
            }
            None if Presented::read(&token).is_none() && gate.is_operator(&token).await? => {
                note(parts, Caller::Operator);
                Err(forbidden("This needs an establishment's key; the operator's was sent."))
            }
            None => Err(unauthenticated()),
        }
    }
}

impl Till {
    fn caller(&self) -> Caller {
        Caller::Till { merchant: self.scope.settings.merchant.id, key: self.key }
    }
}

fn note(parts: &Parts, caller: Caller) {
    if let Some(notes) = Notes::of(&parts.extensions) {
        // Noted once a request; a second extractor would note the same.
        let _ = notes.caller.set(caller);
    }
}

fn token(parts: &Parts) -> Result<String, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
    let known = scheme.eq_ignore_ascii_case("Token") || scheme.eq_ignore_ascii_case("Bearer");
    if known && !token.trim().is_empty() {
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
