//! The reduction of a run that violates an invariant: steps are left out as long as the same invariant is violated.

use crate::history::Detail;
use crate::plan::Plan;
use crate::run::{Outcome, Settings};
use crate::workers::isolated;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Leaves out as many steps as it can within the time, in ever smaller groups (delta debugging), and carries out the
/// run that is left.
#[must_use]
pub fn reduce(failed: &Settings, outcome: &Outcome, within: Duration) -> (Settings, Outcome) {
    let began = Instant::now();
    let violated: BTreeSet<_> = outcome.violations.iter().map(|known| known.invariant).collect();
    let mut kept: Vec<u32> = match &failed.kept {
        Some(kept) => kept.iter().copied().collect(),
        None => Plan::of(failed.seed, failed.operations).steps().map(|step| step.id).collect(),
    };
    let mut best = failed.clone();
    let mut group = kept.len().div_ceil(2);
    while group > 0 && began.elapsed() < within {
        let mut from = 0;
        while from < kept.len() && began.elapsed() < within {
            let without =
                kept.iter().enumerate().filter(|(at, _)| !(from..from + group).contains(at));
            let tried: Vec<u32> = without.map(|(_, step)| *step).collect();
            let settings = Settings {
                kept: Some(tried.iter().copied().collect()),
                detail: Detail::Count,
                ..failed.clone()
            };
            let outcome = isolated(&settings);
            if outcome.violations.iter().any(|found| violated.contains(found.invariant)) {
                (kept, best) = (tried, settings);
            } else {
                from += group;
            }
        }
        group = if group == 1 { 0 } else { group.div_ceil(2) };
    }
    best.detail = failed.detail;
    let shortest = isolated(&best);
    (best, shortest)
}
