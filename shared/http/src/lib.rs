//! The edge of the HTTP functions: who calls, what the body says, where a page begins, and the one
//! type that every refusal becomes.

mod admission;
pub mod authentication;
pub mod body;
pub mod codes;
pub mod cors;
pub mod cursor;
pub mod fields;
pub mod idempotency;
pub mod operator;
pub mod page;
pub mod path;
pub mod problem;
pub mod requests;
pub mod software;
pub mod till_key;

pub use authentication::{Caller, Clock, Gate, Operator, Till};
pub use body::JsonBody;
pub use fields::Fields;
pub use idempotency::KeyedBody;
pub use page::Page;
pub use path::Segments;
pub use problem::{FieldError, Problem, ProblemBody};
