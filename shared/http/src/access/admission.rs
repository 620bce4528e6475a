//! The checks of a till's request after authentication: the key must allow the page's origin, and the
//! software must name itself.

use crate::access::gate::Till;
use crate::cors;
use crate::problem::Problem;
use crate::request_details::RequestDetails;
use crate::software::Software;
use axum::http::request::Parts;

/// Admits a till's request. The origin and the software are recorded for the log line and the answer
/// before either is refused, so that the answer to a refused request carries the headers of CORS.
///
/// # Errors
/// `origin_not_allowed` (403), `software_not_named` (400).
pub(crate) fn admit(parts: &Parts, till: &Till) -> Result<(), Problem> {
    let origin = cors::origin_of(&parts.headers, till);
    let software = Software::of(&parts.headers);
    if let Some(details) = RequestDetails::of(&parts.extensions) {
        if let Ok(Some(origin)) = &origin {
            let _ = details.origin.set(origin.clone());
        }
        if let Ok(software) = &software {
            let _ = details.software.set(software.clone());
        }
    }
    origin?;
    software.map(drop)
}
