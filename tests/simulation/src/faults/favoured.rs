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

/// The first seed from `from` on that favours a pair.
pub(crate) fn favouring((operation, fault): (&str, &str), from: Seed) -> Option<Seed> {
    let row = operations().into_iter().position(|name| name == operation)?;
    let column = ALL.iter().position(|known| known.name == fault)?;
    let pair = (row * ALL.len() + column) as u64;
    let ahead = (pair + pairs() - from.0 % pairs()) % pairs();
    Some(Seed(from.0 + ahead))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_that_favours_a_pair_is_the_next_one() {
        for from in [Seed(0), Seed(4_000)] {
            let seed = favouring(("check_coupon", "part_refused"), from).unwrap();
            assert!((from.0..from.0 + pairs()).contains(&seed.0));
            let favoured = Favoured::of(seed);
            assert_eq!((favoured.operation, favoured.fault.name), ("check_coupon", "part_refused"));
        }
    }
}
