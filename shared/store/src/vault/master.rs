//! The master keys of a deployment. They wrap the merchants' keys.

use super::envelope::{self, KeyNumber};
use super::{MerchantKey, cipher, expand};
use crate::{Random, StoreError};
use aes_gcm::Aes256Gcm;
use domain::MerchantId;
use serde::Deserialize;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// One master key: it wraps merchants' keys.
pub struct MasterKey(Aes256Gcm);

impl MasterKey {
    /// Derives a master key from a text of the deployment's secret (HKDF-SHA256).
    #[must_use]
    pub fn derive(text: &str) -> Self {
        Self(cipher(&expand(text.as_bytes(), b"zerosix/master/1")))
    }
}

/// The master keys of a deployment, each with a number. The current key wraps. Each key unwraps what it has wrapped.
pub struct MasterKeys {
    current: KeyNumber,
    keys: BTreeMap<KeyNumber, MasterKey>,
}

/// A secret that does not hold the master keys of a deployment. The message shows nothing of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the vault's secret does not hold the master keys: {0}")]
pub struct MalformedSecret(&'static str);

/// The form of the secret: `{"current": "1", "1": "…"}`.
#[derive(Deserialize)]
struct SecretRecord {
    current: String,
    #[serde(flatten)]
    keys: BTreeMap<String, String>,
}

impl MasterKeys {
    /// Reads the deployment's secret: the number of the current key, and each key by its number.
    ///
    /// # Errors
    /// [`MalformedSecret`] where the secret has another form, or holds no current key.
    pub fn read(secret: &str) -> Result<Self, MalformedSecret> {
        let record: SecretRecord =
            serde_json::from_str(secret).map_err(|_| MalformedSecret("another form"))?;
        let number = |text: &str| KeyNumber::parse(text).ok_or(MalformedSecret("no key number"));
        let keys =
            record.keys.iter().map(|(name, text)| Ok((number(name)?, MasterKey::derive(text))));
        let keys: BTreeMap<_, _> = keys.collect::<Result<_, _>>()?;
        let current = number(&record.current)?;
        if !keys.contains_key(&current) {
            return Err(MalformedSecret("the current key is missing"));
        }
        Ok(Self { current, keys })
    }

    pub(crate) fn wrap(
        &self,
        merchant: MerchantId,
        key: &MerchantKey,
    ) -> Result<Vec<u8>, StoreError> {
        let master = self.keys.get(&self.current).ok_or(UNKNOWN)?;
        let associated = merchant.to_string();
        let associated = associated.as_bytes();
        envelope::seal(&master.0, self.current, associated, key.raw.as_ref(), &key.random)
    }

    pub(crate) fn unwrap(
        &self,
        merchant: MerchantId,
        wrapped: &[u8],
        random: Random,
    ) -> Result<MerchantKey, StoreError> {
        let master = self.keys.get(&envelope::key_number(wrapped)?).ok_or(UNKNOWN)?;
        let raw = envelope::open(&master.0, merchant.to_string().as_bytes(), wrapped)?;
        let raw = Zeroizing::new(raw);
        let raw = <[u8; 32]>::try_from(raw.as_slice()).map_err(|_| StoreError::Corrupt("key"))?;
        Ok(MerchantKey::from_raw(merchant, Zeroizing::new(raw), random))
    }

    /// The merchant's key, wrapped by the current master key. `None` where the current master key has wrapped it.
    pub(crate) fn rewrap(
        &self,
        merchant: MerchantId,
        wrapped: &[u8],
        random: Random,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if envelope::key_number(wrapped)? == self.current {
            return Ok(None);
        }
        self.wrap(merchant, &self.unwrap(merchant, wrapped, random)?).map(Some)
    }
}

/// No key of the secret has the number of the envelope.
const UNKNOWN: StoreError = StoreError::Corrupt("key wrapped by an unknown master key");

impl From<MasterKey> for MasterKeys {
    /// The keys of a deployment that has only one.
    fn from(key: MasterKey) -> Self {
        Self { current: KeyNumber::FIRST, keys: BTreeMap::from([(KeyNumber::FIRST, key)]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    fn merchant(random: u128) -> MerchantId {
        MerchantId::mint(Instant::UNIX_EPOCH, random)
    }

    fn hash(key: &MerchantKey) -> String {
        key.contact_hash("MOBILE", "+33639980012")
    }

    #[test]
    fn a_merchants_key_unwraps_only_for_that_merchant() {
        let master = MasterKeys::from(MasterKey::derive("a secret of the deployment"));
        let key = MerchantKey::generate(merchant(1), Random::default()).unwrap();
        let wrapped = master.wrap(merchant(1), &key).unwrap();
        assert_eq!(
            hash(&master.unwrap(merchant(1), &wrapped, Random::default()).unwrap()),
            hash(&key)
        );
        assert!(master.unwrap(merchant(2), &wrapped, Random::default()).is_err());
        let another = MasterKeys::from(MasterKey::derive("another"));
        assert!(another.unwrap(merchant(1), &wrapped, Random::default()).is_err());
    }

    #[test]
    fn a_key_that_was_wrapped_again_needs_the_new_master_key_only() {
        let [old, both, new] = [
            r#"{"current": "1", "1": "old"}"#,
            r#"{"current": "2", "1": "old", "2": "new"}"#,
            r#"{"current": "2", "2": "new"}"#,
        ]
        .map(|secret| MasterKeys::read(secret).unwrap());
        let key = MerchantKey::generate(merchant(1), Random::default()).unwrap();
        let wrapped = old.wrap(merchant(1), &key).unwrap();
        assert_eq!(
            hash(&both.unwrap(merchant(1), &wrapped, Random::default()).unwrap()),
            hash(&key)
        );
        assert!(new.unwrap(merchant(1), &wrapped, Random::default()).is_err());

        let again = both
            .rewrap(merchant(1), &wrapped, Random::default())
            .unwrap()
            .expect("wrapped by the new key");
        assert_eq!(hash(&new.unwrap(merchant(1), &again, Random::default()).unwrap()), hash(&key));
        assert!(old.unwrap(merchant(1), &again, Random::default()).is_err());
        assert_eq!(both.rewrap(merchant(1), &again, Random::default()).unwrap(), None);
    }

    #[test]
    fn a_secret_without_its_current_key_is_refused_and_not_shown() {
        for secret in [
            "",
            "a text",
            r#"{"1": "a text"}"#,
            r#"{"current": "2", "1": "a text"}"#,
            r#"{"current": "1", "1": "a text", "x": "b"}"#,
            r#"{"current": "0", "0": "a text"}"#,
            r#"{"current": "1", "1": 7}"#,
        ] {
            let refused = MasterKeys::read(secret).err().expect(secret);
            assert!(!refused.to_string().contains("text"), "{refused}");
        }
    }
}
