//! The parts of the benchmark. Each has a time budget. The budgets sum to 48 minutes, and hours for the simulation.

mod account;
mod campaign;
mod chaos;
mod coupons;
mod ingest;
mod init;
mod ledger;
mod retail;
mod retention;
mod send;
mod simulation;
mod size;
mod till;

use crate::figures::{Bound, Figures};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// A part of the benchmark.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// The part fails when this time has passed.
    budget: Duration,
    measure: for<'a> fn(&'a mut Figures) -> LocalBoxFuture<'a, ()>,
}

/// All parts, in the order of a whole run.
pub(crate) const PARTS: [Part; 13] = [
    part("size", 1, |figures| Box::pin(size::measure(figures))),
    part("init", 2, |figures| Box::pin(init::measure(figures))),
    part("till", 2, |figures| Box::pin(till::measure(figures))),
    part("account", 3, |figures| Box::pin(account::measure(figures))),
    part("ingest", 11, |figures| Box::pin(ingest::measure(figures))),
    part("retail", 1, |figures| Box::pin(retail::measure(figures))),
    part("campaign", 5, |figures| Box::pin(campaign::measure(figures))),
    part("send", 4, |figures| Box::pin(send::measure(figures))),
    part("chaos", 5, |figures| Box::pin(chaos::measure(figures))),
    part("retention", 8, |figures| Box::pin(retention::measure(figures))),
    part("coupons", 1, |figures| Box::pin(coupons::measure(figures))),
    part("ledger", 5, |figures| Box::pin(ledger::measure(figures))),
    part("simulation", 300, |figures| Box::pin(simulation::measure(figures))),
];

const fn part(
    name: &'static str,
    budget_minutes: u64,
    measure: for<'a> fn(&'a mut Figures) -> LocalBoxFuture<'a, ()>,
) -> Part {
    Part { name, budget: Duration::from_mins(budget_minutes), measure }
}

impl Part {
    /// Measures the part, and adds the time that it took. A panic or the end of the budget fails this part
    /// only.
    pub(crate) async fn run(&self, figures: &mut Figures) {
        let started = Instant::now();
        let measured = AssertUnwindSafe((self.measure)(figures)).catch_unwind();
        let failure = match tokio::time::timeout(self.budget, measured).await {
            Ok(Ok(())) => None,
            Ok(Err(panic)) => Some(message(&*panic)),
            Err(_) => Some(format!("did not end within {} minutes", self.budget.as_secs() / 60)),
        };
        let took = started.elapsed().as_secs_f64();
        figures.add(&format!("{}.seconds", self.name), took, "s", Bound::None);
        eprintln!("{}: {took:.0} s", self.name);
        if let Some(reason) = failure {
            eprintln!("{}: FAILED: {reason}", self.name);
            figures.fail(self.name, reason);
        }
    }
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(part: Part) -> String {
        let mut figures = Figures::default();
        part.run(&mut figures).await;
        figures.table()
    }

    #[test]
    fn the_budgets_of_all_parts_but_the_simulation_sum_to_at_most_48_minutes() {
        let others = PARTS.iter().filter(|part| part.name != "simulation");
        let whole: Duration = others.map(|part| part.budget).sum();
        assert!(whole <= Duration::from_mins(48), "{whole:?}");
    }

    #[tokio::test]
    async fn a_part_reports_its_time() {
        let table = run(part("short", 1, |_| Box::pin(async {}))).await;
        assert!(table.contains("short.seconds") && !table.contains("FAILED"), "{table}");
    }

    #[tokio::test]
    async fn a_part_that_panics_is_reported_as_failed() {
        let table = run(part("broken", 1, |_| Box::pin(async { panic!("no {}", "figure") }))).await;
        assert!(table.contains("broken: FAILED: no figure"), "{table}");
    }

    #[tokio::test]
    async fn a_part_that_exceeds_its_budget_is_reported_as_failed() {
        let endless = Part {
            name: "endless",
            budget: Duration::from_millis(10),
            measure: |_| Box::pin(std::future::pending()),
        };
        let table = run(endless).await;
        assert!(table.contains("endless: FAILED: did not end within"), "{table}");
    }
}
