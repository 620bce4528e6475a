//! Handles an invocation. The schedule invokes [`tick`], which queues the campaigns that are due. The
//! queue invokes [`handle`], which continues one campaign.

use crate::advance::advance;
use crate::context::{App, CampaignError};
use crate::dry_run::dry_run;
use domain::Instant;
use platform::Deadline;
use platform::messages::CampaignMessage;
use platform::queue::{self, Failed};

/// Queues every campaign that is due: 1 query, and 1 round trip a campaign. Each campaign then has retries
/// of its own. After an error the next call finds the same campaigns.
pub async fn tick(app: &App, now: Instant) -> Result<(), CampaignError> {
    let due = app.store.campaigns_due(now).await?;
    for (tenant, campaign) in &due {
        app.campaigns.send(&CampaignMessage::of(*tenant, *campaign)).await?;
    }
    if !due.is_empty() {
        tracing::info!(campaigns = due.len(), "campaigns are due");
    }
    Ok(())
}

/// Handles the body of one message.
pub async fn handle(app: &App, body: &str, now: Instant, deadline: Deadline) -> Result<(), Failed> {
    let message: CampaignMessage = queue::read(body, "not a campaign")?;
    let CampaignMessage { tenant, campaign, dry_run: is_dry_run } = message;
    if is_dry_run {
        return Ok(Box::pin(dry_run(app, tenant, campaign, now, deadline)).await?);
    }
    Ok(advance(app, tenant, campaign, now, deadline).await?)
}
