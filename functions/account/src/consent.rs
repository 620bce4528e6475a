//! A consent that a person gives on a page, with the version of the text that the page shows.

use domain::member::consent::Consent;
use domain::values::calendar::whole_second;
use domain::{ConsentSource, EstablishmentId, Instant};
use store::{ConsentChange, Scope};

/// The texts of consents that pages show. Who changes such a text gives it another version.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ConsentText {
    /// The page of the details, when a person joins.
    Joining,
    /// The page of the preferences.
    Preferences,
}

impl ConsentText {
    const fn version(self) -> &'static str {
        match self {
            Self::Joining => "compte-2026-11",
            Self::Preferences => "preferences-2026-11",
        }
    }
}

/// The consent of a person who ticked a box, at the counter of an establishment or elsewhere.
pub(crate) fn consent(
    scope: &Scope,
    text: ConsentText,
    establishment: Option<EstablishmentId>,
    now: Instant,
) -> ConsentChange {
    ConsentChange::Consent(Consent {
        at: whole_second(now),
        source: ConsentSource::Member,
        text_version: text.version().to_owned(),
        establishment,
        operator: None,
        parent: None,
        by: scope.credential,
    })
}
