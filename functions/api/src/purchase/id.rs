//! A purchase's identifier in a path.

use domain::Receipt;
use domain::purchase::id;
use http_edge::{Problem, Till};

pub(crate) use domain::purchase::id::of;

/// The receipt of an identifier, if it is a receipt of the till's own establishment.
pub(crate) fn read(text: &str, till: &Till) -> Result<Receipt, Problem> {
    id::read(text)
        .filter(|receipt| receipt.establishment == till.establishment.id)
        .ok_or_else(|| Problem::not_found("purchase"))
}
