//! The card as an installed application, and without a connection. Nothing here has data of a member: a script of the
//! card page stores the card in the browser (`assets/card.js`).
//!
//! The worker and the offline page have paths beside the card's, so that the worker controls the card and no other
//! page, and the links of the offline page also work at the address of the card.

pub(crate) mod manifest;
pub(crate) mod offline;
pub(crate) mod worker;

/// The colour of the browser's frame around the pages: that of the icon's ground.
pub(crate) const THEME_COLOUR: &str = "#0172ad";
