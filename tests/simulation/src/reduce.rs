//! The reduction of a run that violates an invariant: rounds, faults and steps are left out as long as the same
//! invariant is violated.

use crate::faults::Swarm;
use crate::history::Detail;
use crate::plan::Plan;
use crate::run::{Outcome, Settings};
use crate::workers::isolated;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A run that is made shorter.
struct Reduction<'r> {
    best: Settings,
    violated: &'r BTreeSet<&'static str>,
    end: Instant,
}

/// Leaves out as much as it can within the time, and carries out the run that is left: first the end of the plan, then
/// faults, then rounds and single steps in ever smaller groups (delta debugging).
#[must_use]
pub fn reduce(failed: &Settings, outcome: &Outcome, within: Duration) -> (Settings, Outcome) {
    let violated: BTreeSet<_> = outcome.violations.iter().map(|known| known.invariant).collect();
    let plan = Plan::of(failed.seed, failed.operations);
    let is_kept = |step: &u32| failed.kept.as_ref().is_none_or(|kept| kept.contains(step));
    let steps_of = |steps: &[_]| -> Vec<u32> { steps.iter().map(id).filter(is_kept).collect() };
    let rounds = plan.rounds().iter().take(outcome.rounds);
    let rounds: Vec<Vec<u32>> = rounds.map(|round| steps_of(&round.steps)).collect();
    let kept = Some(rounds.iter().flatten().copied().collect());
    let best = Settings { detail: Detail::Count, kept, ..failed.clone() };
    let mut reduction = Reduction { best, violated: &violated, end: Instant::now() + within };
    let rounds = reduction.shorten(rounds);
    reduction.calm();
    let rounds = reduction.thin_out(rounds);
    let steps = rounds.into_iter().flatten().map(|step| vec![step]).collect();
    reduction.thin_out(steps);
    let shortest = Settings { detail: failed.detail, ..reduction.best };
    let outcome = isolated(&shortest);
    (shortest, outcome)
}

const fn id(step: &crate::plan::Step) -> u32 {
    step.id
}

impl Reduction<'_> {
    fn has_time(&self) -> bool {
        Instant::now() < self.end
    }

    /// Takes over settings whose run violates the same.
    fn accepts(&mut self, settings: Settings) -> bool {
        let outcome = isolated(&settings);
        let accepted = outcome.violations.iter().any(|one| self.violated.contains(one.invariant));
        if accepted {
            self.best = settings;
        }
        accepted
    }

    fn accepts_steps(&mut self, groups: &[Vec<u32>]) -> bool {
        let kept = Some(groups.iter().flatten().copied().collect());
        self.accepts(Settings { kept, ..self.best.clone() })
    }

    /// Finds the shortest beginning of the plan, by halves.
    fn shorten(&mut self, mut rounds: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        let mut too_short = 0;
        while too_short + 1 < rounds.len() && self.has_time() {
            let tried = usize::midpoint(too_short, rounds.len());
            if self.accepts_steps(&rounds[..tried]) {
                rounds.truncate(tried);
            } else {
                too_short = tried;
            }
        }
        rounds
    }

    /// Leaves out faults: all of them, or one after the other.
    fn calm(&mut self) {
        let faults: BTreeSet<_> = Swarm::of(self.best.seed, &self.best.without).names().collect();
        if !self.has_time()
            || self.accepts(Settings { without: faults.clone(), ..self.best.clone() })
        {
            return;
        }
        for fault in faults {
            if self.has_time() {
                let mut without = self.best.without.clone();
                without.insert(fault);
                self.accepts(Settings { without, ..self.best.clone() });
            }
        }
    }

    /// Leaves out groups of rounds or steps, the latest first.
    fn thin_out(&mut self, mut all: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        let mut size = all.len().div_ceil(2);
        while size > 0 && self.has_time() {
            let mut end = all.len();
            while end > 0 && self.has_time() {
                let from = end.saturating_sub(size);
                let tried = [&all[..from], &all[end..]].concat();
                if self.accepts_steps(&tried) {
                    all = tried;
                }
                end = from;
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        all
    }
}
