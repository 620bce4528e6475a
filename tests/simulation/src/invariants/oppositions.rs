//! Nobody gets a message after an opposition, until a later consent; and every opposition that was acknowledged is
//! stored.
//!
//! The row of a message has the instant at which the invocation began that sent it. The invocation reads the consents
//! after that instant, so an opposition that was acknowledged before the instant was there to be read. A message of
//! a provider has the instant of its acceptance instead. The invocation began at most [`Function::Send`]'s time limit
//! earlier, because Lambda ends an invocation at its limit.

use super::people::{created_at, member_in};
use super::{Invariant, Rest, tenant_of, text};
use crate::known::fact::Fact;
use crate::known::merchant::MerchantData;
use crate::known::records::Member;
use crate::known::{Acknowledged, State};
use crate::operations::person::{Person, digits};
use crate::world::function::Function;
use crate::world::providers::SentMessage;
use domain::member::consent::ChannelConsent;
use domain::{Channel, Instant, MemberId, retention};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use store::{CONSENT_CHANGES_KEPT, ConsentChange, Mode, RecordedChange, Scope, Tenant};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "oppositions", check: |rest| Box::pin(async move { check(rest).await }) };

/// A message to a member, as the member's row tells it.
struct Row {
    member: String,
    channel: Channel,
    campaign: String,
    sent_at: Instant,
}

async fn check(rest: &Rest) -> Vec<String> {
    let rows: Vec<Row> = rest.items.iter().filter_map(row).collect();
    let mut violations = rest.known.read(|state| {
        let stated = after_a_stated_opposition(state, &rows);
        let pressed = after_a_link(state, &rest.sent);
        let erased = after_an_erasure(state, &rest.sent);
        stated.into_iter().chain(pressed).chain(erased).collect::<Vec<_>>()
    });
    for scope in rest.scopes(&mut violations).await {
        violations.extend(in_the_history(rest, &scope, &rows).await);
        violations.extend(stored(rest, &scope).await);
    }
    violations
}

fn row(item: &serde_json::Value) -> Option<Row> {
    let (_, rest) = tenant_of(item)?;
    let campaign = text(item, "sk").strip_prefix("MESSAGE#")?;
    // A message that the provider refused reached nobody.
    (text(item, "state") != "refused").then_some(Row {
        member: rest.strip_prefix("MEMBER#")?.to_owned(),
        channel: Channel::parse(text(item, "channel"))?,
        campaign: campaign.to_owned(),
        sent_at: text(item, "sent_at").parse().ok()?,
    })
}

/// A consent or an opposition of a member that a key of the merchant stated.
struct Stated {
    sent_at: Instant,
    at: Instant,
    /// The earliest and the latest instant at which the person may have said so.
    said: (Instant, Instant),
}

fn stated(acknowledged: &Acknowledged, stated_at: Option<Instant>) -> Stated {
    let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
    // The service counts whole seconds.
    let said = match stated_at {
        Some(at) => (at, at),
        None => (sent_at - SignedDuration::from_secs(1), at),
    };
    Stated { sent_at, at, said }
}

/// Messages to a member after an opposition that a till or a back office stated.
fn after_a_stated_opposition(state: &State, rows: &[Row]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::ConsentPut { member, channel, given: false, stated_at, .. } = &acknowledged.fact
        else {
            continue;
        };
        let opposition = stated(acknowledged, *stated_at);
        let to_member = rows.iter().filter(|row| row.member == *member && row.channel == *channel);
        for row in to_member.filter(|row| row.sent_at > opposition.at) {
            if !may_have_consented(state, member, *channel, &opposition, row.sent_at) {
                let (campaign, sent_at, at) = (&row.campaign, row.sent_at, opposition.at);
                violations.push(format!(
                    "{member} opposed by {channel:?} at {at} and got {campaign} at {sent_at}"
                ));
            }
        }
    }
    violations
}

/// Whether a consent of a member may have ended an opposition before a message.
fn may_have_consented(
    state: &State,
    member: &str,
    channel: Channel,
    opposition: &Stated,
    before: Instant,
) -> bool {
    let known = state.acknowledged.iter().any(|acknowledged| {
        let Fact::ConsentPut { member: of, channel: by, given: true, stated_at, .. } =
            &acknowledged.fact
        else {
            return false;
        };
        let consent = stated(acknowledged, *stated_at);
        (of == member || is_merged(state, member))
            && *by == channel
            && consent.sent_at <= before
            && consent.said.1 >= opposition.said.0
    });
    let uncertain = state.uncertain.iter().any(|uncertain| {
        uncertain.operation == "put_consent"
            && uncertain.body["given"] == true
            && (member_in(&uncertain.path) == Some(member) || is_merged(state, member))
            && uncertain.sent_at <= before
            && uncertain.at >= opposition.sent_at
    });
    known || uncertain
}

/// Whether a member was part of a merge, by which it may have another member's consents.
fn is_merged(state: &State, member: &str) -> bool {
    let known = state.acknowledged.iter().any(|acknowledged| match &acknowledged.fact {
        Fact::Merged { survivor, absorbed, .. } => survivor == member || absorbed == member,
        _ => false,
    });
    let uncertain =
        state.uncertain.iter().filter(|uncertain| uncertain.operation == "merge_members");
    known
        || uncertain.into_iter().any(|merge| {
            member_in(&merge.path) == Some(member) || merge.body["absorbed_member_id"] == *member
        })
}

/// E-mails to an address after somebody pressed the button of its link.
fn after_a_link(state: &State, sent: &[SentMessage]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::ObjectionPressed { link, to, channel } = &acknowledged.fact else { continue };
        let Some(merchant) = link.strip_prefix("/u/").and_then(|token| token.get(..26)) else {
            continue;
        };
        let of_address = sent.iter().filter(|message| {
            message.channel == *channel
                && message.to.eq_ignore_ascii_case(to)
                && is_of_merchant(message, merchant)
        });
        let after = acknowledged.at + time_limit();
        for message in of_address.filter(|message| message.at > after) {
            let consented = state.acknowledged.iter().any(|other| match &other.fact {
                Fact::ConsentPut { tenant, member, given: true, .. } => {
                    tenant.merchant == merchant
                        && other.at >= acknowledged.sent_at
                        && other.sent_at <= message.at
                        && data(state, merchant)
                            .filter_map(|data| data.member(member))
                            .any(|member| may_have(member, to))
                }
                _ => false,
            });
            let may_have_consented = state.uncertain.iter().any(|uncertain| {
                uncertain.operation == "put_consent" && uncertain.at >= acknowledged.sent_at
            });
            if !consented && !may_have_consented {
                let (at, number) = (message.at, message.number);
                let pressed = acknowledged.at;
                violations.push(format!(
                    "message {number} was sent at {at} to an address that opposed at {pressed}"
                ));
            }
        }
    }
    violations
}

/// SMS to the mobile of a person whose erasure was acknowledged, and who did not become a member again.
fn after_an_erasure(state: &State, sent: &[SentMessage]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::Erased { tenant, member, .. } = &acknowledged.fact else { continue };
        let Some(erased) = state.data(tenant).and_then(|data| data.member(member)) else {
            continue;
        };
        let mobile = erased.mobile.trim_start_matches('0');
        let after = acknowledged.at + time_limit();
        let messages = sent.iter().filter(|message| {
            digits(&message.to).ends_with(mobile)
                && is_of_merchant(message, &tenant.merchant)
                && message.at > after
        });
        let may_be_back = state.acknowledged.iter().any(|other| match &other.fact {
            Fact::MemberKnown { member: other, .. } => {
                other.id != *member && digits(&other.mobile).ends_with(mobile)
            }
            Fact::MobileChanged { mobile: other, .. } => digits(other).ends_with(mobile),
            Fact::FileSent { rows, .. } => rows.iter().any(|row| {
                row.mobile.as_ref().is_some_and(|other| digits(other).ends_with(mobile))
            }),
            _ => false,
        });
        let has_uncertain =
            state.uncertain.iter().any(|other| digits(&other.body.to_string()).contains(mobile));
        if !may_be_back && !has_uncertain {
            violations.extend(messages.map(|message| {
                let (number, at) = (message.number, message.at);
                format!("message {number} was sent at {at} to {member}, who was erased")
            }));
        }
    }
    violations
}

/// Messages to a member that the history of the member's consents did not permit. The history shows each change with
/// the second in which it was recorded.
async fn in_the_history(rest: &Rest, scope: &Scope, rows: &[Row]) -> Vec<String> {
    let store = rest.store();
    let mut by_member: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_member.entry(&row.member).or_default().push(row);
    }
    let tenant = scope.tenant();
    let mut violations = Vec::new();
    for (id, rows) in by_member {
        let Some(member) = unmerged(rest, tenant, id) else { continue };
        let history = match store.consent_history(scope, member).await {
            Ok(history) => history,
            Err(error) => {
                violations.push(format!("the history of {member}: {error}"));
                continue;
            }
        };
        for row in rows {
            let of_channel = history.iter().filter(|change| change.channel == row.channel);
            let mut changes: Vec<&RecordedChange> = of_channel.collect();
            // Of a long history, the first changes are forgotten.
            if changes.len() >= usize::try_from(CONSENT_CHANGES_KEPT).unwrap_or_default() {
                continue;
            }
            changes.reverse();
            if !permitted(&changes, row.sent_at) {
                let (campaign, sent_at) = (&row.campaign, row.sent_at);
                violations.push(format!("{member} got {campaign} at {sent_at} without consent"));
            }
        }
    }
    violations
}

/// A member of a tenant that is part of no merge now.
fn unmerged(rest: &Rest, of: Tenant, id: &str) -> Option<MemberId> {
    let sk = format!("MEMBER#{id}#PERSON");
    let is_it = |item: &&serde_json::Value| {
        text(item, "sk") == sk && tenant_of(item).is_some_and(|(tenant, _)| tenant == of)
    };
    let person = rest.items.iter().find(is_it)?;
    let is_alone =
        ["absorbed", "merged_into", "erased_on"].iter().all(|name| person.get(*name).is_none());
    is_alone.then(|| MemberId::parse(id).ok()).flatten()
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

/// The acknowledged oppositions of members who are still there, which their persons must have.
async fn stored(rest: &Rest, scope: &Scope) -> Vec<String> {
    let (store, tenant) = (rest.store(), scope.tenant());
    let mut violations = Vec::new();
    let expected: Vec<(MemberId, Channel, Instant)> = rest.known.read(|state| {
        let of_tenant = state.acknowledged.iter().filter_map(|acknowledged| {
            let Fact::ConsentPut { tenant: of, member, channel, given: false, stated_at } =
                &acknowledged.fact
            else {
                return None;
            };
            let opposition = stated(acknowledged, *stated_at);
            let member = unmerged(rest, tenant, member)?;
            let is_here = super::stored_tenant(of) == Some(tenant);
            (is_here && !is_merged(state, &member.to_string())).then_some((
                member,
                *channel,
                opposition.said.0,
            ))
        });
        of_tenant.collect()
    });
    for (id, channel, said_at) in expected {
        let member = match store.member(scope, id).await {
            Ok(member) => member,
            Err(error) => {
                violations.push(format!("{id}: {error}"));
                continue;
            }
        };
        let opposition = member.person.consents.of(channel).opposition;
        if opposition.is_none_or(|opposition| opposition.at.as_second() < said_at.as_second()) {
            let day = retention::day_of(created_at(&id.to_string()));
            violations.push(format!(
                "{id} of {day} opposed by {channel:?} at {said_at}, stored is {opposition:?}"
            ));
        }
    }
    violations
}

/// The time in which an invocation of `send` ends.
fn time_limit() -> SignedDuration {
    SignedDuration::try_from(Function::Send.time_limit()).unwrap_or(SignedDuration::MAX)
}

fn is_of_merchant(message: &SentMessage, merchant: &str) -> bool {
    let has_reference = message.reference.as_ref().is_some_and(|text| text.contains(merchant));
    has_reference
        || message.html.as_ref().is_some_and(|html| html.contains(&format!("/u/{merchant}")))
}

fn data<'s>(state: &'s State, merchant: &str) -> impl Iterator<Item = &'s MerchantData> {
    let merchant = state.merchant(merchant);
    merchant
        .into_iter()
        .flat_map(|merchant| [Mode::Live, Mode::Test].map(|mode| merchant.data(mode)))
}

/// Whether a member may have an e-mail address.
fn may_have(member: &Member, address: &str) -> bool {
    let has = member.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(address));
    has || Person(member.person).email().eq_ignore_ascii_case(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::member::consent::{Consent, ConsentSource, Opposition, OppositionReason};
    use domain::{Credential, EstablishmentId};

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
