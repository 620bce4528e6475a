//! A range of a batch becomes coupons.
//!
//! The API cuts a batch into ranges and queues them; the queue delivers the ranges to this function. A range
//! is generated step by step, and every step is saved: after an interruption the next attempt continues at
//! the last step.

mod context;
mod dispatch;

pub use context::{App, CouponError};
pub use dispatch::handle;
