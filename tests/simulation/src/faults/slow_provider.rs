//! A provider or an endpoint takes seconds to answer.

use super::{Effect, Fault, Place};
use crate::world::call::Service;
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "slow_provider",
    needs: "a call of a provider or an endpoint",
    rate: 0.1,
    place: Place::Call(|call, random| match call.service {
        Service::Provider | Service::Endpoint => {
            Some(Effect::Delay(Duration::from_millis(random.u64(1_000..20_000))))
        }
        _ => None,
    }),
};
