//! A range of a batch becomes coupons.
//!
//! The queue brings ranges, planned when the batch was asked for. A range is made step by step, each
//! noted, so that whoever comes to it after one that was killed goes on where it was.

mod app;

pub use app::{App, CouponError, handle};
