//! AWS refuses a call because there are too many.

use super::{Effect, Fault, Place, aws_error};
use crate::world::call::Service;

pub(super) const FAULT: Fault = Fault {
    name: "throttled",
    needs: "a call of DynamoDB, SQS or Secrets Manager",
    rate: 0.02,
    place: Place::Call(|call, _| match call.service {
        Service::DynamoDb => {
            Some(Effect::Refuse(aws_error(400, "ProvisionedThroughputExceededException")))
        }
        Service::Secrets | Service::Sqs => {
            Some(Effect::Refuse(aws_error(400, "ThrottlingException")))
        }
        Service::S3 | Service::Provider | Service::Endpoint => None,
    }),
};
