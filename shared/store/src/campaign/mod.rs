//! Campaigns: their life cycle, plan, batches, receipts and figures.

pub(crate) mod addressees;
pub(crate) mod batch_id;
pub(crate) mod dry_run;
pub(crate) mod due;
pub(crate) mod figures;
pub(crate) mod item;
pub(crate) mod lifecycle;
pub(crate) mod of_member;
pub(crate) mod plan;
pub(crate) mod position;
pub(crate) mod receipt;
pub(crate) mod send;
pub(crate) mod shared_address;
pub(crate) mod soft_bounces;
pub(crate) mod walk;
