//! The daily run over a merchant's members: the merchants that need the run, the members that the
//! run changes, and the changes.

use crate::ledger::entry::EntryRecord;
use crate::member::account::StoredAccount;
use crate::member::neighbours::{Pair, pair};
use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys;
use crate::table::retry::{Attempt, retry};
use crate::vault::Field;
use crate::{Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::daily_run::DailyRun;
use domain::ledger::entry::{Cause, LedgerEntry};
use domain::{Day, Instant, MemberId, MerchantId, Points};
use std::collections::BTreeSet;

/// Members of a shard, and which of them the daily run changes.
pub struct DailyRunPage {
    /// The members whom the run changes.
    pub due: Vec<MemberId>,
    /// How many members were seen.
    pub seen: u64,
    /// The last member seen, where the shard has more.
    pub next: Option<MemberId>,
}

impl Store {
    /// The merchants whose programme needs a daily run: 1 query, half a read unit for some forty
    /// merchants.
    pub async fn daily_run_merchants(&self) -> Result<BTreeSet<MerchantId>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name("due")
            .key_condition_expression("due_bucket = :bucket")
            .expression_attribute_values(":bucket", attributes::text(keys::DAILY_RUN))
            .into_paginator()
            .items()
            .send();
        let mut merchants = BTreeSet::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let due_at = item.get("due_at").and_then(|at| at.as_s().ok());
            let merchant = due_at.and_then(|at| at.split_once('#')).map(|(merchant, _)| merchant);
            let merchant = merchant.ok_or(StoreError::Corrupt("programme"))?;
            let merchant = MerchantId::parse(merchant);
            merchants.insert(merchant.map_err(|_| StoreError::Corrupt("programme"))?);
        }
        Ok(merchants)
    }

    /// Members of a shard from `after` on, and which of them the run of `today` changes: 1 round
    /// trip, half a read unit for each 4 KB. Birth dates are decrypted only where the programme
    /// rewards birthdays.
    pub async fn daily_run_page(
        &self,
        scope: &Scope,
        shard: u8,
        after: Option<MemberId>,
        today: Day,
    ) -> Result<DailyRunPage, StoreError> {
        let start = after.map(|after| items::key_item(&keys::person(scope.tenant(), after)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .projection_expression("pk, sk, v, account, merged_into, birth_date, erased_on")
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
        let next = found.last.filter(|_| goes_on);
        let mut page = DailyRunPage { due: vec![], seen: 0, next };
        for Pair { account: stored, person } in found.pairs {
            if person.contains_key("merged_into") {
                continue;
            }
            page.seen += 1;
            let StoredAccount { member, mut account, .. } = stored;
            let born = birth_date(scope, member, &person, today)?;
            if !account.run_day(born, today, &scope.settings.programmes).is_quiet() {
                page.due.push(member);
            }
        }
        Ok(page)
    }

    /// The run of `today` for a member: 1 strong query and, where something changes, 1 transaction
    /// of 2 write units, and 3 more for each entry (ended points, birthday). A second run on the
    /// same day changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member who was erased.
    pub async fn run_day(
        &self,
        scope: &Scope,
        id: MemberId,
        today: Day,
        now: Instant,
    ) -> Result<DailyRun, StoreError> {
        retry(|_| async move {
            let mut member = self.member_itself(scope, id).await?;
            if member.person.merged_into.is_some() {
                return Ok(Attempt::Done(DailyRun::default()));
            }
            let born = member.person.details.birth_date;
            let run = member.account.run_day(born, today, &scope.settings.programmes);
            if run.is_quiet() {
                return Ok(Attempt::Done(run));
            }
            let mut transaction = self.transaction();
            transaction.add(member.put_account(scope)?);
            let ended: Points = run.ended.iter().map(|lot| lot.remaining).sum();
            let entries = [
                (Cause::Expiry, -ended, run.ended.clone()),
                (Cause::Birthday, run.birthday, vec![]),
            ];
            for (cause, points, lots) in entries {
                if points != Points::ZERO {
                    let entry = LedgerEntry { cause, points, lots, at: now };
                    transaction.add(EntryRecord::of(scope, id, &entry)?.put()?);
                }
            }
            Ok(transaction.commit().await?.done(run))
        })
        .await
    }
}

fn birth_date(
    scope: &Scope,
    member: MemberId,
    item: &Item,
    today: Day,
) -> Result<Option<Day>, StoreError> {
    if scope.settings.programmes.terms_on(today).gifts.birthday == 0 {
        return Ok(None);
    }
    let Some(AttributeValue::B(sealed)) = item.get("birth_date") else { return Ok(None) };
    let text = scope.settings.vault.open(member, Field::BirthDate, sealed.as_ref())?;
    Day::parse(&text).map(Some).map_err(|_| StoreError::Corrupt("person"))
}
