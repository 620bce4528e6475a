//! A service fails: 500 from DynamoDB and SQS, 503 from S3, 5xx from others. The call has no effect.

use super::refusal::aws_error;
use super::{Effect, Fault, Place};
use crate::world::call::Service;
use bytes::Bytes;
use http::Response;

pub(super) const FAULT: Fault = Fault {
    name: "server_error",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|call, random| {
        let status = if random.bool() { 500 } else { 503 };
        Some(Effect::Refuse(match call.service {
            Service::DynamoDb | Service::Secrets | Service::Sqs => {
                aws_error(500, "InternalServerError")
            }
            Service::S3 | Service::Provider | Service::Endpoint => empty(status),
        }))
    }),
};

fn empty(status: u16) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::new()).expect("an answer")
}
