//! The dry run of a daily run: it reads everything that the daily run would read, lists what the daily run
//! would do, and writes nothing.

use crate::context::{App, RetentionError};
use crate::decision::{Decision, decide};
use crate::request::Run;
use crate::sweep::settings_of;
use domain::retention::ErasureReason;
use domain::{Credential, Day, Instant, MerchantId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use platform::Deadline;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Due, DueBucket, Scope, Settings, StoreError};

/// The most rows of a response: a response of Lambda holds 6 MB.
const MAX_ROWS: usize = 10_000;
/// Members that are read at once.
const CONCURRENT_MEMBERS: usize = 16;

/// What the daily run would do with a member or a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Erase the member.
    Erase,
    /// Give the member a later day.
    Rearm,
    /// Delete the data of a member whose erasure was decided before, or search for it once more.
    LookAgain,
    /// Archive a merchant whose contract has ended, or delete its archive.
    Archive,
    /// Fail: the entry cannot be read, and an engineer must look.
    Fail,
}

/// A member or a merchant whose day has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The merchant.
    pub merchant: String,
    /// `live` or `test`; absent for a merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// The member; absent for a merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The action.
    pub action: Action,
    /// The reason of the erasure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The deadline as it is now. For [`Action::Rearm`] this is the later day.
    pub deadline: String,
}

/// The number of entries by action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Erasures of members who never activated the card.
    pub erase_never_activated: u64,
    /// Erasures of members who stopped using the service.
    pub erase_inactive: u64,
    /// Members who asked to delete the account.
    pub erase_asked_for: u64,
    /// Members that would get a later day.
    pub rearm: u64,
    /// Members whose erasure was decided before, and whose data would be deleted or searched for once more.
    pub look_again: u64,
    /// Merchants that would be archived.
    pub archive: u64,
    /// Entries that cannot be read.
    pub fail: u64,
}

/// The list of a dry run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// The last day that is due.
    pub today: String,
    /// The number of entries that were due before yesterday and are still there.
    pub overdue: u64,
    /// The counts of all entries.
    pub counts: Counts,
    /// The first [`MAX_ROWS`] entries.
    pub rows: Vec<Row>,
    /// Whether there are more entries than rows.
    pub more: bool,
}

/// Lists what the daily run would do. Where the time ends first, the error is [`RetentionError::Request`].
pub(crate) async fn list(
    app: &App,
    buckets: &[(DueBucket, Day)],
    run: &Run,
    overdue: u64,
    now: Instant,
    deadline: Deadline,
) -> Result<DryRun, RetentionError> {
    let today = run.today;
    let mut listed = DryRun {
        today: today.to_string(),
        overdue,
        counts: Counts::default(),
        rows: vec![],
        more: false,
    };
    for (bucket, _) in buckets {
        let mut after = None;
        loop {
            if deadline.has_passed() {
                return Err(RetentionError::Request(
                    "there is more due than one response can list: name a merchant",
                ));
            }
            let page = app.store.due(*bucket, today, after.take()).await?;
            listed.counts.fail += u64::try_from(page.unreadable).unwrap_or(u64::MAX);
            let is_of_run = |due: &Due| run.merchant.is_none_or(|only| due.merchant() == only);
            let due: Vec<Due> = page.due.into_iter().filter(is_of_run).collect();
            let settings = settings_of(app, &due, now).await?;
            let settings = &settings;
            let rows = stream::iter(due).map(|due| row(app, settings, due, today));
            let rows: Vec<_> = rows.buffered(CONCURRENT_MEMBERS).try_collect().await?;
            for row in rows.into_iter().flatten() {
                listed.add(row);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(listed)
}

impl DryRun {
    fn add(&mut self, row: Row) {
        let counts = &mut self.counts;
        *match row.action {
            Action::Erase => match row.reason.and_then(ErasureReason::parse) {
                Some(ErasureReason::NeverActivated) => &mut counts.erase_never_activated,
                // The sweep decides no erasure after an objection.
                Some(ErasureReason::Request | ErasureReason::Objection) => {
                    &mut counts.erase_asked_for
                }
                Some(ErasureReason::Inactive) | None => &mut counts.erase_inactive,
            },
            Action::Rearm => &mut counts.rearm,
            Action::LookAgain => &mut counts.look_again,
            Action::Archive => &mut counts.archive,
            Action::Fail => &mut counts.fail,
        } += 1;
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else {
            self.more = true;
        }
    }
}

/// The row of an entry; `None` where nothing would be done, since the index is eventually consistent.
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
    let scope = Scope {
        settings: Arc::clone(settings),
        mode: tenant.mode,
        credential: Credential::Service,
    };
    let due = match app.store.due_member(&scope, member).await {
        Err(error) if error.is_transient() => return Err(error),
        Err(_) => return Ok(row(Action::Fail, None, day)),
        Ok(due) => due,
    };
    Ok(match decide(&app.store, &scope, due, today).await? {
        Decision::Nothing => None,
        Decision::CarryOut(tombstone) => row(Action::LookAgain, Some(tombstone.reason), day),
        Decision::Rearm(_, deadline, reason) => row(Action::Rearm, Some(reason), deadline),
        Decision::Erase(_, _, deadline, reason) => row(Action::Erase, Some(reason), deadline),
    })
}
