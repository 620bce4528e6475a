//! The store on a real engine.

mod ledger;
mod members;
mod setup;
mod uploads;
