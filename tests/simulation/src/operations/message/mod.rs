//! What people do with the messages that they get.

pub(super) mod inbound;
pub(super) mod objection;
