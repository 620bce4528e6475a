//! The walk over the members of a merchant, with the data that a campaign needs.

use crate::campaign::position::WalkPosition;
use crate::member::account::StoredAccount;
use crate::member::neighbours::{Pair, pair, sort_key};
use crate::member::person::{ERASED_ON, deciding_birth_date};
use crate::table::attributes;
use crate::table::codec::consents::ConsentsRecord;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::vault::Field;
use crate::{Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::Email;
use domain::{Account, Channel, Day, MemberId};
use serde::Deserialize;
use std::collections::HashMap;

/// A member with the data that a campaign needs.
pub struct MemberProjection {
    /// The member.
    pub member: MemberId,
    /// The account.
    pub account: Account,
    /// Whether a message of the channel may be sent to the member, by an eventual read.
    pub reachable: bool,
    /// Whether the person opposed the channel.
    pub opposed: bool,
    /// Whether the person consented to the channel, with or without an address.
    pub consented: bool,
    /// The e-mail address of a reachable member, where another member has or had it too.
    pub shared_email: Option<Email>,
    /// The first name, if requested.
    pub first_name: Option<String>,
    /// The last name, if requested.
    pub last_name: Option<String>,
}

/// The names that a walk opens: only those that a text uses.
#[derive(Clone, Copy, Default)]
pub struct NamesToOpen {
    /// First names.
    pub first: bool,
    /// Last names.
    pub last: bool,
}

/// Some members of a shard.
pub struct WalkPage {
    /// The members, without merged ones.
    pub members: Vec<MemberProjection>,
    /// The last member seen, where the shard has more.
    pub next: Option<MemberId>,
}

#[derive(Deserialize)]
struct PersonProjection {
    #[serde(default)]
    consents: ConsentsRecord,
    #[serde(default)]
    merged_into: Option<String>,
    #[serde(default)]
    shares_email: bool,
    #[serde(with = "serde_bytes", default)]
    email: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default)]
    first_name: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default)]
    last_name: Option<Vec<u8>>,
}

impl Store {
    /// One page of the members of a shard, from a position on: 1 query, half a read unit for each 4
    /// KB, at most 128 read units. Where persons were under 15 when they became members or consented,
    /// their birth dates are read too: 1 round trip more, half a read unit each. `today` decides who is
    /// under 15.
    pub async fn walk(
        &self,
        scope: &Scope,
        position: WalkPosition,
        channel: Channel,
        today: Day,
    ) -> Result<WalkPage, StoreError> {
        self.walk_with_names(scope, position, channel, today, NamesToOpen::default()).await
    }

    /// As [`Store::walk`], with names opened.
    pub async fn walk_with_names(
        &self,
        scope: &Scope,
        position: WalkPosition,
        channel: Channel,
        today: Day,
        names: NamesToOpen,
    ) -> Result<WalkPage, StoreError> {
        let mut projection =
            "pk, sk, v, account, consents, merged_into, email, shares_email, erased_on, young"
                .to_owned();
        if names.first {
            projection.push_str(", first_name");
        }
        if names.last {
            projection.push_str(", last_name");
        }
        let WalkPosition { shard, after } = position;
        let start = after.map(|after| items::key_item(&keys::person(scope.tenant(), after)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .projection_expression(projection)
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::member_partition(scope.tenant(), shard)),
            )
            .expression_attribute_values(":member", attributes::text("MEMBER#"))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let goes_on = answer.last_evaluated_key.is_some();
        let found = pair(answer.items.unwrap_or_default())?;
        let mut whole = self.young_persons(scope, &found.pairs).await?;
        let mut members = Vec::with_capacity(found.pairs.len());
        for mut pair in found.pairs {
            if is_young(&pair) {
                // A person who was erased since the query is left out.
                let Some(person) = whole.remove(&pair.account.member) else { continue };
                pair.person = person;
            }
            members.extend(project(scope, pair, channel, today)?);
        }
        Ok(WalkPage { members, next: found.last.filter(|_| goes_on) })
    }

    /// The whole items of the persons whose birth date decides about consents. They are few, so no page reads the
    /// birth dates of all members.
    async fn young_persons(
        &self,
        scope: &Scope,
        pairs: &[Pair],
    ) -> Result<HashMap<MemberId, Item>, StoreError> {
        let young = pairs.iter().filter(|pair| is_young(pair));
        let wanted: Vec<Key> =
            young.map(|pair| keys::person(scope.tenant(), pair.account.member)).collect();
        let items = if wanted.is_empty() { vec![] } else { self.get_items(&wanted).await? };
        let items = items.into_iter().filter(|item| !item.contains_key(ERASED_ON));
        items.map(|item| Ok((member_of(sort_key(&item))?, item))).collect()
    }
}

fn is_young(pair: &Pair) -> bool {
    pair.person.get("young") == Some(&AttributeValue::Bool(true))
}

/// The member of the sort key of a person.
fn member_of(sk: &str) -> Result<MemberId, StoreError> {
    attributes::member_id(sk.split('#').nth(1).unwrap_or_default())
}

/// A member from its account and person; `None` for one who was merged into another member.
fn project(
    scope: &Scope,
    pair: Pair,
    channel: Channel,
    today: Day,
) -> Result<Option<MemberProjection>, StoreError> {
    let Pair { account: StoredAccount { member, account, .. }, person: item } = pair;
    let birth_date = deciding_birth_date(scope, member, &item)?;
    let person: PersonProjection = items::from_item(item, "person")?;
    if person.merged_into.is_some() {
        return Ok(None);
    }
    let open = |field: Field, sealed: Option<Vec<u8>>| {
        sealed.map(|sealed| scope.settings.vault.open(member, field, &sealed)).transpose()
    };
    let consents = person.consents.read_channel(channel)?;
    let permitted = consents.permits(channel, birth_date, today);
    let has_email = person.email.as_ref().is_some_and(|email| !email.is_empty());
    let reachable = permitted && (channel != Channel::Email || has_email);
    let shared =
        person.email.filter(|_| reachable && person.shares_email && channel == Channel::Email);
    let shared_email = open(Field::Email, shared)?.map(|text| Email::parse(&text)).transpose();
    Ok(Some(MemberProjection {
        member,
        account,
        reachable,
        opposed: consents.is_opposed(),
        consented: consents.has_consented(channel, birth_date, today),
        shared_email: shared_email.map_err(StoreError::corrupt("person"))?,
        first_name: open(Field::FirstName, person.first_name)?,
        last_name: open(Field::LastName, person.last_name)?,
    }))
}
