//! The schedules: due campaigns each minute, the daily runs each night in Paris.

use super::function::Function;
use super::{World, clock};
use crate::faults::ScheduleFault;
use crate::functions::{Answer, Payload};
use domain::Instant;
use domain::values::calendar::PARIS;
use jiff::ToSpan as _;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// A run each night.
struct Nightly {
    function: Function,
    operation: &'static str,
    hour: i8,
}

/// The schedules of the template.
const NIGHTLY: [Nightly; 2] = [
    Nightly { function: Function::Followups, operation: "followups_run", hour: 1 },
    Nightly { function: Function::Retention, operation: "retention_run", hour: 3 },
];
const MINUTE: i8 = 30;
/// The name of the campaigns' schedule in the report.
const TICK: &str = "campaign_tick";
/// Lambda tries an asynchronous invocation again after this time, then after twice the time.
const RETRY: Duration = Duration::from_mins(1);
/// Attempts of an invocation by a nightly schedule.
const ATTEMPTS: u32 = 3;
/// Attempts of an invocation by the campaigns' schedule: the next minute comes soon.
const ATTEMPTS_OF_TICK: u32 = 1;

/// The names of the schedules in the report.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NIGHTLY.iter().map(|schedule| schedule.operation).chain([TICK])
}

/// Whether an operation is a nightly run.
pub(crate) fn is_nightly(operation: &str) -> bool {
    NIGHTLY.iter().any(|schedule| schedule.operation == operation)
}

impl World {
    /// Starts the schedules. They run until the end of the run.
    pub(super) fn start_schedules(self: &Arc<Self>) {
        let world = Arc::downgrade(self);
        self.spawn(async move {
            while let Some(world) = world.upgrade() {
                world.next_tick().await;
            }
        });
        for schedule in &NIGHTLY {
            let world = Arc::downgrade(self);
            self.spawn(async move {
                while let Some(world) = world.upgrade() {
                    let Nightly { function, operation, hour } = *schedule;
                    sleep_until(next_night(clock::now(), hour)).await;
                    world.start_calls(function, operation, ATTEMPTS);
                }
            });
        }
    }

    /// Waits for the next minute in which a campaign is due, and looks for due campaigns. The minutes in which none
    /// is due are left out: the function would read an empty page of the index.
    async fn next_tick(self: &Arc<Self>) {
        let Some(due) = self.table.next_due_campaign() else {
            self.table.wait_for_campaign().await;
            return;
        };
        let next_minute = (clock::now().as_second() / 60 + 1) * 60;
        let at = Instant::from_second(next_minute).expect("an instant").max(due);
        let changed = self.table.wait_for_campaign();
        if tokio::time::timeout(until(at), changed).await.is_ok() {
            return;
        }
        self.start_calls(Function::Campaign, TICK, ATTEMPTS_OF_TICK);
    }

    /// Starts the calls of a schedule, at the same time.
    fn start_calls(self: &Arc<Self>, function: Function, operation: &'static str, attempts: u32) {
        let calls = match self.schedule_fault(operation) {
            Some(ScheduleFault::Missed) => 0,
            Some(ScheduleFault::Doubled) => 2,
            None => 1,
        };
        for _ in 0..calls {
            let world = Arc::clone(self);
            self.spawn(async move { world.call(function, operation, attempts).await });
        }
    }

    /// One call of a schedule, with the attempts of an asynchronous invocation.
    async fn call(self: &Arc<Self>, function: Function, operation: &'static str, attempts: u32) {
        let _work = self.in_flight.enter();
        for attempt in 1..=attempts {
            let invoked = self.invoke(function, operation, Payload::Event(json!({}))).await;
            let failure = match invoked.answer {
                Ok(Answer::Event(_)) => return,
                Ok(Answer::Failed(error)) => error,
                Ok(Answer::Http(_)) => "a response to an event".to_owned(),
                Err(ended) => format!("{ended:?}"),
            };
            assert!(invoked.faults > 0, "{operation} fails without a fault: {failure}");
            if attempt < attempts {
                tokio::time::sleep(RETRY * attempt).await;
            }
        }
    }
}

/// Waits until so long before the next nightly run.
pub(crate) async fn wait_for_night(before: Duration) {
    let runs = NIGHTLY.iter().map(|schedule| next_night(clock::now() + before, schedule.hour));
    if let Some(next) = runs.min() {
        sleep_until(next - before).await;
    }
}

/// The next instant at which it is so many hours and thirty minutes in Paris.
fn next_night(now: Instant, hour: i8) -> Instant {
    let here = now.to_zoned_datetime(PARIS.clone());
    let tonight = here.with().hour(hour).minute(MINUTE).second(0).subsec_nanosecond(0).build();
    let tonight = tonight.expect("a time of the day");
    let next = if tonight > here { tonight } else { tonight.checked_add(1.day()).expect("a day") };
    next.timestamp()
}

fn until(at: Instant) -> Duration {
    Duration::try_from(at - clock::now()).unwrap_or_default()
}

async fn sleep_until(at: Instant) {
    // A timer of tokio ends within a millisecond after its time.
    tokio::time::sleep(until(at)).await;
}

/// The expressions of the nightly schedules, by function.
#[cfg(test)]
pub(super) fn settings() -> serde_json::Value {
    let nightly = NIGHTLY.iter().map(|schedule| {
        let Nightly { function, hour, .. } = schedule;
        (function.name().to_owned(), format!("cron({MINUTE} {hour} * * ? *)").into())
    });
    nightly.collect::<serde_json::Map<_, _>>().into()
}
