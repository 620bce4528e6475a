//! The edge of the HTTP functions: authentication, authorization, bodies, paths, queries and pages. Every refusal
//! becomes a [`Problem`].

pub mod access;
pub mod body;
pub mod codes;
pub mod cors;
pub mod cursor;
pub mod fields;
pub mod headers;
pub mod idempotency;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
mod request_details;
pub mod requests;
pub mod software;

pub use access::authorization::{Guard, authorize};
pub use access::gate::{Caller, Clock, Gate, Operator, Till};
pub use body::JsonBody;
pub use fields::Fields;
pub use idempotency::{KeyedAnswer, KeyedBody, RequiredKeyBody};
pub use page::Page;
pub use path::Segments;
pub use problem::{FieldError, Problem, ProblemBody};
pub use query::Query;
