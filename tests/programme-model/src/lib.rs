//! A second implementation of `docs/programme.md`, the exact definition of a programme, and its comparison with the
//! service.
//!
//! The model was written from that page and the API document, without the code of the service. A rule that the two
//! understand differently is a defect of one of them, or a gap of the page. So no crate of the service may become a
//! dependency of this one, and code must not be copied from one to the other.
//!
//! - [`model`] computes the expected answer to each operation, in plain code and exact fractions.
//! - [`generate`] makes random programmes and histories of a seed.
//! - [`compare`] sends a history to a service, and reports where the answers differ.
//!
//! # How to plug a service in
//!
//! Implement [`compare::Service`] for the service:
//!
//! - `set_now` sets its clock. A case begins in 2026 and lasts up to eleven months. The next case begins at another day,
//!   perhaps an earlier one, with a merchant of its own. A service that cannot go back needs a new store for each
//!   merchant: `POST /v1/merchants` begins a case, also while a disagreement is reduced.
//! - `call` answers a request with its status and its body. It sends the operator's key, or the key of an establishment
//!   that the service answered before; the header `X-Till-Software`; the header `Idempotency-Key` if the request has one;
//!   and the body as JSON.
//!
//! Then run a seed, and print the report if the answers differ:
//!
//! ```no_run
//! # use programme_model::compare::{Request, Service, run};
//! # struct InProcess;
//! # impl Service for InProcess {
//! #     fn set_now(&mut self, _: jiff::Timestamp) {}
//! #     fn call(&mut self, _: &Request) -> (u16, serde_json::Value) { (404, serde_json::Value::Null) }
//! # }
//! # let mut service = InProcess;
//! let report = run(&mut service, 20_260_301, 100);
//! assert!(report.agrees(), "{report}");
//! ```
//!
//! The report shows the seed of the run, its numbers, and for each of the first disagreements the programme and the
//! shortest history that was found. [`compare::replay`] runs one case again, by the seed of the case. The tests of
//! `api` run a fixed seed and a new one; with `PROGRAMME_SEED`, the new one is the seed of a report.
//!
//! # What the comparison leaves out
//!
//! The daily run (the birthday's gift, the fall of a level, the removal of expired points), files, rewards and coupons,
//! merges, and the cancellation of a redemption.

pub mod compare;
pub mod generate;
pub mod model;
