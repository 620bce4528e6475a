//! The table's stream: it gives changes to `webhooks`, those of one key in their order.

use super::change::Change;
use super::expected_event::ExpectedEvent;
use super::function::Function;
use super::message::Trouble;
use super::queues::CHANGES_DEAD_LETTERS;
use super::{World, clock, stream_filter};
use crate::faults::StreamFault;
use crate::functions::{Answer, Payload};
use domain::Instant;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// `BatchSize` in the template.
const BATCH: usize = 100;
/// `MaximumBatchingWindowInSeconds`.
const WINDOW: Duration = Duration::from_secs(1);
/// `ParallelizationFactor`.
const LANES_OF_A_SHARD: u64 = 4;
/// `MaximumRecordAgeInSeconds`.
const MAX_AGE: Duration = Duration::from_hours(12);
/// The wait before a batch that failed is delivered again.
const RETRY: Duration = Duration::from_secs(2);
/// The name of this work in the report.
pub(super) const CHANGES: &str = "changes";

/// The lanes of the stream. The changes of one lane are delivered one batch after the other. A lane belongs to a
/// generation of shards, and begins when the lanes of the generations before it are done.
#[derive(Default)]
pub(super) struct Stream(Mutex<State>);

#[derive(Default)]
struct State {
    generation: u64,
    lanes: BTreeMap<(u64, u64), Lane>,
    /// The events that the changes must become.
    expected: Vec<ExpectedEvent>,
}

#[derive(Default)]
struct Lane {
    changes: VecDeque<(Instant, Value)>,
    is_busy: bool,
}

impl Stream {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every change was delivered.
    pub(super) fn is_empty(&self) -> bool {
        self.state().lanes.is_empty()
    }

    /// The events that the changes must become.
    pub(super) fn expected_events(&self) -> Vec<ExpectedEvent> {
        self.state().expected.clone()
    }
}

impl State {
    /// The first lane that may start, marked as busy.
    fn start(&mut self) -> Option<(u64, u64)> {
        let oldest = self.lanes.keys().next()?.0;
        let ready = |(at, lane): &(&(u64, u64), &mut Lane)| at.0 == oldest && !lane.is_busy;
        let (at, lane) = self.lanes.iter_mut().find(ready)?;
        lane.is_busy = true;
        Some(*at)
    }
}

impl World {
    /// Gives changes to the stream.
    pub(super) fn stream(self: &Arc<Self>, changes: &[Change]) {
        self.stream.state().expected.extend(changes.iter().filter_map(ExpectedEvent::of));
        let changes: Vec<Value> =
            changes.iter().map(Change::record).filter(stream_filter::wants).collect();
        if changes.is_empty() {
            return;
        }
        let splits = self.has_stream_fault(CHANGES, StreamFault::Split);
        let mut state = self.stream.state();
        state.generation += u64::from(splits);
        let generation = state.generation;
        // Each generation has one shard more.
        let lanes = LANES_OF_A_SHARD * (1 + generation % 3);
        for change in changes {
            let lane = state.lanes.entry((generation, lane_of(&change, lanes))).or_default();
            lane.changes.push_back((clock::now(), change));
        }
        drop(state);
        self.start_lanes();
    }

    fn start_lanes(self: &Arc<Self>) {
        loop {
            let Some(at) = self.stream.state().start() else { return };
            let world = Arc::clone(self);
            self.spawn(async move {
                tokio::time::sleep(WINDOW).await;
                world.run_lane(at).await;
                world.start_lanes();
            });
        }
    }

    /// Delivers the changes of a lane until there are no more, and removes the lane.
    async fn run_lane(self: &Arc<Self>, at: (u64, u64)) {
        loop {
            let batch: Vec<(Instant, Value)> = {
                let mut state = self.stream.state();
                let Some(lane) = state.lanes.get_mut(&at) else { return };
                let count = lane.changes.len().min(BATCH);
                let batch = lane.changes.drain(..count).collect();
                if count == 0 {
                    state.lanes.remove(&at);
                    return;
                }
                batch
            };
            self.deliver_changes(batch).await;
        }
    }

    async fn deliver_changes(self: &Arc<Self>, batch: Vec<(Instant, Value)>) {
        let mut parts = VecDeque::from([batch]);
        let mut troubles = Vec::new();
        while let Some(mut part) = parts.pop_front() {
            let Some((since, _)) = part.first() else { continue };
            if clock::now().duration_since(*since).unsigned_abs() > MAX_AGE {
                self.give_up_changes(&part, troubles.clone());
                continue;
            }
            let records: Vec<&Value> = part.iter().map(|(_, change)| change).collect();
            let event = Payload::Event(json!({"Records": records}));
            let invoked = self.invoke(Function::Webhooks, CHANGES, event).await;
            let met_faults = invoked.faults > 0;
            match invoked.answer {
                Ok(Answer::Event(answer)) => {
                    let first = &answer["batchItemFailures"][0]["itemIdentifier"];
                    let number = |change: &Value| change["dynamodb"]["SequenceNumber"] == *first;
                    if let Some(from) = part.iter().position(|(_, change)| number(change)) {
                        troubles.push(Trouble::new("failed".to_owned(), met_faults));
                        parts.push_front(part.split_off(from));
                        tokio::time::sleep(RETRY).await;
                    } else if self.has_stream_fault(CHANGES, StreamFault::Doubled) {
                        parts.push_front(part);
                    }
                }
                failed => {
                    let what = failed.err().map_or("failed".to_owned(), |end| format!("{end:?}"));
                    troubles.push(Trouble::new(what, met_faults));
                    // The batch is bisected.
                    let second = part.split_off(part.len() / 2);
                    if !second.is_empty() {
                        parts.push_front(second);
                    }
                    if !part.is_empty() {
                        parts.push_front(part);
                    }
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    fn give_up_changes(&self, part: &[(Instant, Value)], troubles: Vec<Trouble>) {
        let numbers = part.iter().map(|(_, change)| &change["dynamodb"]["SequenceNumber"]);
        let body = json!({"records": numbers.collect::<Vec<_>>()}).to_string();
        self.queues.send(CHANGES_DEAD_LETTERS, body, Duration::ZERO);
        self.queues.note_changes(troubles);
    }
}

fn lane_of(change: &Value, lanes: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    change["dynamodb"]["Keys"]["pk"]["S"].as_str().hash(&mut hasher);
    hasher.finish() % lanes
}

/// The settings of the event source.
#[cfg(test)]
pub(super) fn settings() -> Value {
    json!({
        "batch": BATCH,
        "window_seconds": WINDOW.as_secs(),
        "parallelization": LANES_OF_A_SHARD,
        "max_age_seconds": MAX_AGE.as_secs(),
        "filters": stream_filter::patterns(),
    })
}
