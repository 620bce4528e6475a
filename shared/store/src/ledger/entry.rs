//! Entries of the ledger that are not purchases: gifts, visits, manual corrections, ended points.

use crate::ledger::answer::{LedgerAnswer, balance_after};
use crate::ledger::entry_key::EntryKey;
use crate::member::account::StoredAccount;
use crate::table::attributes;
use crate::table::codec;
use crate::table::idempotency::IdempotencyKey;
use crate::table::keys::Key;
use crate::table::retry::Attempt;
use crate::table::write::Write;
use crate::webhook::changes::origin_of;
use crate::webhook::events::EventOrigin;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::ledger::Balance;
use domain::ledger::account::Given;
use domain::ledger::entry::{Adjustment, AdjustmentReason, Author, Cause, LedgerEntry};
use domain::ledger::gift::Gift;
use domain::member::Person;
use domain::purchase::receipt::Reference;
use domain::{Account, Credential, Day, EstablishmentId, Instant, MemberId, Points, retention};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct EntryRecord {
    pk: String,
    sk: String,
    /// The member. The attributes `member` and `instant` are the key of the index `history`.
    member: String,
    instant: String,
    kind: String,
    /// The credential that made the entry.
    pub(crate) by: Credential,
    points: i64,
    /// The lots that the entry took points from.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    lots: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Where the visit was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    establishment: Option<String>,
    /// `true` for the gift to a person whom a file enrolled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    file: bool,
}

/// An entry made by a request, with the balance after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The member, or the member that it was merged into.
    pub member: MemberId,
    /// The entry.
    pub entry: LedgerEntry,
    /// The balance after the entry, without the points that end soonest.
    pub balance: Balance,
}

/// An entry to write.
pub(crate) struct NewEntry<'e> {
    /// The entry.
    pub(crate) entry: &'e LedgerEntry,
    /// The entry of a gift that goes with it.
    pub(crate) gift: Option<Write>,
}

const CORRUPT: StoreError = StoreError::Corrupt("ledger");

impl EntryRecord {
    /// A new entry at an instant. Two entries of one member at one instant have different keys.
    pub(crate) fn of(
        scope: &Scope,
        member: MemberId,
        entry: &LedgerEntry,
    ) -> Result<Self, StoreError> {
        let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(scope, member, entry.at)?;
        let (adjustment, establishment) = match &entry.cause {
            Cause::Adjustment(adjustment) => (Some(adjustment), None),
            Cause::Visit(establishment) => (None, Some(establishment)),
            _ => (None, None),
        };
        Ok(Self {
            pk,
            sk,
            member: member.to_string(),
            instant,
            kind: entry.cause.as_str().to_owned(),
            by: scope.credential,
            points: entry.points.get(),
            lots: codec::lots::encode(&entry.lots),
            author: adjustment.map(|adjustment| adjustment.author.as_str().to_owned()),
            reason: adjustment.map(|adjustment| adjustment.reason.as_str().to_owned()),
            reference: adjustment
                .and_then(|adjustment| adjustment.reference.as_ref())
                .map(|reference| reference.as_str().to_owned()),
            establishment: establishment.map(ToString::to_string),
            file: false,
        })
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    pub(crate) fn put(&self) -> Result<Write, StoreError> {
        Ok(Write::put(self)?.if_absent())
    }

    pub(crate) fn read(self) -> Result<LedgerEntry, StoreError> {
        let reference = self.reference.as_deref().map(Reference::parse);
        let cause = match (self.author, self.establishment) {
            (None, None) => Cause::parse(&self.kind).ok_or(CORRUPT)?,
            (None, Some(code)) => Cause::Visit(EstablishmentId::parse(&code).map_err(|_| CORRUPT)?),
            (Some(author), _) => Cause::Adjustment(Adjustment {
                author: Author::parse(&author).map_err(|_| CORRUPT)?,
                reason: AdjustmentReason::parse(self.reason.as_deref().unwrap_or_default())
                    .ok_or(CORRUPT)?,
                reference: reference.transpose().map_err(|_| CORRUPT)?,
            }),
        };
        Ok(LedgerEntry {
            cause,
            points: Points::new(self.points),
            lots: codec::lots::decode(&self.lots)?,
            at: attributes::instant_of(&self.instant)?,
        })
    }
}

impl Store {
    /// Writes an entry for a keyed request, with the account after it: 1 transaction of 3 items, 7
    /// write units with the entry's place in the index.
    pub(crate) async fn enter(
        &self,
        scope: &Scope,
        stored: &StoredAccount,
        new: NewEntry<'_>,
        today: Day,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Attempt<Entered>, StoreError> {
        let StoredAccount { member, account, .. } = stored;
        let record = EntryRecord::of(scope, *member, new.entry)?;
        let balance = account.balance_on(today, &scope.settings.programmes);
        let answer = LedgerAnswer::of(*member, &record.key(), &balance).text()?;
        let mut transaction = self.transaction();
        transaction.add(stored.put(scope)?);
        transaction.add(record.put()?);
        if let Some(gift) = new.gift {
            transaction.add(gift);
        }
        transaction.add(scope.answer(key, answer, now)?);
        let balance = balance_after(balance.available, balance.pending);
        let outcome = transaction.commit().await?;
        Ok(outcome.done(Entered { member: *member, entry: record.read()?, balance }))
    }

    /// The entry of an earlier request with the same key: 1 strong read.
    pub(crate) async fn entered_before(
        &self,
        scope: &Scope,
        answer: &str,
    ) -> Result<Entered, StoreError> {
        let answer = LedgerAnswer::parse(answer)?;
        let key = answer.entry(scope)?;
        let record: Option<EntryRecord> = self.get_item(&key, Consistency::Strong).await?;
        let entry = record.ok_or(StoreError::NotFound(Entity::Member))?.read()?;
        let (member, balance) = (answer.member()?, answer.balance());
        Ok(Entered { member, entry, balance })
    }
}

/// Gives points without a sale, and writes their entry. Zero points write nothing.
pub(crate) fn give(
    scope: &Scope,
    member: MemberId,
    account: &mut Account,
    gift: (Cause, u32),
    at: Instant,
) -> Result<Option<Write>, StoreError> {
    given(scope, member, account, gift, at)?.as_ref().map(EntryRecord::put).transpose()
}

/// The gift of the programme for a new member.
pub(crate) fn welcome_gift(
    scope: &Scope,
    person: &Person,
    account: &mut Account,
    now: Instant,
) -> Result<Option<Write>, StoreError> {
    let gifts = scope.settings.programmes.terms_on(retention::day_of(now)).gifts;
    let gift = (Cause::Welcome, gifts.welcome);
    let Some(mut record) = given(scope, person.id, account, gift, now)? else { return Ok(None) };
    record.file = origin_of(person.enrolment) == EventOrigin::File;
    record.put().map(Some)
}

fn given(
    scope: &Scope,
    member: MemberId,
    account: &mut Account,
    (cause, points): (Cause, u32),
    at: Instant,
) -> Result<Option<EntryRecord>, StoreError> {
    if points == 0 {
        return Ok(None);
    }
    let points = Points::new(i64::from(points));
    account.give(Given::freely(retention::day_of(at)), points);
    match cause {
        Cause::Welcome => account.gifts.welcome = Gift::new(points),
        Cause::Activation => account.gifts.activation = Gift::new(points),
        _ => {}
    }
    let entry = LedgerEntry { cause, points, lots: vec![], at };
    EntryRecord::of(scope, member, &entry).map(Some)
}
