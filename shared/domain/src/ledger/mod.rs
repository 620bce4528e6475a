//! The ledger: every change of a balance, as an entry of points.
//!
//! The till, the file, the birthday and the merchant's corrections all change an account through this
//! module. The points of all entries of a member sum to the member's balance.
//!
//! Each operation has its file: a sale ([`enter_sale`]), a visit, a return, a cancellation, a transfer to
//! another member, spending, expiry, and a correction by hand.

mod adjust;
mod balance;
mod cancel;
mod context;
pub(crate) mod error;
mod expiry;
mod level;
mod returns;
mod sale;
mod spend;
mod transfer;
mod visit;

pub mod account;
pub mod daily_run;
pub mod day_count;
pub mod entry;
pub mod gift;
pub mod lots;
pub mod merge;

pub use adjust::adjust;
pub use balance::Balance;
pub use cancel::{CancelledReturn, CancelledSale, cancel_return, cancel_sale};
pub use context::ProgrammeContext;
pub use error::LedgerError;
pub use expiry::expire;
pub use returns::{ReturnableSale, Reversal, enter_return};
pub use sale::{earn_for_sale, enter_sale};
pub use spend::{give_back, spend};
pub use transfer::move_sale;
pub use visit::enter_visit;

#[cfg(test)]
mod tests;
