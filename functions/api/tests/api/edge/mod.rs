//! The edge: authentication, CORS, bodies, keys of requests and log lines.

pub(crate) mod bounds;
pub(crate) mod cors;
pub(crate) mod gateway;
pub(crate) mod idempotency;
pub(crate) mod logs;
pub(crate) mod refusals;
pub(crate) mod software;
