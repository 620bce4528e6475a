//! What can go wrong: one file for each fault, and the list of all.

mod answer_late;
mod answer_lost;
mod callback_doubled;
mod callback_late;
mod clock_wrong;
mod expired_late;
mod frozen;
mod index_delay;
mod killed_after;
mod killed_before;
mod message_doubled;
mod object_doubled;
mod object_late;
mod part_refused;
mod rate_limited;
mod request_lost;
mod run_doubled;
mod run_missed;
mod server_error;
mod shard_split;
mod slow_provider;
mod stale_read;
mod stream_doubled;
mod throttled;
mod till_offline;
mod timed_out;
mod transaction_conflict;
mod visibility_expired;

mod coverage;
mod favoured;
mod swarm;

pub use coverage::{Coverage, Pairs};
pub(crate) use favoured::Favoured;
pub use favoured::pairs;
pub use swarm::Swarm;

use crate::world::call::Call;
use crate::world::invocation::{Fate, Invocation};
use crate::world::{World, clock};
use bytes::Bytes;
use fastrand::Rng;
use http::Response;
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;

/// A kind of fault.
pub struct Fault {
    /// The name in the report.
    pub name: &'static str,
    /// What an operation needs to meet the fault. The fault is impossible for an operation without it.
    pub needs: &'static str,
    /// How often it happens in a run that has it, at each place where it can: the greatest probability.
    pub rate: f64,
    /// Where it happens, and what it does.
    pub place: Place,
}

/// Where a fault happens, and what it does there. The durations are drawn.
pub enum Place {
    /// At a call of a function. `None` for a call that it cannot hit.
    Call(fn(&Call, &mut Rng) -> Option<Effect>),
    /// At the delivery of a message of a queue.
    Delivery(fn(&mut Rng) -> Delivery),
    /// At a batch of the table's stream.
    Stream(StreamFault),
    /// At a run of a schedule.
    Schedule(ScheduleFault),
    /// At the notification of a new object.
    Object(fn(&mut Rng) -> ObjectFault),
    /// At the callback of a provider.
    Callback(fn(&mut Rng) -> CallbackFault),
    /// In the table. It is counted for the operations that notice it.
    Table(fn(&mut Rng) -> TableFault),
    /// In the clock of a new till. It is counted for the operations that state an instant of the clock.
    Clock(fn(&mut Rng) -> SignedDuration),
    /// At a till that has a document to send. It is counted when the till sends the document.
    Offline,
}

/// What a fault does to a call.
#[derive(Debug)]
pub enum Effect {
    /// The service refuses the call, which has no effect.
    Refuse(Response<Bytes>),
    /// The request does not arrive.
    LoseRequest,
    /// The service carries out the first half of the entries of a batch, and refuses the others.
    RefusePart,
    /// The call has its effect, and its answer does not arrive.
    LoseAnswer,
    /// The call has its effect, and its answer arrives late.
    Delay(Duration),
    /// The caller ends or pauses before the call.
    EndBefore(Fate),
    /// The caller ends or pauses after the call, before the answer arrives.
    EndAfter(Fate),
}

/// What a fault does to the delivery of a message.
#[derive(Debug, Clone, Copy)]
pub enum Delivery {
    /// The message is visible again after this time, while it is being handled.
    Expired(Duration),
    /// The message is delivered once more, this time after it was handled.
    Doubled(Duration),
}

/// What a fault does to the table's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFault {
    /// A batch is delivered again after it was handled.
    Doubled,
    /// A shard splits: later changes of a key come through another lane.
    Split,
}

/// What a fault does to a run of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleFault {
    /// The run does not happen.
    Missed,
    /// The run happens twice at the same time.
    Doubled,
}

/// What a fault does to the notification of a new object.
#[derive(Debug, Clone, Copy)]
pub enum ObjectFault {
    /// It comes after this time, after notifications of later objects.
    Late(Duration),
    /// It comes a second time, this time later.
    Doubled(Duration),
}

/// What a fault does to a callback.
#[derive(Debug, Clone, Copy)]
pub enum CallbackFault {
    /// It comes after this time, after later callbacks.
    Late(Duration),
    /// It comes twice.
    Doubled,
}

/// What a fault does to the table.
#[derive(Debug, Clone, Copy)]
pub enum TableFault {
    /// Eventually consistent reads and indexes miss a write for this time.
    Lags(Duration),
    /// Expired items stay for this time.
    ExpiresLate(Duration),
}

/// An eventually consistent read misses a recent write.
pub(crate) const STALE_READ: &str = stale_read::FAULT.name;
/// A read of an index misses a recent write.
pub(crate) const INDEX_DELAY: &str = index_delay::FAULT.name;
/// A read gives an item which has expired.
pub(crate) const EXPIRED_LATE: &str = expired_late::FAULT.name;
/// The instant that a till states is wrong.
pub(crate) const CLOCK_WRONG: &str = clock_wrong::FAULT.name;
/// A till sends a document after hours or days.
pub(crate) const TILL_OFFLINE: &str = till_offline::FAULT.name;

/// Every fault.
pub const ALL: [&Fault; 28] = [
    &answer_late::FAULT,
    &answer_lost::FAULT,
    &callback_doubled::FAULT,
    &callback_late::FAULT,
    &clock_wrong::FAULT,
    &expired_late::FAULT,
    &frozen::FAULT,
    &index_delay::FAULT,
    &killed_after::FAULT,
    &killed_before::FAULT,
    &message_doubled::FAULT,
    &object_doubled::FAULT,
    &object_late::FAULT,
    &part_refused::FAULT,
    &rate_limited::FAULT,
    &request_lost::FAULT,
    &run_doubled::FAULT,
    &run_missed::FAULT,
    &server_error::FAULT,
    &shard_split::FAULT,
    &slow_provider::FAULT,
    &stale_read::FAULT,
    &stream_doubled::FAULT,
    &throttled::FAULT,
    &till_offline::FAULT,
    &timed_out::FAULT,
    &transaction_conflict::FAULT,
    &visibility_expired::FAULT,
];

impl World {
    /// The fault that hits a call, if any.
    pub(crate) fn fault_of_call(&self, caller: &Invocation, call: &Call) -> Option<Effect> {
        let effect = self.strike(caller.operation, call.kind(), |place, random| match place {
            Place::Call(hit) => hit(call, random),
            _ => None,
        });
        if effect.is_some() {
            caller.note_fault();
        }
        effect
    }

    pub(crate) fn delivery_fault(&self, operation: &'static str) -> Option<Delivery> {
        self.strike(operation, "delivery", |place, random| match place {
            Place::Delivery(draw) => Some(draw(random)),
            _ => None,
        })
    }

    /// Whether a fault of the stream happens now.
    pub(crate) fn has_stream_fault(&self, operation: &'static str, wanted: StreamFault) -> bool {
        let kind = match wanted {
            StreamFault::Doubled => "batch of the stream",
            StreamFault::Split => "change of the stream",
        };
        let struck = self.strike(operation, kind, |place, _| match place {
            Place::Stream(fault) => (*fault == wanted).then_some(()),
            _ => None,
        });
        struck.is_some()
    }

    pub(crate) fn schedule_fault(&self, operation: &'static str) -> Option<ScheduleFault> {
        self.strike(operation, "schedule", |place, _| match place {
            Place::Schedule(fault) => Some(*fault),
            _ => None,
        })
    }

    pub(crate) fn object_fault(&self, operation: &'static str) -> Option<ObjectFault> {
        self.strike(operation, "object", |place, random| match place {
            Place::Object(draw) => Some(draw(random)),
            _ => None,
        })
    }

    pub(crate) fn callback_fault(&self, operation: &'static str) -> Option<CallbackFault> {
        self.strike(operation, "callback", |place, random| match place {
            Place::Callback(draw) => Some(draw(random)),
            _ => None,
        })
    }

    /// The fault of the table that happens now. Those who notice it count it.
    pub(crate) fn table_fault<T>(&self, wanted: impl Fn(TableFault) -> Option<T>) -> Option<T> {
        self.random(|random| {
            self.swarm.faults().find_map(|chosen| {
                let Place::Table(draw) = chosen.fault.place else { return None };
                let happens = random.f64() < chosen.rate && !chosen.is_left_out;
                happens.then(|| wanted(draw(random))).flatten()
            })
        })
    }

    /// How far the clock of a new till is ahead.
    pub(crate) fn clock_of_till(&self, random: &mut Rng) -> SignedDuration {
        let wrong = self.swarm.faults().find_map(|chosen| match chosen.fault.place {
            Place::Clock(draw) => {
                let is_wrong = random.f64() < chosen.rate && !chosen.is_left_out;
                is_wrong.then(|| draw(random))
            }
            _ => None,
        });
        wrong.unwrap_or_default()
    }

    /// Whether a till is offline now.
    pub(crate) fn is_offline(&self, operation: &'static str, random: &mut Rng) -> bool {
        self.coverage.note_possible(operation, TILL_OFFLINE);
        self.swarm.faults().any(|chosen| {
            matches!(chosen.fault.place, Place::Offline)
                && random.f64() < chosen.rate_of(operation)
                && !chosen.is_left_out
        })
    }

    /// The first fault of this run that happens at a place, counted for the operation. `kind` is the kind of the place:
    /// the same faults can happen at two places of one kind.
    fn strike<T>(
        &self,
        operation: &'static str,
        kind: &str,
        at: impl Fn(&Place, &mut Rng) -> Option<T>,
    ) -> Option<T> {
        if self.coverage.is_new(operation, kind) {
            let mut random = Rng::with_seed(0);
            for fault in ALL.into_iter().filter(|fault| at(&fault.place, &mut random).is_some()) {
                self.coverage.note_possible(operation, fault.name);
            }
        }
        let struck = self.random(|random| {
            self.swarm.faults().find_map(|chosen| {
                let happens = random.f64() < chosen.rate_of(operation) && !chosen.is_left_out;
                let effect = happens.then(|| at(&chosen.fault.place, random));
                Some((chosen.fault, effect.flatten()?))
            })
        });
        let (fault, effect) = struck?;
        self.coverage.count(operation, fault.name);
        self.history.event(|| {
            let caller = Invocation::current();
            let who = caller.map_or_else(|| operation.to_owned(), |caller| caller.to_string());
            format!("{} {who} meets {}", clock::now(), fault.name)
        });
        Some(effect)
    }
}

/// An error in the form of AWS's JSON protocols.
fn aws_error(status: u16, code: &str) -> Response<Bytes> {
    let body =
        json!({"__type": format!("com.amazonaws#{code}"), "message": "the simulation refuses"});
    let response = Response::builder().status(status).header("x-amzn-errortype", code);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(body.to_string().into()).expect("an answer")
}
