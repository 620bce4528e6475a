//! The callers of the API, and the state by which they are identified.

use crate::access::operator::OperatorKey;
use crate::access::rejected::RejectedKeys;
use domain::programme::Unit;
use domain::{Day, Establishment, Instant, KeyId, KeyScope, MerchantId};
use std::sync::Arc;
use store::{Scope, Store};

/// The clock. In tests it stands still.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The state that authentication needs.
#[derive(Clone)]
pub struct Gate {
    /// The store, which holds the keys of tills.
    pub store: Store,
    /// The operator's key.
    pub operator_key: Arc<OperatorKey>,
    /// The clock.
    pub clock: Clock,
    pub(crate) rejected: Arc<RejectedKeys>,
}

impl Gate {
    /// A gate that has rejected no key.
    #[must_use]
    pub fn new(store: Store, operator_key: OperatorKey, clock: Clock) -> Self {
        let operator_key = Arc::new(operator_key);
        Self { store, operator_key, clock, rejected: Arc::default() }
    }
}

/// The caller of a request, as the log line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The operator.
    Operator,
    /// A till.
    Till {
        /// The till's merchant.
        merchant: MerchantId,
        /// The till's key.
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
#[derive(Clone, Copy)]
pub struct Operator;

/// A till, or other software of a merchant, with a key of one establishment.
#[derive(Clone)]
pub struct Till {
    /// The data of the till's merchant, live or test.
    pub scope: Scope,
    /// The till's establishment.
    pub establishment: Establishment,
    /// The till's key.
    pub key: KeyId,
    /// The scope of the till's key.
    pub key_scope: KeyScope,
}

impl Till {
    /// The day at an instant, in the time zone of the establishment.
    #[must_use]
    pub fn day(&self, at: Instant) -> Day {
        Day::at(at, &self.establishment.time_zone)
    }

    /// The unit of the merchant's balances: points or cents.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.scope.settings.programmes.unit()
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller::Till { merchant: self.scope.settings.merchant.id, key: self.key }
    }
}
