//! The store on a real engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod access_log;
mod activation;
mod addressees;
mod campaigns;
mod cards;
mod conflicts;
mod consents;
mod contract_end;
mod coupon;
mod deadlines;
mod erasing;
mod fixture;
mod ledger;
mod master_keys;
mod members;
mod merged_limits;
mod opposed_contacts;
mod programme_use;
mod provider_accounts;
mod races;
mod redemptions;
mod sequences;
mod setup;
mod shared_emails;
mod sign_in;
mod uploads;
mod webhooks;
