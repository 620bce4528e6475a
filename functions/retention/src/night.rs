//! The night: which buckets of the index hold anything due, one message for each, and what is overdue.

use crate::app::{App, RetentionError};
use crate::dry_run::{self, DryRun};
use crate::message::RetentionMessage;
use domain::{Day, Instant, MerchantId, Month, retention};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use store::{DueBucket, MEMBER_SHARDS};

/// The stage that holds real persons.
const LIVE: &str = "live";
/// Months that the first night of a deployment looks back over.
const FIRST_NIGHT_MONTHS: i32 = 24;
/// Buckets looked at at once.
const AT_ONCE: usize = 16;

/// What a night is asked for; the schedule asks for nothing in particular.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Order {
    /// A day in the place of today's, `2029-12-01`. Never in the stage `live`, but for a dry run.
    pub today: Option<String>,
    /// Whether only to tell what would be done.
    pub dry_run: bool,
    /// Only of this merchant.
    pub merchant: Option<String>,
}

/// What a night answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Night {
    /// The work was queued.
    Queued(Queued),
    /// What would be done.
    DryRun(DryRun),
}

/// The work of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// The day up to which it is done.
    pub today: String,
    /// Buckets, each a message.
    pub buckets: usize,
    /// What the night before should have dealt with and did not.
    pub overdue: u64,
}

/// What a night works with.
pub(crate) struct Terms {
    pub(crate) today: Day,
    simulated: bool,
    pub(crate) merchant: Option<MerchantId>,
}

impl Order {
    fn read(&self, stage: &str, now: Instant) -> Result<Terms, RetentionError> {
        let told = self.today.as_deref().map(Day::parse).transpose();
        let told = told.map_err(|_| RetentionError::Order("today: write a day as 2029-12-01"))?;
        let merchant = self.merchant.as_deref().map(MerchantId::parse).transpose();
        let merchant = merchant
            .map_err(|_| RetentionError::Order("merchant: send the identifier as it was given"))?;
        if told.is_some() && stage == LIVE && !self.dry_run {
            return Err(RetentionError::Order(
                "a simulated day would erase real persons before their time: ask for a dry run",
            ));
        }
        let today = told.unwrap_or_else(|| retention::day_of(now));
        Ok(Terms { today, simulated: told.is_some(), merchant })
    }
}

/// The night: queues every bucket that holds anything due, or only tells what would be done. One
/// query a bucket, 16 a month: half a read unit each.
///
/// # Errors
/// [`RetentionError`]; the schedule tries again, and the next night finds what this one did not.
pub async fn night(
    app: &App,
    order: &Order,
    now: Instant,
    until: Instant,
) -> Result<Night, RetentionError> {
    let terms = order.read(&app.stage, now)?;
    let due = due_buckets(app, terms.today, now).await?;
    let overdue = overdue(app, &due, terms.today).await?;
    if order.dry_run {
        return Ok(Night::DryRun(dry_run::tell(app, &due, &terms, overdue, now, until).await?));
    }
    if overdue > 0 && !terms.simulated {
        tracing::error!(overdue, "what was due is still there");
    }
    for (bucket, _) in &due {
        app.queue(&RetentionMessage::sweep(*bucket, terms.today, terms.merchant)).await?;
    }
    if !terms.simulated && terms.merchant.is_none() {
        note_swept(app, &due, terms.today).await?;
    }
    let (today, buckets) = (terms.today.to_string(), due.len());
    tracing::info!(today, buckets, overdue, "a night");
    Ok(Night::Queued(Queued { today, buckets, overdue }))
}

/// The buckets that hold anything due, and the earliest day in each.
async fn due_buckets(
    app: &App,
    today: Day,
    now: Instant,
) -> Result<Vec<(DueBucket, Day)>, RetentionError> {
    let last = today.month().ordinal();
    let noted = app.store.first_month_to_sweep().await?;
    // From the real day: before a simulated one there may be years without a night.
    let this_month = retention::day_of(now).month().ordinal();
    let first = noted.map_or(this_month - FIRST_NIGHT_MONTHS, Month::ordinal);
    let buckets = (first..=last)
        .map(Month::from_ordinal)
        .flat_map(|month| (0..MEMBER_SHARDS).map(move |shard| DueBucket { month, shard }));
    let found: Vec<_> = stream::iter(buckets)
        .map(|bucket| async move {
            let day = app.store.earliest_due(bucket, today).await;
            day.map(|day| day.map(|day| (bucket, day)))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// What stands under days before yesterday: last night's sweep was to deal with it.
async fn overdue(app: &App, due: &[(DueBucket, Day)], today: Day) -> Result<u64, RetentionError> {
    let yesterday = Day::from_ordinal(today.ordinal() - 1);
    let mut overdue = 0;
    for (bucket, _) in due.iter().filter(|(_, earliest)| *earliest < yesterday) {
        overdue += app.store.due_before(*bucket, yesterday).await?;
    }
    Ok(overdue)
}

/// Notes where the next night begins: the first month with anything due, and the month before this
/// one at the latest, since a day given near midnight may still fall into it.
async fn note_swept(app: &App, due: &[(DueBucket, Day)], today: Day) -> Result<(), RetentionError> {
    let month_before = Month::from_ordinal(today.month().ordinal() - 1);
    let earliest = due.iter().map(|(bucket, _)| bucket.month).min();
    app.store.note_swept(earliest.map_or(month_before, |month| month.min(month_before))).await?;
    Ok(())
}
