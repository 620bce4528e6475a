//! The registry of providers: the one place where the sandbox lists them. A provider is one folder.

mod brevo;
mod sinch;

use crate::context::Core;
use crate::provider::Provider;
use std::sync::Arc;

/// Every provider, on the state that they share.
pub(crate) fn all(core: &Arc<Core>) -> Vec<Arc<dyn Provider>> {
    vec![
        Arc::new(brevo::Brevo::new(Arc::clone(core))),
        Arc::new(sinch::Sinch::new(Arc::clone(core))),
    ]
}
