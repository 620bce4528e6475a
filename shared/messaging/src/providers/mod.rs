//! The registry of providers: the only module of this crate that lists the providers.
//!
//! A provider is one folder: the credentials in an account's secret, the client that sends, and the callbacks.
//! A function knows a provider by its [`ProviderName`] only and asks the registry for the rest.
//! CONTRIBUTING.md lists the files of a new provider under “Add an SMS provider”.

pub mod base_url;
mod bearer;
mod bisect;
pub mod callback;
pub mod client;
mod idempotency;
pub mod secret;
mod slots;
mod transport;

mod brevo;
mod sinch;

#[cfg(test)]
mod scripted_server;

pub use transport::{CALL_LIMITS, https_client};

use base_url::BaseUrl;
use callback::CallbackReader;
use client::ProviderClient;
use domain::merchant::provider::ProviderName;
use https_client::HttpsClient;
use secret::{Secret, UnusableSecret};
use std::sync::Arc;

/// The setting that holds the address of a provider's API: `BREVO_URL`.
#[must_use]
pub const fn url_setting(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Brevo => brevo::URL_SETTING,
        ProviderName::Sinch => sinch::URL_SETTING,
    }
}

/// The client that sends by an account of a provider. `secret` is the account's secret for sending.
pub fn client(
    provider: ProviderName,
    https: HttpsClient,
    base: BaseUrl,
    secret: &Secret,
) -> Result<Arc<dyn ProviderClient>, UnusableSecret> {
    match provider {
        ProviderName::Brevo => Ok(Arc::new(brevo::client(https, base, secret)?)),
        ProviderName::Sinch => Ok(Arc::new(sinch::client(https, base, secret)?)),
    }
}

/// The reader of the callbacks to an account of a provider. `secret` is the account's secret for callbacks.
pub fn callback_reader(
    provider: ProviderName,
    secret: &Secret,
) -> Result<Arc<dyn CallbackReader>, UnusableSecret> {
    match provider {
        ProviderName::Brevo => Ok(Arc::new(brevo::callback_reader(secret)?)),
        ProviderName::Sinch => Ok(Arc::new(sinch::callback_reader(secret)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn every_provider_has_a_setting_of_its_own() {
        let settings: BTreeSet<_> = ProviderName::ALL.into_iter().map(url_setting).collect();
        assert_eq!(settings.len(), ProviderName::ALL.len());
    }

    #[test]
    fn a_secret_without_credentials_opens_neither_a_client_nor_callbacks() {
        for provider in ProviderName::ALL {
            let base = BaseUrl::parse("https://provider.example.com").unwrap();
            let empty = secret("{}");
            let client = client(provider, https_client().unwrap(), base, &empty);
            assert_eq!(client.err(), Some(UnusableSecret), "{provider:?}");
            let reader = callback_reader(provider, &empty);
            assert_eq!(reader.err(), Some(UnusableSecret), "{provider:?}");
        }
    }

    #[test]
    fn a_secret_for_callbacks_that_holds_a_key_that_sends_too_is_unusable() {
        for (provider, both) in [
            (ProviderName::Brevo, r#"{"callback_secret": "s", "api_key": "k"}"#),
            (ProviderName::Sinch, r#"{"callback_secret": "s", "plan": "p", "token": "t"}"#),
        ] {
            let reader = callback_reader(provider, &secret(both));
            assert_eq!(reader.err(), Some(UnusableSecret), "{provider:?}");
        }
    }

    #[test]
    fn a_callback_without_its_proof_is_not_genuine() {
        let secret = secret(r#"{"callback_secret": "s3cret"}"#);
        for provider in ProviderName::ALL {
            let callback = callback::Callback {
                headers: &http::HeaderMap::new(),
                body: b"{}",
                received_at: domain::Instant::UNIX_EPOCH,
            };
            let reader = callback_reader(provider, &secret).unwrap();
            assert!(!reader.is_genuine(&callback), "{provider:?}");
        }
    }
}
