//! Redemptions: points spent on a reward or on a bill. One transaction takes the points, counts the
//! reward, creates the coupon and stores the answer. So where two requests want the last reward,
//! exactly one request gets it, and a repeated request gets the same answer.

use crate::coupon::member_coupon::{give_coupon, withdraw_coupon};
use crate::ledger::answer::{LedgerAnswer, balance_after};
use crate::member::activation::activate_by_use;
use crate::reward::counts::count_reward;
use crate::reward::redemption_item::{REDEMPTION, RedemptionRecord};
use crate::table::attributes;
use crate::table::idempotency::{Answered, IdempotencyKey};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::{Consistency, Entity, Member, Scope, Store, StoreError};
use domain::ledger::Balance;
use domain::reward::redemption::Spent;
use domain::reward::{Given, Refusal};
use domain::{
    Account, Day, Instant, MemberId, Points, Redemption, RedemptionId, Reward, RewardError,
    RewardId, ledger,
};
use std::sync::Arc;

/// What points are spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A reward of the catalogue.
    Reward(RewardId),
    /// An amount off a bill.
    Bill(Points),
}

/// A redemption.
#[derive(Debug, Clone)]
pub struct NewRedemption {
    /// The member.
    pub member: MemberId,
    /// What the points are spent on.
    pub wanted: Wanted,
    /// The current day at the establishment.
    pub today: Day,
}

/// A redemption and the balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The member, or the member that it was merged into.
    pub member: MemberId,
    /// The redemption.
    pub redemption: Redemption,
    /// The balance after a new redemption, without the points that end soonest. For an older
    /// redemption: the current balance.
    pub balance: Balance,
}

impl Store {
    /// Spends points, once for each key. A redemption counts as an activity of the member. The
    /// cost:
    ///
    /// * 2 strong reads, and 1 transaction of 3 items, 7 write units with the entry's place in the
    ///   index
    /// * for a reward that is not cached: half a read unit
    /// * for each limit of the reward: 2 write units
    /// * for a coupon: 4 write units
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member or a reward, or [`StoreError::Refused`] with
    /// [`LedgerError::NotEnoughPoints`], [`RewardError::Refused`] or
    /// [`RequestError::IdempotencyKeyReused`].
    pub async fn redeem(
        &self,
        scope: &Scope,
        new: &NewRedemption,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Answered<Redeemed>, StoreError> {
        let id = RedemptionId::mint(now, self.random.identifier()?);
        let replay = |answer: String| async move { self.redeemed_before(scope, &answer).await };
        let attempt = || self.try_redemption(scope, id, new, key, now);
        self.once(scope, key, now, replay, attempt).await
    }

    /// One attempt. Each attempt has another code of a coupon, since a code may be taken already.
    async fn try_redemption(
        &self,
        scope: &Scope,
        id: RedemptionId,
        new: &NewRedemption,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Attempt<Redeemed>, StoreError> {
        let programmes = &scope.settings.programmes;
        let mut stored = self.account(scope, new.member, Consistency::Strong).await?;
        let member = stored.member;
        let reward = match new.wanted {
            Wanted::Reward(reward) => {
                Some(self.reward_for(scope, reward, &stored.account, new.today, now).await?)
            }
            Wanted::Bill(_) => None,
        };
        let had_by_absorbed = match &reward {
            Some(reward) => self.had_by_absorbed(scope, reward, &stored.account).await?,
            None => 0,
        };
        let points = match (&reward, new.wanted) {
            (None, Wanted::Bill(points)) => points,
            (Some(reward), _) => reward.terms().points,
            (None, Wanted::Reward(_)) => return Err(StoreError::NotFound(Entity::Reward)),
        };
        let lots = ledger::spend(&mut stored.account, points, new.today, programmes)?;
        stored.account.active_at(now);
        let gift = activate_by_use(scope, &mut stored, now, now)?;
        let mut coupon = None;
        let spent = match &reward {
            None => Spent::Bill,
            Some(reward) => match reward.terms().given {
                Given::Goods => Spent::Goods(reward.id),
                Given::Coupon(offer) => {
                    let code =
                        scope.code_maker().single_code(u64::from_be_bytes(self.random.bytes()?));
                    coupon = Some((offer, code.clone()));
                    Spent::Coupon(reward.id, code)
                }
            },
        };
        let redemption = Redemption::request(id, spent, lots, now);
        let mut record = RedemptionRecord::of(scope, member, &redemption);
        if let Some(reward) = &reward {
            record.of_stock = reward.terms().stock.is_some();
            record.of_limit = reward.terms().limit_member.is_some();
        }
        let balance = stored.account.balance_on(new.today, programmes);
        let answer = LedgerAnswer::of(member, &record.key(), &balance).text()?;
        let mut transaction = self.transaction();
        transaction.add(stored.put(scope)?);
        transaction.add_in(Slot::Answer, scope.answer(key, answer, now)?);
        transaction.add(record.put()?);
        if let Some(gift) = gift {
            transaction.add(gift);
        }
        if let Some(reward) = &reward {
            count_reward(&mut transaction, scope, (member, had_by_absorbed), reward);
        }
        if let Some((offer, code)) = coupon {
            give_coupon(&mut transaction, scope, offer, &code, member, now)?;
        }
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                let balance = balance_after(balance.available, balance.pending);
                let redemption = record.read()?;
                Ok(Attempt::Done(Redeemed { member, redemption, balance }))
            }
            // The same request was carried out before. Its answer is read, even where another
            // condition failed too.
            TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Answer) => {
                Ok(Attempt::Again)
            }
            TransactionOutcome::Cancelled(cancelled) => {
                let limits = [
                    (Slot::RewardStock, Refusal::OutOfStock),
                    (Slot::MemberReward, Refusal::MemberLimit),
                ];
                match limits.into_iter().find(|(slot, _)| cancelled.failed(*slot)) {
                    Some((_, refusal)) => {
                        if let Some(reward) = reward.filter(|_| refusal == Refusal::OutOfStock) {
                            self.remember_sold_out(scope.tenant(), &reward, now);
                        }
                        Err(RewardError::Refused(refusal).into())
                    }
                    None => Ok(Attempt::Again),
                }
            }
        }
    }

    /// A reward that the holder of an account can get on a day. The counters of the reward are not
    /// checked.
    async fn reward_for(
        &self,
        scope: &Scope,
        reward: RewardId,
        account: &Account,
        today: Day,
        now: Instant,
    ) -> Result<Arc<Reward>, StoreError> {
        let reward = self.cached_reward(scope.tenant(), reward, now).await?;
        if let Some(refusal) = self.reward_refusal(scope.tenant(), &reward, today, now).await? {
            return Err(RewardError::Refused(refusal).into());
        }
        let levels = &scope.settings.programmes.terms_on(today).levels;
        let given = reward.given_to(account.level_in(levels), levels, today);
        given.and_then(|()| reward.left_for(0, 0)).map_err(RewardError::Refused)?;
        if self.is_sold_out(scope.tenant(), &reward, now) {
            return Err(RewardError::Refused(Refusal::OutOfStock).into());
        }
        Ok(reward)
    }

    /// How many of a reward with a limit were given to members that were merged into the holder of the account: no
    /// call where there is none.
    ///
    /// # Errors
    /// [`RewardError::Refused`] where these members had all that the holder can have.
    async fn had_by_absorbed(
        &self,
        scope: &Scope,
        reward: &Reward,
        account: &Account,
    ) -> Result<u32, StoreError> {
        let Some(limit) = reward.terms().limit_member.filter(|_| !account.absorbed.is_empty())
        else {
            return Ok(0);
        };
        let counts =
            self.reward_counts(scope, &account.absorbed, std::slice::from_ref(reward)).await?;
        let had = counts.get(&reward.id).map_or(0, |count| count.had);
        if had >= limit {
            return Err(RewardError::Refused(Refusal::MemberLimit).into());
        }
        Ok(had)
    }

    async fn redeemed_before(&self, scope: &Scope, answer: &str) -> Result<Redeemed, StoreError> {
        let answer = LedgerAnswer::parse(answer)?;
        let key = answer.entry(scope)?;
        let record: Option<RedemptionRecord> = self.get_item(&key, Consistency::Strong).await?;
        let redemption = record.ok_or(StoreError::NotFound(Entity::Redemption))?.read()?;
        let (member, balance) = (answer.member()?, answer.balance());
        Ok(Redeemed { member, redemption, balance })
    }

    /// A redemption of a member, or of one merged into it: 2 strong reads, 1 read unit each, and 1
    /// more for each merged member.
    pub async fn redemption(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
        today: Day,
    ) -> Result<Redeemed, StoreError> {
        let (member, record) = self.redemption_of(scope, member, id).await?;
        Ok(redeemed(scope, &member, record.read()?, today))
    }

    /// Records that the goods of a redemption were handed out: the reads of [`Store::redemption`]
    /// and, the first time, 1 transaction of 1 item, 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with
    /// [`RewardError::RedemptionCancelled`].
    pub async fn fulfil_redemption(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
        today: Day,
        now: Instant,
    ) -> Result<Redeemed, StoreError> {
        retry(|_| async move {
            let (member, mut record) = self.redemption_of(scope, member, id).await?;
            let mut redemption = record.read()?;
            if redemption.fulfil(now)?
                && !self.transact_one(record.put_changed(scope, &redemption)?).await?
            {
                return Ok(Attempt::Again);
            }
            Ok(Attempt::Done(redeemed(scope, &member, record.read()?, today)))
        })
        .await
    }

    /// Cancels a redemption: its lots get their points back and end on their own days, the reward's
    /// counters go down, and its coupon is withdrawn. Cancelling again changes nothing. The cost:
    ///
    /// * the reads of [`Store::redemption`], and 1 read of the reward's counters
    /// * 1 transaction of 2 items, 4 write units
    /// * 2 write units for each counter, and 2 for the coupon
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with
    /// [`RewardError::RedemptionFulfilled`] or [`RewardError::RedemptionCouponUsed`].
    pub async fn cancel_redemption(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
        today: Day,
        now: Instant,
    ) -> Result<Redeemed, StoreError> {
        retry(|_| async move {
            let (mut member, mut record) = self.redemption_of(scope, member, id).await?;
            let mut redemption = record.read()?;
            if !redemption.cancel(now)? {
                return Ok(Attempt::Done(redeemed(scope, &member, redemption, today)));
            }
            ledger::give_back(&mut member.account, &redemption.lots);
            record.changed_after_merge = record.member != member.person.id.to_string();
            let mut transaction = self.transaction();
            transaction.add(member.put_account(scope)?);
            transaction.add(record.put_changed(scope, &redemption)?);
            self.uncount_reward(&mut transaction, scope, &record).await?;
            if let Spent::Coupon(_, code) = &redemption.spent {
                transaction.add_in(Slot::Coupon, withdraw_coupon(scope.tenant(), code));
            }
            match transaction.commit().await? {
                TransactionOutcome::Committed => {
                    Ok(Attempt::Done(redeemed(scope, &member, record.read()?, today)))
                }
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Coupon) => {
                    Err(RewardError::RedemptionCouponUsed.into())
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }

    /// A redemption, and the member who has its points: the named member, or the survivor of its
    /// merge.
    async fn redemption_of(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
    ) -> Result<(Member, RedemptionRecord), StoreError> {
        let member = self.member(scope, member).await?;
        let of = std::iter::once(member.person.id).chain(member.person.absorbed.iter().copied());
        let keys: Vec<Key> = of.map(|of| keys::redemption(scope.tenant(), of, id)).collect();
        let found = self.get_items_strongly(&keys).await?.into_iter();
        let mut found =
            found.filter(|item| item.get("kind") == Some(&attributes::text(REDEMPTION)));
        let item = found.next().ok_or(StoreError::NotFound(Entity::Redemption))?;
        Ok((member, items::from_item(item, "redemption")?))
    }
}

/// A redemption with the current balance.
fn redeemed(scope: &Scope, member: &Member, redemption: Redemption, today: Day) -> Redeemed {
    let balance = member.account.balance_on(today, &scope.settings.programmes);
    Redeemed { member: member.person.id, redemption, balance }
}
