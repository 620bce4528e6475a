//! The faults. One file defines one fault.

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
mod reordered;
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
mod inject;
mod refusal;
mod swarm;

pub use coverage::{Coverage, Pairs, possible};
pub use favoured::pairs;
pub(crate) use favoured::{Favoured, favouring};
pub use swarm::Swarm;

use crate::world::call::Call;
use crate::world::invocation::Interruption;
use bytes::Bytes;
use fastrand::Rng;
use http::Response;
use jiff::SignedDuration;
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
    /// At a queue that has several messages to deliver.
    Order,
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
    EndBefore(Interruption),
    /// The caller ends or pauses after the call, before the answer arrives.
    EndAfter(Interruption),
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
pub const ALL: [&Fault; 29] = [
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
    &reordered::FAULT,
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
