//! The event sources of the functions: messages of the queues invoke them in batches.

use super::message::Trouble;
use super::queues::{Batch, QUEUES, QueueSettings};
use super::{World, clock};
use crate::faults::Delivery;
use crate::functions::{Answer, Payload};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

impl World {
    /// Starts the event source of every queue. Each runs until the end of the run.
    pub(super) fn start_event_sources(self: &Arc<Self>) {
        for queue in &QUEUES {
            let world = Arc::downgrade(self);
            self.spawn(async move {
                let free = Arc::new(Semaphore::new(queue.concurrency));
                while let Some(world) = world.upgrade() {
                    if !world.wait_for_messages(queue).await {
                        continue;
                    }
                    let Ok(permit) = Arc::clone(&free).acquire_owned().await else { return };
                    let several = world.queues.visible(queue) > 1;
                    let order = several.then(|| world.order_of_messages(queue.name)).flatten();
                    let batch = world.queues.receive(queue, order);
                    let Some(batch) = batch else { continue };
                    let delivering = Arc::clone(&world);
                    world.spawn(async move {
                        delivering.deliver(queue, batch).await;
                        drop(permit);
                    });
                }
            });
        }
    }

    /// Waits until a message of the queue is visible, or for an hour at most.
    async fn wait_for_messages(&self, queue: &QueueSettings) -> bool {
        let sent = self.queues.sent.notified();
        let now = clock::now();
        let next = self.queues.next_visible(queue);
        if next.is_some_and(|next| next <= now) {
            // The poller takes a moment.
            tokio::time::sleep(Duration::from_millis(20)).await;
            return true;
        }
        let until = next.map_or(Duration::from_hours(1), |next| (next - now).unsigned_abs());
        drop(tokio::time::timeout(until, sent).await);
        false
    }

    /// Invokes the function with a batch, and deletes what it handled.
    async fn deliver(self: &Arc<Self>, queue: &'static QueueSettings, batch: Batch) {
        let operation = queue.name;
        let mut doubled = Vec::new();
        let of_mutant = self.mutant.and_then(|mutant| mutant.delivery(queue.name));
        for message in &batch.messages {
            if of_mutant.is_some() {
                self.note_mutated();
            }
            match of_mutant.or_else(|| self.delivery_fault(operation)) {
                Some(Delivery::Expired(after)) => {
                    self.queues.expire(queue, message, after);
                    let trouble = Trouble::new("visible too early".to_owned(), true);
                    self.queues.note(queue, message, trouble);
                }
                Some(Delivery::Doubled(after)) => doubled.push((message, after)),
                None => {}
            }
        }
        let _work = self.in_flight.enter();
        let event = Payload::Event(batch.event(queue));
        let invoked = self.invoke(queue.function, operation, event).await;
        let met_faults = invoked.faults > 0 || of_mutant.is_some();
        let (failed, what) = match &invoked.answer {
            Ok(Answer::Event(answer)) if self.hides_failures(answer) => (Vec::new(), String::new()),
            Ok(Answer::Event(answer)) => (batch.failed(answer), "failed".to_owned()),
            Ok(Answer::Failed(error)) => (batch.messages.iter().collect(), error.clone()),
            Ok(Answer::Http(_)) => panic!("{operation}: a response to a batch"),
            Err(ended) => (batch.messages.iter().collect(), format!("{ended:?}")),
        };
        for message in &batch.messages {
            if failed.iter().any(|failed| failed.is(message)) {
                self.queues.note(queue, message, Trouble::new(what.clone(), met_faults));
            } else if let Some((_, after)) = doubled.iter().find(|(other, _)| other.is(message)) {
                self.queues.release(queue, message, *after);
                let trouble = Trouble::new("delivered once more".to_owned(), true);
                self.queues.note(queue, message, trouble);
            } else {
                self.queues.delete(queue, message);
            }
        }
    }
}
