//! What the function is called for: a night, by the schedule or by hand, or the proof of a ledger.

use crate::app::{App, FollowupsError};
use crate::message::FollowupsMessage;
use crate::proof::{self, Ledger, Proof};
use domain::{Day, Instant, MerchantId, retention};
use serde::{Deserialize, Serialize};
use store::{Mode, Tenant};

/// The stage that holds real persons.
const LIVE: &str = "live";

/// What the function is called for; the schedule asks for nothing in particular.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Order {
    /// A day in the place of today's, `2027-12-01`. Never in the stage `live`.
    pub today: Option<String>,
    /// Only of this merchant.
    pub merchant: Option<String>,
    /// Not a night: the proof that this ledger sums up.
    pub prove: Option<Ledger>,
}

/// What it answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The work of a night was queued.
    Queued(Queued),
    /// A ledger was proved, to its end or to a place.
    Proof(Proof),
}

/// The work of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// The day that the night comes before.
    pub today: String,
    /// Merchants with something to do.
    pub merchants: usize,
}

/// Queues a night, two messages a merchant (its live and its test data), or proves a ledger.
///
/// # Errors
/// [`FollowupsError`]; the schedule tries again.
pub async fn take(
    app: &App,
    order: &Order,
    now: Instant,
    until: Instant,
) -> Result<Answer, FollowupsError> {
    if let Some(ledger) = &order.prove {
        return Ok(Answer::Proof(proof::prove(app, ledger, now, until).await?));
    }
    let told = order.today.as_deref().map(Day::parse).transpose();
    let told = told.map_err(|_| FollowupsError::Order("today: write a day as 2027-12-01"))?;
    if told.is_some() && app.stage == LIVE {
        return Err(FollowupsError::Order(
            "a simulated day would end real members' points before their time",
        ));
    }
    let only = order.merchant.as_deref().map(MerchantId::parse).transpose();
    let only =
        only.map_err(|_| FollowupsError::Order("merchant: send the identifier as it was given"))?;
    let today = told.unwrap_or_else(|| retention::day_of(now));
    let mut merchants = app.store.daily_run_merchants().await?;
    merchants.retain(|merchant| only.is_none_or(|only| only == *merchant));
    for merchant in &merchants {
        for mode in [Mode::Live, Mode::Test] {
            let tenant = Tenant { merchant: *merchant, mode };
            app.queue(&FollowupsMessage::new(tenant, today, (0, None))).await?;
        }
    }
    let (today, merchants) = (today.to_string(), merchants.len());
    tracing::info!(today, merchants, "a night");
    Ok(Answer::Queued(Queued { today, merchants }))
}
