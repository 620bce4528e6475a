//! The archive of a merchant whose contract has ended. After it is archived, the merchant leaves the table.
//!
//! The data are archived part by part; each part is a message of its own ([`archive_part`]). When every part
//! is archived, [`complete`] writes the manifest, and only then the parts are deleted from the table
//! ([`clear`]), the settings last. The progress is in the bucket ([`folder`]) and nowhere else: work that was
//! interrupted or delivered twice begins again and continues from the bucket. The merchant's entry in the due
//! index is deleted with its profile, so every daily run continues what the previous one did not finish.

pub(crate) mod archive_part;
pub(crate) mod begin;
pub(crate) mod clear;
mod complete;
pub(crate) mod error;
mod folder;
mod manifest;
mod object;
