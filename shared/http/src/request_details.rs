//! The facts about a request that its log line and the headers of its answer need.

use crate::access::gate::Caller;
use crate::software::Software;
use axum::http::{Extensions, HeaderValue};
use std::sync::{Arc, OnceLock};

/// The facts that extractors learn about a request. Each is set at most once: a second extractor of the
/// same request would set the same value.
#[derive(Default)]
pub(crate) struct RequestDetails {
    pub(crate) caller: OnceLock<Caller>,
    pub(crate) software: OnceLock<Software>,
    /// The origin of the page that may read the answer.
    pub(crate) origin: OnceLock<HeaderValue>,
}

impl RequestDetails {
    /// The details of a request that passed through [`crate::requests::observe`].
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(AsRef::as_ref)
    }
}
