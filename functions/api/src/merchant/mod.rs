//! Merchants: the operator creates them with their contracts, and sets their establishments, keys and
//! senders.

pub(crate) mod card_activation;
pub(crate) mod contract_end;
pub(crate) mod create;
pub(crate) mod establishment;
pub(crate) mod key;
pub(crate) mod mode;
pub(crate) mod read;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod scope;
pub(crate) mod senders;
