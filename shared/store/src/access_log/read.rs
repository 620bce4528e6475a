//! Reading the access log, newest first. Each month is a partition, so a list walks from one month to
//! the month before.

use super::entry::{ACTOR, AccessRecord, MEMBERS};
use crate::table::attributes::{instant_text, number, text};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError};
use domain::access_log::{Access, Actor, Period};
use domain::{Instant, MemberId, Month};
use serde::{Deserialize, Serialize};

/// The queries of one call. A period of twelve months has entries in at most fourteen months.
const MOST_QUERIES: usize = 16;
/// The entries that a query for a member reads: some 250 KB.
const READ_FOR_MEMBER: usize = 1_000;

/// Some entries of an access log.
pub struct AccessPage {
    /// The entries, newest first.
    pub accesses: Vec<Access>,
    /// The place after which the next page begins. `None` on the last page.
    pub next: Option<AccessPosition>,
}

/// A place in an access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPosition {
    month: Month,
    /// The sort key of the last entry that was read. `None` at the end of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl AccessPosition {
    const fn end_of(month: Month) -> Self {
        Self { month, after: None }
    }
}

/// The entries that a call asks for.
struct Wanted<'a> {
    scope: &'a Scope,
    /// The sort keys between which the entries are. An instant without an identifier sorts before the
    /// entries of its second.
    from: String,
    until: String,
    member: Option<MemberId>,
    now: Instant,
}

impl Store {
    /// A page of the access log of a tenant, newest first: of a period, and where `member` is given, only
    /// the entries that show this member or that the member made. An entry that has expired is left out,
    /// although DynamoDB deletes it later.
    ///
    /// The cost is 1 query for each month of the period until the page is full, and half a read unit for
    /// each 4 KB, some fifteen entries. A query for a member reads at most 1,000 entries. After sixteen
    /// queries the page ends, so it may hold fewer entries than `limit`, or none, and not be the last.
    pub async fn accesses(
        &self,
        scope: &Scope,
        period: Period,
        member: Option<MemberId>,
        after: Option<&AccessPosition>,
        limit: usize,
        now: Instant,
    ) -> Result<AccessPage, StoreError> {
        let (from, until) = (instant_text(period.from()), instant_text(period.until()));
        let oldest = keys::utc_month(period.from());
        let newest = AccessPosition::end_of(keys::utc_month(period.until()));
        let wanted = Wanted { scope, from, until, member, now };
        let mut next = (wanted.from < wanted.until).then(|| after.cloned().unwrap_or(newest));
        let mut accesses = Vec::new();
        for _ in 0..MOST_QUERIES {
            let left = limit - accesses.len();
            if left == 0 {
                break;
            }
            let Some(position) = next.take() else { break };
            let most = if member.is_some() { READ_FOR_MEMBER } else { left };
            let (records, last) = self.query_accesses(&wanted, &position, most).await?;
            for record in records.iter().take(left) {
                accesses.push(record.read(scope)?);
            }
            let month = position.month;
            next = match records.get(left - 1).filter(|_| records.len() > left) {
                Some(shown) => Some(AccessPosition { month, after: Some(shown.sk.clone()) }),
                None => last.or_else(|| month_before(month, oldest)),
            };
        }
        Ok(AccessPage { accesses, next })
    }

    /// One query of the month of a position, and the position of what is left of the month.
    async fn query_accesses(
        &self,
        wanted: &Wanted<'_>,
        position: &AccessPosition,
        most: usize,
    ) -> Result<(Vec<AccessRecord>, Option<AccessPosition>), StoreError> {
        let AccessPosition { month, after } = position;
        let partition = keys::access_log_partition(wanted.scope.tenant(), *month);
        // A period ends and begins with the day of the request, so on the next day a position may be outside of it.
        if after.as_ref().is_some_and(|after| *after < wanted.from) {
            return Ok((vec![], None));
        }
        let after = after.as_ref().filter(|after| **after < wanted.until);
        let start = after.map(|sk| items::key_item(&Key { pk: partition.clone(), sk: sk.clone() }));
        let of_member = wanted.member.map_or_else(String::new, |_| {
            " AND (contains(#members, :member) OR #actor = :actor)".to_owned()
        });
        let mut query = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :until")
            .filter_expression(format!("#ttl > :now{of_member}"))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(&wanted.from))
            .expression_attribute_values(":until", text(&wanted.until))
            .expression_attribute_values(":now", number(wanted.now.as_second()))
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        if let Some(member) = wanted.member {
            query = query
                .expression_attribute_names("#members", MEMBERS)
                .expression_attribute_names("#actor", ACTOR)
                .expression_attribute_values(":member", text(member.to_string()))
                .expression_attribute_values(":actor", text(Actor::Member(member).to_string()));
        }
        let answer = query.send().await.map_err(StoreError::unavailable)?;
        let last = answer.last_evaluated_key.map(|key| items::from_item::<Key>(key, "access"));
        let last = last
            .transpose()?
            .map(|Key { sk, .. }| AccessPosition { month: *month, after: Some(sk) });
        let records = answer.items.unwrap_or_default().into_iter();
        let records = records.map(|item| items::from_item(item, "access"));
        Ok((records.collect::<Result<_, _>>()?, last))
    }
}

/// The end of the month before, where the period has entries of it.
fn month_before(month: Month, oldest: Month) -> Option<AccessPosition> {
    let before = Month::from_ordinal(month.ordinal() - 1);
    (oldest <= before).then(|| AccessPosition::end_of(before))
}
