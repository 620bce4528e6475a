//! The suppressed contacts of erased persons (*liste repoussoir*): what they block, and until when.
//!
//! A suppression is stored for each contact by its keyed hash. The day of the last erasure and the end
//! of a request are separate attributes, so an erasure by a deadline does not weaken an earlier request
//! of a person who had the same contact.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Consistency, Contact, Scope, Store, StoreError};
use domain::member::{Email, Person};
use domain::retention::{self, ErasureReason, Suppression};
use domain::values::calendar::PARIS;
use domain::{CardNumber, Credential, Day, Instant, Mobile};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// A contact of a person, shared or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnyContact {
    /// A contact that only one member can have.
    Sole(Contact),
    /// An e-mail address, which several members may share.
    Email(Email),
}

/// The last days whose rows the contacts of a person block, where the person was erased before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasedBefore {
    /// The day of the erasure of the mobile.
    pub mobile: Option<Day>,
    /// The day of the erasure of the card.
    pub card: Option<Day>,
    /// Whether a person asked that no file enrols anybody with one of these contacts.
    pub every_row: bool,
}

/// An erasure or a request, as it suppresses contacts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Suppressing {
    pub(crate) reason: ErasureReason,
    pub(crate) on: Day,
    pub(crate) by: Credential,
}

#[derive(Deserialize)]
struct SuppressedRecord {
    pk: String,
    sk: String,
    erased_on: String,
    ttl: i64,
    /// The end of the latest request or objection.
    #[serde(default)]
    every_row_until: Option<i64>,
}

impl SuppressedRecord {
    /// The suppression, where it is in force.
    fn read(&self, now: Instant) -> Result<Option<Suppression>, StoreError> {
        let day = Day::parse(&self.erased_on).map_err(|_| StoreError::Corrupt("contact"))?;
        let in_force = |until: i64| until > now.as_second();
        Ok(if self.every_row_until.is_some_and(in_force) {
            Some(Suppression::EveryRow(day))
        } else {
            in_force(self.ttl).then_some(Suppression::RowsUpTo(day))
        })
    }
}

/// The end of a period of months, in seconds since 1970: the midnight after its last day.
pub(crate) fn end(from: Day, months: i32) -> i64 {
    retention::day_after(from, months).start(&PARIS).as_second()
}

impl Suppressing {
    /// Suppresses the contact with this entry.
    pub(crate) fn write(self, key: &Key) -> Write {
        let Self { reason, on, by } = self;
        let asked = ", every_row_until = :until, reason = :reason, #by = :by";
        let set = format!(
            "SET erased_on = :day, #ttl = :until{}",
            if reason.is_asked_for() { asked } else { "" }
        );
        let write = Write::update(key, set)
            .name("#ttl", "ttl")
            .value(":day", attributes::text(on.to_string()))
            .value(":until", attributes::number(end(on, retention::SUPPRESSED_MONTHS)));
        if !reason.is_asked_for() {
            return write;
        }
        write
            .name("#by", "by")
            .value(":reason", attributes::text(reason.as_str()))
            .value(":by", attributes::text(by.to_string()))
    }
}

/// The contacts of a person, each once: a lost card is among the blocked cards.
pub(crate) fn contacts_of(person: &Person) -> Vec<AnyContact> {
    let card = person.details.card.iter().filter(|_| !person.card_is_blocked());
    let cards = card.chain(&person.blocked_cards).cloned().map(AnyContact::card);
    let email = person.details.email.iter().cloned().map(AnyContact::Email);
    std::iter::once(AnyContact::mobile(person.mobile.clone())).chain(cards).chain(email).collect()
}

impl AnyContact {
    /// A mobile number.
    #[must_use]
    pub const fn mobile(mobile: Mobile) -> Self {
        Self::Sole(Contact::Mobile(mobile))
    }

    /// The number of a card.
    #[must_use]
    pub const fn card(card: CardNumber) -> Self {
        Self::Sole(Contact::Card(card))
    }
}

impl From<Contact> for AnyContact {
    fn from(contact: Contact) -> Self {
        Self::Sole(contact)
    }
}

impl Scope {
    /// The entry of a suppressed contact.
    pub(crate) fn suppressed_key(&self, contact: &AnyContact) -> Key {
        let (kind, hash) = match contact {
            AnyContact::Sole(contact) => self.contact_hash(contact),
            AnyContact::Email(email) => ("EMAIL", self.email_hash(email)),
        };
        keys::suppressed(self.tenant(), kind, &hash)
    }
}

impl Store {
    /// The suppressions of many contacts: 1 read unit for each contact, 100 contacts in a round trip.
    /// Contacts that are not suppressed are left out.
    pub async fn suppressions(
        &self,
        scope: &Scope,
        contacts: &[AnyContact],
        now: Instant,
    ) -> Result<HashMap<AnyContact, Suppression>, StoreError> {
        let by_key = by_key(scope, contacts);
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        in_force(by_key, self.get_items_strongly(&wanted).await?, now)
    }

    /// The day up to which a contact that a member takes is blocked: 1 read unit.
    pub(crate) async fn erased_on(
        &self,
        scope: &Scope,
        contact: Option<&Contact>,
        now: Instant,
    ) -> Result<Option<Day>, StoreError> {
        let Some(contact) = contact else { return Ok(None) };
        let key = scope.suppressed_key(&contact.clone().into());
        let record: Option<SuppressedRecord> = self.get_item(&key, Consistency::Strong).await?;
        let suppression = record.map(|record| record.read(now)).transpose()?.flatten();
        Ok(suppression.map(Suppression::erased_on))
    }

    /// The days up to which the contacts of a person who enrols are blocked: 1 round trip, 1 read unit
    /// for the mobile and 1 for a card.
    pub(crate) async fn erased_before(
        &self,
        scope: &Scope,
        mobile: &Mobile,
        card: Option<&CardNumber>,
        now: Instant,
    ) -> Result<ErasedBefore, StoreError> {
        let mobile = AnyContact::mobile(mobile.clone());
        let card = card.cloned().map(AnyContact::card);
        let contacts: Vec<AnyContact> = card.clone().into_iter().chain([mobile.clone()]).collect();
        let by_key = by_key(scope, &contacts);
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let found = in_force(by_key, self.get_items_strongly(&wanted).await?, now)?;
        Ok(ErasedBefore {
            mobile: found.get(&mobile).map(|suppression| suppression.erased_on()),
            card: card.and_then(|card| found.get(&card)).map(|found| found.erased_on()),
            every_row: found.values().any(|found| matches!(found, Suppression::EveryRow(_))),
        })
    }
}

fn by_key<'c>(scope: &Scope, contacts: &'c [AnyContact]) -> BTreeMap<Key, &'c AnyContact> {
    contacts.iter().map(|contact| (scope.suppressed_key(contact), contact)).collect()
}

fn in_force(
    mut by_key: BTreeMap<Key, &AnyContact>,
    items: Vec<items::Item>,
    now: Instant,
) -> Result<HashMap<AnyContact, Suppression>, StoreError> {
    let mut found = HashMap::with_capacity(items.len());
    for item in items {
        let record: SuppressedRecord = items::from_item(item, "contact")?;
        let suppression = record.read(now)?;
        let contact = by_key.remove(&Key { pk: record.pk, sk: record.sk });
        if let (Some(contact), Some(suppression)) = (contact, suppression) {
            found.insert(contact.clone(), suppression);
        }
    }
    Ok(found)
}
