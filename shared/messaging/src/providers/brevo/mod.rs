//! Brevo, for e-mail.

mod callback;
mod client;

pub(super) use callback::BrevoCallbacks;
pub(super) use client::BrevoClient;

use super::base_url::BaseUrl;
use super::secret::{Secret, UnusableSecret};
use https_client::HttpsClient;
use serde::Deserialize;

/// The setting that holds the address of Brevo's API, without `/v3`: `https://api.brevo.com`.
pub(super) const URL_SETTING: &str = "BREVO_URL";

/// The secret of an account that sends.
#[derive(Deserialize)]
struct SendingCredentials {
    /// `xkeysib-…`.
    api_key: Secret,
}

/// The secret of an account that proves its callbacks. A secret that holds a key that sends as well is unusable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackCredentials {
    /// The bearer token that Brevo sends with each callback.
    callback_secret: Secret,
}

/// The client that sends by an account.
pub(super) fn client(
    https: HttpsClient,
    base: BaseUrl,
    secret: &Secret,
) -> Result<BrevoClient, UnusableSecret> {
    let SendingCredentials { api_key } = secret.credentials()?;
    Ok(BrevoClient::new(https, base, api_key))
}

/// The reader of the callbacks to an account.
pub(super) fn callback_reader(secret: &Secret) -> Result<BrevoCallbacks, UnusableSecret> {
    let CallbackCredentials { callback_secret } = secret.credentials()?;
    Ok(BrevoCallbacks::new(callback_secret))
}
