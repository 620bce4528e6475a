//! The report of many runs.

use crate::faults::{ALL, Pairs};
use crate::run::Outcome;
use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

/// The sums of many runs.
pub struct Report {
    began: Instant,
    runs: u64,
    calls: u64,
    requests: u64,
    simulated: Duration,
    violations: usize,
    pairs: Pairs,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            runs: 0,
            calls: 0,
            requests: 0,
            simulated: Duration::ZERO,
            violations: 0,
            pairs: Pairs::new(),
        }
    }
}

impl Report {
    /// Adds a run.
    pub fn add(&mut self, outcome: &Outcome) {
        self.runs += 1;
        self.calls += outcome.calls;
        self.requests += outcome.requests;
        self.simulated += outcome.simulated;
        self.violations += outcome.violations.len();
        for (pair, count) in &outcome.pairs {
            *self.pairs.entry(*pair).or_default() += count;
        }
    }

    /// The number of violations.
    #[must_use]
    pub const fn violations(&self) -> usize {
        self.violations
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: BTreeSet<_> = self.pairs.keys().map(|(operation, _)| *operation).collect();
        writeln!(f, "{:26} {}", "", ALL.map(|fault| fault.name).join(" "))?;
        for operation in operations {
            write!(f, "{operation:26}")?;
            for fault in ALL {
                let count = self.pairs.get(&(operation, fault.name)).copied().unwrap_or_default();
                write!(f, " {count:>width$}", width = fault.name.len())?;
            }
            writeln!(f)?;
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let days = self.simulated.as_secs() / 86_400;
        writeln!(f, "{} runs in {seconds:.1} s, {days} simulated days", self.runs)?;
        writeln!(f, "{} calls, {} requests to the API", self.calls, self.requests)?;
        write!(f, "{} violations", self.violations)
    }
}
