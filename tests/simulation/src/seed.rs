//! The seed of a run, and the sequences of random numbers that come from it.

use fastrand::Rng;
use sha2::{Digest as _, Sha256};

/// The seed of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed(pub u64);

impl Seed {
    /// A sequence for one purpose. The sequences of different purposes and numbers are independent, so that a step
    /// that is left out changes no other step's numbers.
    #[must_use]
    pub fn sequence(self, purpose: &str, number: u64) -> Rng {
        let hashed = Sha256::new()
            .chain_update(self.0.to_be_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(purpose.as_bytes())
            .finalize();
        let first = hashed.first_chunk().copied().unwrap_or_default();
        Rng::with_seed(u64::from_be_bytes(first))
    }
}

impl std::fmt::Display for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
