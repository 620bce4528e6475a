//! The history of a member's consents, oppositions and bounces: the last twenty of each channel.
//!
//! Each is a row of its own in the member's partition, so the item of the person stays small: every
//! walk over members reads that item. The number of the change gives the row its key, so a new row
//! replaces the row of twenty changes before, and no read is needed to bound the history.

use crate::table::attributes;
use crate::table::codec::consents;
use crate::table::keys::{self, Key};
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::member::Person;
use domain::member::consent::{Bounce, ChannelConsent, Consent, Opposition};
use domain::{Channel, Consents, Credential, Instant, MemberId};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The consents and oppositions of a channel that are stored.
pub const CONSENT_CHANGES_KEPT: u32 = 20;

/// A change of a person's consent for a channel.
#[derive(Clone, PartialEq, Eq)]
pub enum ConsentChange {
    /// The person consents.
    Consent(Consent),
    /// The person objects.
    Oppose(Opposition),
    /// A message to the address came back for good.
    Bounce(Bounce),
}

impl ConsentChange {
    /// When the person consented or opposed, or the message came back.
    #[must_use]
    pub const fn at(&self) -> Instant {
        match self {
            Self::Consent(consent) => consent.at,
            Self::Oppose(opposition) => opposition.at,
            Self::Bounce(bounce) => bounce.at,
        }
    }

    /// The credential that recorded it.
    #[must_use]
    pub const fn by(&self) -> Credential {
        match self {
            Self::Consent(consent) => consent.by,
            Self::Oppose(opposition) => opposition.by,
            Self::Bounce(bounce) => bounce.by,
        }
    }
}

/// A consent, an opposition or a bounce of a member, as it was recorded.
#[derive(Clone)]
pub struct RecordedChange {
    /// The channel.
    pub channel: Channel,
    /// The consent, the opposition or the bounce.
    pub change: ConsentChange,
    /// When it was recorded.
    pub recorded_at: Instant,
}

#[derive(Serialize, Deserialize)]
struct ChangeRecord {
    pk: String,
    sk: String,
    recorded_at: String,
    #[serde(with = "serde_bytes")]
    change: Vec<u8>,
}

impl ChangeRecord {
    fn read(self) -> Result<RecordedChange, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("consents");
        let channel = self.sk.split('#').nth(1).and_then(Channel::parse).ok_or(CORRUPT)?;
        let change = match consents::decode_channel(&self.change)? {
            ChannelConsent { consent: Some(consent), .. } => ConsentChange::Consent(consent),
            ChannelConsent { opposition: Some(opposition), .. } => {
                ConsentChange::Oppose(opposition)
            }
            ChannelConsent { bounce: Some(bounce), .. } => ConsentChange::Bounce(bounce),
            _ => return Err(CORRUPT),
        };
        let recorded_at = attributes::instant_of(&self.recorded_at)?;
        Ok(RecordedChange { channel, change, recorded_at })
    }
}

/// Writes the latest change of a person's channel into the history. The caller writes the person in
/// the same transaction, on condition that its version is unchanged.
pub(crate) fn put_change(
    scope: &Scope,
    person: &Person,
    channel: Channel,
    change: &ConsentChange,
    now: Instant,
) -> Result<Write, StoreError> {
    let place = person.consents.of(channel).changes % CONSENT_CHANGES_KEPT;
    let Key { pk, sk } = keys::consent_change(scope.tenant(), person.id, channel, place);
    let only = match change.clone() {
        ConsentChange::Consent(consent) => {
            ChannelConsent { consent: Some(consent), ..ChannelConsent::default() }
        }
        ConsentChange::Oppose(opposition) => {
            ChannelConsent { opposition: Some(opposition), ..ChannelConsent::default() }
        }
        ConsentChange::Bounce(bounce) => {
            ChannelConsent { bounce: Some(bounce), ..ChannelConsent::default() }
        }
    };
    let change = consents::encode_channel(&only);
    Write::put(&ChangeRecord { pk, sk, recorded_at: attributes::instant_text(now), change })
}

/// Adds the rows of the oppositions that a person got with a contact or by an undone merge: 2 write units each. The
/// caller writes the person, as for [`put_change`].
pub(crate) fn put_new_oppositions(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    before: &Consents,
    person: &Person,
    now: Instant,
) -> Result<(), StoreError> {
    for channel in Channel::ALL {
        let (consents, before) = (person.consents.of(channel), before.of(channel));
        let has_row = consents.changes != before.changes;
        if let Some(opposition) = consents.stated_opposition().filter(|_| has_row) {
            let change = ConsentChange::Oppose(opposition);
            transaction.add(put_change(scope, person, channel, &change, now)?);
        }
    }
    Ok(())
}

impl Store {
    /// The history of the consents, oppositions and bounces of a member and of the members merged into it, the
    /// latest first: 1 strong query, and for each of these members 1 query of half a read unit for
    /// some twenty changes.
    pub async fn consent_history(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<Vec<RecordedChange>, StoreError> {
        let person = self.member(scope, id).await?.person;
        let members = std::iter::once(&person.id).chain(&person.absorbed);
        let read = members.map(|member| self.changes_of(scope, *member));
        let read = futures::future::try_join_all(read).await?;
        // After a second merge of the same two members, an opposition during the first merge is in both histories. The
        // row that was recorded first counts.
        let mut recorded: Vec<RecordedChange> = read.into_iter().flatten().collect();
        recorded.sort_by_key(|recorded| recorded.recorded_at);
        let mut changes: Vec<RecordedChange> = Vec::new();
        for recorded in recorded {
            let is_same = |known: &RecordedChange| {
                known.channel == recorded.channel && known.change == recorded.change
            };
            if !changes.iter().any(is_same) {
                changes.push(recorded);
            }
        }
        changes.sort_by_key(|recorded| Reverse((recorded.recorded_at, recorded.change.at())));
        Ok(changes)
    }

    async fn changes_of(
        &self,
        scope: &Scope,
        member: MemberId,
    ) -> Result<Vec<RecordedChange>, StoreError> {
        let partition = keys::member_rows(scope.tenant(), member);
        let prefix = keys::CONSENT_PREFIX;
        let stored: Vec<ChangeRecord> =
            self.query_all(partition, prefix, Consistency::Strong, "consents").await?;
        stored.into_iter().map(ChangeRecord::read).collect()
    }
}
