//! A purchase's identifier, as a path names it.

use domain::Receipt;
use domain::purchase::id;
use http_edge::{Problem, Till};

pub(crate) use domain::purchase::id::of;

/// The receipt of the path, where it is one of the till's own establishment.
pub(crate) fn read(text: &str, till: &Till) -> Result<Receipt, Problem> {
    id::read(text)
        .filter(|receipt| receipt.establishment == till.establishment.id)
        .ok_or_else(|| Problem::not_found("purchase"))
}
