//! The pair of an operation and a fault that happens far more often in one run. As many seeds in a row as there are
//! pairs favour each pair once, so that the rare ones happen too.

use super::{ALL, Fault};
use crate::operations;
use crate::seed::Seed;
use crate::world;
use std::collections::BTreeSet;

/// The pair of a seed.
pub(crate) struct Favoured {
    /// The operation. The plan has it more often.
    pub(crate) operation: &'static str,
    /// The fault. It happens to the operation more often.
    pub(super) fault: &'static Fault,
}

impl Favoured {
    pub(crate) fn of(seed: Seed) -> Self {
        let operations = operations();
        let pair = usize::try_from(seed.0 % pairs()).unwrap_or_default();
        Self { operation: operations[pair / ALL.len()], fault: ALL[pair % ALL.len()] }
    }
}

/// The number of pairs, with the impossible ones.
#[must_use]
pub fn pairs() -> u64 {
    (operations().len() * ALL.len()) as u64
}

/// The names of all operations, each once.
fn operations() -> Vec<&'static str> {
    let steps = operations::ALL.iter().map(|operation| operation.name);
    let names: BTreeSet<_> = steps.chain(world::background()).collect();
    names.into_iter().collect()
}
