//! What tests share: a table of their own, a merchant, a clock, and people who do not exist.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must stop"
)]

mod bucket;
mod merchant;
mod queue;
mod senders;
pub mod sequences;
mod table;

pub use bucket::Bucket;
pub use merchant::{
    instant, merchant, mobile, open_merchant, open_merchant_with, points_a_euro, receipt, sale,
};
pub use queue::Queue;
pub use senders::{email_sender, sms_sender};
pub use table::{Table, client_of};
