//! The state of a redemption, in its own answers and in a member's history.

use domain::reward::redemption::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of a redemption.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RedemptionState {
    /// The points are spent; the goods are not handed out yet.
    Requested,
    /// The reward was given.
    Fulfilled,
    /// The points were returned to the lots that they came from.
    Cancelled,
}

impl RedemptionState {
    pub(crate) const fn of(state: State) -> Self {
        match state {
            State::Requested => Self::Requested,
            State::Fulfilled => Self::Fulfilled,
            State::Cancelled => Self::Cancelled,
        }
    }
}
