//! The request of a daily run.

use crate::context::RetentionError;
use domain::{Day, Instant, MerchantId, retention};
use serde::Deserialize;
use store::RecordedStatement;

/// The stage that holds the data of real persons.
const LIVE: &str = "live";

/// The request. The schedule sends an empty one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Another day than today, `2029-12-01`. The stage `live` accepts this field only for a dry run.
    pub today: Option<String>,
    /// `true` lists what the daily run would do, and writes nothing.
    pub dry_run: bool,
    /// The only merchant of the run.
    pub merchant: Option<String>,
    /// `true` wraps every merchant's key with the current master key, in place of a daily run.
    pub rewrap_keys: bool,
    /// Oppositions that another table recorded, to store again in place of a daily run.
    pub oppositions: Vec<RecordedStatement>,
    /// The merchant to continue after, as the previous response of `rewrap_keys` named it.
    pub after: Option<String>,
}

/// A valid request.
pub(crate) struct Run {
    /// The last day that is due.
    pub(crate) today: Day,
    /// Whether the day is another than today.
    pub(crate) is_simulated: bool,
    /// The only merchant of the run.
    pub(crate) merchant: Option<MerchantId>,
}

impl Request {
    /// Checks the request against the stage of the deployment.
    pub(crate) fn validate(&self, stage: &str, now: Instant) -> Result<Run, RetentionError> {
        let simulated = self.today.as_deref().map(Day::parse).transpose();
        let simulated =
            simulated.map_err(|_| RetentionError::Request("today: write a day as 2029-12-01"))?;
        let merchant =
            merchant(self.merchant.as_deref(), "merchant: send the identifier as it was given")?;
        if simulated.is_some() && stage == LIVE && !self.dry_run {
            return Err(RetentionError::Request(
                "a simulated day would erase real persons before their time: ask for a dry run",
            ));
        }
        let today = simulated.unwrap_or_else(|| retention::day_of(now));
        Ok(Run { today, is_simulated: simulated.is_some(), merchant })
    }

    /// The merchant to continue after.
    pub(crate) fn after(&self) -> Result<Option<MerchantId>, RetentionError> {
        merchant(self.after.as_deref(), "after: send the identifier as the response named it")
    }
}

fn merchant(
    text: Option<&str>,
    refusal: &'static str,
) -> Result<Option<MerchantId>, RetentionError> {
    text.map(MerchantId::parse).transpose().map_err(|_| RetentionError::Request(refusal))
}
