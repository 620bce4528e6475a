//! Consents and oppositions of the members that the tests share.

use domain::member::consent::{Consent, ConsentSource, Opposition, OppositionReason};
use domain::{Credential, Instant};
use store::ConsentChange;

/// A consent of the person at the counter, without the operator.
#[must_use]
pub fn consent(at: Instant) -> ConsentChange {
    ConsentChange::Consent(Consent {
        at,
        source: ConsentSource::Till,
        text_version: "2026-01".to_owned(),
        establishment: None,
        operator: None,
        parent: None,
        by: Credential::Service,
    })
}

/// An opposition of the person.
#[must_use]
pub const fn opposition(at: Instant, reason: OppositionReason) -> Opposition {
    Opposition { at, reason, by: Credential::Service }
}
