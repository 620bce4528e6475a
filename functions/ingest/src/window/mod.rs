//! Records a window of receipts: finds the customers, counts the known purchases, and records the other
//! purchases. The purchases of one member are recorded in one transaction.

mod groups;
mod listed;
mod record;
mod resolve;
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use record::record;
pub(crate) use tally::{Returns, Tally};
