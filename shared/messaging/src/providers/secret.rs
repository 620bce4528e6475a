//! Secrets: a provider's key, or the key that proves its callbacks. An account has one secret for each purpose, so
//! that the function that reads callbacks cannot read the key that sends.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// A secret text. It is wiped from memory when dropped, and `Debug` never shows it.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

/// An account's secret that does not hold the credentials of its purpose, or holds others that it must not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account's secret does not hold the provider's credentials, or holds others too")]
pub struct UnusableSecret;

impl Secret {
    /// Takes a text that is secret from now on.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the header or the digest that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads the credentials of one purpose from a secret, a JSON object.
    pub(crate) fn credentials<T: DeserializeOwned>(&self) -> Result<T, UnusableSecret> {
        serde_json::from_str(&self.0).map_err(|_| UnusableSecret)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Credentials {
        token: Secret,
    }

    fn token(secret: &str) -> Result<String, UnusableSecret> {
        let credentials: Credentials = Secret::new(secret.to_owned()).credentials()?;
        Ok(credentials.token.expose().to_owned())
    }

    #[test]
    fn credentials_are_read_from_a_secret_that_holds_nothing_else() {
        assert_eq!(token(r#"{"token": "t0ken"}"#), Ok("t0ken".to_owned()));
        for unusable in ["", "t0ken", "{}", r#"{"token": 7}"#, r#"{"token": "t", "api_key": "k"}"#]
        {
            assert_eq!(token(unusable), Err(UnusableSecret));
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = Secret::new("t0ken".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
