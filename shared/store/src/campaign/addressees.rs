//! The members of a batch as a message needs them, as they are this instant.
//!
//! A batch is cut from a walk, so its members stand close together, unless the segment takes few. Then
//! they are read by walking over them once more, which is billed by what is read; members that stand
//! apart are read by their keys, which is billed by the item.

use crate::member::consent::MessageAddress;
use crate::member::erase::ERASED_ON;
use crate::member::read::member_id;
use crate::table::codec;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::vault::Field;
use crate::{Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::Email;
use domain::{Channel, Instant, MemberId, Mobile, Points, retention};
use std::collections::{BTreeSet, HashMap};

/// Items of the first page: a full batch that nobody was left out of. It shows how close the members
/// stand.
const PROBE: i32 = 1_000;
/// Walking goes on while one of so many items is wanted. Fourteen walked over cost what one costs
/// that is read by its key.
const SPARSE: usize = 8;

/// A member as a message needs it.
#[derive(Clone, PartialEq, Eq)]
pub struct Addressee {
    /// Where the message goes; `None` for who has no such address.
    pub address: Option<MessageAddress>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The balance.
    pub points: Points,
    /// Whether the member's consents permit the channel.
    pub is_permitted: bool,
}

/// The attributes of a person that a message needs. They are taken from the item one by one: to read a record by
/// serde took some 7,000 instructions a person, and a campaign reads every recipient.
struct AddresseeRecord(Item);

impl AddresseeRecord {
    /// `None` for a member that was merged into another one.
    fn read(
        &self,
        scope: &Scope,
        id: MemberId,
        channel: Channel,
        points: Points,
    ) -> Result<Option<Addressee>, StoreError> {
        if self.0.contains_key("merged_into") {
            return Ok(None);
        }
        let open = |field: Field, name: &str| {
            let sealed = self.bytes(name)?;
            sealed.map(|sealed| scope.settings.vault.open(id, field, sealed)).transpose()
        };
        let consents = self.bytes("consents")?.filter(|consents| !consents.is_empty());
        let consents = consents.map(codec::decode_consents).transpose()?.unwrap_or_default();
        let address = match channel {
            Channel::Email => open(Field::Email, "email")?.map(|text| {
                Email::parse(&text)
                    .map(MessageAddress::Email)
                    .map_err(StoreError::corrupt("person"))
            }),
            Channel::Sms => open(Field::Mobile, "mobile")?.map(|text| {
                Mobile::parse(&text)
                    .map(MessageAddress::Mobile)
                    .map_err(StoreError::corrupt("person"))
            }),
            Channel::Postal => None,
        };
        Ok(Some(Addressee {
            address: address.transpose()?,
            first_name: open(Field::FirstName, "first_name")?,
            last_name: open(Field::LastName, "last_name")?,
            points,
            is_permitted: consents.permit(channel),
        }))
    }

    fn bytes(&self, name: &str) -> Result<Option<&[u8]>, StoreError> {
        match self.0.get(name) {
            Some(AttributeValue::B(bytes)) => Ok(Some(bytes.as_ref())),
            Some(_) => Err(StoreError::Corrupt("person")),
            None => Ok(None),
        }
    }
}

impl Store {
    /// The members of a batch as they are this instant, read strongly; those erased or merged into
    /// another are absent. Where they stand close together: 1 round trip, 1 read unit for each 4 KB,
    /// some 70 for a full batch that nobody was left out of. Where they stand apart: 1 read unit for a
    /// person and one for an account, a hundred items a round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn addressees(
        &self,
        scope: &Scope,
        members: &[MemberId],
        channel: Channel,
        now: Instant,
    ) -> Result<HashMap<MemberId, Addressee>, StoreError> {
        let wanted: BTreeSet<MemberId> = members.iter().copied().collect();
        let (mut read, left) = self.walk_over(scope, &wanted, channel).await?;
        let keys: Vec<Key> = left
            .iter()
            .flat_map(|member| {
                [keys::account(scope.tenant(), *member), keys::person(scope.tenant(), *member)]
            })
            .collect();
        for item in self.get_items_strongly(&keys).await? {
            read.push((member_of(&item)?, item));
        }
        let today = retention::day_of(now);
        let mut points = HashMap::with_capacity(wanted.len());
        let mut persons = Vec::with_capacity(wanted.len());
        for (member, item) in read {
            match item.get("account") {
                Some(AttributeValue::B(account)) => {
                    let account = codec::decode_account(account.as_ref())?;
                    let balance = account.balance_on(today, &scope.settings.programmes);
                    points.insert(member, balance.available);
                }
                _ if item.contains_key(ERASED_ON) => {}
                _ => persons.push((member, item)),
            }
        }
        let mut addressees = HashMap::with_capacity(persons.len());
        for (member, item) in persons {
            let points = *points.get(&member).ok_or(StoreError::Corrupt("account"))?;
            if let Some(addressee) = AddresseeRecord(item).read(scope, member, channel, points)? {
                addressees.insert(member, addressee);
            }
        }
        Ok(addressees)
    }

    /// Walks from the first member to the last for as long as enough of those between are wanted. Gives
    /// the items of the wanted ones, and the members it did not come to.
    async fn walk_over(
        &self,
        scope: &Scope,
        wanted: &BTreeSet<MemberId>,
        channel: Channel,
    ) -> Result<(Vec<(MemberId, Item)>, BTreeSet<MemberId>), StoreError> {
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
            return Ok((vec![], BTreeSet::new()));
        };
        if wanted.iter().any(|member| member.shard() != first.shard()) {
            return Ok((vec![], wanted.clone()));
        }
        let Key { pk, sk: from } = keys::account(scope.tenant(), *first);
        let Key { sk: to, .. } = keys::person(scope.tenant(), *last);
        let address = if channel == Channel::Email { "email" } else { "mobile" };
        let projection = format!(
            "sk, account, {address}, first_name, last_name, consents, merged_into, {ERASED_ON}"
        );
        let mut read = Vec::with_capacity(wanted.len() * 2);
        let mut walked = 0;
        let (mut start, mut limit) = (None, Some(PROBE));
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .projection_expression(&projection)
                .expression_attribute_values(":pk", items::text(pk.clone()))
                .expression_attribute_values(":from", items::text(from.clone()))
                .expression_attribute_values(":to", items::text(to.clone()))
                .set_limit(limit.take())
                .consistent_read(true)
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            for item in answer.items.unwrap_or_default() {
                walked += 1;
                let member = member_of(&item)?;
                if wanted.contains(&member) {
                    read.push((member, item));
                }
            }
            let Some(next) = answer.last_evaluated_key else {
                return Ok((read, BTreeSet::new()));
            };
            if read.len() * SPARSE < walked {
                // The page may end between an account and its person: that member is read anew.
                let seen = member_of(&next)?;
                read.retain(|(member, _)| *member != seen);
                return Ok((read, wanted.range(seen..).copied().collect()));
            }
            start = Some(next);
        }
    }
}

fn member_of(item: &Item) -> Result<MemberId, StoreError> {
    let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str);
    member_id(sk.split('#').nth(1).unwrap_or_default())
}
