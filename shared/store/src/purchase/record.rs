//! Entering purchases: the one way into the ledger, for the till and for the file.

use crate::coupon::redeem::CouponRedemption;
use crate::member::enrol::enrol;
use crate::member::item::person_of;
use crate::member::read::{CARD_TAKEN, put_account};
use crate::purchase::item::{Effect, PurchaseRecord};
use crate::purchase::read::{Customer, Entry, Holder, Outcome, Recorded};
use crate::purchase::returns::NamedSale;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Cancellation, Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Contact, Entity, Scope, Store, StoreError};
use domain::ledger::{self, ProgrammeContext};
use domain::values::calendar;
use domain::{
    Account, CouponError, Day, DomainError, EstablishmentId, Instant, MemberId, PurchaseError,
    PurchaseKind,
};
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// Purchases that one transaction takes beside a new member's six other items, of the 100 actions
/// that DynamoDB allows.
pub const MAX_PURCHASES_PER_TRANSACTION: usize = 94;

/// What became of one attempt to record purchases.
enum Attempted {
    /// They are recorded.
    Recorded(Vec<Recorded>),
    /// Another purchase is stored under one of the receipts.
    Stored(Box<PurchaseRecord>),
    /// Another request wrote one of the items, or made the customer a member.
    Again,
}

impl Store {
    /// Enters one purchase: the points, the balance and the account in one transaction.
    ///
    /// For a member given by identifier 2 round trips (half a read unit; 5 write units up to 1 KB
    /// of purchase), by contact 3 (1 read unit), for nobody 1 (3 write units). A return that names its sale reads
    /// both first and writes the sale too. A coupon costs 1 round trip more (half a read unit), and 2
    /// write units. The same purchase again is answered as the first time and
    /// writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`PurchaseError::ReceiptConflict`], the reasons of returns, and of coupons
    /// ([`CouponError::Refused`]);
    /// [`StoreError::NotFound`] for a customer that is no member.
    pub async fn record_purchase(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
        now: Instant,
    ) -> Result<Recorded, StoreError> {
        retry(|number| async move {
            let consistency = if number == 0 { Consistency::Eventual } else { Consistency::Strong };
            let mut named = match entry.purchase.kind() {
                PurchaseKind::Return { of: Some(sale) } => {
                    if let Some(known) = self.standing(scope, customer, entry).await? {
                        return Ok(Attempt::Done(known));
                    }
                    Some(self.named_sale(scope, sale).await?)
                }
                _ => None,
            };
            let sold_at = entry.purchase.sold_at();
            let holder =
                self.holder(scope, (customer, sold_at), named.as_ref(), consistency).await?;
            let entries = std::slice::from_ref(entry);
            let attempted = match holder {
                Some(holder) => self.attempt(scope, holder, entries, named.as_mut(), now).await,
                None => self.attempt_anonymous(scope, entry, named.as_mut(), now).await,
            };
            if let Err(StoreError::Refused(DomainError::Coupon(CouponError::Refused(_)))) =
                &attempted
                && let Some(known) = self.standing(scope, customer, entry).await?
            {
                return Ok(Attempt::Done(known));
            }
            match attempted? {
                Attempted::Recorded(mut recorded) => {
                    let recorded = recorded.pop().ok_or(StoreError::Corrupt("transaction"))?;
                    Ok(Attempt::Done(recorded))
                }
                Attempted::Stored(record) => {
                    if let Some(known) = self.told_again(scope, customer, entry, &record).await? {
                        return Ok(Attempt::Done(known));
                    }
                    self.set_aside(scope, entry).await?;
                    Ok(Attempt::Again)
                }
                Attempted::Again => Ok(Attempt::Again),
            }
        })
        .await
    }

    /// Enters sales and returns of one customer in one transaction: 1 round trip, 3 write units a
    /// purchase and 2 for the account, 5 more where the customer becomes a member. A receipt that
    /// stands already, or a race, sends each entry through [`Store::record_purchase`] instead.
    ///
    /// Entries are at most [`MAX_PURCHASES_PER_TRANSACTION`], of different receipts, without coupons, and no
    /// return that names its sale.
    ///
    /// # Errors
    /// As [`Store::record_purchase`], for the group; an entry of its own refusal is told in its place.
    pub async fn record_purchases(
        &self,
        scope: &Scope,
        customer: &Customer,
        holder: Holder,
        entries: &[Entry],
        now: Instant,
    ) -> Result<Vec<Result<Recorded, StoreError>>, StoreError> {
        if let Attempted::Recorded(recorded) =
            self.attempt(scope, holder, entries, None, now).await?
        {
            return Ok(recorded.into_iter().map(Ok).collect());
        }
        let mut recorded = Vec::with_capacity(entries.len());
        for entry in entries {
            match self.record_purchase(scope, customer, entry, now).await {
                Err(error) if error.is_transient() => return Err(error),
                outcome => recorded.push(outcome),
            }
        }
        Ok(recorded)
    }

    pub(crate) async fn holder(
        &self,
        scope: &Scope,
        (customer, sold_at): (&Customer, Instant),
        named: Option<&NamedSale>,
        consistency: Consistency,
    ) -> Result<Option<Holder>, StoreError> {
        let told = match customer {
            Customer::Anonymous => None,
            Customer::Member(id) => Some(*id),
            Customer::Contact(contact) => {
                let found = self.find_buyer(scope, contact, sold_at).await?;
                Some(found.ok_or(StoreError::NotFound(Entity::Member))?)
            }
            Customer::Enrol(new) => {
                let mobile = Contact::Mobile(new.mobile.clone());
                match self.find_member(scope, &mobile).await? {
                    Some(found) => Some(found),
                    None => return Ok(Some(Holder::New(new.clone()))),
                }
            }
        };
        let of_sale = named.and_then(|named| named.sale.member);
        let Some(id) = told.or(of_sale) else { return Ok(None) };
        let holder = self.holder_of(scope, id, consistency).await?;
        if let (Some(_), Some(owner)) = (told, of_sale)
            && holder.member() != Some(owner)
            && holder.member() != Some(self.account(scope, owner, Consistency::Strong).await?.0)
        {
            return Err(PurchaseError::ReturnedSaleOfAnother.into());
        }
        Ok(Some(holder))
    }

    /// A member's account, and the month of birth where a programme asks for it: 1 round trip, half a
    /// read unit, or one where read strongly.
    pub(crate) async fn holder_of(
        &self,
        scope: &Scope,
        id: MemberId,
        consistency: Consistency,
    ) -> Result<Holder, StoreError> {
        if !scope.settings.programmes.ask_for_birthdays() {
            let (id, account, version) = self.account(scope, id, consistency).await?;
            return Ok(Holder::Member { id, account, version, birth_month: None });
        }
        let member = match consistency {
            Consistency::Eventual => self.member_eventual(scope, id).await?,
            Consistency::Strong => self.member(scope, id).await?,
        };
        Ok(Holder::Member {
            id: member.person.id,
            birth_month: member.person.details.birth_date.map(Day::month_of_year),
            version: member.account_version,
            account: member.account,
        })
    }

    /// The account of every member among `members`, as [`Store::record_purchases`] takes it: half a read
    /// unit each, and as much again where a programme asks for birthdays. Merged members are left
    /// out: [`Store::record_purchase`] follows them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn holders(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, Holder>, StoreError> {
        let accounts = self.accounts(scope, members).await?;
        let births = if scope.settings.programmes.ask_for_birthdays() {
            self.birth_months(scope, members).await?
        } else {
            HashMap::new()
        };
        let held = accounts.into_iter().filter(|(_, (account, _))| account.merged_into.is_none());
        let holder = |(id, (account, version))| {
            let birth_month = births.get(&id).copied();
            (id, Holder::Member { id, account, version, birth_month })
        };
        Ok(held.map(holder).collect())
    }

    async fn birth_months(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, i8>, StoreError> {
        let wanted = members.iter().map(|id| (keys::person(scope.tenant(), *id), *id));
        let by_key: HashMap<Key, MemberId> = wanted.collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut births = HashMap::with_capacity(members.len());
        for item in self.get_items(&wanted).await? {
            let key: Key = items::from_item(item.clone(), "person")?;
            let Some(id) = by_key.get(&key) else { continue };
            if item.contains_key(crate::member::erase::ERASED_ON) {
                continue;
            }
            let person = person_of(scope, *id, items::from_item(item, "person")?)?;
            births.extend(person.details.birth_date.map(|born| (*id, born.month_of_year())));
        }
        Ok(births)
    }

    /// As [`Store::attempt`], of a purchase without a customer.
    async fn attempt_anonymous(
        &self,
        scope: &Scope,
        entry: &Entry,
        named: Option<&mut NamedSale>,
        now: Instant,
    ) -> Result<Attempted, StoreError> {
        let coupons = self.redeem_coupons(scope, &entry.purchase, None, now).await?;
        let mut record = PurchaseRecord::of(scope, entry, None, &Effect::default());
        record.redeemed = coupons.redeemed();
        let mut transaction = self.transaction();
        transaction.add_in(Slot::Purchase, put_new(&record)?);
        if let Some(named) = named {
            named.sale.take_return(entry.purchase.total())?;
            transaction.add(named.put());
        }
        coupons.add_to(&mut transaction, scope)?;
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                let recorded = Recorded { outcome: Outcome::New, ..record.recorded()? };
                Ok(Attempted::Recorded(vec![recorded]))
            }
            TransactionOutcome::Cancelled(cancelled) => match stored_purchase(&cancelled)? {
                Some(stored) => Ok(Attempted::Stored(stored)),
                None => match coupons.refusal(&cancelled) {
                    Some(refusal) => Err(CouponError::Refused(refusal).into()),
                    None => Ok(Attempted::Again),
                },
            },
        }
    }

    /// One transaction: the purchases, the account, the new member, the sale that is returned.
    async fn attempt(
        &self,
        scope: &Scope,
        holder: Holder,
        entries: &[Entry],
        mut named: Option<&mut NamedSale>,
        now: Instant,
    ) -> Result<Attempted, StoreError> {
        let mut enrolment = self.transaction();
        let (id, mut account, version, birth_month) = match holder {
            Holder::Member { id, account, version, birth_month } => {
                (id, account, Some(version), birth_month)
            }
            Holder::New(new) => {
                let person = new.person(now)?;
                let birth_month = person.details.birth_date.map(Day::month_of_year);
                let mut account = Account::default();
                enrol(&mut enrolment, scope, &person, &mut account, now)?;
                (person.id, account, None, birth_month)
            }
        };
        let enrolled = version.is_none();
        let coupons = match entries {
            [entry] => {
                self.redeem_coupons(scope, &entry.purchase, Some((id, enrolled)), now).await?
            }
            _ => CouponRedemption::default(),
        };
        let mut recorded = Vec::with_capacity(entries.len());
        let mut transaction = self.transaction();
        for entry in entries {
            let context = scope.context(entry, birth_month);
            let mut effect = Effect::default();
            match entry.purchase.kind() {
                PurchaseKind::Sale => {
                    let earning = ledger::enter_sale(&mut account, &entry.purchase, &context);
                    (effect.points, effect.parts) = (earning.total(), earning.parts);
                }
                PurchaseKind::Return { .. } => {
                    let sale = named.as_deref_mut().map(|named| &mut named.sale);
                    let purchase = &entry.purchase;
                    let taken = ledger::enter_return(&mut account, purchase, sale, &context)?;
                    (effect.points, effect.forgiven) = (-taken.taken, taken.forgiven);
                }
            }
            let today = Day::at(now, context.zone);
            let balance = account.balance_on(today, context.programmes);
            (effect.balance, effect.pending) = (balance.available, balance.pending);
            let mut record = PurchaseRecord::of(scope, entry, Some(id), &effect);
            record.enrolled = (enrolled && recorded.is_empty()).then_some(true);
            record.redeemed = coupons.redeemed();
            transaction.add_in(Slot::Purchase, put_new(&record)?);
            recorded.push(Recorded { outcome: Outcome::New, ..record.recorded()? });
        }
        transaction.append(enrolment);
        transaction.add(put_account(scope, id, &account, version)?);
        if let Some(named) = named {
            transaction.add(named.put());
        }
        coupons.add_to(&mut transaction, scope)?;
        Ok(match transaction.commit().await? {
            TransactionOutcome::Committed => Attempted::Recorded(recorded),
            TransactionOutcome::Cancelled(cancelled) => match stored_purchase(&cancelled)? {
                Some(stored) => Attempted::Stored(stored),
                None if cancelled.failed(Slot::Mobile) => Attempted::Again,
                None if cancelled.failed(Slot::Card) => return Err(CARD_TAKEN),
                None => match coupons.refusal(&cancelled) {
                    Some(refusal) => return Err(CouponError::Refused(refusal).into()),
                    None => Attempted::Again,
                },
            },
        })
    }

    /// The answer of an entry that stands already, or `None` where none stands.
    async fn standing(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
    ) -> Result<Option<Recorded>, StoreError> {
        let key = keys::purchase(scope.tenant(), entry.purchase.receipt());
        match self.get_item::<PurchaseRecord>(&key, Consistency::Strong).await? {
            Some(record) => self.told_again(scope, customer, entry, &record).await,
            None => Ok(None),
        }
    }

    /// The first answer, where the item standing tells the same purchase of the same customer;
    /// `None` where it was cancelled and the entry is another content, sent anew.
    async fn told_again(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
        record: &PurchaseRecord,
    ) -> Result<Option<Recorded>, StoreError> {
        if !record.is_told_by(entry)? {
            return match record.cancelled_at {
                Some(_) => Ok(None),
                None => Err(PurchaseError::ReceiptConflict.into()),
            };
        }
        let told = match customer {
            Customer::Anonymous => None,
            Customer::Member(id) => Some(*id),
            Customer::Contact(contact) => {
                self.find_buyer(scope, contact, entry.purchase.sold_at()).await?
            }
            Customer::Enrol(new) => {
                self.find_member(scope, &Contact::Mobile(new.mobile.clone())).await?
            }
        };
        let owner = record.member()?;
        let same = match (told, owner) {
            (None, _) => true,
            (Some(told), Some(owner)) if told == owner => true,
            (Some(told), Some(owner)) => {
                self.account(scope, told, Consistency::Strong).await?.0
                    == self.account(scope, owner, Consistency::Strong).await?.0
            }
            (Some(_), None) => false,
        };
        if same { Ok(Some(record.recorded()?)) } else { Err(PurchaseError::ReceiptConflict.into()) }
    }

    /// Moves a cancelled purchase out of the way of the one sent anew, keeping it in the history.
    async fn set_aside(&self, scope: &Scope, entry: &Entry) -> Result<(), StoreError> {
        let mut record = self.purchase_record(scope, entry.purchase.receipt()).await?;
        let key = record.key();
        let Some(cancelled_at) = record.cancelled_at.clone() else { return Ok(()) };
        let Key { pk, sk } = keys::cancelled_purchase(&key, &cancelled_at);
        (record.pk, record.sk) = (pk, sk);
        let remove = Write::delete(&key)
            .condition("cancelled_at = :cancelled_at")
            .value(":cancelled_at", items::text(cancelled_at));
        let mut transaction = self.transaction();
        transaction.add(Write::put(&record)?);
        transaction.add(remove);
        transaction.commit().await?;
        Ok(())
    }
}

fn put_new(record: &PurchaseRecord) -> Result<Write, StoreError> {
    Ok(Write::put(record)?.if_absent().returning_stored())
}

/// The purchase that is stored under the receipt of one that was to be recorded.
fn stored_purchase(cancelled: &Cancellation) -> Result<Option<Box<PurchaseRecord>>, StoreError> {
    let stored = cancelled.stored(Slot::Purchase).cloned();
    let stored = stored.map(|item| items::from_item(item, "purchase")).transpose()?;
    Ok(stored.map(Box::new))
}

impl Scope {
    /// What the ledger asks about a sale at an establishment beyond the sale itself.
    pub(crate) fn context_at(
        &self,
        establishment: &EstablishmentId,
        birth_month: Option<i8>,
    ) -> ProgrammeContext<'_> {
        let (programmes, zone) = (&self.settings.programmes, self.zone_of(establishment));
        ProgrammeContext { programmes, zone, birth_month }
    }

    /// The zone of an establishment.
    pub(crate) fn zone_of(&self, establishment: &EstablishmentId) -> &TimeZone {
        let known = self.settings.establishments.get(establishment);
        known.map_or(&calendar::PARIS, |known| &known.time_zone)
    }

    fn context(&self, entry: &Entry, birth_month: Option<i8>) -> ProgrammeContext<'_> {
        self.context_at(&entry.purchase.receipt().establishment, birth_month)
    }
}

impl Holder {
    fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member { id, .. } => Some(*id),
            Self::New(_) => None,
        }
    }
}
