//! The text of a message: its template, the values of each recipient, and the alphabet of an SMS.

pub mod fold;
pub(crate) mod gsm7;
pub mod subject;
pub mod template;
pub mod values;
