//! What a night would do, told and not done.

use crate::app::{App, RetentionError};
use crate::decision::{Decision, decide};
use crate::night::Terms;
use crate::sweep::settings_of;
use domain::retention::ErasureReason;
use domain::{Day, Instant, MerchantId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Due, DueBucket, Scope, Settings, StoreError};

/// The most rows of an answer: a Lambda's answer holds 6 MB.
const MOST_ROWS: usize = 10_000;
/// Members read at once.
const AT_ONCE: usize = 16;

/// What would be done with a member or a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Erased.
    Erase,
    /// Given another day.
    Rearm,
    /// What an erasure of the day before has left is looked for.
    LookAgain,
    /// A merchant whose contract has ended: archived, or its archive erased.
    Archive,
    /// Somebody must look: it cannot be read.
    Fail,
}

/// A member or a merchant whose day has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Whose.
    pub merchant: String,
    /// `live` or `test`; absent for a merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// Who; absent for a merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What would be done.
    pub action: Action,
    /// Why the member would be erased, then or now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The deadline as it is now: a day to come for a member that would be given another day.
    pub deadline: String,
}

/// How much would be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Erased because the card was never activated.
    pub erase_never_activated: u64,
    /// Erased because the service was not used any more.
    pub erase_inactive: u64,
    /// Given another day.
    pub rearm: u64,
    /// Looked at once more after an erasure.
    pub look_again: u64,
    /// Merchants.
    pub archive: u64,
    /// What cannot be read.
    pub fail: u64,
}

/// What a night would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// The day up to which it would be done.
    pub today: String,
    /// What the night before should have dealt with and did not.
    pub overdue: u64,
    /// All of it.
    pub counts: Counts,
    /// The first [`MOST_ROWS`] of it.
    pub rows: Vec<Row>,
    /// Whether there is more than the rows tell.
    pub more: bool,
}

/// Reads what a night would read, and writes nothing.
///
/// # Errors
/// [`RetentionError`], [`RetentionError::Order`] where the time at hand ended first.
pub(crate) async fn tell(
    app: &App,
    buckets: &[(DueBucket, Day)],
    terms: &Terms,
    overdue: u64,
    now: Instant,
    until: Instant,
) -> Result<DryRun, RetentionError> {
    let today = terms.today;
    let mut told = DryRun {
        today: today.to_string(),
        overdue,
        counts: Counts::default(),
        rows: vec![],
        more: false,
    };
    for (bucket, _) in buckets {
        let mut after = None;
        loop {
            if Instant::now() >= until {
                return Err(RetentionError::Order(
                    "there is more due than can be told in one call: name a merchant",
                ));
            }
            let page = app.store.due(*bucket, today, after.take()).await?;
            told.counts.fail += u64::try_from(page.unreadable).unwrap_or(u64::MAX);
            let wanted = |due: &Due| terms.merchant.is_none_or(|wanted| whose(due) == wanted);
            let due: Vec<Due> = page.due.into_iter().filter(wanted).collect();
            let settings = settings_of(app, &due, now).await?;
            let settings = &settings;
            let rows = stream::iter(due).map(|due| row(app, settings, due, today));
            let rows: Vec<_> = rows.buffered(AT_ONCE).try_collect().await?;
            for row in rows.into_iter().flatten() {
                told.add(row);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(told)
}

const fn whose(due: &Due) -> MerchantId {
    match due {
        Due::Member { tenant, .. } => tenant.merchant,
        Due::Merchant { merchant, .. } => *merchant,
    }
}

impl DryRun {
    fn add(&mut self, row: Row) {
        let counts = &mut self.counts;
        *match row.action {
            Action::Erase if row.reason == Some(ErasureReason::NeverActivated.as_str()) => {
                &mut counts.erase_never_activated
            }
            Action::Erase => &mut counts.erase_inactive,
            Action::Rearm => &mut counts.rearm,
            Action::LookAgain => &mut counts.look_again,
            Action::Archive => &mut counts.archive,
            Action::Fail => &mut counts.fail,
        } += 1;
        if self.rows.len() < MOST_ROWS {
            self.rows.push(row);
        } else {
            self.more = true;
        }
    }
}

/// `None` where nothing would be done: the index lags a moment behind.
async fn row(
    app: &App,
    settings: &HashMap<MerchantId, Arc<Settings>>,
    due: Due,
    today: Day,
) -> Result<Option<Row>, StoreError> {
    let (tenant, member, day) = match due {
        Due::Merchant { merchant, day } => {
            return Ok(Some(Row {
                merchant: merchant.to_string(),
                mode: None,
                member: None,
                action: Action::Archive,
                reason: None,
                deadline: day.to_string(),
            }));
        }
        Due::Member { tenant, member, day } => (tenant, member, day),
    };
    let row = |action, reason: Option<ErasureReason>, day: Day| {
        Some(Row {
            merchant: tenant.merchant.to_string(),
            mode: Some(tenant.mode.as_str()),
            member: Some(member.to_string()),
            action,
            reason: reason.map(ErasureReason::as_str),
            deadline: day.to_string(),
        })
    };
    let Some(settings) = settings.get(&tenant.merchant) else {
        return Ok(row(Action::Fail, None, day));
    };
    let scope = Scope { settings: Arc::clone(settings), mode: tenant.mode };
    let due = match app.store.due_member(&scope, member).await {
        Err(error) if error.is_transient() => return Err(error),
        Err(_) => return Ok(row(Action::Fail, None, day)),
        Ok(due) => due,
    };
    Ok(match decide(due, settings.merchant.sector, today) {
        Decision::Nothing => None,
        Decision::CarryOut(tombstone) => row(Action::LookAgain, Some(tombstone.reason), day),
        Decision::Rearm(_, deadline, reason) => row(Action::Rearm, Some(reason), deadline),
        Decision::Erase(_, deadline, reason) => row(Action::Erase, Some(reason), deadline),
    })
}
