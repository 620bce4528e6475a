//! Sinch, for SMS.

mod callback;
mod client;
mod signature;

pub(super) use callback::SinchCallbacks;
pub(super) use client::SinchClient;

use super::base_url::BaseUrl;
use super::secret::{Secret, UnusableSecret};
use https_client::HttpsClient;
use serde::Deserialize;

/// The setting that holds the address of Sinch's API, without `/xms`: `https://eu.sms.api.sinch.com` for accounts
/// in Europe. The address of another region answers 401 or 404.
pub(super) const URL_SETTING: &str = "SINCH_URL";

/// The secret of an account that sends.
#[derive(Deserialize)]
struct SendingCredentials {
    /// The id of the service plan.
    plan: String,
    /// The API token.
    token: Secret,
}

/// The secret of an account that proves its callbacks. A secret that holds a key that sends as well is unusable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackCredentials {
    /// The key that signs each callback.
    callback_secret: Secret,
}

/// The client that sends by an account.
pub(super) fn client(
    https: HttpsClient,
    base: BaseUrl,
    secret: &Secret,
) -> Result<SinchClient, UnusableSecret> {
    let SendingCredentials { plan, token } = secret.credentials()?;
    Ok(SinchClient::new(https, base, plan, token))
}

/// The reader of the callbacks to an account.
pub(super) fn callback_reader(secret: &Secret) -> Result<SinchCallbacks, UnusableSecret> {
    let CallbackCredentials { callback_secret } = secret.credentials()?;
    Ok(SinchCallbacks::new(callback_secret))
}
