//! AWS refuses a call because there are too many. The table is on demand, so DynamoDB says `ThrottlingException`, and
//! names one item of a transaction.

use super::refusal::{aws_error, cancelled};
use super::{Effect, Fault, Place};
use crate::world::call::Service;

pub(super) const FAULT: Fault = Fault {
    name: "throttled",
    needs: "a call of DynamoDB, SQS or Secrets Manager",
    rate: 0.02,
    place: Place::Call(|call, random| match call.service {
        Service::DynamoDb if call.operation == "TransactWriteItems" => {
            let (code, reason) = ("ThrottlingError", "Throughput exceeds the current capacity");
            let body = call.request.body();
            Some(Effect::Refuse(cancelled(body, random.usize(..100), code, reason)))
        }
        Service::DynamoDb | Service::Secrets | Service::Sqs => {
            Some(Effect::Refuse(aws_error(400, "ThrottlingException")))
        }
        Service::S3 | Service::Provider | Service::Endpoint => None,
    }),
};
