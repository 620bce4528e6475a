//! The pages of members: joining at the counter, sign-in, the card.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod browser;
mod card;
mod deletion;
mod details;
mod fixture;
mod history;
mod install;
mod joining;
mod messages;
mod preferences;
mod refusals;
mod rewards;
mod sign_in;
mod sign_in_time;
