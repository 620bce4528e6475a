//! A provider or an endpoint answers 429.

use super::{Effect, Fault, Place};
use crate::world::call::Service;
use bytes::Bytes;
use http::Response;

pub(super) const FAULT: Fault = Fault {
    name: "rate_limited",
    needs: "a call of a provider or an endpoint",
    rate: 0.05,
    place: Place::Call(|call, _| match call.service {
        Service::Provider | Service::Endpoint => {
            let answer = Response::builder().status(429).body(Bytes::new());
            Some(Effect::Refuse(answer.expect("an answer")))
        }
        _ => None,
    }),
};
