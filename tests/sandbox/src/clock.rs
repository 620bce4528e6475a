//! The clock of the sandbox.

use jiff::Timestamp;
use std::sync::Arc;

/// The clock. A test's clock stands still, or is put forward.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
