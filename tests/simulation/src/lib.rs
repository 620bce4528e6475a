//! The whole service in one process and one thread: the handlers of every function, with fakes of AWS and of the
//! providers behind the real clients, in simulated time.
//!
//! A run is decided by its seed: what merchants, tills and members do, which calls fail and how, and in which order
//! concurrent work goes on. The same seed gives the same history. `docs/simulation.md` explains the parts.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a simulation that cannot be set up must stop"
)]

pub mod faults;
pub mod functions;
pub mod history;
pub mod invariants;
pub mod known;
pub mod measure;
pub mod mutants;
pub mod operations;
pub mod plan;
pub mod reduce;
pub mod report;
pub mod run;
pub mod seed;
pub mod workers;
pub mod world;
pub mod year;
