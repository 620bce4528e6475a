//! Merchants: profile, establishments, till keys, programmes, senders, and the end of the contract.

pub(crate) mod card_activation;
pub(crate) mod changes;
pub(crate) mod contract_end;
pub(crate) mod create;
pub(crate) mod establishment;
pub(crate) mod failed_lookups;
pub(crate) mod first_campaign;
pub(crate) mod key;
pub(crate) mod profile;
pub(crate) mod programme_use;
pub(crate) mod programmes;
pub(crate) mod provider_account;
pub(crate) mod senders;
pub(crate) mod set_programme;
pub(crate) mod settings;
pub(crate) mod till_key;
