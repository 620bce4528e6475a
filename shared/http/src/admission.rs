//! What is asked of a till once its key is known: that its quota is not used up, that its page may use
//! the key, and that its software names itself.

use crate::authentication::{Gate, Till};
use crate::rate_limit::Standing;
use crate::requests::Notes;
use crate::software::Software;
use crate::{Problem, cors};
use axum::http::request::Parts;

impl Gate {
    /// Lets a till's request in. What is learnt is noted before anything is refused, so that a refusal
    /// is told and logged with it.
    ///
    /// # Errors
    /// [`Problem`]: too many requests, another origin, software without a name.
    pub(crate) fn admit(&self, parts: &Parts, till: &Till) -> Result<(), Problem> {
        let standing = self.count(parts, till);
        let origin = cors::origin_of(&parts.headers, till);
        let software = Software::of(&parts.headers);
        if let Some(notes) = Notes::of(&parts.extensions) {
            if let Ok(Some(origin)) = &origin {
                // Noted once a request; a second extractor would note the same.
                let _ = notes.origin.set(origin.clone());
            }
            if let Ok(software) = &software {
                let _ = notes.software.set(software.clone());
            }
        }
        origin?;
        standing.allowed()?;
        software.map(drop)
    }

    /// Counts a till's request, once however often it is asked.
    pub(crate) fn count(&self, parts: &Parts, till: &Till) -> Standing {
        let count = || self.rate_limits.count(till.key, (self.clock)());
        Notes::of(&parts.extensions).map_or_else(count, |notes| *notes.standing.get_or_init(count))
    }
}
