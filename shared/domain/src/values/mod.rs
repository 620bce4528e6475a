//! Values that every aggregate uses: amounts, quantities, days, mobile numbers, texts and identifiers.

pub(crate) mod error;

pub use error::ValueError;

pub mod calendar;
pub mod identifiers;
pub mod mobile;
pub mod money;
pub(crate) mod number;
pub mod points;
pub mod quantity;
pub mod sensitive;
mod serde_text;
pub mod text;
pub(crate) mod word_enum;
