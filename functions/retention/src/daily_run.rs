//! The daily run: it finds the buckets of the due index that hold due entries, queues a message for each
//! bucket, and counts the entries that are overdue.

use crate::context::{App, RetentionError};
use crate::dry_run;
use crate::message::RetentionMessage;
use crate::oppositions::store_again;
use crate::request::Request;
use crate::response::{QueuedRun, Response};
use crate::rewrap::rewrap;
use domain::{Day, Instant, Month, retention};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use platform::Deadline;
use store::{DueBucket, MEMBER_SHARDS};

/// Months that the first daily run of a deployment looks back over.
const FIRST_RUN_MONTHS: i32 = 24;
/// Buckets that are read at once.
const CONCURRENT_BUCKETS: usize = 16;

/// Queues every bucket that holds due entries, lists what the run would do, wraps keys, or stores oppositions
/// again. One query a bucket, 16 buckets a month, half a read unit each. After an error the schedule tries again,
/// and the next daily run finds the buckets that this run did not queue.
pub async fn run(
    app: &App,
    request: &Request,
    now: Instant,
    deadline: Deadline,
) -> Result<Response, RetentionError> {
    if request.rewrap_keys {
        return Ok(Response::Rewrapped(rewrap(app, request.after()?, deadline).await?));
    }
    if !request.oppositions.is_empty() {
        let stored = store_again(app, &request.oppositions, now).await?;
        return Ok(Response::StoredAgain(stored));
    }
    let run = request.validate(&app.stage, now)?;
    let due = due_buckets(app, run.today, now).await?;
    let overdue = overdue(app, &due, run.today).await?;
    if request.dry_run {
        let listed = dry_run::list(app, &due, &run, overdue, now, deadline).await?;
        return Ok(Response::DryRun(listed));
    }
    if overdue > 0 && !run.is_simulated {
        // The metric filter of the template reads the field `overdue`.
        tracing::error!(overdue, "entries that were due are still there");
    }
    for (bucket, _) in &due {
        app.queue.send(&RetentionMessage::sweep(*bucket, run.today, run.merchant)).await?;
    }
    if !run.is_simulated && run.merchant.is_none() {
        note_swept(app, &due, run.today).await?;
    }
    let (today, buckets) = (run.today.to_string(), due.len());
    tracing::info!(today, buckets, overdue, "daily run queued");
    Ok(Response::Queued(QueuedRun { today, buckets, overdue }))
}

/// The buckets that hold due entries, with the earliest day of each.
async fn due_buckets(
    app: &App,
    today: Day,
    now: Instant,
) -> Result<Vec<(DueBucket, Day)>, RetentionError> {
    let last = today.month().ordinal();
    let noted = app.store.first_month_to_sweep().await?;
    // The months are counted back from the real day, not from a simulated day, which may be years later.
    let this_month = retention::day_of(now).month().ordinal();
    let first = noted.map_or(this_month - FIRST_RUN_MONTHS, Month::ordinal);
    let buckets = (first..=last)
        .map(Month::from_ordinal)
        .flat_map(|month| (0..MEMBER_SHARDS).map(move |shard| DueBucket { month, shard }));
    let found: Vec<_> = stream::iter(buckets)
        .map(|bucket| async move {
            let day = app.store.earliest_due(bucket, today).await;
            day.map(|day| day.map(|day| (bucket, day)))
        })
        .buffered(CONCURRENT_BUCKETS)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The number of entries of days before yesterday, which the previous daily run should have removed.
async fn overdue(app: &App, due: &[(DueBucket, Day)], today: Day) -> Result<u64, RetentionError> {
    let yesterday = Day::from_ordinal(today.ordinal() - 1);
    let mut overdue = 0;
    for (bucket, _) in due.iter().filter(|(_, earliest)| *earliest < yesterday) {
        overdue += app.store.due_before(*bucket, yesterday).await?;
    }
    Ok(overdue)
}

/// Notes where the next daily run begins: the first month with due entries, and the previous month at the
/// latest, since a deadline set near midnight may still fall into the previous month.
async fn note_swept(app: &App, due: &[(DueBucket, Day)], today: Day) -> Result<(), RetentionError> {
    let month_before = Month::from_ordinal(today.month().ordinal() - 1);
    let earliest = due.iter().map(|(bucket, _)| bucket.month).min();
    app.store
        .save_first_month(earliest.map_or(month_before, |month| month.min(month_before)))
        .await?;
    Ok(())
}
