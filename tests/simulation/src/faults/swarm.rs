//! The faults of one run. Each run has some of the faults, each with a rate of its own: a run with few faults goes
//! deeper into what these faults bring about.

use super::{ALL, Fault};
use crate::seed::Seed;
use std::sync::atomic::{AtomicBool, Ordering};

/// The faults of a run.
pub(crate) struct Swarm {
    faults: Vec<(&'static Fault, f64)>,
    is_calm: AtomicBool,
}

impl Swarm {
    /// The faults of a seed. One run in sixteen has none.
    pub(crate) fn of(seed: Seed) -> Self {
        let mut random = seed.sequence("swarm", 0);
        let has_faults = random.u8(..16) != 0;
        let mut faults = Vec::new();
        for fault in ALL {
            let (is_chosen, rate) = (random.bool(), fault.rate * random.f64());
            if has_faults && is_chosen {
                faults.push((fault, rate));
            }
        }
        Self { faults, is_calm: AtomicBool::new(false) }
    }

    /// Whether a fault may happen in this run.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.faults.iter().any(|(fault, _)| fault.name == name)
    }

    /// No fault happens from now on.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    /// The faults that may happen now, with their rates.
    pub(super) fn faults(&self) -> impl Iterator<Item = (&'static Fault, f64)> + '_ {
        let is_calm = self.is_calm.load(Ordering::Relaxed);
        self.faults.iter().copied().filter(move |_| !is_calm)
    }
}
