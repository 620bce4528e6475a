//! The functions, with the time limits that the template gives them.

use std::time::Duration;

/// A function of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// The member's own pages.
    Account,
    /// The tills' and the operator's API.
    Api,
    /// The public routes for providers and for people who object.
    Callbacks,
    /// Due campaigns become batches.
    Campaign,
    /// Ranges of batches become coupons.
    Coupons,
    /// The daily run of every merchant's members.
    Followups,
    /// Files become purchases and members.
    Ingest,
    /// The outcomes of messages.
    Outcomes,
    /// Archive and erasure.
    Retention,
    /// Batches are sent to providers.
    Send,
    /// Events are posted to merchants' endpoints.
    Webhooks,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 11] = [
        Self::Account,
        Self::Api,
        Self::Callbacks,
        Self::Campaign,
        Self::Coupons,
        Self::Followups,
        Self::Ingest,
        Self::Outcomes,
        Self::Retention,
        Self::Send,
        Self::Webhooks,
    ];

    /// The name, as in the template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Api => "api",
            Self::Callbacks => "callbacks",
            Self::Campaign => "campaign",
            Self::Coupons => "coupons",
            Self::Followups => "followups",
            Self::Ingest => "ingest",
            Self::Outcomes => "outcomes",
            Self::Retention => "retention",
            Self::Send => "send",
            Self::Webhooks => "webhooks",
        }
    }

    /// `Timeout` in the template.
    #[must_use]
    pub const fn time_limit(self) -> Duration {
        Duration::from_secs(match self {
            Self::Account | Self::Api | Self::Callbacks => 10,
            Self::Outcomes | Self::Send => 60,
            Self::Webhooks => 120,
            Self::Campaign | Self::Coupons | Self::Ingest => 300,
            Self::Followups | Self::Retention => 900,
        })
    }
}
