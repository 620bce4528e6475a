//! Random secrets that a browser holds in a cookie. The table holds their hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use store::{Random, StoreError};

/// A secret of 256 random bits in base64url.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(random: &Random) -> Result<Self, StoreError> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random.bytes::<32>()?)))
    }

    /// A secret as a cookie holds it. Any text is one; only a stored hash makes it valid.
    pub(crate) fn of_cookie(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The hash as a part of a key.
    pub(crate) fn hash_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.hash())
    }
}
