//! The data of a merchant that the operator means: the query parameter `mode`, the live data by default.

use crate::codes;
use http_edge::FieldError;
use http_edge::query::Parameters;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The data of a merchant.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// The merchant's live data.
    Live,
    /// The data of the merchant's tests.
    Test,
}

impl Mode {
    pub(crate) const fn of(mode: store::Mode) -> Self {
        match mode {
            store::Mode::Live => Self::Live,
            store::Mode::Test => Self::Test,
        }
    }

    pub(crate) const fn read(self) -> store::Mode {
        match self {
            Self::Live => store::Mode::Live,
            Self::Test => store::Mode::Test,
        }
    }
}

/// The query parameter `mode`.
pub(crate) struct DataMode(pub(crate) store::Mode);

impl Default for DataMode {
    fn default() -> Self {
        Self(store::Mode::Live)
    }
}

impl Parameters for DataMode {
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
        if name != "mode" {
            return false;
        }
        match store::Mode::parse(value) {
            Some(mode) => self.0 = mode,
            None => {
                errors.push(FieldError::of_parameter("mode", codes::MODE, "must be live or test"));
            }
        }
        true
    }
}
