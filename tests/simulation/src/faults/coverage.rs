//! Which faults happened to which operations, and which could have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often each fault happened to each operation.
#[derive(Default)]
pub struct Coverage(Mutex<State>);

#[derive(Default)]
struct State {
    pairs: Pairs,
    /// The kinds of the places that each operation came to.
    kinds: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Counts by operation and fault. A pair without an entry did not come up: the operation came to no place where the
/// fault can happen.
pub type Pairs = BTreeMap<(&'static str, &'static str), u64>;

/// The pairs that are possible, as `pairs.txt` declares them: a line for each operation, with its faults. Any other pair
/// is impossible, because the operation has no place of the kind that the fault needs.
#[must_use]
pub fn possible() -> BTreeSet<(&'static str, &'static str)> {
    let lines = include_str!("../../pairs.txt").lines();
    let operations = lines.filter_map(|line| line.split_once(": "));
    let pairs = operations.flat_map(|(operation, faults)| {
        faults.split_whitespace().map(move |fault| (operation, fault))
    });
    pairs.collect()
}

impl Coverage {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an operation comes to a place of this kind for the first time.
    pub(super) fn is_new(&self, operation: &'static str, kind: &str) -> bool {
        let mut state = self.state();
        let known = state.kinds.entry(operation).or_default();
        !known.contains(kind) && known.insert(kind.to_owned())
    }

    /// Notes that a fault can happen to an operation.
    pub(crate) fn note_possible(&self, operation: &'static str, fault: &'static str) {
        self.state().pairs.entry((operation, fault)).or_default();
    }

    pub(crate) fn count(&self, operation: &'static str, fault: &'static str) {
        *self.state().pairs.entry((operation, fault)).or_default() += 1;
    }

    /// The counts until now.
    #[must_use]
    pub fn pairs(&self) -> Pairs {
        self.state().pairs.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::ALL;
    use crate::{operations, world};

    #[test]
    fn the_possible_pairs_are_of_known_operations_and_faults() {
        let steps = operations::ALL.iter().map(|operation| operation.name);
        let operations: BTreeSet<_> = steps.chain(world::background()).collect();
        let faults: BTreeSet<_> = ALL.iter().map(|fault| fault.name).collect();
        for (operation, fault) in possible() {
            assert!(operations.contains(operation), "{operation}");
            assert!(faults.contains(fault), "{operation}: {fault}");
        }
        let declared: BTreeSet<_> =
            possible().into_iter().map(|(operation, _)| operation).collect();
        assert!(!declared.is_empty());
    }
}
