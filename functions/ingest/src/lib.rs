//! A merchant's purchase file becomes purchases and members.
//!
//! An arrival is planned into ranges ([`arrival`]); each range is worked through window by window
//! ([`work`], [`window`]); the last one to be done writes the report ([`finish`]).

mod address;
mod app;
mod arrival;
mod expand;
pub mod file;
mod finish;
mod message;
mod objects;
mod plan_file;
mod window;
mod work;

pub use app::{App, IngestError, KeptPlan, handle};
pub use objects::ObjectError;
