//! A call takes effect, and its answer comes after the caller has stopped waiting: a call of AWS has two seconds, and a
//! call of a provider or an endpoint fifteen at most.

use super::{Effect, Fault, Place};
use crate::world::call::Service;
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "answer_late",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|call, random| {
        let milliseconds = match call.service {
            Service::Provider | Service::Endpoint => 15_100..25_000,
            Service::DynamoDb | Service::S3 | Service::Secrets | Service::Sqs => 2_100..8_000,
        };
        Some(Effect::Delay(Duration::from_millis(random.u64(milliseconds))))
    }),
};
