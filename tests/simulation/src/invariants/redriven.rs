//! Dead letters that an operator moves back are handled, once the cause is gone: nothing in the queues is poison.

use super::{Invariant, Rest};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "redriven", check: |rest| Box::pin(async move { check(rest).await }) };

async fn check(rest: &Rest) -> Vec<String> {
    rest.world.redrive();
    let mut violations = rest.world.rest().await.err().unwrap_or_default();
    let letters = rest.world.dead_letters().into_iter();
    violations.extend(letters.map(|letter| {
        let (body, history) = (&letter.message.body, letter.message.history());
        format!("{}: {body} is dead again: {history}", letter.queue)
    }));
    violations
}
