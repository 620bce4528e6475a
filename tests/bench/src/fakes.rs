//! The little of S3, SQS and Secrets Manager that the functions call.

pub(crate) mod s3;
pub(crate) mod secrets;
pub(crate) mod sqs;
