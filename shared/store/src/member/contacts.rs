//! Contact entries: they lead from the keyed hash of a mobile, a card or an e-mail address to its
//! member.

use crate::member::neighbours::Member;
use crate::table::attributes::{self, member_id};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::CardNumber;
use domain::member::Email;
use domain::retention::{ErasureReason, Suppression};
use domain::{Day, DomainError, Instant, MemberError, MemberId, Mobile};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A contact that only one member can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Contact {
    /// A mobile number.
    Mobile(Mobile),
    /// The number of a card.
    Card(CardNumber),
}

impl Contact {
    fn kind_and_value(&self) -> (&'static str, &str) {
        match self {
            Self::Mobile(mobile) => ("MOBILE", mobile.as_str()),
            Self::Card(card) => ("CARD", card.as_str()),
        }
    }
}

/// What is known about a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A member has the contact.
    Member(MemberId),
    /// A member has the contact. The contact is a card that was blocked as lost at this instant.
    Blocked(MemberId, Instant),
    /// An erased person had the contact: rows of files do not enrol the person again.
    Suppressed(Suppression),
}

impl Known {
    /// The value for a sale at an instant: a card that was blocked after the sale still belongs to
    /// its member.
    #[must_use]
    pub fn when_sold(self, at: Instant) -> Self {
        match self {
            Self::Blocked(member, blocked_at) if at < blocked_at => Self::Member(member),
            known => known,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ContactRecord {
    pk: String,
    sk: String,
    pub(crate) holder: String,
    /// When the card was blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocked_at: Option<String>,
}

impl ContactRecord {
    fn read(&self) -> Result<Known, StoreError> {
        let holder = member_id(&self.holder)?;
        Ok(match &self.blocked_at {
            None => Known::Member(holder),
            Some(at) => Known::Blocked(holder, attributes::instant_of(at)?),
        })
    }
}

/// The contact of an erased person.
#[derive(Deserialize)]
struct SuppressedRecord {
    pk: String,
    sk: String,
    reason: String,
    erased_on: String,
    ttl: i64,
}

impl SuppressedRecord {
    fn read(&self) -> Result<Suppression, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("contact");
        let reason = ErasureReason::parse(&self.reason).ok_or(CORRUPT)?;
        let erased_on = Day::parse(&self.erased_on).map_err(|_| CORRUPT)?;
        Ok(Suppression::of(reason, erased_on))
    }
}

/// Writes the entry of a contact. The condition holds where no member has the contact, or where the
/// member `from` has the contact.
pub(crate) fn put_contact(
    key: Key,
    member: MemberId,
    from: Option<MemberId>,
) -> Result<Write, StoreError> {
    let record =
        ContactRecord { pk: key.pk, sk: key.sk, holder: member.to_string(), blocked_at: None };
    let put = Write::put(&record)?;
    Ok(match from {
        None => put.if_absent(),
        Some(from) => put
            .condition("attribute_not_exists(pk) OR holder = :from")
            .value(":from", attributes::text(from.to_string())),
    })
}

pub(crate) fn delete_contact(key: &Key, member: MemberId) -> Write {
    Write::delete(key)
        .condition("attribute_not_exists(pk) OR holder = :holder")
        .value(":holder", attributes::text(member.to_string()))
}

/// Blocks the entry of a member's card. A card that is blocked already keeps its instant.
pub(crate) fn block_contact(key: &Key, member: MemberId, at: &str) -> Write {
    Write::update(key, "SET blocked_at = if_not_exists(blocked_at, :at)")
        .condition("holder = :holder")
        .value(":at", attributes::text(at))
        .value(":holder", attributes::text(member.to_string()))
}

pub(crate) const CARD_TAKEN: StoreError =
    StoreError::Refused(DomainError::Member(MemberError::CardTaken));

impl Scope {
    pub(crate) fn contact_key(&self, contact: &Contact) -> Key {
        let (kind, value) = contact.kind_and_value();
        keys::sole_contact(self.tenant(), kind, &self.settings.vault.contact_hash(kind, value))
    }

    pub(crate) fn suppressed_key(&self, contact: &Contact) -> Key {
        let (kind, value) = contact.kind_and_value();
        keys::suppressed(self.tenant(), kind, &self.settings.vault.contact_hash(kind, value))
    }

    /// The key of a contact's oppositions.
    pub(crate) fn opposed_key(&self, contact: &Contact) -> Key {
        let (kind, value) = contact.kind_and_value();
        keys::opposed(self.tenant(), kind, &self.settings.vault.contact_hash(kind, value))
    }

    /// As [`Scope::opposed_key`], for an e-mail address.
    pub(crate) fn opposed_email_key(&self, email: &Email) -> Key {
        keys::opposed(self.tenant(), "EMAIL", &self.email_hash(email))
    }

    pub(crate) fn email_key(&self, email: &Email, member: MemberId) -> Key {
        keys::shared_contact(self.tenant(), "EMAIL", &self.email_hash(email), member)
    }

    pub(crate) fn holders_key(&self, email: &Email) -> Key {
        keys::holders(self.tenant(), "EMAIL", &self.email_hash(email))
    }

    /// The keyed hash of an e-mail address.
    pub(crate) fn email_hash(&self, email: &Email) -> String {
        self.settings.vault.contact_hash("EMAIL", email.as_str())
    }

    pub(crate) fn suppressed_email_key(&self, email: &Email) -> Key {
        keys::suppressed(self.tenant(), "EMAIL", &self.email_hash(email))
    }
}

fn member_of(known: Option<Known>) -> Result<Option<MemberId>, StoreError> {
    match known {
        Some(Known::Member(id)) => Ok(Some(id)),
        Some(Known::Blocked(..)) => Err(MemberError::CardBlocked.into()),
        Some(Known::Suppressed(_)) | None => Ok(None),
    }
}

impl Store {
    /// The member who has a contact: 1 round trip, half a read unit. An entry that is not found is
    /// read again strongly, because it may have been written a moment ago.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`MemberError::CardBlocked`].
    pub async fn find_member(
        &self,
        scope: &Scope,
        contact: &Contact,
    ) -> Result<Option<MemberId>, StoreError> {
        member_of(self.known(scope, contact).await?)
    }

    /// The member who has a contact, with the balance: 2 round trips of half a read unit each, and
    /// half a read unit more for each merge that is followed. A contact without a member costs 1.5
    /// read units, because its entry is read again strongly. The member is read eventually: a write
    /// of a moment ago may be missing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`MemberError::CardBlocked`].
    pub async fn find(
        &self,
        scope: &Scope,
        contact: &Contact,
    ) -> Result<Option<Member>, StoreError> {
        match self.find_member(scope, contact).await? {
            Some(id) => self.member_eventual(scope, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// As [`Store::find_member`], for the contact of a sale: a card that was blocked after the sale
    /// still finds its member.
    ///
    /// # Errors
    /// As [`Store::find_member`].
    pub(crate) async fn find_buyer(
        &self,
        scope: &Scope,
        contact: &Contact,
        sold_at: Instant,
    ) -> Result<Option<MemberId>, StoreError> {
        member_of(self.known(scope, contact).await?.map(|known| known.when_sold(sold_at)))
    }

    async fn known(&self, scope: &Scope, contact: &Contact) -> Result<Option<Known>, StoreError> {
        let key = scope.contact_key(contact);
        let mut found: Option<ContactRecord> = self.get_item(&key, Consistency::Eventual).await?;
        if found.is_none() {
            found = self.get_item(&key, Consistency::Strong).await?;
        }
        found.map(|record| record.read()).transpose()
    }

    /// The members who share an e-mail address: 1 query, half a read unit for some forty members.
    pub(crate) async fn members_sharing(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Vec<MemberId>, StoreError> {
        let partition = keys::contact_partition(scope.tenant(), "EMAIL", &scope.email_hash(email));
        self.members_of_contact(partition, Consistency::Eventual).await
    }

    /// The members who have a contact, by its partition: 1 query.
    pub(crate) async fn members_of_contact(
        &self,
        partition: String,
        consistency: Consistency,
    ) -> Result<Vec<MemberId>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":member", attributes::text("MEMBER"))
            .consistent_read(consistency == Consistency::Strong)
            .into_paginator()
            .items()
            .send();
        let mut members = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let record: ContactRecord = items::from_item(item, "contact")?;
            members.push(member_id(&record.holder)?);
        }
        Ok(members)
    }

    /// What is known about many contacts: half a read unit for each contact, 100 contacts in a
    /// round trip. A contact without a member is also looked up among the contacts of erased
    /// persons, at the same cost. Unknown contacts are left out.
    pub async fn find_contacts(
        &self,
        scope: &Scope,
        contacts: &[Contact],
        now: Instant,
    ) -> Result<HashMap<Contact, Known>, StoreError> {
        let mut by_key: HashMap<Key, &Contact> = HashMap::with_capacity(contacts.len());
        by_key.extend(contacts.iter().map(|contact| (scope.contact_key(contact), contact)));
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut known = HashMap::with_capacity(by_key.len());
        for item in self.get_items(&wanted).await? {
            let record: ContactRecord = items::from_item(item, "contact")?;
            let is = record.read()?;
            if let Some(contact) = by_key.remove(&Key { pk: record.pk, sk: record.sk }) {
                known.insert(contact.clone(), is);
            }
        }
        let mut by_key: HashMap<Key, &Contact> =
            by_key.into_values().map(|contact| (scope.suppressed_key(contact), contact)).collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        for item in self.get_items(&wanted).await? {
            let record: SuppressedRecord = items::from_item(item, "contact")?;
            let (in_force, suppression) = (record.ttl > now.as_second(), record.read()?);
            let contact = by_key.remove(&Key { pk: record.pk, sk: record.sk });
            if let Some(contact) = contact.filter(|_| in_force) {
                known.insert(contact.clone(), Known::Suppressed(suppression));
            }
        }
        Ok(known)
    }
}
