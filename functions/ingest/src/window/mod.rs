//! A window of receipts: the customers are found, the purchases that are known are counted, and the others
//! are recorded, the purchases of one member in one transaction.

mod groups;
mod record;
mod resolve;
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use record::record;
pub(crate) use tally::Tally;
