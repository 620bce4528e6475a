//! Every dead letter has a cause: each delivery of it met a fault of the simulation, or another delivery of the same
//! work.

use super::{Invariant, Rest};
use crate::world::queues::{CHANGES_DEAD_LETTERS, Message};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "dead_letters", check: |rest| Box::pin(async move { check(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let letters = rest.world.dead_letters().into_iter();
    let letters = letters.map(|letter| (letter.queue, letter.message));
    let changes = rest.world.lost_changes().into_iter();
    let changes = changes.map(|message| (CHANGES_DEAD_LETTERS, message));
    let has_no_cause =
        |message: &Message| message.troubles.iter().any(|trouble| !trouble.is_explained);
    let unexplained = letters.chain(changes).filter(|(_, message)| has_no_cause(message));
    unexplained
        .map(|(queue, message)| format!("{queue}: {} after {}", message.body, message.history()))
        .collect()
}
