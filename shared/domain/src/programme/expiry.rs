//! When points expire.

use serde::{Deserialize, Serialize};

/// When points that are not spent expire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// A number of months after the lot became active, at the end of that month.
    AfterEarning {
        /// The number of months.
        months: u8,
    },
    /// All lots together, once the member has been inactive for a number of months.
    AfterInactivity {
        /// The number of months.
        months: u8,
    },
}
