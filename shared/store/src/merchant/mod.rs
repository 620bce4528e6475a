//! Merchants: establishments, keys, settings, senders and the end of the contract.

pub(crate) mod contract_end;
pub(crate) mod create;
pub(crate) mod programmes;
pub(crate) mod senders;
pub(crate) mod settings;
