//! The ledger: entries that are not purchases, the daily run over the members, and the proof that every
//! balance is the sum of its entries.

pub(crate) mod adjust;
pub(crate) mod adjusted_total;
pub(crate) mod answer;
pub(crate) mod daily_run;
pub(crate) mod entry;
pub(crate) mod entry_key;
pub(crate) mod proof;
pub(crate) mod visit;
