//! A bucket is swept: every member due in it is erased or gets another day.

use crate::app::{App, RetentionError};
use crate::decision::{Decision, decide};
use crate::message::RetentionMessage;
use domain::{Day, Instant, MemberId, MerchantId};
use futures::stream::{self, StreamExt as _};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Due, DueBucket, Entity, Scope, Settings, StoreError, Tenant};

/// Members dealt with at once.
const AT_ONCE: usize = 8;
/// How often a member that others write meanwhile is read anew.
const ATTEMPTS: u32 = 5;

/// What became of what was due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    erased: u64,
    rearmed: u64,
    carried_out: u64,
    gone: u64,
    merchants: u64,
    failed: u64,
}

#[derive(Clone, Copy)]
enum Dealt {
    Erased,
    Rearmed,
    CarriedOut,
    Gone,
    Merchant,
}

/// Sweeps a bucket up to `today`, of one merchant where `only` names it, and queues it anew where the time at hand ends first. What fails
/// stops nothing else.
///
/// # Errors
/// [`RetentionError`], [`RetentionError::Members`] at the end of the bucket where some failed; the
/// message comes again and finds what is left.
pub(crate) async fn sweep(
    app: &App,
    bucket: DueBucket,
    today: Day,
    only: Option<MerchantId>,
    now: Instant,
    until: Instant,
) -> Result<(), RetentionError> {
    let mut tally = Tally::default();
    let mut after = None;
    let finished = loop {
        if Instant::now() >= until {
            break false;
        }
        let mut page = app.store.due(bucket, today, after.take()).await?;
        if let Some(only) = only {
            page.due.retain(|due| due.merchant() == only);
        }
        if page.unreadable > 0 {
            tracing::error!(month = %bucket.month, shard = bucket.shard, entries = page.unreadable, "entries of the index could not be read");
            tally.failed += u64::try_from(page.unreadable).unwrap_or(u64::MAX);
        }
        let settings = settings_of(app, &page.due, now).await?;
        let settings = &settings;
        let has_time = |_: &Due| std::future::ready(Instant::now() < until);
        let dealt: Vec<_> = stream::iter(page.due)
            .take_while(has_time)
            .map(|due| deal_or_tell(app, settings, due, today))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for dealt in dealt {
            tally.count(dealt);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break Instant::now() < until,
        }
    };
    let Tally { erased, rearmed, carried_out, gone, merchants, failed } = tally;
    tracing::info!(month = %bucket.month, shard = bucket.shard, %today, erased, rearmed, carried_out, gone, merchants, failed, finished, "swept");
    if !finished {
        // What failed is met again there.
        return app.queue(&RetentionMessage::sweep(bucket, today, only)).await;
    }
    if failed > 0 { Err(RetentionError::Members(failed)) } else { Ok(()) }
}

impl Tally {
    fn count(&mut self, dealt: Option<Dealt>) {
        *match dealt {
            Some(Dealt::Erased) => &mut self.erased,
            Some(Dealt::Rearmed) => &mut self.rearmed,
            Some(Dealt::CarriedOut) => &mut self.carried_out,
            Some(Dealt::Gone) => &mut self.gone,
            Some(Dealt::Merchant) => &mut self.merchants,
            None => &mut self.failed,
        } += 1;
    }
}

/// The settings of every merchant among these, each read once. Those of a merchant that is not there
/// are missing.
pub(crate) async fn settings_of(
    app: &App,
    due: &[Due],
    now: Instant,
) -> Result<HashMap<MerchantId, Arc<Settings>>, RetentionError> {
    let mut read = HashMap::new();
    for entry in due {
        let Due::Member { tenant, .. } = entry else { continue };
        if read.contains_key(&tenant.merchant) {
            continue;
        }
        match app.store.settings(tenant.merchant, now).await {
            Ok(settings) => _ = read.insert(tenant.merchant, settings),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => {
                tracing::error!(merchant = %tenant.merchant, %error, "settings could not be read");
            }
        }
    }
    Ok(read)
}

/// `None` where it could not be dealt with, which is told in a log line.
async fn deal_or_tell(
    app: &App,
    settings: &HashMap<MerchantId, Arc<Settings>>,
    due: Due,
    today: Day,
) -> Option<Dealt> {
    let dealt = match due {
        Due::Merchant { merchant, .. } => {
            app.queue(&RetentionMessage::archive(merchant, today)).await.map(|()| Dealt::Merchant)
        }
        Due::Member { tenant, member, .. } => match settings.get(&tenant.merchant) {
            Some(settings) => {
                let scope = Scope { settings: Arc::clone(settings), mode: tenant.mode };
                deal(app, &scope, tenant, member, today).await.map_err(RetentionError::from)
            }
            None => Err(StoreError::NotFound(Entity::Merchant).into()),
        },
    };
    match (dealt, due) {
        (Ok(dealt), _) => Some(dealt),
        (Err(error), Due::Member { tenant, member, .. }) => {
            let error = platform::queue::Chain(&error);
            tracing::error!(%tenant, %member, %error, "a member could not be dealt with");
            None
        }
        (Err(error), Due::Merchant { merchant, .. }) => {
            let error = platform::queue::Chain(&error);
            tracing::error!(%merchant, %error, "a merchant could not be dealt with");
            None
        }
    }
}

async fn deal(
    app: &App,
    scope: &Scope,
    tenant: Tenant,
    member: MemberId,
    today: Day,
) -> Result<Dealt, StoreError> {
    let store = &app.store;
    let mut due = store.due_member(scope, member).await?;
    for _ in 0..ATTEMPTS {
        match decide(due, scope.settings.merchant.sector, today) {
            Decision::Nothing => return Ok(Dealt::Gone),
            Decision::CarryOut(tombstone) => {
                store.carry_out_erasure(scope, &tombstone, today).await?;
                return Ok(Dealt::CarriedOut);
            }
            Decision::Rearm(member, day, _) => {
                if store.rearm(scope, &member.person, day).await? {
                    return Ok(Dealt::Rearmed);
                }
            }
            Decision::Erase(member, _, reason) => {
                if let Some(tombstone) = store.decide_erasure(scope, &member, reason, today).await?
                {
                    store.carry_out_erasure(scope, &tombstone, today).await?;
                    tracing::info!(%tenant, member = %tombstone.member, reason = reason.as_str(), "erased");
                    return Ok(Dealt::Erased);
                }
            }
        }
        due = store.due_member_fresh(scope, member).await?;
    }
    Err(StoreError::Busy)
}
