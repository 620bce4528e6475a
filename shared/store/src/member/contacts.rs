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
use domain::{Day, DomainError, Instant, MemberError, MemberId, Mobile};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

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
}

/// The entry of a contact that a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactEntry {
    /// The member.
    pub known: Known,
    /// Where a person with this contact was erased before the member got it: the day of the erasure. No
    /// file brings purchases up to this day back.
    pub erased_on: Option<Day>,
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
    /// When a person with this contact was erased, before the holder became a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_on: Option<String>,
}

impl ContactRecord {
    fn known(&self) -> Result<Known, StoreError> {
        let holder = member_id(&self.holder)?;
        Ok(match &self.blocked_at {
            None => Known::Member(holder),
            Some(at) => Known::Blocked(holder, attributes::instant_of(at)?),
        })
    }

    fn read(&self) -> Result<ContactEntry, StoreError> {
        let erased_on = self.erased_on.as_deref().map(Day::parse).transpose();
        let erased_on = erased_on.map_err(|_| StoreError::Corrupt("contact"))?;
        Ok(ContactEntry { known: self.known()?, erased_on })
    }
}

/// Writes the entry of a contact. The condition holds where no member has the contact, or where the
/// member `from` has the contact.
pub(crate) fn put_contact(
    key: Key,
    member: MemberId,
    from: Option<MemberId>,
) -> Result<Write, StoreError> {
    put_contact_after(key, member, from, None)
}

/// As [`put_contact`], of a contact of a person who was erased on a day.
pub(crate) fn put_contact_after(
    key: Key,
    member: MemberId,
    from: Option<MemberId>,
    erased_on: Option<Day>,
) -> Result<Write, StoreError> {
    let Key { pk, sk } = key;
    let erased_on = erased_on.map(|day| day.to_string());
    let holder = member.to_string();
    let record = ContactRecord { pk, sk, holder, blocked_at: None, erased_on };
    let put = Write::put(&record)?;
    Ok(match from {
        None => put.if_absent(),
        Some(from) => put
            .condition("attribute_not_exists(pk) OR holder = :from")
            .value(":from", attributes::text(from.to_string())),
    })
}

/// Gives a contact to a member who has it already, or where no member has it. `erased_on` is the day on which
/// a person with this contact was erased. Without a day, an entry of the member keeps the stored day.
pub(crate) fn take_contact(key: &Key, member: MemberId, erased_on: Option<Day>) -> Write {
    let set = if erased_on.is_some() { ", erased_on = :day" } else { "" };
    let take = Write::update(key, format!("SET holder = :holder{set} REMOVE blocked_at"))
        .condition("attribute_not_exists(pk) OR holder = :holder")
        .value(":holder", attributes::text(member.to_string()));
    match erased_on {
        Some(day) => take.value(":day", attributes::text(day.to_string())),
        None => take,
    }
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
        let (kind, hash) = self.contact_hash(contact);
        keys::sole_contact(self.tenant(), kind, &hash)
    }

    /// The kind of a contact, and its keyed hash.
    pub(crate) fn contact_hash(&self, contact: &Contact) -> (&'static str, String) {
        let (kind, value) = contact.kind_and_value();
        (kind, self.settings.vault.contact_hash(kind, value))
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
}

fn member_of(known: Option<Known>) -> Result<Option<MemberId>, StoreError> {
    match known {
        Some(Known::Member(id)) => Ok(Some(id)),
        Some(Known::Blocked(..)) => Err(MemberError::CardBlocked.into()),
        None => Ok(None),
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
        found.map(|record| record.known()).transpose()
    }

    /// The member whose entry leads from the mobile of a person to this person: the person itself, or one of the
    /// members `absorbed`. A survivor may have the mobile of an absorbed member: the entry stays with the latter, who
    /// has the mobile again once the merge is undone. 1 read unit, or none where nobody was absorbed.
    pub(crate) async fn mobile_holder(
        &self,
        scope: &Scope,
        person: MemberId,
        absorbed: &[MemberId],
        mobile: &Mobile,
    ) -> Result<MemberId, StoreError> {
        if absorbed.is_empty() {
            return Ok(person);
        }
        let key = scope.contact_key(&Contact::Mobile(mobile.clone()));
        let entry: Option<ContactRecord> = self.get_item(&key, Consistency::Strong).await?;
        let holder = entry.map(|record| member_id(&record.holder)).transpose()?;
        Ok(holder.filter(|holder| absorbed.contains(holder)).unwrap_or(person))
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

    /// The member who has an e-mail address alone: 1 strong query, 1 read unit. `None` where nobody or more than one
    /// member has the address.
    pub(crate) async fn only_member_at(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Option<MemberId>, StoreError> {
        let partition = keys::contact_partition(scope.tenant(), "EMAIL", &scope.email_hash(email));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":prefix", attributes::text("MEMBER"))
            .consistent_read(true)
            .limit(2)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut found = answer.items.unwrap_or_default();
        let (first, is_alone) = (found.pop(), found.is_empty());
        let Some(first) = first.filter(|_| is_alone) else { return Ok(None) };
        let record: ContactRecord = items::from_item(first, "contact")?;
        member_id(&record.holder).map(Some)
    }

    /// The members who have a contact, by its partition: 1 query.
    pub(crate) async fn members_of_contact(
        &self,
        partition: String,
        consistency: Consistency,
    ) -> Result<Vec<MemberId>, StoreError> {
        let stored: Vec<ContactRecord> =
            self.query_all(partition, "MEMBER", consistency, "contact").await?;
        stored.iter().map(|record| member_id(&record.holder)).collect()
    }

    /// The entries of many contacts: half a read unit for each contact, 100 contacts in a round trip.
    /// Contacts without a member are left out.
    pub async fn find_contacts(
        &self,
        scope: &Scope,
        contacts: &[Contact],
    ) -> Result<HashMap<Contact, ContactEntry>, StoreError> {
        let by_key = contacts.iter().map(|contact| (scope.contact_key(contact), contact));
        let mut by_key: BTreeMap<Key, &Contact> = by_key.collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut entries = HashMap::with_capacity(by_key.len());
        for item in self.get_items(&wanted).await? {
            let record: ContactRecord = items::from_item(item, "contact")?;
            let entry = record.read()?;
            if let Some(contact) = by_key.remove(&Key { pk: record.pk, sk: record.sk }) {
                entries.insert(contact.clone(), entry);
            }
        }
        Ok(entries)
    }
}
