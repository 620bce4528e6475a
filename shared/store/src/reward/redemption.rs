//! Redemptions: points spent on a reward or off a bill. One transaction takes the points, counts the
//! reward, makes the coupon and keeps the answer, so that of two who want the last of something exactly
//! one gets it, and is told so twice if it asks twice.

use crate::ledger::answer::{LedgerAnswer, balance_after};
use crate::member::read::put_account;
use crate::reward::redemption_item::{REDEMPTION, RedemptionRecord};
use crate::table::idempotency::{Answered, IdempotencyKey};
use crate::table::items::{self, Reason, Transaction};
use crate::table::keys::{self, Key};
use crate::table::retry;
use crate::{Consistency, Member, Scope, Source, Store, StoreError};
use domain::ledger::Balance;
use domain::reward::Given;
use domain::reward::redemption::Spent;
use domain::{
    Account, CouponCode, Day, Instant, MemberId, Points, Redemption, RedemptionId, Reward,
    RewardError, RewardId, ledger,
};
use std::sync::Arc;

/// What points are to be spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A reward of the catalogue.
    Reward(RewardId),
    /// So much off a bill.
    Bill(Points),
}

/// A redemption to be made.
#[derive(Debug, Clone)]
pub struct NewRedemption {
    /// Whose points.
    pub member: MemberId,
    /// What for.
    pub wanted: Wanted,
    /// The day at the till.
    pub today: Day,
    /// Who asks.
    pub by: Source,
}

/// A redemption and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The member, followed to the one it was merged into.
    pub member: MemberId,
    /// The redemption.
    pub redemption: Redemption,
    /// The balance: after the request, without what ends soonest, or as it is now.
    pub balance: Balance,
}

/// The place of the answer among the actions of a redemption's transaction.
const ANSWER: usize = 1;
/// The places before those of the reward's counters.
const BEFORE_COUNTS: usize = 3;

impl Store {
    /// Spends points, once for each key: 2 strong reads and 1 transaction of 3 items, 7 write units with
    /// the entry's place in the index; for a reward half a read unit where it is not kept, 2 write units
    /// for each limit it has and, where it is a coupon, 1 round trip and 5 write units more. It is an
    /// activity of the member's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member or a reward, or [`StoreError::Refused`] with
    /// [`LedgerError::NotEnoughPoints`], [`RewardError::Refused`] or [`RequestError::IdempotencyKeyReused`].
    pub async fn redeem(
        &self,
        scope: &Scope,
        new: &NewRedemption,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Answered<Redeemed>, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
        let id = RedemptionId::mint(now, u128::from_be_bytes(random));
        let mut code = None;
        for attempt in 0..retry::ATTEMPTS {
            if let Some(answer) = self.answered(scope, key, now).await? {
                return self.redeemed_before(scope, &answer).await;
            }
            match self.try_redemption(scope, id, new, &mut code, key, now).await {
                Ok(Some(redeemed)) => return Ok(Answered::New(redeemed)),
                Ok(None) => retry::wait(attempt).await,
                // The same request may have come through meanwhile: then this is no refusal.
                Err(refused @ StoreError::Refused(_)) => {
                    return match self.answered(scope, key, now).await? {
                        Some(answer) => self.redeemed_before(scope, &answer).await,
                        None => Err(refused),
                    };
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }

    /// `None` where others wrote meanwhile. A code that was taken for its coupon is kept for the next
    /// attempt.
    async fn try_redemption(
        &self,
        scope: &Scope,
        id: RedemptionId,
        new: &NewRedemption,
        code: &mut Option<CouponCode>,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Option<Redeemed>, StoreError> {
        let programmes = &scope.settings.programmes;
        let (member, mut account, version) =
            self.account(scope, new.member, Consistency::Strong).await?;
        let reward = match new.wanted {
            Wanted::Reward(reward) => {
                Some(self.reward_for(scope, reward, &account, new.today, now).await?)
            }
            Wanted::Bill(_) => None,
        };
        let points = match (&reward, new.wanted) {
            (None, Wanted::Bill(points)) => points,
            (Some(reward), _) => reward.terms().points,
            (None, Wanted::Reward(_)) => return Err(StoreError::NotFound("reward")),
        };
        let lots = ledger::spend(&mut account, points, new.today, programmes)?;
        account.active_at(now);
        let mut coupon = None;
        let spent = match &reward {
            None => Spent::Bill,
            Some(reward) => match reward.terms().given {
                Given::Goods => Spent::Goods(reward.id),
                Given::Coupon(offer) => {
                    let code = self.code_for(scope, code).await?;
                    coupon = Some(self.give_coupon(scope, offer, &code, member, now)?);
                    Spent::Coupon(reward.id, code)
                }
            },
        };
        let redemption = Redemption::request(id, spent, lots, now);
        let mut record = RedemptionRecord::of(scope, member, &redemption, &new.by);
        let counts = match &reward {
            Some(reward) => {
                record.of_stock = reward.terms().stock.is_some();
                record.of_limit = reward.terms().limit_member.is_some();
                self.count_reward(scope, member, reward)?
            }
            None => vec![],
        };
        let balance = account.balance_on(new.today, programmes);
        let answer = LedgerAnswer::of(member, &record.key(), &balance).text()?;
        let mut actions = vec![
            put_account(self, scope, member, &account, Some(version))?,
            self.answering(scope, key, answer, now)?,
            record.put(&self.table)?,
        ];
        let (limits, counted): (Vec<_>, Vec<_>) = counts.into_iter().unzip();
        actions.extend(counted);
        actions.extend(coupon.into_iter().flatten());
        match self.transact(actions).await? {
            Transaction::Committed => {
                let balance = balance_after(balance.available, balance.pending);
                Ok(Some(Redeemed { member, redemption: record.read()?, balance }))
            }
            // The same request came first: it is answered, whatever else stands in the way since.
            Transaction::Cancelled(reasons)
                if matches!(reasons.get(ANSWER), Some(Reason::Condition(_))) =>
            {
                Ok(None)
            }
            Transaction::Cancelled(reasons) => {
                let mut counted = limits.into_iter().zip(reasons.iter().skip(BEFORE_COUNTS));
                match counted.find(|(_, reason)| matches!(reason, Reason::Condition(_))) {
                    Some((refusal, _)) => Err(RewardError::Refused(refusal).into()),
                    None => Ok(None),
                }
            }
        }
    }

    /// A reward that is given to the holder of an account on a day, as far as its counters are not asked.
    async fn reward_for(
        &self,
        scope: &Scope,
        reward: RewardId,
        account: &Account,
        today: Day,
        now: Instant,
    ) -> Result<Arc<Reward>, StoreError> {
        let reward = self.kept_reward(scope.tenant(), reward, now).await?;
        if let Some(refusal) = self.reward_refusal(scope.tenant(), &reward, today, now).await? {
            return Err(RewardError::Refused(refusal).into());
        }
        let levels = &scope.settings.programmes.terms_on(today).levels;
        let given = reward.given_to(account.level_in(levels), levels, today);
        given.and_then(|()| reward.left_for(0, 0)).map_err(RewardError::Refused)?;
        Ok(reward)
    }

    /// A code that nothing has: the one taken before, or one of a number of its own.
    async fn code_for(
        &self,
        scope: &Scope,
        taken: &mut Option<CouponCode>,
    ) -> Result<CouponCode, StoreError> {
        if let Some(code) = taken {
            return Ok(code.clone());
        }
        let number = self.take_coupon_number(scope.tenant()).await?;
        Ok(taken.insert(scope.code_maker().code(number)).clone())
    }

    async fn redeemed_before(
        &self,
        scope: &Scope,
        answer: &str,
    ) -> Result<Answered<Redeemed>, StoreError> {
        let answer = LedgerAnswer::parse(answer)?;
        let key = answer.entry(scope)?;
        let record: Option<RedemptionRecord> = self.get_item(&key, Consistency::Strong).await?;
        let redemption = record.ok_or(StoreError::NotFound("redemption"))?.read()?;
        let (member, balance) = (answer.member()?, answer.balance());
        Ok(Answered::Replayed(Redeemed { member, redemption, balance }))
    }

    /// A redemption of a member, or of one merged into it: 2 strong reads, 1 read unit each, and 1 more
    /// for each member merged.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
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

    /// Notes that the goods of a redemption were handed out: the reads of [`Store::redemption`] and,
    /// where it was not noted before, 1 transaction of 1 item, 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`RewardError::RedemptionCancelled`].
    pub async fn fulfil_redemption(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
        today: Day,
        now: Instant,
    ) -> Result<Redeemed, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let (member, mut record) = self.redemption_of(scope, member, id).await?;
            let mut redemption = record.read()?;
            if redemption.fulfil(now)? {
                let action = record.put_changed(&self.table, &redemption)?;
                if let Transaction::Cancelled(_) = self.transact(vec![action]).await? {
                    retry::wait(attempt).await;
                    continue;
                }
            }
            return Ok(redeemed(scope, &member, record.read()?, today));
        }
        Err(StoreError::Busy)
    }

    /// Cancels a redemption: its lots go back to their own days, what counted the reward counts it no
    /// more, and its coupon gives nothing. Again changes nothing. The reads of [`Store::redemption`], 1
    /// for the reward's counters, and 1 transaction of 2 items, 4 write units, 2 more for each counter
    /// and for the coupon.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`RewardError::RedemptionFulfilled`] or
    /// [`RewardError::RedemptionCouponUsed`].
    pub async fn cancel_redemption(
        &self,
        scope: &Scope,
        member: MemberId,
        id: RedemptionId,
        today: Day,
        now: Instant,
    ) -> Result<Redeemed, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let (mut member, mut record) = self.redemption_of(scope, member, id).await?;
            let mut redemption = record.read()?;
            if !redemption.cancel(now)? {
                return Ok(redeemed(scope, &member, redemption, today));
            }
            ledger::give_back(&mut member.account, &redemption.lots);
            let (kept, over) = (member.person.id, Some(member.account_version));
            let mut actions = vec![
                put_account(self, scope, kept, &member.account, over)?,
                record.put_changed(&self.table, &redemption)?,
            ];
            actions.extend(self.uncount_reward(scope, &record).await?);
            let mut coupon_at = None;
            if let Spent::Coupon(_, code) = &redemption.spent {
                coupon_at = Some(actions.len());
                actions.push(self.withdraw_coupon(scope, code)?);
            }
            match self.transact(actions).await? {
                Transaction::Committed => {
                    return Ok(redeemed(scope, &member, record.read()?, today));
                }
                Transaction::Cancelled(reasons) => {
                    let of_coupon = coupon_at.and_then(|place| reasons.get(place));
                    if matches!(of_coupon, Some(Reason::Condition(_))) {
                        return Err(RewardError::RedemptionCouponUsed.into());
                    }
                    retry::wait(attempt).await;
                }
            }
        }
        Err(StoreError::Busy)
    }

    /// A redemption as it stands, and the member who has its points: the one who is named, or the one
    /// that this one was merged into.
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
        let mut found = found.filter(|item| item.get("kind") == Some(&items::text(REDEMPTION)));
        let item = found.next().ok_or(StoreError::NotFound("redemption"))?;
        Ok((member, items::from_item(item, "redemption")?))
    }
}

/// A redemption with the balance there is now.
fn redeemed(scope: &Scope, member: &Member, redemption: Redemption, today: Day) -> Redeemed {
    let balance = member.account.balance_on(today, &scope.settings.programmes);
    Redeemed { member: member.person.id, redemption, balance }
}
