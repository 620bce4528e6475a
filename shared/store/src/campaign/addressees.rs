//! The members of a batch, read when the batch is sent, with the data that a message needs.
//!
//! A batch is cut from a walk. So its members are close together in the table, unless the segment
//! selects few members. Members that are close together are read by one more walk, which is billed
//! by the KB. Scattered members are read by their keys, which is billed by the item.

use crate::member::consent::change::MessageAddress;
use crate::member::person::{ERASED_ON, deciding_birth_date};
use crate::table::attributes::{self, member_id};
use crate::table::codec::{self, consents};
use crate::table::items::Item;
use crate::table::keys::{self, Key};
use crate::vault::Field;
use crate::{Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::Email;
use domain::{Channel, Day, Instant, MemberId, Mobile, Points, retention};
use std::collections::{BTreeSet, HashMap};

/// The number of items of the first page: the two items of each member of a full batch without
/// gaps. This page shows how scattered the members are.
const PROBE: i32 = 1_000;
/// The walk continues while at least one item in eight is wanted. One item that is read by its key
/// costs as much as fourteen items of a walk.
const SPARSE: usize = 8;

/// A member with the data that a message needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The address of the message; `None` for a member without an address of the channel.
    pub address: Option<MessageAddress>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The balance.
    pub points: Points,
    /// Whether the member's consents permit the channel.
    pub is_permitted: bool,
    /// Whether another member has or had the e-mail address too.
    pub shares_email: bool,
}

/// The attributes of a person that a message needs. They are taken from the item one by one: serde
/// took some 7,000 instructions to read the record of one person, and a campaign reads every
/// recipient.
struct AddresseeRecord(Item);

impl AddresseeRecord {
    /// `None` for a member who was merged into another one.
    fn read(
        &self,
        scope: &Scope,
        id: MemberId,
        channel: Channel,
        points: Points,
        today: Day,
    ) -> Result<Option<Addressee>, StoreError> {
        if self.0.contains_key("merged_into") {
            return Ok(None);
        }
        let open = |field: Field, name: &str| {
            let sealed = self.bytes(name)?;
            sealed.map(|sealed| scope.settings.vault.open(id, field, sealed)).transpose()
        };
        let consents = self.bytes("consents")?.filter(|consents| !consents.is_empty());
        let consents = consents.map(consents::decode).transpose()?.unwrap_or_default();
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
        let birth_date = deciding_birth_date(scope, id, &self.0)?;
        Ok(Some(Addressee {
            address: address.transpose()?,
            first_name: open(Field::FirstName, "first_name")?,
            last_name: open(Field::LastName, "last_name")?,
            points,
            shares_email: self.0.get("shares_email") == Some(&AttributeValue::Bool(true)),
            is_permitted: consents.permit(channel, birth_date, today),
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
    /// The members of a batch, read strongly, without the members who were erased or merged into
    /// another member. The cost:
    ///
    /// * members that are close together: 1 round trip, 1 read unit for each 4 KB, some 70 units
    ///   for a full batch without gaps
    /// * scattered members: 1 read unit for a person and 1 for an account, 100 items a round trip
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
                    let account = codec::account::decode(account.as_ref())?;
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
            if let Some(addressee) =
                AddresseeRecord(item).read(scope, member, channel, points, today)?
            {
                addressees.insert(member, addressee);
            }
        }
        Ok(addressees)
    }

    /// Walks from the first member to the last, and stops where too few of the items are wanted.
    /// Returns the items that were read, and the members that must be read by their keys.
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
            "sk, account, {address}, first_name, last_name, consents, merged_into, young, shares_email, \
             birth_date, {ERASED_ON}"
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
                .expression_attribute_values(":pk", attributes::text(pk.clone()))
                .expression_attribute_values(":from", attributes::text(from.clone()))
                .expression_attribute_values(":to", attributes::text(to.clone()))
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
                // The page may end between an account and its person. That member is read again by
                // its keys.
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
