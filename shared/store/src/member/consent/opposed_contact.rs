//! The oppositions of a contact. They hold for the members who have the contact later, too.
//!
//! An e-mail address or a mobile number has one item with its last opposition for each channel: the
//! opposition that a person made from the address, and the oppositions of an erased person who had the
//! contact. The item belongs to no member, so it outlives an erasure. The transaction that gives a member
//! the contact, or a consent for it, checks the version of the item. So no opposition is missed, and the
//! item is read only where it exists.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::Key;
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Consistency, Contact, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::consent::{Opposition, OppositionReason};
use domain::values::calendar::PARIS;
use domain::{Channel, Consents, Credential, Day, Instant, Person, retention};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct OppositionRecord {
    /// Seconds since 1970, so that a condition can compare them.
    at: i64,
    reason: String,
    by: Credential,
    /// The end of this opposition, in seconds since 1970. The item ends with the last of them.
    until: i64,
}

impl OppositionRecord {
    fn of(opposition: Opposition, until: i64) -> Self {
        let Opposition { at, reason, by } = opposition;
        Self { at: at.as_second(), reason: reason.as_str().to_owned(), by, until }
    }

    fn read(&self) -> Result<Opposition, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("contact");
        Ok(Opposition {
            at: Instant::from_second(self.at).map_err(|_| CORRUPT)?,
            reason: OppositionReason::parse(&self.reason).ok_or(CORRUPT)?,
            by: self.by,
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct OppositionsRecord {
    v: u64,
    #[serde(default)]
    email: Option<OppositionRecord>,
    #[serde(default)]
    sms: Option<OppositionRecord>,
    #[serde(default)]
    postal: Option<OppositionRecord>,
}

/// The oppositions of a contact, as they were read. By default, the contact has none.
#[derive(Default)]
pub(crate) struct ContactOppositions {
    version: Option<u64>,
    last: Vec<LastOpposition>,
}

struct LastOpposition {
    channel: Channel,
    opposition: Opposition,
    until: i64,
}

impl ContactOppositions {
    pub(crate) fn read(record: &OppositionsRecord) -> Result<Self, StoreError> {
        let OppositionsRecord { v, email, sms, postal } = record;
        let by_channel = [(Channel::Email, email), (Channel::Sms, sms), (Channel::Postal, postal)];
        let last = by_channel.into_iter().filter_map(|(channel, record)| {
            let record = record.as_ref()?;
            let until = record.until;
            Some(record.read().map(|opposition| LastOpposition { channel, opposition, until }))
        });
        Ok(Self { version: Some(*v), last: last.collect::<Result<_, _>>()? })
    }

    fn in_force(&self, now: Instant) -> impl Iterator<Item = &LastOpposition> {
        self.last.iter().filter(move |last| last.until > now.as_second())
    }

    /// The last opposition for a channel.
    pub(crate) fn of(&self, channel: Channel, now: Instant) -> Option<Opposition> {
        self.in_force(now).find(|last| last.channel == channel).map(|last| last.opposition)
    }

    /// Notes the oppositions of every channel for a person.
    pub(crate) fn apply_to(&self, consents: &mut Consents, now: Instant) {
        for last in self.in_force(now) {
            consents.of_mut(last.channel).oppose(last.opposition);
        }
    }

    /// Adds the check that the item has not changed since the read: 2 write units.
    pub(crate) fn check(&self, transaction: &mut Transaction<'_>, key: Key) {
        transaction.check_version(key, self.version);
    }
}

/// The end of an opposition that is stored on a day, in seconds since 1970.
fn end(stored_on: Day) -> i64 {
    retention::day_after(stored_on, retention::OPPOSITION_MONTHS).start(&PARIS).as_second()
}

/// Stores oppositions of a contact, over older ones, until the second `until`.
fn put_oppositions(
    key: &Key,
    oppositions: &[(Channel, Opposition)],
    until: i64,
) -> Result<Write, StoreError> {
    let sets = oppositions.iter().map(|(channel, _)| {
        let word = channel.as_str();
        format!("#{word} = :{word}, ")
    });
    let sets: String = sets.collect();
    let mut write = Write::update(key, format!("SET {sets}#ttl = :ttl ADD v :one"))
        .name("#ttl", "ttl")
        .value(":ttl", attributes::number(until))
        .value(":one", attributes::number(1));
    for (channel, opposition) in oppositions {
        let word = channel.as_str();
        let record = items::to_item(&OppositionRecord::of(*opposition, until))?;
        write = write
            .name(&format!("#{word}"), word)
            .value(format!(":{word}"), AttributeValue::M(record));
    }
    Ok(write)
}

impl Store {
    /// Adds the writes that keep the oppositions of a person who is erased: 1 read unit and 2 write units for the
    /// mobile, and as much for the e-mail address of a person who opposed e-mails.
    pub(crate) async fn keep_oppositions(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        person: &Person,
        erased_on: Day,
    ) -> Result<(), StoreError> {
        let opposed = Channel::ALL.into_iter().filter_map(|channel| {
            let consents = person.consents.of(channel);
            let opposition = consents.opposition.filter(|_| consents.is_opposed())?;
            Some((channel, opposition))
        });
        let opposed: Vec<_> = opposed.collect();
        if opposed.is_empty() {
            return Ok(());
        }
        let mobile = scope.opposed_key(&Contact::Mobile(person.mobile.clone()));
        self.keep_oppositions_of(transaction, &mobile, &opposed, erased_on).await?;
        let mut of_the_address = opposed.iter().filter(|(channel, _)| *channel == Channel::Email);
        if let (Some(email), Some(opposition)) = (&person.details.email, of_the_address.next()) {
            let (key, opposition) =
                (scope.opposed_email_key(email), std::slice::from_ref(opposition));
            self.keep_oppositions_of(transaction, &key, opposition, erased_on).await?;
        }
        Ok(())
    }

    /// Adds the write of a person's oppositions to a contact. A later one of another person who had the contact stays,
    /// and none ends earlier than before.
    async fn keep_oppositions_of(
        &self,
        transaction: &mut Transaction<'_>,
        key: &Key,
        opposed: &[(Channel, Opposition)],
        erased_on: Day,
    ) -> Result<(), StoreError> {
        let known = self.contact_oppositions(key).await?;
        let kept = opposed.iter().map(|(channel, opposition)| {
            let later = known.of(*channel, erased_on.start(&PARIS));
            (*channel, later.filter(|known| known.at > opposition.at).unwrap_or(*opposition))
        });
        let kept: Vec<_> = kept.collect();
        let until = known.last.iter().map(|last| last.until).fold(end(erased_on), i64::max);
        transaction.add(put_oppositions(key, &kept, until)?.over(known.version));
        Ok(())
    }

    /// Stores the opposition of a contact, unless a later one is stored: 1 write unit.
    pub(crate) async fn oppose_contact(
        &self,
        key: &Key,
        channel: Channel,
        opposition: Opposition,
        now: Instant,
    ) -> Result<(), StoreError> {
        let word = format!("#{}", channel.as_str());
        let until = end(retention::day_of(now));
        let write = put_oppositions(key, &[(channel, opposition)], until)?
            .condition(format!("attribute_not_exists({word}) OR {word}.#at < :at"))
            .name("#at", "at")
            .value(":at", attributes::number(opposition.at.as_second()));
        self.write(write).await?;
        Ok(())
    }

    /// The oppositions of a contact, for an attempt of a write: none for the first attempt, whose check
    /// fails where the contact has some. Later attempts read them.
    pub(crate) async fn contact_oppositions_anew(
        &self,
        key: &Key,
        attempt: u32,
    ) -> Result<ContactOppositions, StoreError> {
        if attempt == 0 {
            return Ok(ContactOppositions::default());
        }
        self.contact_oppositions(key).await
    }

    /// The oppositions of a contact, read strongly: 1 read unit.
    pub(crate) async fn contact_oppositions(
        &self,
        key: &Key,
    ) -> Result<ContactOppositions, StoreError> {
        let record: Option<OppositionsRecord> = self.get_item(key, Consistency::Strong).await?;
        match record {
            Some(record) => ContactOppositions::read(&record),
            None => Ok(ContactOppositions::default()),
        }
    }
}
