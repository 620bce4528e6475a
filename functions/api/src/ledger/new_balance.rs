//! The balance in the answer to an operation that changes it, with the lines of the ticket.

use domain::ledger::Balance;
use serde::Serialize;
use utoipa::ToSchema;

/// The member's balance after the operation; in the answer to a request sent again, the balance after the
/// first.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewBalance {
    /// The points that the member can spend.
    balance: i64,
    /// The points that cannot be spent before the time for returns has passed.
    pending: i64,
    /// The lines for the ticket, in French, of at most 40 characters each.
    ticket: Vec<String>,
}

impl NewBalance {
    pub(crate) const fn of(balance: &Balance, ticket: Vec<String>) -> Self {
        Self { balance: balance.available.get(), pending: balance.pending.get(), ticket }
    }
}
