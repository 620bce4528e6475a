//! Points without a sale, and what a member has.

pub(super) mod adjust;
pub(super) mod read;
pub(super) mod visit;
