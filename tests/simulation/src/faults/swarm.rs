//! The faults of one run. Each run has some of the faults, each with a rate of its own: a run with few faults goes
//! deeper into what these faults bring about.

use super::favoured::Favoured;
use super::{ALL, Fault, Place};
use crate::seed::Seed;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// The faults of a run.
pub struct Swarm {
    faults: Vec<Chosen>,
    is_calm: AtomicBool,
}

/// How often the favoured fault happens to the favoured operation, at each place where it can.
const FAVOURED_RATE: f64 = 0.25;

/// How often a favoured fault happens to a write of the table.
const FAVOURED_TABLE_RATE: f64 = 0.8;

/// A fault of a run.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) fault: &'static Fault,
    /// How often it happens, at each place where it can.
    pub(super) rate: f64,
    /// The operation that meets it far more often.
    favoured: Option<&'static str>,
    /// Whether it is left out. Its random numbers are drawn all the same, so that the other faults stay where they
    /// were.
    pub(super) is_left_out: bool,
}

impl Chosen {
    /// How often it happens to an operation, at each place where it can.
    pub(super) fn rate_of(&self, operation: &str) -> f64 {
        let is_favoured = self.favoured.is_some_and(|favoured| favoured == operation);
        if is_favoured { FAVOURED_RATE.max(self.rate) } else { self.rate }
    }
}

impl Swarm {
    /// The faults of a seed, without some of them. One run in sixteen has none.
    #[must_use]
    pub fn of(seed: Seed, left_out: &BTreeSet<&'static str>) -> Self {
        let mut random = seed.sequence("swarm", 0);
        let has_faults = random.u8(..16) != 0;
        let pair = Favoured::of(seed);
        let mut faults = Vec::new();
        for fault in ALL {
            let (is_chosen, rate) = (random.bool(), fault.rate * random.f64());
            let favoured = (fault.name == pair.fault.name).then_some(pair.operation);
            if has_faults && (is_chosen || favoured.is_some()) {
                let rate = match fault.place {
                    // They happen to no operation, so the operation cannot have a rate of its own.
                    Place::Table(_) if favoured.is_some() => FAVOURED_TABLE_RATE,
                    Place::Clock(_) if favoured.is_some() => fault.rate,
                    _ if is_chosen => rate,
                    _ => 0.0,
                };
                let is_left_out = left_out.contains(fault.name);
                faults.push(Chosen { fault, rate, favoured, is_left_out });
            }
        }
        Self { faults, is_calm: AtomicBool::new(false) }
    }

    /// Whether a fault may happen in this run.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|fault| fault == name)
    }

    /// The names of the faults.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.faults.iter().filter(|chosen| !chosen.is_left_out).map(|chosen| chosen.fault.name)
    }

    /// No fault happens from now on.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    /// The faults of now.
    pub(super) fn faults(&self) -> impl Iterator<Item = Chosen> + '_ {
        let is_calm = self.is_calm.load(Ordering::Relaxed);
        self.faults.iter().copied().filter(move |_| !is_calm)
    }
}
