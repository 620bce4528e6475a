//! Campaigns: their life cycle, plan, batches, receipts and figures.

pub(crate) mod addressees;
pub(crate) mod dry_run;
pub(crate) mod figures;
pub(crate) mod lifecycle;
pub(crate) mod plan;
pub(crate) mod receipt;
pub(crate) mod send;
pub(crate) mod soft_bounces;
