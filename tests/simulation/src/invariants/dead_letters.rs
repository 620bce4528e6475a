//! Every dead letter has a cause: each delivery of it met a fault of the simulation, or another delivery of the same
//! work. Without faults there is no new dead letter.

use super::{Invariant, Rest};
use crate::world::message::Message;
use crate::world::queues::CHANGES_DEAD_LETTERS;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "dead_letters", check: |rest| Box::pin(async move { check(rest) }) };

/// Checked after all the time that the other invariants let pass.
pub(super) const LATE: Invariant =
    Invariant { name: "late_dead_letters", check: |rest| Box::pin(async move { late(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let letters = rest.world.dead_letters().into_iter();
    let letters = letters.map(|letter| (letter.queue, letter.message));
    let changes = rest.world.lost_changes().into_iter();
    let changes = changes.map(|message| (CHANGES_DEAD_LETTERS, message));
    let unexplained = letters.chain(changes).filter(|(_, message)| !message.is_explained());
    unexplained.map(|(queue, message)| shown(queue, &message)).collect()
}

fn late(rest: &Rest) -> Vec<String> {
    let letters = rest.world.dead_letters().into_iter();
    let letters = letters.map(|letter| (letter.queue, letter.message));
    let changes = rest.world.lost_changes().into_iter();
    let changes = changes.filter(|message| !rest.lost_changes.iter().any(|old| old.is(message)));
    let changes = changes.map(|message| (CHANGES_DEAD_LETTERS, message));
    letters.chain(changes).map(|(queue, message)| shown(queue, &message)).collect()
}

fn shown(queue: &str, message: &Message) -> String {
    format!("{queue}: {} after {}", message.body, message.history())
}
