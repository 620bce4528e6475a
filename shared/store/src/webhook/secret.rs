//! The secrets that sign the events of an endpoint: generated here, shown once, stored sealed.

use crate::{MerchantKey, Random, StoreError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::WebhookId;
use zeroize::Zeroizing;

/// Bytes of a secret. Standard Webhooks asks for 24 to 64.
const LENGTH: usize = 32;
/// The prefix of a secret's text.
const PREFIX: &str = "whsec_";

/// The secret of an endpoint: erased from memory when dropped, and never in a `Debug`.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<[u8; LENGTH]>);

impl WebhookSecret {
    pub(crate) fn generate(random: &Random) -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        random.fill(bytes.as_mut())?;
        Ok(Self(bytes))
    }

    /// The key of the signature.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The secret as the merchant's developer gets it: `whsec_` and the key in base64.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(self.key())))
    }

    pub(crate) fn seal(
        &self,
        vault: &MerchantKey,
        webhook: WebhookId,
    ) -> Result<Vec<u8>, StoreError> {
        vault.seal_webhook(webhook, self.key())
    }

    pub(crate) fn open(
        vault: &MerchantKey,
        webhook: WebhookId,
        envelope: &[u8],
    ) -> Result<Self, StoreError> {
        let bytes = Zeroizing::new(vault.open_webhook(webhook, envelope)?);
        let bytes = bytes.as_slice().try_into().map_err(|_| StoreError::Corrupt("webhook"))?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Instant, MerchantId};

    #[test]
    fn a_secret_opens_only_for_its_merchant_and_endpoint() {
        let [a, b] = [1, 2].map(|random| {
            MerchantKey::generate(MerchantId::mint(Instant::UNIX_EPOCH, random), Random::default())
                .unwrap()
        });
        let [here, there] = [1, 2].map(|random| WebhookId::mint(Instant::UNIX_EPOCH, random));
        let secret = WebhookSecret::generate(&Random::default()).unwrap();
        let sealed = secret.seal(&a, here).unwrap();
        assert_eq!(WebhookSecret::open(&a, here, &sealed).unwrap().key(), secret.key());
        assert!(WebhookSecret::open(&a, there, &sealed).is_err());
        assert!(WebhookSecret::open(&b, here, &sealed).is_err());
    }
}
