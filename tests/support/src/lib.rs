//! The table, the merchant and the members that the tests share. None of these people exists.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must stop"
)]

mod catalogue;
mod consents;
mod crash;
mod interleave;
mod merchant;
mod retail;
mod senders;
pub mod sequences;
mod table;

pub use aws_fakes::client_of;
pub use catalogue::{mug_terms, offer_terms};
pub use consents::{consent, opposition};
pub use crash::{Calls, Crash, Moment};
pub use interleave::Interleave;
pub use merchant::{
    instant, merchant, mobile, open_merchant, open_merchant_with, points_a_euro, receipt, sale,
};
pub use retail::Retail;
pub use senders::{email_sender, sms_sender};
pub use table::Table;

/// S3 for one test.
pub type Bucket = aws_fakes::Served<aws_fakes::S3>;
/// SQS for one test.
pub type Queue = aws_fakes::Served<aws_fakes::Sqs>;
