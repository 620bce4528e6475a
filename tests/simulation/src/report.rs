//! The report of many runs.

use crate::faults::{ALL, Fault, Pairs, possible};
use crate::operations;
use crate::run::Outcome;
use crate::world;
use std::collections::{BTreeMap, BTreeSet};
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
    happened: BTreeSet<&'static str>,
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
            happened: BTreeSet::new(),
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
        self.happened.extend(&outcome.happened);
        for (pair, count) in &outcome.pairs {
            *self.pairs.entry(*pair).or_default() += count;
        }
    }

    /// The number of violations.
    #[must_use]
    pub const fn violations(&self) -> usize {
        self.violations
    }

    /// The operations that did not happen.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        let steps = operations::ALL.iter().map(|operation| operation.name);
        let all: BTreeSet<_> = steps.chain(world::background()).collect();
        all.into_iter().filter(|operation| !self.happened.contains(operation))
    }

    /// The possible pairs of an operation and a fault that did not happen.
    pub(crate) fn uncovered_pairs(&self) -> BTreeSet<(&'static str, &'static str)> {
        let mut pairs = possible();
        pairs.extend(self.pairs.keys());
        pairs.retain(|pair| self.pairs.get(pair).is_none_or(|count| *count == 0));
        pairs
    }

    /// What is not covered yet: the possible pairs that did not happen, and the operations that did not happen at all.
    pub fn uncovered(&self) -> impl Iterator<Item = String> {
        let pairs = self.uncovered_pairs().into_iter();
        let pairs = pairs.map(|(operation, fault)| format!("{operation} with {fault}"));
        pairs.chain(self.missing().map(str::to_owned))
    }

    /// The pairs that came up although they are not declared as possible: a line for each operation.
    fn undeclared(&self) -> Vec<String> {
        let possible = possible();
        let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (operation, fault) in self.pairs.keys().filter(|pair| !possible.contains(pair)) {
            lines.entry(operation).or_default().push(fault);
        }
        let lines = lines.into_iter();
        lines.map(|(operation, faults)| format!("{operation}: {}", faults.join(" "))).collect()
    }

    /// The table of the pairs: a row for each operation, and a column for each fault.
    fn write_pairs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: BTreeSet<_> = self.pairs.keys().map(|(operation, _)| *operation).collect();
        write!(f, "{:29}", "How often an operation met")?;
        for column in 1..=ALL.len() {
            write!(f, "{column:>5}")?;
        }
        writeln!(f)?;
        for operation in operations {
            write!(f, "{operation:29}")?;
            for fault in ALL {
                match self.pairs.get(&(operation, fault.name)) {
                    None => write!(f, "    ·")?,
                    Some(count @ 0..10_000) => write!(f, "{count:>5}")?,
                    Some(count) => write!(f, "{:>4}k", count / 1_000)?,
                }
            }
            writeln!(f)?;
        }
        writeln!(f)?;
        for (column, fault) in (1..).zip(ALL) {
            let Fault { name, needs, .. } = fault;
            writeln!(f, "{column:>2} {name:20} · for an operation without {needs}")?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_pairs(f)?;
        let uncovered: Vec<_> = self.uncovered().collect();
        writeln!(f, "{} did not happen: {}", uncovered.len(), uncovered.join(", "))?;
        for line in self.undeclared() {
            writeln!(f, "not declared in pairs.txt: {line}")?;
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let days = self.simulated.as_secs() / 86_400;
        writeln!(f, "{} runs in {seconds:.1} s, {days} simulated days", self.runs)?;
        writeln!(f, "{} calls, {} requests to the API", self.calls, self.requests)?;
        write!(f, "{} violations", self.violations)
    }
}
