//! The requests of one source address, counted for all instances together.

use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::Instant;

/// What a source address is limited in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceLimit {
    /// Guesses of passwords.
    Guesses,
    /// Codes by SMS.
    Codes,
}

const HOUR_SECONDS: i64 = 3_600;

impl SourceLimit {
    const fn word(self) -> &'static str {
        match self {
            Self::Guesses => "GUESSES",
            Self::Codes => "CODES",
        }
    }

    const fn most(self) -> u32 {
        match self {
            Self::Guesses => domain::sign_in::guesses::GUESSES_PER_SOURCE,
            Self::Codes => domain::sign_in::code::CODES_PER_SOURCE,
        }
    }
}

impl Store {
    /// Counts a request of a source address before the request is served: 1 round trip, 1 write unit. `false` where the
    /// address has used up its requests of this hour of the clock. The address is stored as a keyed hash, for two hours.
    /// A call whose answer is lost may count twice.
    pub async fn claim_for_source(
        &self,
        scope: &Scope,
        source: &str,
        limit: SourceLimit,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let hash = scope.settings.vault.contact_hash("SOURCE", source);
        let hour = now.as_second().div_euclid(HOUR_SECONDS);
        let key = keys::source(scope.tenant(), &hash, limit.word(), hour);
        let count = Write::update(&key, "SET #ttl = :end ADD requests :one")
            .condition("attribute_not_exists(pk) OR requests < :most")
            .name("#ttl", "ttl")
            .value(":end", attributes::number((hour + 2) * HOUR_SECONDS))
            .value(":one", attributes::number(1))
            .value(":most", attributes::number(limit.most()));
        Ok(self.write(count).await?.is_done())
    }
}
