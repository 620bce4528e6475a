//! A merchant's members are walked: those whom the night changes are changed.

use crate::app::{App, FollowupsError};
use crate::message::FollowupsMessage;
use domain::ledger::daily_run::DailyRun;
use domain::{Day, Instant, MemberId, Points};
use futures::stream::{self, StreamExt as _};
use store::{MEMBER_SHARDS, Scope, StoreError, Tenant};

/// Members changed at once.
const AT_ONCE: usize = 8;

/// What a walk did.
#[derive(Default)]
struct Tally {
    seen: u64,
    expired: u64,
    birthdays: u64,
    levels: u64,
    failed: u64,
}

impl Tally {
    fn count(&mut self, night: Option<&DailyRun>) {
        let Some(night) = night else {
            self.failed += 1;
            return;
        };
        self.expired += u64::from(!night.ended.is_empty());
        self.birthdays += u64::from(night.birthday > Points::ZERO);
        self.levels += u64::from(night.level_reviewed);
    }
}

/// Walks a tenant's members from a place on, and queues the rest where the time at hand ends first.
/// What fails stops nothing else.
///
/// # Errors
/// [`FollowupsError`], [`FollowupsError::Members`] at the end where some failed; the message comes
/// again and finds what is left.
pub(crate) async fn walk(
    app: &App,
    tenant: Tenant,
    today: Day,
    (mut shard, mut after): (u8, Option<MemberId>),
    now: Instant,
    until: Instant,
) -> Result<(), FollowupsError> {
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let scope = Scope { settings, mode: tenant.mode };
    let mut tally = Tally::default();
    let finished = loop {
        if Instant::now() >= until {
            break false;
        }
        let page = app.store.daily_run_page(&scope, shard, after, today).await?;
        tally.seen += page.seen;
        let nights: Vec<_> = stream::iter(page.due)
            .map(|member| pass_or_tell(app, &scope, member, today, now))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for night in nights {
            tally.count(night.as_ref());
        }
        after = page.next;
        if after.is_none() {
            shard += 1;
            if shard == MEMBER_SHARDS {
                break true;
            }
        }
    };
    let Tally { seen, expired, birthdays, levels, failed } = tally;
    tracing::info!(%tenant, %today, seen, expired, birthdays, levels, failed, finished, "walked");
    if !finished {
        app.queue(&FollowupsMessage::new(tenant, today, (shard, after))).await?;
    }
    if failed > 0 { Err(FollowupsError::Members(failed)) } else { Ok(()) }
}

/// `None` where it could not be done, which is told in a log line.
async fn pass_or_tell(
    app: &App,
    scope: &Scope,
    member: MemberId,
    today: Day,
    now: Instant,
) -> Option<DailyRun> {
    match app.store.run_day(scope, member, today, now).await {
        Ok(night) => Some(night),
        // Erased since it was seen.
        Err(StoreError::NotFound(_)) => Some(DailyRun::default()),
        Err(error) => {
            let (tenant, error) = (scope.tenant(), platform::queue::Chain(&error));
            tracing::error!(%tenant, %member, %error, "a member could not be dealt with");
            None
        }
    }
}
