//! Fakes of the AWS services that the functions call, for tests and for the bench: DynamoDB, S3, SQS,
//! Secrets Manager and the Lambda Runtime API.
//!
//! Each service is a cheap handle on its state, with a router that answers requests without a socket
//! ([`Fake::router`]). [`Served`] puts a router behind a free port, for clients that need an address.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a fake that cannot be set up must stop the test"
)]

mod dynamodb;
mod runtime_api;
mod s3;
mod secrets_manager;
mod served;
mod sqs;

pub use dynamodb::{DynamoDb, Refusal, client_of};
pub use runtime_api::{Invoked, RuntimeApi};
pub use s3::S3;
pub use secrets_manager::SecretsManager;
pub use served::{Fake, Served, serve};
pub use sqs::{Delivery, Event, Message, Sqs, event, event_attributes};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of a fake, also after a test has panicked while it held the lock.
fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
