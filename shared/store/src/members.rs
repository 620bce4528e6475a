//! Members: the person and the account as two neighbours, and the look-ups by contact.

use crate::erasing::ERASED_ON;
use crate::items::{self, ABSENT, Item, Reason, Transaction};
use crate::keys::{self, Key, Tenant};
use crate::person::{person_of, person_record};
use crate::{Consistency, Scope, Store, StoreError, backoff, codec};
use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use domain::identity::{CardNumber, MEMBER_SHARDS};
use domain::member::{Address, Details, Email, Enrolment, Person};
use domain::{Account, Consents, Day, Instant, Invalid, MemberId, Mobile, retention};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A contact that one member has alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Contact {
    /// A mobile number.
    Mobile(Mobile),
    /// A card's number.
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

/// What a contact is known as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// This member's.
    Member(MemberId),
    /// An erased person's: no file brings it back.
    Suppressed,
}

/// A person to become a member.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The mobile number.
    pub mobile: Mobile,
    /// Everything else that was told.
    pub details: Details,
    /// Who told us that the person asked for the card.
    pub enrolment: Enrolment,
}

/// A member: the person and the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// With which points.
    pub account: Account,
    pub(crate) account_version: u64,
}

/// Some members and where the next ones begin.
pub struct MemberPage {
    /// Members in no order that means anything.
    pub members: Vec<Member>,
    /// The shard and the sort key after which the next page begins.
    pub next: Option<(u8, String)>,
}

/// What to change of a person's details; `None` leaves a field as it is.
#[derive(Clone, Default)]
pub struct Correction {
    /// Last name; `Some(None)` clears it.
    pub last_name: Option<Option<String>>,
    /// First name.
    pub first_name: Option<Option<String>>,
    /// E-mail address.
    pub email: Option<Option<Email>>,
    /// Birth date.
    pub birth_date: Option<Option<Day>>,
    /// The whole postal address.
    pub address: Option<Address>,
    /// The number of the card handed out.
    pub card: Option<Option<CardNumber>>,
}

impl Correction {
    fn apply(&self, details: &mut Details) {
        let Self { last_name, first_name, email, birth_date, address, card } = self.clone();
        if let Some(last_name) = last_name {
            details.last_name = last_name;
        }
        if let Some(first_name) = first_name {
            details.first_name = first_name;
        }
        if let Some(email) = email {
            details.email = email;
        }
        if let Some(birth_date) = birth_date {
            details.birth_date = birth_date;
        }
        if let Some(address) = address {
            details.address = address;
        }
        if let Some(card) = card {
            details.card = card;
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ContactRecord {
    pk: String,
    sk: String,
    holder: String,
}

/// What is left of an erased person's contact; without an end it stands for good.
#[derive(Deserialize)]
struct SuppressedRecord {
    pk: String,
    sk: String,
    #[serde(default)]
    ttl: Option<i64>,
}

/// The account as an item; `v` is raised by every write and stands in every write's condition.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pk: String,
    sk: String,
    v: u64,
    #[serde(with = "serde_bytes")]
    account: Vec<u8>,
}

impl AccountRecord {
    pub(crate) fn of(tenant: Tenant, member: MemberId, account: &Account, v: u64) -> Self {
        let Key { pk, sk } = keys::account(tenant, member);
        Self { pk, sk, v, account: codec::encode_account(account) }
    }

    pub(crate) fn read(&self) -> Result<(Account, u64), StoreError> {
        Ok((codec::decode_account(&self.account)?, self.v))
    }
}

/// The write of a person over the version that was read, or of a new one.
pub(crate) fn put_person(
    store: &Store,
    scope: &Scope,
    person: &Person,
    over: Option<u64>,
) -> Result<TransactWriteItem, StoreError> {
    let item = items::to_item(&person_record(scope, person)?)?;
    put_version(&store.table, item, over)
}

/// The write of an account over the version that was read, or of a new one.
pub(crate) fn put_account(
    store: &Store,
    scope: &Scope,
    member: MemberId,
    account: &Account,
    over: Option<u64>,
) -> Result<TransactWriteItem, StoreError> {
    let v = over.map_or(1, |version| version + 1);
    let record = AccountRecord::of(scope.tenant(), member, account, v);
    put_version(&store.table, items::to_item(&record)?, over)
}

fn put_version(
    table: &str,
    item: Item,
    over: Option<u64>,
) -> Result<TransactWriteItem, StoreError> {
    match over {
        None => items::put(table, item, ABSENT, vec![]),
        Some(version) => {
            items::put(table, item, Some("v = :v"), vec![(":v", items::number(version))])
        }
    }
}

/// The entry that says who has a contact; it passes where nobody has, or where `from` had.
fn put_contact(
    store: &Store,
    key: Key,
    member: MemberId,
    from: Option<MemberId>,
) -> Result<TransactWriteItem, StoreError> {
    let record = ContactRecord { pk: key.pk, sk: key.sk, holder: member.to_string() };
    let item = items::to_item(&record)?;
    match from {
        None => items::put(&store.table, item, ABSENT, vec![]),
        Some(from) => items::put(
            &store.table,
            item,
            Some("attribute_not_exists(pk) OR holder = :from"),
            vec![(":from", items::text(from.to_string()))],
        ),
    }
}

pub(crate) fn delete_contact(
    store: &Store,
    key: &Key,
    member: MemberId,
) -> Result<TransactWriteItem, StoreError> {
    let delete = Delete::builder()
        .table_name(&*store.table)
        .set_key(Some(items::key_item(key)))
        .condition_expression("attribute_not_exists(pk) OR holder = :holder")
        .expression_attribute_values(":holder", items::text(member.to_string()))
        .build()
        .map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

impl Scope {
    pub(crate) fn contact_key(&self, contact: &Contact) -> Key {
        let (kind, value) = contact.kind_and_value();
        keys::sole_contact(self.tenant(), kind, &self.settings.vault.contact_hash(kind, value))
    }

    pub(crate) fn suppressed_key(&self, contact: &Contact) -> Key {
        let (kind, value) = contact.kind_and_value();
        keys::suppressed(self.tenant(), kind, &self.settings.vault.contact_hash(kind, value))
    }

    pub(crate) fn email_key(&self, email: &Email, member: MemberId) -> Key {
        let hash = self.settings.vault.contact_hash("EMAIL", email.as_str());
        keys::shared_contact(self.tenant(), "EMAIL", &hash, member)
    }

    pub(crate) fn suppressed_email_key(&self, email: &Email) -> Key {
        let hash = self.settings.vault.contact_hash("EMAIL", email.as_str());
        keys::suppressed(self.tenant(), "EMAIL", &hash)
    }
}

impl NewMember {
    pub(crate) fn person(&self, now: Instant) -> Result<Person, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
        Ok(Person {
            id: MemberId::mint(now, u128::from_be_bytes(random)),
            mobile: self.mobile.clone(),
            details: self.details.clone(),
            consents: Consents::default(),
            enrolment: self.enrolment,
            created_at: now,
            invited_at: None,
            activated_at: None,
            merged_into: None,
            absorbed: vec![],
            due: Some(retention::never_activated_due(retention::day_of(now))),
            version: 1,
        })
    }
}

impl Store {
    /// The writes that make a person a member, the account apart. The mobile comes first.
    pub(crate) fn enrolling(
        &self,
        scope: &Scope,
        person: &Person,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mobile = Contact::Mobile(person.mobile.clone());
        let mut actions = vec![
            put_contact(self, scope.contact_key(&mobile), person.id, None)?,
            put_person(self, scope, person, None)?,
        ];
        if let Some(card) = &person.details.card {
            let card = Contact::Card(card.clone());
            actions.push(put_contact(self, scope.contact_key(&card), person.id, None)?);
        }
        if let Some(email) = &person.details.email {
            actions.push(put_contact(self, scope.email_key(email, person.id), person.id, None)?);
        }
        Ok(actions)
    }

    /// Who has a contact: 1 round trip of half a read unit; where nobody seems to have it, a strong
    /// second look, since the contact may have been written a moment ago.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn find_member(
        &self,
        scope: &Scope,
        contact: &Contact,
    ) -> Result<Option<MemberId>, StoreError> {
        let key = scope.contact_key(contact);
        let mut found: Option<ContactRecord> = self.get_item(&key, Consistency::Eventual).await?;
        if found.is_none() {
            found = self.get_item(&key, Consistency::Strong).await?;
        }
        found.map(|record| member_id(&record.holder)).transpose()
    }

    /// The members who share an e-mail address: 1 query, half a read unit for some forty of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn members_sharing(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Vec<MemberId>, StoreError> {
        let hash = scope.settings.vault.contact_hash("EMAIL", email.as_str());
        let partition = keys::contact_partition(scope.tenant(), "EMAIL", &hash);
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .expression_attribute_values(":pk", items::text(partition))
            .expression_attribute_values(":member", items::text("MEMBER#"))
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

    /// What many contacts are known as, those of nobody left out: half a read unit and a hundredth
    /// of a round trip each; those that nobody has are looked up a second time among the erased.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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
            if let Some(contact) = by_key.remove(&Key { pk: record.pk, sk: record.sk }) {
                known.insert(contact.clone(), Known::Member(member_id(&record.holder)?));
            }
        }
        let mut by_key: HashMap<Key, &Contact> =
            by_key.into_values().map(|contact| (scope.suppressed_key(contact), contact)).collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        for item in self.get_items(&wanted).await? {
            let record: SuppressedRecord = items::from_item(item, "contact")?;
            let in_force = record.ttl.is_none_or(|end| end > now.as_second());
            let contact = by_key.remove(&Key { pk: record.pk, sk: record.sk });
            if let Some(contact) = contact.filter(|_| in_force) {
                known.insert(contact.clone(), Known::Suppressed);
            }
        }
        Ok(known)
    }

    /// An account with its version, followed to the member it was merged into: 1 round trip (half a
    /// read unit, or one where read strongly), one more for each merge.
    pub(crate) async fn account(
        &self,
        scope: &Scope,
        member: MemberId,
        consistency: Consistency,
    ) -> Result<(MemberId, Account, u64), StoreError> {
        let mut member = member;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let key = keys::account(scope.tenant(), member);
            let mut found: Option<AccountRecord> = self.get_item(&key, consistency).await?;
            if found.is_none() && consistency == Consistency::Eventual {
                found = self.get_item(&key, Consistency::Strong).await?;
            }
            let (account, version) = found.ok_or(StoreError::NotFound("member"))?.read()?;
            match account.merged_into {
                Some(kept) => member = kept,
                None => return Ok((member, account, version)),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// The accounts of many members, as they are read eventually; those absent are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn accounts(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, (Account, u64)>, StoreError> {
        let by_key: HashMap<Key, MemberId> = members
            .iter()
            .map(|member| (keys::account(scope.tenant(), *member), *member))
            .collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut accounts = HashMap::with_capacity(by_key.len());
        for item in self.get_items(&wanted).await? {
            let record: AccountRecord = items::from_item(item, "account")?;
            let key = Key { pk: record.pk.clone(), sk: record.sk.clone() };
            if let Some(member) = by_key.get(&key) {
                accounts.insert(*member, record.read()?);
            }
        }
        Ok(accounts)
    }

    /// A member, or the one it was merged into: 1 query, half a read unit, read strongly for one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn member(&self, scope: &Scope, id: MemberId) -> Result<Member, StoreError> {
        let mut id = id;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let member = self.member_itself(scope, id).await?;
            match member.person.merged_into {
                Some(kept) => id = kept,
                None => return Ok(member),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    pub(crate) async fn member_itself(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<Member, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(
                ":pk",
                items::text(keys::member_partition(scope.tenant(), id.shard())),
            )
            .expression_attribute_values(":prefix", items::text(keys::member_prefix(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        members_of(scope, answer.items.unwrap_or_default())?
            .pop()
            .ok_or(StoreError::NotFound("member"))
    }

    /// Makes a person a member: 1 transaction, 7 write units, 2 more for a card and 2 for an e-mail
    /// address, 3 for a gift of welcome. Who is one already stays as is, told by `false`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`Invalid::CardTaken`].
    pub async fn create_member(
        &self,
        scope: &Scope,
        new: &NewMember,
        now: Instant,
    ) -> Result<(Member, bool), StoreError> {
        for attempt in 0..backoff::ATTEMPTS {
            let person = new.person(now)?;
            let mut account = Account::default();
            let mut actions = self.enrolling(scope, &person)?;
            actions.extend(self.welcome(scope, person.id, &mut account, now)?);
            actions.push(put_account(self, scope, person.id, &account, None)?);
            match self.transact(actions).await? {
                Transaction::Committed => {
                    return Ok((Member { person, account, account_version: 1 }, true));
                }
                Transaction::Cancelled(reasons) => match &reasons[..] {
                    [Reason::Condition(Some(item)), ..] => {
                        let known: ContactRecord = items::from_item(item.clone(), "contact")?;
                        let id = member_id(&known.holder)?;
                        return Ok((self.member(scope, id).await?, false));
                    }
                    [_, _, Reason::Condition(_), ..] => return Err(CARD_TAKEN),
                    _ => backoff::wait(attempt).await,
                },
            }
        }
        Err(StoreError::Busy)
    }

    /// Corrects a person's details (*rectification*, GDPR art. 16): 1 query and 1 transaction, 2
    /// write units and 2 for each contact entry that changes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`Invalid::CardTaken`].
    pub async fn correct_member(
        &self,
        scope: &Scope,
        id: MemberId,
        correction: &Correction,
    ) -> Result<Member, StoreError> {
        for attempt in 0..backoff::ATTEMPTS {
            let mut member = self.member(scope, id).await?;
            let before = member.person.clone();
            correction.apply(&mut member.person.details);
            if member.person == before {
                return Ok(member);
            }
            member.person.version += 1;
            if before.details.email != member.person.details.email {
                member.person.consents.email.address_changed();
            }
            let mut actions = vec![put_person(self, scope, &member.person, Some(before.version))?];
            let id = before.id;
            let (was, is) = (&before.details, &member.person.details);
            if was.email != is.email {
                if let Some(email) = &was.email {
                    actions.push(delete_contact(self, &scope.email_key(email, id), id)?);
                }
                if let Some(email) = &is.email {
                    actions.push(put_contact(self, scope.email_key(email, id), id, Some(id))?);
                }
            }
            let card_entry = if was.card == is.card {
                None
            } else {
                if let Some(card) = &was.card {
                    let key = scope.contact_key(&Contact::Card(card.clone()));
                    actions.push(delete_contact(self, &key, id)?);
                }
                is.card.as_ref().map(|card| scope.contact_key(&Contact::Card(card.clone())))
            };
            if let Some(key) = card_entry {
                actions.push(put_contact(self, key, id, Some(id))?);
            }
            let last = actions.len() - 1;
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(member),
                Transaction::Cancelled(reasons)
                    if was.card != is.card && matches!(reasons[last], Reason::Condition(_)) =>
                {
                    return Err(CARD_TAKEN);
                }
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Gives a member another mobile number: 1 query and 1 transaction of 6 write units. The old
    /// number is free at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] where the number is another member's.
    pub async fn change_mobile(
        &self,
        scope: &Scope,
        id: MemberId,
        mobile: &Mobile,
    ) -> Result<Member, StoreError> {
        for attempt in 0..backoff::ATTEMPTS {
            let mut member = self.member(scope, id).await?;
            if member.person.mobile == *mobile {
                return Ok(member);
            }
            let (id, version) = (member.person.id, member.person.version);
            let old = Contact::Mobile(std::mem::replace(&mut member.person.mobile, mobile.clone()));
            member.person.version += 1;
            member.person.consents.sms.address_changed();
            let new = scope.contact_key(&Contact::Mobile(mobile.clone()));
            let actions = vec![
                put_contact(self, new, id, Some(id))?,
                delete_contact(self, &scope.contact_key(&old), id)?,
                put_person(self, scope, &member.person, Some(version))?,
            ];
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(member),
                Transaction::Cancelled(reasons) if matches!(reasons[0], Reason::Condition(_)) => {
                    return Err(StoreError::Conflict(
                        "this mobile is another member's: merge the two if they are one person",
                    ));
                }
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Members page by page, shard by shard; merged ones are left out. A page is one query a shard
    /// that it touches and half a read unit for each 4 KB.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn members(
        &self,
        scope: &Scope,
        after: Option<(u8, String)>,
        limit: usize,
    ) -> Result<MemberPage, StoreError> {
        let (mut shard, mut after) =
            after.map_or((0, None), |(shard, sk)| (shard, (!sk.is_empty()).then_some(sk)));
        let mut members = Vec::with_capacity(limit);
        while shard < MEMBER_SHARDS {
            let partition = keys::member_partition(scope.tenant(), shard);
            let start = after.take().map(|sk| items::key_item(&Key { pk: partition.clone(), sk }));
            let wanted = limit - members.len();
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", items::text(partition))
                .expression_attribute_values(":prefix", items::text("MEMBER#"))
                // Two items a member, but for what an erasure leaves of one for a day.
                .limit(i32::try_from(wanted.saturating_mul(2)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            let mut read = answer.items.unwrap_or_default();
            let mut last = answer.last_evaluated_key.as_ref().and_then(sort_key);
            // A page may end between an account and its person: read it again.
            if last.as_ref().is_some_and(|sk| sk.ends_with("#ACCOUNT")) {
                read.pop();
                last = read.last().and_then(sort_key);
            }
            members.extend(
                members_of(scope, read)?
                    .into_iter()
                    .filter(|member| member.person.merged_into.is_none()),
            );
            match last {
                Some(sk) if members.len() >= limit => {
                    return Ok(MemberPage { members, next: Some((shard, sk)) });
                }
                Some(sk) => after = Some(sk),
                None if members.len() >= limit => {
                    let next = (shard + 1 < MEMBER_SHARDS).then(|| (shard + 1, String::new()));
                    return Ok(MemberPage { members, next });
                }
                None => shard += 1,
            }
        }
        Ok(MemberPage { members, next: None })
    }
}

pub(crate) const CARD_TAKEN: StoreError = StoreError::Refused(Invalid::CardTaken);

/// More merges than one after another than this are a ring, which no code of ours makes.
const MOST_MERGES_FOLLOWED: usize = 10;

pub(crate) fn member_id(text: &str) -> Result<MemberId, StoreError> {
    MemberId::parse(text).map_err(|_| StoreError::Corrupt("member"))
}

fn sort_key(item: &HashMap<String, AttributeValue>) -> Option<String> {
    item.get("sk")?.as_s().ok().cloned()
}

/// Pairs the neighbours: an account is followed by its person. What an erasure left of a member is
/// nobody, and is passed over.
pub(crate) fn members_of(scope: &Scope, read: Vec<Item>) -> Result<Vec<Member>, StoreError> {
    let mut members = Vec::with_capacity(read.len() / 2);
    let mut account = None;
    for item in read {
        if item.contains_key(ERASED_ON) {
            account = None;
            continue;
        }
        let sk = sort_key(&item).unwrap_or_default();
        let mut parts = sk.split('#').skip(1);
        let id = member_id(parts.next().unwrap_or_default())?;
        if parts.next() == Some("ACCOUNT") {
            account = Some(items::from_item::<AccountRecord>(item, "account")?.read()?);
        } else {
            let person = person_of(scope, id, items::from_item(item, "person")?)?;
            let (account, account_version) =
                account.take().ok_or(StoreError::Corrupt("account"))?;
            members.push(Member { person, account, account_version });
        }
    }
    Ok(members)
}
