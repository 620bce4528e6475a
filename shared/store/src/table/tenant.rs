//! The tenant of a key: a merchant, and live or test data.

use domain::MerchantId;
use std::fmt;

/// Live or test data. A live key does not see test data.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Live data.
    Live,
    /// The data with which a merchant's software is tested.
    Test,
}

impl Mode {
    /// The word in keys and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "live" => Some(Self::Live),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// A merchant's live data, or its test data. Every key of a member, a purchase or a file begins
/// with the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant {
    /// The merchant.
    pub merchant: MerchantId,
    /// Live or test.
    pub mode: Mode,
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mode {
            Mode::Live => write!(f, "M#{}", self.merchant),
            Mode::Test => write!(f, "M#{}#TEST", self.merchant),
        }
    }
}

impl Tenant {
    /// Reads the form that `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("M#")?;
        let (merchant, mode) = match rest.strip_suffix("#TEST") {
            Some(merchant) => (merchant, Mode::Test),
            None => (rest, Mode::Live),
        };
        Some(Self { merchant: MerchantId::parse(merchant).ok()?, mode })
    }
}

domain::serde_as_text!(Tenant);
