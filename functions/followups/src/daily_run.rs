//! The daily run of points: queues a message for each merchant, and runs the day for the members of a
//! message.

use crate::context::{App, FollowupsError};
use crate::message::FollowupsMessage;
use crate::request::Request;
use crate::response::QueuedRun;
use domain::ledger::daily_run::DailyRun;
use domain::{Credential, Day, Instant, MemberId, MerchantId, Points, retention};
use futures::stream::{self, StreamExt as _};
use platform::Deadline;
use store::{ErrorChain, MEMBER_SHARDS, Mode, Scope, StoreError, Tenant};

/// The stage that holds the data of real persons.
const LIVE: &str = "live";
/// Members that are written at once.
const CONCURRENT_MEMBERS: usize = 8;

/// Queues the daily run: 1 query, and 2 messages a merchant (one for its live data, one for its test data).
pub(crate) async fn queue(
    app: &App,
    request: &Request,
    now: Instant,
) -> Result<QueuedRun, FollowupsError> {
    let simulated = request.today.as_deref().map(Day::parse).transpose();
    let simulated =
        simulated.map_err(|_| FollowupsError::Request("today: write a day as 2027-12-01"))?;
    if simulated.is_some() && app.stage == LIVE {
        return Err(FollowupsError::Request(
            "a simulated day would end real members' points before their time",
        ));
    }
    let only = request.merchant.as_deref().map(MerchantId::parse).transpose();
    let only =
        only.map_err(|_| FollowupsError::Request("merchant: send the identifier as it was given"))?;
    let today = simulated.unwrap_or_else(|| retention::day_of(now));
    let mut merchants = app.store.daily_run_merchants().await?;
    merchants.retain(|merchant| only.is_none_or(|only| only == *merchant));
    for merchant in &merchants {
        for mode in [Mode::Live, Mode::Test] {
            let tenant = Tenant { merchant: *merchant, mode };
            app.queue.send(&FollowupsMessage::of(tenant, today)).await?;
        }
    }
    let (today, merchants) = (today.to_string(), merchants.len());
    tracing::info!(today, merchants, "daily run queued");
    Ok(QueuedRun { today, merchants })
}

/// The counts of one message.
#[derive(Default)]
struct Tally {
    seen: u64,
    expired: u64,
    birthdays: u64,
    levels: u64,
    failed: u64,
}

impl Tally {
    /// Counts a member's run; `None` is a run that failed.
    fn count(&mut self, run: Option<&DailyRun>) {
        let Some(run) = run else {
            self.failed += 1;
            return;
        };
        self.expired += u64::from(!run.ended.is_empty());
        self.birthdays += u64::from(run.birthday > Points::ZERO);
        self.levels += u64::from(run.level_reviewed);
    }
}

/// Runs the day for the members of a message. Where the time ends first, the rest is queued again. A member
/// that fails does not stop the others: the error [`FollowupsError::Members`] comes at the end, and the next
/// delivery of the message finds only the members that are left.
pub(crate) async fn run(
    app: &App,
    mut message: FollowupsMessage,
    now: Instant,
    deadline: Deadline,
) -> Result<(), FollowupsError> {
    let FollowupsMessage { tenant, today, .. } = message;
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    let mut tally = Tally::default();
    let finished = loop {
        if deadline.has_passed() {
            break false;
        }
        let page = app.store.daily_run_page(&scope, message.shard, message.after, today).await?;
        tally.seen += page.seen;
        let runs: Vec<_> = stream::iter(page.due)
            .map(|member| run_or_log(app, &scope, member, today, now))
            .buffer_unordered(CONCURRENT_MEMBERS)
            .collect()
            .await;
        for run in runs {
            tally.count(run.as_ref());
        }
        message.after = page.next;
        if message.after.is_none() {
            message.shard += 1;
            if message.shard == MEMBER_SHARDS {
                break true;
            }
        }
    };
    let Tally { seen, expired, birthdays, levels, failed } = tally;
    tracing::info!(%tenant, %today, seen, expired, birthdays, levels, failed, finished, "members processed");
    if !finished {
        app.queue.send(&message).await?;
    }
    if failed > 0 { Err(FollowupsError::Members(failed)) } else { Ok(()) }
}

/// Runs the day for one member; `None` after a failure, which a log line names.
async fn run_or_log(
    app: &App,
    scope: &Scope,
    member: MemberId,
    today: Day,
    now: Instant,
) -> Option<DailyRun> {
    match app.store.run_day(scope, member, today, now).await {
        Ok(run) => Some(run),
        // The member was erased after the page was read.
        Err(StoreError::NotFound(_)) => Some(DailyRun::default()),
        Err(error) => {
            let (tenant, error) = (scope.tenant(), ErrorChain(&error));
            tracing::error!(%tenant, %member, %error, "the daily run of a member failed");
            None
        }
    }
}
