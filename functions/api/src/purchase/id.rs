//! A purchase's identifier in a path.

use crate::context::App;
use domain::Receipt;
use domain::purchase::id;
use http_edge::{Problem, Till};

pub(crate) use domain::purchase::id::of;

/// The receipt of an identifier, if it is a receipt of the till's own establishment. Another one counts as a
/// miss: a till that tries one receipt after another is reported.
pub(crate) async fn read(app: &App, text: &str, till: &Till) -> Result<Receipt, Problem> {
    let receipt = id::read(text).filter(|receipt| receipt.establishment == till.establishment.id);
    app.count_misses(till, receipt.ok_or_else(|| Problem::not_found("purchase"))).await
}
