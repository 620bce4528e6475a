//! Entering purchases: the one way into the ledger, for the till and for the file.

use crate::coupon::redeem::CouponRedemption;
use crate::member::item::person_of;
use crate::member::read::{CARD_TAKEN, put_account};
use crate::purchase::item::{Effect, PurchaseRecord};
use crate::purchase::read::{Customer, Entry, Holder, Outcome, Recorded};
use crate::purchase::returns::NamedSale;
use crate::table::items::{self, ABSENT, Reason, Transaction};
use crate::table::keys::{self, Key};
use crate::table::retry;
use crate::{Consistency, Contact, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::TransactWriteItem;
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

/// What became of one attempt at a transaction.
enum Attempt {
    Done(Vec<Recorded>),
    /// One of the receipts stands already, as this item.
    Standing(Box<PurchaseRecord>),
    /// Somebody else made this contact a member's meanwhile.
    Enrolled,
    /// Somebody else wrote one of the items: read anew and try again.
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
        let mut consistency = Consistency::Eventual;
        for attempt in 0..retry::ATTEMPTS {
            let mut named = match entry.purchase.kind() {
                PurchaseKind::Return { of: Some(sale) } => {
                    if let Some(known) = self.standing(scope, customer, entry).await? {
                        return Ok(known);
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
                return Ok(known);
            }
            match attempted? {
                Attempt::Done(mut recorded) => {
                    return recorded.pop().ok_or(StoreError::Corrupt("transaction"));
                }
                Attempt::Standing(record) => {
                    match self.told_again(scope, customer, entry, &record).await? {
                        Some(known) => return Ok(known),
                        None => self.set_aside(scope, entry).await?,
                    }
                }
                Attempt::Enrolled => {}
                Attempt::Again => retry::wait(attempt).await,
            }
            consistency = Consistency::Strong;
        }
        Err(StoreError::Busy)
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
        if let Attempt::Done(recorded) = self.attempt(scope, holder, entries, None, now).await? {
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
                Some(found.ok_or(StoreError::NotFound("member"))?)
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
    ) -> Result<Attempt, StoreError> {
        let mut coupons = self.redeem_coupons(scope, &entry.purchase, None, now).await?;
        let mut record = PurchaseRecord::of(scope, entry, None, &Effect::default());
        record.redeemed = std::mem::take(&mut coupons.redeemed);
        let mut actions = vec![self.put_new(&record)?];
        if let Some(named) = named {
            named.sale.take_return(entry.purchase.total())?;
            actions.push(named.put(&self.table)?);
        }
        actions.extend(coupons.take_actions());
        match self.transact(actions).await? {
            Transaction::Committed => {
                Ok(Attempt::Done(vec![Recorded { outcome: Outcome::New, ..record.recorded()? }]))
            }
            Transaction::Cancelled(mut reasons) => match &mut reasons[0] {
                Reason::Condition(Some(item)) => {
                    let item = std::mem::take(item);
                    Ok(Attempt::Standing(Box::new(items::from_item(item, "purchase")?)))
                }
                _ => match coupons.refusal(&reasons) {
                    Some(refusal) => Err(CouponError::Refused(refusal).into()),
                    None => Ok(Attempt::Again),
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
    ) -> Result<Attempt, StoreError> {
        let has_card = matches!(&holder, Holder::New(new) if new.details.card.is_some());
        let (id, mut account, version, birth_month, enrolling) = match holder {
            Holder::Member { id, account, version, birth_month } => {
                (id, account, Some(version), birth_month, vec![])
            }
            Holder::New(new) => {
                let person = new.person(now)?;
                let birth_month = person.details.birth_date.map(Day::month_of_year);
                let mut account = Account::default();
                let mut enrolling = self.enrolling(scope, &person)?;
                enrolling.extend(self.welcome(scope, person.id, &mut account, now)?);
                (person.id, account, None, birth_month, enrolling)
            }
        };
        let enrolled = version.is_none();
        let mut coupons = match entries {
            [entry] => {
                self.redeem_coupons(scope, &entry.purchase, Some((id, enrolled)), now).await?
            }
            _ => CouponRedemption::default(),
        };
        let mut recorded = Vec::with_capacity(entries.len());
        let mut actions = Vec::with_capacity(entries.len() + 7);
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
            record.redeemed = std::mem::take(&mut coupons.redeemed);
            actions.push(self.put_new(&record)?);
            recorded.push(Recorded { outcome: Outcome::New, ..record.recorded()? });
        }
        let contact_at = entries.len();
        actions.extend(enrolling);
        actions.push(put_account(self, scope, id, &account, version)?);
        if let Some(named) = named {
            actions.push(named.put(&self.table)?);
        }
        actions.extend(coupons.take_actions());
        Ok(match self.transact(actions).await? {
            Transaction::Committed => Attempt::Done(recorded),
            Transaction::Cancelled(mut reasons) => {
                let standing =
                    reasons[..entries.len()].iter_mut().find_map(|reason| match reason {
                        Reason::Condition(item) => item.take(),
                        _ => None,
                    });
                match standing {
                    Some(item) => Attempt::Standing(Box::new(items::from_item(item, "purchase")?)),
                    None if enrolled && matches!(reasons[contact_at], Reason::Condition(_)) => {
                        Attempt::Enrolled
                    }
                    None if has_card && matches!(reasons[contact_at + 2], Reason::Condition(_)) => {
                        return Err(CARD_TAKEN);
                    }
                    None => match coupons.refusal(&reasons) {
                        Some(refusal) => return Err(CouponError::Refused(refusal).into()),
                        None => Attempt::Again,
                    },
                }
            }
        })
    }

    fn put_new(&self, record: &PurchaseRecord) -> Result<TransactWriteItem, StoreError> {
        items::put(&self.table, items::to_item(record)?, ABSENT, vec![])
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
        let remove = aws_sdk_dynamodb::types::Delete::builder()
            .table_name(&*self.table)
            .set_key(Some(items::key_item(&key)))
            .condition_expression("cancelled_at = :cancelled_at")
            .expression_attribute_values(":cancelled_at", items::text(cancelled_at))
            .build()
            .map_err(StoreError::unavailable)?;
        self.transact(vec![
            items::put(&self.table, items::to_item(&record)?, None, vec![])?,
            TransactWriteItem::builder().delete(remove).build(),
        ])
        .await?;
        Ok(())
    }
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
