//! Why a campaign or its segment is not accepted.

use crate::error::class::error_codes;

/// Why a campaign or its segment is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CampaignError {
    /// A segment that no member can be in.
    #[error("contradicts itself: the first value must not be larger than the second")]
    Segment,
    /// A change that the state of the campaign does not allow.
    #[error("is not possible in the campaign's present state: read the campaign again")]
    State,
    /// A paused campaign that began too long ago: its batches may be deleted already.
    #[error(
        "began more than 60 days ago, and its recipients are no longer stored: create another campaign"
    )]
    TooOld,
    /// An instant to begin at that has passed.
    #[error("is in the past: choose a later moment, or launch the campaign now")]
    AlreadyPast,
}

error_codes! {
    CampaignError by Office {
        Segment => Invalid, "segment_contradiction";
        State => Conflict, "campaign_state";
        TooOld => Conflict, "campaign_too_old";
        AlreadyPast => Invalid, "already_past";
    }
}
