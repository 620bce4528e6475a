//! The pair of an operation and a fault that happens far more often in one run. As many seeds in a row as there are
//! pairs favour each pair once, so that the rare ones happen too.

use super::{ALL, Fault};
use crate::operations;
use crate::seed::Seed;
use crate::world;

/// The pair of a seed.
pub(crate) struct Favoured {
    /// The operation. The plan has it more often.
    pub(crate) operation: &'static str,
    /// The fault. It happens to the operation more often.
    pub(super) fault: &'static Fault,
}

impl Favoured {
    pub(crate) fn of(seed: Seed) -> Self {
        let operations = operations::ALL.iter().map(|operation| operation.name);
        let operations: Vec<_> = operations.chain(world::background()).collect();
        let pairs = (operations.len() * ALL.len()) as u64;
        let pair = usize::try_from(seed.0 % pairs).unwrap_or_default();
        Self { operation: operations[pair / ALL.len()], fault: ALL[pair % ALL.len()] }
    }
}
