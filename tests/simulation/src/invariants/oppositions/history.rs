//! The history of a member's consents permits each message to the member.
//!
//! The history shows when the invocation of a change began, and a message shows when the invocation of its sending
//! began. A change is stored, and consents are read, at any time of their invocations. So a consent permits a message
//! that may have read it, and an opposition forbids only the messages that must have read it.

use super::{Row, time_limit, unmerged};
use crate::invariants::Rest;
use crate::world::function::Function;
use domain::member::consent::{ChannelConsent, Opposition};
use domain::{Credential, Instant};
use futures::future;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use store::{CONSENT_CHANGES_KEPT, ConsentChange, RecordedChange, Scope};

/// Messages to a member that the history of the member's consents did not permit.
pub(super) async fn check(rest: &Rest, scope: &Scope, rows: &[Row]) -> Vec<String> {
    let store = rest.store();
    let mut by_member: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_member.entry(&row.member).or_default().push(row);
    }
    let tenant = scope.tenant();
    let mut violations = Vec::new();
    for (id, rows) in by_member {
        let Some(member) = unmerged(rest, tenant, id) else { continue };
        let read =
            future::try_join(store.consent_history(scope, member), store.member(scope, member));
        let (history, consents) = match read.await {
            Ok((history, read)) => (history, read.person.consents),
            Err(error) => {
                violations.push(format!("the history of {member}: {error}"));
                continue;
            }
        };
        for row in rows {
            // Of a long history, the first changes are forgotten.
            if consents.of(row.channel).changes > CONSENT_CHANGES_KEPT {
                continue;
            }
            let of_channel = history.iter().filter(|change| change.channel == row.channel);
            let mut changes: Vec<&RecordedChange> = of_channel.collect();
            changes.reverse();
            if !permitted(&changes, row.sent_at) {
                let (campaign, sent_at) = (&row.campaign, row.sent_at);
                violations.push(format!("{member} got {campaign} at {sent_at} without consent"));
            }
        }
    }
    violations
}

/// Whether the changes permit a message at an instant.
fn permitted(changes: &[&RecordedChange], at: Instant) -> bool {
    let mut state = ChannelConsent::default();
    for RecordedChange { change, recorded_at, .. } in changes {
        match change {
            ConsentChange::Consent(consent) if *recorded_at <= at + time_limit() => {
                // A consent that changes nothing is not in the history, but the order of two changes of one second
                // is not known.
                _ = state.consent(consent.clone());
            }
            ConsentChange::Oppose(opposition) if *recorded_at + time_to_store(opposition) < at => {
                _ = state.oppose(*opposition);
            }
            _ => {}
        }
    }
    state.consent.is_some() && !state.is_opposed()
}

/// The time limit of the function that stores an opposition.
fn time_to_store(opposition: &Opposition) -> SignedDuration {
    let function = match opposition.by {
        Credential::Operator | Credential::Key(_) => Function::Api,
        Credential::Link => Function::Callbacks,
        Credential::Member => Function::Account,
        Credential::Provider(_) => Function::Outcomes,
        Credential::Upload(_) => Function::Ingest,
        Credential::Service => Function::Retention,
    };
    SignedDuration::try_from(function.time_limit()).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::member::consent::{Consent, ConsentSource, OppositionReason};
    use domain::{Channel, EstablishmentId};

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn consented(second: i64) -> RecordedChange {
        let consent = Consent {
            at: at(second),
            source: ConsentSource::Till,
            text_version: "2026-01".to_owned(),
            establishment: EstablishmentId::parse("paris").ok(),
            operator: None,
            parent: None,
            by: Credential::Operator,
        };
        let change = ConsentChange::Consent(consent);
        RecordedChange { channel: Channel::Sms, change, recorded_at: at(second) }
    }

    fn opposed(second: i64) -> RecordedChange {
        let (at, by) = (at(second), Credential::Operator);
        let change = ConsentChange::Oppose(Opposition { at, reason: OppositionReason::Manual, by });
        RecordedChange { channel: Channel::Sms, change, recorded_at: at }
    }

    #[test]
    fn a_message_needs_a_consent_before_it_and_no_opposition_between() {
        let (consent, opposition) = (consented(100), opposed(200));
        assert!(!permitted(&[], at(150)));
        assert!(!permitted(&[&consent], at(39)));
        assert!(permitted(&[&consent], at(40)), "`send` reads for a minute");
        assert!(permitted(&[&consent, &opposition], at(210)), "the API may store for 10 seconds");
        assert!(!permitted(&[&consent, &opposition], at(211)));
    }
}
