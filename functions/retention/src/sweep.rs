//! The sweep of a bucket: every member due in the bucket is erased or gets a later day.

use crate::context::{App, RetentionError};
use crate::decision::{Decision, decide};
use crate::message::RetentionMessage;
use domain::{Credential, Day, Instant, MemberId, MerchantId};
use futures::stream::{self, StreamExt as _};
use platform::Deadline;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Due, DueBucket, Entity, ErrorChain, Scope, Settings, StoreError, Tenant};

/// Members that are processed at once.
const CONCURRENT_MEMBERS: usize = 8;
/// How often a member is read again, where other writers change the member meanwhile.
const ATTEMPTS: u32 = 5;

/// The counts of one sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    erased: u64,
    rearmed: u64,
    carried_out: u64,
    gone: u64,
    merchants: u64,
    failed: u64,
}

/// What the sweep did with one entry of the index.
#[derive(Clone, Copy)]
enum Swept {
    Erased,
    Rearmed,
    CarriedOut,
    Gone,
    MerchantQueued,
}

impl Tally {
    /// Counts an entry; `None` is an entry that failed.
    fn count(&mut self, swept: Option<Swept>) {
        *match swept {
            Some(Swept::Erased) => &mut self.erased,
            Some(Swept::Rearmed) => &mut self.rearmed,
            Some(Swept::CarriedOut) => &mut self.carried_out,
            Some(Swept::Gone) => &mut self.gone,
            Some(Swept::MerchantQueued) => &mut self.merchants,
            None => &mut self.failed,
        } += 1;
    }
}

/// Sweeps a bucket up to `today`, of all merchants or only of `only`. Where the time ends first, the bucket is
/// queued again. An entry that fails does not stop the others: the error [`RetentionError::Members`] comes at
/// the end of the bucket, and the next delivery of the message finds only the entries that are left.
pub(crate) async fn sweep(
    app: &App,
    bucket: DueBucket,
    today: Day,
    only: Option<MerchantId>,
    now: Instant,
    deadline: Deadline,
) -> Result<(), RetentionError> {
    let DueBucket { month, shard } = bucket;
    let mut tally = Tally::default();
    let mut after = None;
    let finished = loop {
        if deadline.has_passed() {
            break false;
        }
        let mut page = app.store.due(bucket, today, after.take()).await?;
        if let Some(only) = only {
            page.due.retain(|due| due.merchant() == only);
        }
        if page.unreadable > 0 {
            let entries = page.unreadable;
            tracing::error!(%month, shard, entries, "entries of the index could not be read");
            tally.failed += u64::try_from(entries).unwrap_or(u64::MAX);
        }
        let settings = settings_of(app, &page.due, now).await?;
        let settings = &settings;
        let has_time = |_: &Due| std::future::ready(!deadline.has_passed());
        let swept: Vec<_> = stream::iter(page.due)
            .take_while(has_time)
            .map(|due| process_or_log(app, settings, due, today))
            .buffer_unordered(CONCURRENT_MEMBERS)
            .collect()
            .await;
        for swept in swept {
            tally.count(swept);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break !deadline.has_passed(),
        }
    };
    let Tally { erased, rearmed, carried_out, gone, merchants, failed } = tally;
    tracing::info!(%month, shard, %today, erased, rearmed, carried_out, gone, merchants, failed, finished, "swept");
    if !finished {
        // Entries that failed are still in the index, so the next message processes them again.
        app.queue.send(&RetentionMessage::sweep(bucket, today, only)).await?;
        return Ok(());
    }
    if failed > 0 { Err(RetentionError::Members(failed)) } else { Ok(()) }
}

/// The settings of every merchant of these entries, each read once. A merchant that does not exist is absent
/// from the map.
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

/// Processes an entry of the index; `None` after a failure, which a log line names.
async fn process_or_log(
    app: &App,
    settings: &HashMap<MerchantId, Arc<Settings>>,
    due: Due,
    today: Day,
) -> Option<Swept> {
    let swept = match due {
        Due::Merchant { merchant, .. } => {
            let sent = app.queue.send(&RetentionMessage::Archive { merchant, today }).await;
            sent.map(|()| Swept::MerchantQueued).map_err(RetentionError::from)
        }
        Due::Member { tenant, member, .. } => match settings.get(&tenant.merchant) {
            Some(settings) => {
                let scope = Scope {
                    settings: Arc::clone(settings),
                    mode: tenant.mode,
                    credential: Credential::Service,
                };
                process(app, &scope, tenant, member, today).await.map_err(RetentionError::from)
            }
            None => Err(StoreError::NotFound(Entity::Merchant).into()),
        },
    };
    match (swept, due) {
        (Ok(swept), _) => Some(swept),
        (Err(error), Due::Member { tenant, member, .. }) => {
            let error = ErrorChain(&error);
            tracing::error!(%tenant, %member, %error, "the sweep of a member failed");
            None
        }
        (Err(error), Due::Merchant { merchant, .. }) => {
            let error = ErrorChain(&error);
            tracing::error!(%merchant, %error, "the sweep of a merchant failed");
            None
        }
    }
}

async fn process(
    app: &App,
    scope: &Scope,
    tenant: Tenant,
    member: MemberId,
    today: Day,
) -> Result<Swept, StoreError> {
    let store = &app.store;
    let mut due = store.due_member(scope, member).await?;
    for _ in 0..ATTEMPTS {
        match decide(store, scope, due, today).await? {
            Decision::Nothing => return Ok(Swept::Gone),
            Decision::CarryOut(tombstone) => {
                store.carry_out_erasure(scope, &tombstone, today).await?;
                return Ok(Swept::CarriedOut);
            }
            Decision::Rearm(member, day, _) => {
                if store.rearm(scope, &member.person, day).await? {
                    return Ok(Swept::Rearmed);
                }
            }
            Decision::Erase(member, login, _, reason) => {
                let asked = member.person.deletion.filter(|_| reason.is_asked_for());
                let credential = asked.map_or(scope.credential, |asked| asked.by);
                let by = Scope { credential, ..scope.clone() };
                let decided = store.decide_erasure(&by, &member, &login, reason, today).await?;
                if let Some(tombstone) = decided {
                    store.carry_out_erasure(scope, &tombstone, today).await?;
                    tracing::info!(%tenant, member = %tombstone.member, reason = reason.as_str(), "erased");
                    return Ok(Swept::Erased);
                }
            }
        }
        due = store.due_member_fresh(scope, member).await?;
    }
    Err(StoreError::Busy)
}
