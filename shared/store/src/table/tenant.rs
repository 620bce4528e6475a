//! Whose data a key belongs to: a merchant, and live or test data.

use domain::MerchantId;
use std::fmt;

/// Live data, or the data of a merchant's tests, which live keys never see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// What counts.
    Live,
    /// What a merchant's software tries out.
    Test,
}

impl Mode {
    /// The word for it in keys and in the API.
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

/// A merchant's data of one mode. Every key of a member, a purchase or a file begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
