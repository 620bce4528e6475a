//! A merchant's purchase file becomes purchases and members.
//!
//! A file that was created in the bucket is turned into text where it is none ([`convert`]), and planned into ranges
//! ([`plan_upload`]). Each range is ingested
//! window by window ([`ingest_range`], [`window`]). The returns that a range left waiting for the sales of other ranges
//! are ingested next, and then the report is written ([`progress`], [`report`]).

mod context;
mod convert;
mod dispatch;
pub mod file;
mod file_note;
mod file_plan;
mod ingest_range;
mod keys;
mod message;
mod object_key;
mod objects;
mod plan_upload;
mod progress;
mod report;
mod stored_plan;
mod window;

pub use context::{App, IngestError};
pub use dispatch::handle;
pub use file_plan::PlanCache;
pub use message::RangeMessage;
pub use objects::ObjectError;
