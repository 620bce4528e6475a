//! The history of a member's consents permits each message to the member.

use super::{Row, unmerged};
use crate::invariants::Rest;
use domain::Instant;
use domain::member::consent::ChannelConsent;
use futures::future;
use std::collections::BTreeMap;
use store::{CONSENT_CHANGES_KEPT, ConsentChange, RecordedChange, Scope};

/// Messages to a member that the history of the member's consents did not permit. The history shows each change with
/// the second in which it was recorded.
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

/// Whether the changes that were recorded before an instant permit a message.
fn permitted(changes: &[&RecordedChange], at: Instant) -> bool {
    let mut state = ChannelConsent::default();
    for RecordedChange { change, recorded_at, .. } in changes {
        match change {
            ConsentChange::Consent(consent) if *recorded_at <= at => {
                // A consent that changes nothing is not in the history, but the order of two changes of one second
                // is not known.
                _ = state.consent(consent.clone());
            }
            ConsentChange::Oppose(opposition) if *recorded_at < at => _ = state.oppose(*opposition),
            _ => {}
        }
    }
    state.consent.is_some() && !state.is_opposed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::member::consent::{Consent, ConsentSource, Opposition, OppositionReason};
    use domain::{Channel, Credential, EstablishmentId};

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
        let (consent, opposition) = (consented(10), opposed(20));
        assert!(!permitted(&[], at(30)));
        assert!(!permitted(&[&consent], at(9)));
        assert!(permitted(&[&consent, &opposition], at(20)));
        assert!(!permitted(&[&consent, &opposition], at(21)));
    }
}
