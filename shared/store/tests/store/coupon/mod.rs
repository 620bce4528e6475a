//! Coupons and their batches.

mod batches;
pub(crate) mod codes;
mod of_member;
