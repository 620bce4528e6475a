//! Recording purchases: the only way into the ledger, for tills and for files.

use crate::coupon::redeem::{CouponCustomer, CouponRedemption};
use crate::member::account::{StoredAccount, put_new_account};
use crate::member::activation::{activate_by_use, activate_in_person};
use crate::member::contacts::CARD_TAKEN;
use crate::member::enrol::enrol;
use crate::purchase::customer::{Customer, Holder};
use crate::purchase::item::{Effect, PurchaseRecord};
use crate::purchase::returns::ReturnedSale;
use crate::purchase::to_record::{Outcome, PurchaseToRecord, Recorded};
use crate::table::items;
use crate::table::keys;
use crate::table::lease::token;
use crate::table::retry::{Attempt, retry, retry_rest};
use crate::table::transaction::{Cancellation, Slot, Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Random, Scope, Store, StoreError};
use domain::ledger;
use domain::purchase::KEPT_LINES;
use domain::values::calendar;
use domain::{Account, CouponError, Day, Instant, PurchaseError, PurchaseKind};
use std::ops::ControlFlow;

/// The most purchases of one transaction. DynamoDB allows 100 writes, and a new member needs up to
/// thirteen other writes.
pub const MAX_PURCHASES_PER_TRANSACTION: usize = 87;

/// What became of one attempt to record purchases.
enum Attempted {
    /// The purchases are recorded.
    Recorded(Vec<Recorded>),
    /// Another purchase is stored under one of the receipts.
    Stored(Box<PurchaseRecord>),
    /// Another request wrote one of the items, or made the customer a member.
    Again,
}

/// The other purchases that the record of a purchase writes.
#[derive(Default)]
struct Beside<'a> {
    /// The sale that a return names.
    returned: Option<&'a mut ReturnedSale>,
    /// The cancelled purchase under the same receipt.
    replaced: Option<&'a PurchaseRecord>,
}

/// One attempt of several to record a purchase.
struct Round {
    /// The number of the attempt, from 0.
    number: u32,
    /// The cancelled purchase under the same receipt, which the purchase replaces.
    replaced: Option<Box<PurchaseRecord>>,
}

impl Round {
    const FIRST: Self = Self { number: 0, replaced: None };
}

/// The account of a purchase's customer, changed in memory and not written yet.
struct CustomerAccount {
    stored: StoredAccount,
    birth_month: Option<i8>,
    /// Whether the customer becomes a member with this transaction.
    is_new: bool,
}

impl CustomerAccount {
    fn put(&self, scope: &Scope) -> Result<Write, StoreError> {
        if self.is_new {
            put_new_account(scope, self.stored.member, &self.stored.account)
        } else {
            self.stored.put(scope)
        }
    }
}

impl Store {
    /// Records one purchase: the points, the balance and the account in one transaction.
    ///
    /// | Customer | Round trips | Read units | Write units, for a purchase of up to 1 KB |
    /// | --- | --- | --- | --- |
    /// | a member by identifier | 2 | 0.5 | 5 |
    /// | a member by contact | 3 | 1 | 5 |
    /// | anonymous | 1 | 0 | 3 |
    ///
    /// The first purchase of an instance by a programme marks the programme as used: 1 round trip and 1 write unit.
    /// A return that names its sale first reads both purchases, and also writes the sale. Each coupon adds 1 round
    /// trip, half a read unit and 2 write units. A repeated request writes nothing: its answer has the points of
    /// the stored purchase and the present balance of its customer, which is 1 round trip and 1 read unit more.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`PurchaseError::ReceiptConflict`], another [`PurchaseError`] of a
    /// return, or [`CouponError::Refused`]. [`StoreError::NotFound`] for a customer who is not a member.
    pub async fn record_purchase(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        now: Instant,
    ) -> Result<Recorded, StoreError> {
        self.record_from(scope, customer, new, Round::FIRST, now).await
    }

    /// Records a purchase again that was cancelled by mistake at `cancelled_at`, to the second: the cancelled
    /// purchase stays in the history, and the new one takes its receipt. 1 round trip, 1 read unit and the write of
    /// the cancelled purchase more than [`Store::record_purchase`]. A repeated request records nothing more, and
    /// neither does a request that names another cancellation than the last.
    ///
    /// # Errors
    /// As [`Store::record_purchase`].
    pub async fn record_cancelled_purchase(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        cancelled_at: Instant,
        now: Instant,
    ) -> Result<Recorded, StoreError> {
        let key = keys::purchase(scope.tenant(), new.purchase.receipt());
        let mut replaced = None;
        if let Some(stored) = self.get_item::<PurchaseRecord>(&key, Consistency::Strong).await?
            && stored.cancelled_at()? == Some(calendar::whole_second(cancelled_at))
        {
            replaced = Some(Box::new(stored));
        }
        self.record_from(scope, customer, new, Round { number: 0, replaced }, now).await
    }

    /// Records a purchase by one attempt or several.
    async fn record_from(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        first: Round,
        now: Instant,
    ) -> Result<Recorded, StoreError> {
        let day = uses_a_programme(customer, new).then_some(new.purchase.receipt().day);
        let scope = &self.use_programmes(scope, day, now).await?;
        retry_rest(first, |round: Round| async move {
            if matches!(new.purchase.kind(), PurchaseKind::Return { of: Some(_) })
                && round.replaced.is_none()
                && let Some(known) = self.known_purchase(scope, customer, new, now).await?
            {
                return Ok(ControlFlow::Break(known));
            }
            let (number, replaced) = (round.number + 1, round.replaced.clone());
            // Boxed, because the future is large.
            let attempted = Box::pin(self.attempt_one(scope, customer, new, round, now)).await;
            // A repeated request is refused where the first request used the coupons, or returned what was
            // left of the sale.
            if let Err(StoreError::Refused(_)) = &attempted
                && replaced.is_none()
                && let Some(known) = self.known_purchase(scope, customer, new, now).await?
            {
                return Ok(ControlFlow::Break(known));
            }
            match attempted? {
                Attempted::Recorded(mut recorded) => {
                    let recorded = recorded.pop().ok_or(StoreError::Corrupt("transaction"))?;
                    Ok(ControlFlow::Break(recorded))
                }
                Attempted::Stored(record) => {
                    let known = self.repeated_answer(scope, customer, new, &record, now).await?;
                    Ok(match known {
                        Some(known) => ControlFlow::Break(known),
                        None => ControlFlow::Continue(Round { number, replaced: Some(record) }),
                    })
                }
                Attempted::Again => {
                    let replaced = match replaced {
                        Some(replaced) => self.still_cancelled(&replaced).await?,
                        None => None,
                    };
                    Ok(ControlFlow::Continue(Round { number, replaced }))
                }
            }
        })
        .await
    }

    /// The cancelled purchase as it is stored now; `None` where another purchase has its receipt, or none. 1 strong
    /// read.
    async fn still_cancelled(
        &self,
        read_before: &PurchaseRecord,
    ) -> Result<Option<Box<PurchaseRecord>>, StoreError> {
        let stored: Option<PurchaseRecord> =
            self.get_item(&read_before.key(), Consistency::Strong).await?;
        let same = |stored: &PurchaseRecord| stored.cancelled_at == read_before.cancelled_at;
        Ok(stored.filter(same).map(Box::new))
    }

    /// Records sales and returns of one customer in one transaction, by 1 round trip. Each purchase costs 3 write
    /// units, the account costs 2, and a customer who becomes a member by a file costs 5 more, with 1 round trip
    /// and 1 read unit for a customer who was erased before. Where another request wrote the account, the account
    /// is read again (1 read unit) and the transaction is sent again. Where one of the receipts is stored already,
    /// each purchase is recorded alone by [`Store::record_purchase`].
    ///
    /// There are at most [`MAX_PURCHASES_PER_TRANSACTION`] purchases. They have different receipts and no
    /// coupons, and no return names its sale.
    ///
    /// # Errors
    /// As [`Store::record_purchase`] for the group. A refusal of one purchase is the result of that purchase.
    pub async fn record_purchases(
        &self,
        scope: &Scope,
        customer: &Customer,
        holder: Holder,
        purchases: &[PurchaseToRecord],
        now: Instant,
    ) -> Result<Vec<Result<Recorded, StoreError>>, StoreError> {
        let days = purchases.iter().map(|new| new.purchase.receipt().day);
        let scope = &self.use_programmes(scope, days, now).await?;
        let mut read_before = Some(holder);
        let attempted = retry(|_| {
            let holder = read_before.take();
            // Boxed, because the future is large.
            Box::pin(self.attempt_group(scope, customer, holder, purchases, now))
        });
        if let Some(recorded) = attempted.await? {
            return Ok(recorded.into_iter().map(Ok).collect());
        }
        let mut recorded = Vec::with_capacity(purchases.len());
        for new in purchases {
            match self.record_purchase(scope, customer, new, now).await {
                Err(error) if error.is_transient() => return Err(error),
                outcome => recorded.push(outcome),
            }
        }
        Ok(recorded)
    }

    /// One attempt to record a group. Where `holder` is `None`, the customer is read now, for the latest sale
    /// of the group: a card that is valid for this sale is valid for the earlier ones. The result is `None`
    /// where the purchases must be recorded one by one: a receipt is stored already, or the customer is not
    /// found for every sale.
    async fn attempt_group(
        &self,
        scope: &Scope,
        customer: &Customer,
        holder: Option<Holder>,
        purchases: &[PurchaseToRecord],
        now: Instant,
    ) -> Result<Attempt<Option<Vec<Recorded>>>, StoreError> {
        let latest = purchases.iter().map(|new| new.purchase.sold_at()).max();
        let number = u32::from(holder.is_none());
        let holder = match (holder, latest) {
            (Some(holder), _) => holder,
            (None, Some(latest)) => {
                match self.holder(scope, customer, latest, None, Consistency::Strong).await {
                    Ok(Some(holder)) => holder,
                    Err(error) if error.is_transient() => return Err(error),
                    Ok(None) | Err(_) => return Ok(Attempt::Done(None)),
                }
            }
            (None, None) => return Ok(Attempt::Done(None)),
        };
        Ok(match self.attempt(scope, holder, purchases, Beside::default(), number, now).await? {
            Attempted::Recorded(recorded) => Attempt::Done(Some(recorded)),
            Attempted::Stored(_) => Attempt::Done(None),
            Attempted::Again => Attempt::Again,
        })
    }

    /// Reads what the purchase depends on, and sends one transaction.
    async fn attempt_one(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        round: Round,
        now: Instant,
    ) -> Result<Attempted, StoreError> {
        let Round { number, replaced } = round;
        let replaced = replaced.as_deref();
        let consistency = if number == 0 { Consistency::Eventual } else { Consistency::Strong };
        let mut returned = match new.purchase.kind() {
            PurchaseKind::Return { of: Some(sale) } => Some(self.returned_sale(scope, sale).await?),
            _ => None,
        };
        let sold_at = new.purchase.sold_at();
        let holder = self.holder(scope, customer, sold_at, returned.as_ref(), consistency).await?;
        let purchases = std::slice::from_ref(new);
        let beside = Beside { returned: returned.as_mut(), replaced };
        match holder {
            Some(holder) => self.attempt(scope, holder, purchases, beside, number, now).await,
            None => self.attempt_anonymous(scope, new, beside, now).await,
        }
    }

    /// As [`Store::attempt`], for a purchase without a customer.
    async fn attempt_anonymous(
        &self,
        scope: &Scope,
        new: &PurchaseToRecord,
        Beside { returned, replaced }: Beside<'_>,
        now: Instant,
    ) -> Result<Attempted, StoreError> {
        let coupons = self.redeem_coupons(scope, &new.purchase, None, now).await?;
        let mut record = PurchaseRecord::of(scope, new, None, &Effect::default());
        record.redeemed = coupons.redeemed();
        let mut transaction = self.transaction();
        add_new(&mut transaction, &record, replaced, &self.random)?;
        if let Some(returned) = returned {
            returned.sale.record_return(new.purchase.total())?;
            transaction.add(returned.update());
        }
        coupons.add_to(&mut transaction, scope)?;
        let recorded = Recorded { outcome: Outcome::New, ..record.recorded()? };
        commit(transaction, vec![recorded], &coupons).await
    }

    /// Sends one transaction: the purchases, the new member, the account, the sale that is returned, the
    /// coupons.
    async fn attempt(
        &self,
        scope: &Scope,
        holder: Holder,
        purchases: &[PurchaseToRecord],
        Beside { mut returned, replaced }: Beside<'_>,
        number: u32,
        now: Instant,
    ) -> Result<Attempted, StoreError> {
        let mut enrolment = self.transaction();
        let mut customer = match holder {
            Holder::Member { stored, birth_month } => {
                CustomerAccount { stored, birth_month, is_new: false }
            }
            Holder::New { person, erased_before } => {
                let enrolling = self.enrolling(scope, &person, erased_before, number, now).await?;
                let person = &enrolling.person;
                let birth_month = person.details.birth_date.map(Day::month_of_year);
                let mut account = Account::default();
                enrol(&mut enrolment, scope, &enrolling, &mut account, now)?;
                let stored = StoredAccount { member: person.id, account, version: 0 };
                CustomerAccount { stored, birth_month, is_new: true }
            }
        };
        let coupons = match purchases {
            [new] => {
                let customer = CouponCustomer {
                    member: customer.stored.member,
                    absorbed: customer.stored.account.absorbed.clone(),
                    is_new: customer.is_new,
                };
                self.redeem_coupons(scope, &new.purchase, Some(customer), now).await?
            }
            _ => CouponRedemption::default(),
        };
        let mut transaction = self.transaction();
        let mut recorded = Vec::with_capacity(purchases.len());
        for new in purchases {
            let returned = returned.as_deref_mut();
            if let Some(gift) = activate(scope, &mut customer, new, now)? {
                transaction.add(gift);
            }
            let effect = enter(scope, &mut customer, new, returned, now)?;
            let member = Some(customer.stored.member);
            let mut record = PurchaseRecord::of(scope, new, member, &effect);
            record.enrolled = (customer.is_new && recorded.is_empty()).then_some(true);
            record.redeemed = coupons.redeemed();
            add_new(&mut transaction, &record, replaced, &self.random)?;
            recorded.push(Recorded { outcome: Outcome::New, ..record.recorded()? });
        }
        transaction.append(enrolment);
        transaction.add(customer.put(scope)?);
        if let Some(returned) = returned {
            transaction.add(returned.update());
        }
        coupons.add_to(&mut transaction, scope)?;
        commit(transaction, recorded, &coupons).await
    }

    /// The answer for a purchase that is stored already. `None` where no purchase is stored under the receipt.
    async fn known_purchase(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        now: Instant,
    ) -> Result<Option<Recorded>, StoreError> {
        let key = keys::purchase(scope.tenant(), new.purchase.receipt());
        match self.get_item::<PurchaseRecord>(&key, Consistency::Strong).await? {
            Some(record) => self.repeated_answer(scope, customer, new, &record, now).await,
            None => Ok(None),
        }
    }

    /// The answer to a repeated request: the stored purchase as it is now, with the present balance of its customer.
    /// `None` where the stored purchase was cancelled and the new purchase is another one.
    ///
    /// A sale that was attached or moved since is the same for the customer that the first request named. Only a
    /// request for another customer than the present one reads the ledger.
    async fn repeated_answer(
        &self,
        scope: &Scope,
        customer: &Customer,
        new: &PurchaseToRecord,
        record: &PurchaseRecord,
        now: Instant,
    ) -> Result<Option<Recorded>, StoreError> {
        if !record.is_same_purchase(new)? {
            return match record.cancelled_at {
                Some(_) => Ok(None),
                None => Err(PurchaseError::ReceiptConflict.into()),
            };
        }
        let named = self.customer_member(scope, customer, new.purchase.sold_at()).await?;
        let Some(owner) = record.member()? else {
            return match named {
                None => record.recorded().map(Some),
                Some(_) => Err(PurchaseError::ReceiptConflict.into()),
            };
        };
        let owner = match self.account(scope, owner, Consistency::Strong).await {
            Ok(owner) => owner,
            Err(StoreError::NotFound(_)) if named.is_none_or(|named| named == owner) => {
                return record.recorded().map(Some);
            }
            Err(error) => return Err(error),
        };
        let mut moved = false;
        if let Some(named) = named.filter(|named| *named != owner.member) {
            let named = self.account(scope, named, Consistency::Strong).await?.member;
            moved = named != owner.member;
            let sale = (new.purchase.receipt(), new.purchase.sold_at());
            if moved && !self.was_moved_away(scope, named, sale).await? {
                return Err(PurchaseError::ReceiptConflict.into());
            }
        }
        let zone = scope.zone_of(&new.purchase.receipt().establishment);
        let balance = owner.account.balance_on(Day::at(now, zone), &scope.settings.programmes);
        let (balance, pending) = (balance.available, balance.pending);
        let member = Some(owner.member);
        Ok(Some(Recorded { member, moved, balance, pending, ..record.recorded()? }))
    }
}

/// Adds the write of a new purchase. A cancelled purchase under the same receipt gets another sort key in the same
/// transaction, and stays in the history.
fn add_new(
    transaction: &mut Transaction<'_>,
    record: &PurchaseRecord,
    replaced: Option<&PurchaseRecord>,
    random: &Random,
) -> Result<(), StoreError> {
    let put = Write::put(record)?;
    let Some(cancelled) = replaced else {
        transaction.add_in(Slot::Purchase, put.if_absent().returning_stored());
        return Ok(());
    };
    let cancelled_at = cancelled.cancelled_at.as_deref().unwrap_or_default();
    let renamed = keys::cancelled_purchase(&cancelled.key(), cancelled_at, &token(random)?);
    transaction.add(Write::put(&cancelled.at(renamed))?);
    transaction.add_in(Slot::Purchase, cancelled.unchanged().guard(put).returning_stored());
    Ok(())
}

/// Whether a purchase uses the programme of its day. A sale without a customer uses none: it earns nothing, until it
/// is attached to a customer. One of many lines is stored with sums of lines, which the programme's rules define.
fn uses_a_programme(customer: &Customer, new: &PurchaseToRecord) -> bool {
    let is_folded = new.purchase.lines().len() > KEPT_LINES;
    let is_anonymous_sale =
        matches!((customer, new.purchase.kind()), (Customer::Anonymous, PurchaseKind::Sale));
    is_folded || !is_anonymous_sale
}

/// Activates the card of the customer: because the purchase says that the person was present, or because the
/// sale of a member uses the card. Returns the entry of the gift.
fn activate(
    scope: &Scope,
    customer: &mut CustomerAccount,
    new: &PurchaseToRecord,
    now: Instant,
) -> Result<Option<Write>, StoreError> {
    let (stored, used_at) = (&mut customer.stored, new.purchase.sold_at().min(now));
    if new.card_activated {
        activate_in_person(scope, stored, used_at, now)
    } else if !customer.is_new && *new.purchase.kind() == PurchaseKind::Sale {
        activate_by_use(scope, stored, used_at, now)
    } else {
        Ok(None)
    }
}

/// Enters a purchase into its customer's account.
fn enter(
    scope: &Scope,
    customer: &mut CustomerAccount,
    new: &PurchaseToRecord,
    returned: Option<&mut ReturnedSale>,
    now: Instant,
) -> Result<Effect, StoreError> {
    let establishment = &new.purchase.receipt().establishment;
    let context = scope.context_at(establishment, customer.birth_month);
    let account = &mut customer.stored.account;
    let mut effect = Effect::default();
    match new.purchase.kind() {
        PurchaseKind::Sale => {
            let earning = ledger::enter_sale(account, &new.purchase, &context);
            (effect.points, effect.parts) = (earning.total(), earning.parts);
        }
        PurchaseKind::Return { .. } => {
            let sale = returned.map(|returned| &mut returned.sale);
            let reversal = ledger::enter_return(account, &new.purchase, sale, &context)?;
            (effect.points, effect.forgiven) = (-reversal.from_balance, reversal.forgiven);
        }
    }
    account.not_active_after(now);
    let balance = account.balance_on(Day::at(now, context.zone), context.programmes);
    (effect.balance, effect.pending) = (balance.available, balance.pending);
    Ok(effect)
}

async fn commit(
    transaction: Transaction<'_>,
    recorded: Vec<Recorded>,
    coupons: &CouponRedemption,
) -> Result<Attempted, StoreError> {
    let cancelled = match transaction.commit().await? {
        TransactionOutcome::Committed => return Ok(Attempted::Recorded(recorded)),
        TransactionOutcome::Cancelled(cancelled) => cancelled,
    };
    if let Some(stored) = stored_purchase(&cancelled)? {
        return Ok(Attempted::Stored(stored));
    }
    // Another request made the customer a member: the next attempt finds the member by the mobile.
    if cancelled.failed(Slot::Mobile) {
        return Ok(Attempted::Again);
    }
    if cancelled.failed(Slot::Card) {
        return Err(CARD_TAKEN);
    }
    match coupons.refusal(&cancelled) {
        Some(refusal) => Err(CouponError::Refused(refusal).into()),
        None => Ok(Attempted::Again),
    }
}

/// The purchase that is stored under one of the receipts.
fn stored_purchase(cancelled: &Cancellation) -> Result<Option<Box<PurchaseRecord>>, StoreError> {
    let stored = cancelled.stored(Slot::Purchase).cloned();
    let stored = stored.map(|item| items::from_item(item, "purchase")).transpose()?;
    Ok(stored.map(Box::new))
}
