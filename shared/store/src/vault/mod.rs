//! The vault. Personal data is sealed before it is written, and looked up by a keyed hash.
//!
//! A master key, from a secret of the deployment, wraps one random key for each merchant. The
//! wrapped key is in the merchant's profile. A sealing key and a hashing key are derived from the
//! merchant's key. Every sealed value names the key that sealed it by its number, so that a master
//! key can be replaced: `rewrap_key` wraps a merchant's key with the current one. Merchant, member
//! and field are the associated data, so that a sealed value that was moved to another item or field
//! cannot be decrypted.

mod envelope;
mod master;

pub use master::{MalformedSecret, MasterKey, MasterKeys};

use crate::table::keys::Key;
use crate::table::tenant::Mode;
use crate::{Random, StoreError};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{MemberId, MerchantId, WebhookId};
use envelope::KeyNumber;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// The capacity for a field's associated data, in bytes: two identifiers and a name.
const ASSOCIATED: usize = 72;

/// The fields that are sealed. The name is part of the associated data and must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Mobile,
    LastName,
    FirstName,
    Email,
    BirthDate,
    Address,
    Card,
    BlockedCards,
    InboundText,
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::LastName => "last_name",
            Self::FirstName => "first_name",
            Self::Email => "email",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::Card => "card",
            Self::BlockedCards => "blocked_cards",
            Self::InboundText => "inbound_text",
        }
    }
}

/// A merchant's key. It seals and opens the fields of members, and hashes their contacts.
pub struct MerchantKey {
    merchant: MerchantId,
    raw: Zeroizing<[u8; 32]>,
    sealing: Aes256Gcm,
    hashing: Hmac<Sha256>,
    random: Random,
}

impl MerchantKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the system gives no random bytes.
    pub fn generate(merchant: MerchantId, random: Random) -> Result<Self, StoreError> {
        let mut raw = Zeroizing::new([0; 32]);
        random.fill(raw.as_mut())?;
        Ok(Self::from_raw(merchant, raw, random))
    }

    fn from_raw(merchant: MerchantId, raw: Zeroizing<[u8; 32]>, random: Random) -> Self {
        let hashing_key = expand::<64>(raw.as_ref(), b"zerosix/contact/1");
        Self {
            merchant,
            sealing: cipher(&expand(raw.as_ref(), b"zerosix/field/1")),
            hashing: Hmac::new(&(*hashing_key).into()),
            raw,
            random,
        }
    }

    pub(crate) const fn random(&self) -> &Random {
        &self.random
    }

    pub(crate) fn seal(
        &self,
        member: MemberId,
        field: Field,
        text: &str,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.associated(member, field), text.as_bytes())
    }

    pub(crate) fn open(
        &self,
        member: MemberId,
        field: Field,
        envelope: &[u8],
    ) -> Result<String, StoreError> {
        let text = self.open_with(&self.associated(member, field), envelope)?;
        String::from_utf8(text).map_err(|_| StoreError::Corrupt("sealed field"))
    }

    /// Seals a text of an item that is no member's. `purpose` and `id` tell the item from all others.
    pub(crate) fn seal_for(
        &self,
        purpose: &str,
        id: &str,
        text: &str,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.associated_with(purpose, id), text.as_bytes())
    }

    pub(crate) fn open_for(
        &self,
        purpose: &str,
        id: &str,
        envelope: &[u8],
    ) -> Result<String, StoreError> {
        let text = self.open_with(&self.associated_with(purpose, id), envelope)?;
        String::from_utf8(text).map_err(|_| StoreError::Corrupt("sealed text"))
    }

    /// Seals the secret of a webhook.
    pub(crate) fn seal_webhook(
        &self,
        webhook: WebhookId,
        secret: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.associated_with_webhook(webhook), secret)
    }

    pub(crate) fn open_webhook(
        &self,
        webhook: WebhookId,
        envelope: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.open_with(&self.associated_with_webhook(webhook), envelope)
    }

    /// Seals the client's address of an entry of the access log.
    pub(crate) fn seal_source(&self, entry: &Key, address: &str) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.associated_with_access(entry), address.as_bytes())
    }

    pub(crate) fn open_source(&self, entry: &Key, sealed: &[u8]) -> Result<String, StoreError> {
        let address = self.open_with(&self.associated_with_access(entry), sealed)?;
        String::from_utf8(address).map_err(|_| StoreError::Corrupt("sealed field"))
    }

    /// Seals the position of a page in a list.
    pub(crate) fn seal_position(
        &self,
        mode: Mode,
        list: &str,
        position: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.associated_with_list(mode, list), position)
    }

    pub(crate) fn open_position(
        &self,
        mode: Mode,
        list: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.open_with(&self.associated_with_list(mode, list), sealed)
    }

    fn seal_with(&self, associated: &[u8], message: &[u8]) -> Result<Vec<u8>, StoreError> {
        envelope::seal(&self.sealing, KeyNumber::FIRST, associated, message, &self.random)
    }

    /// A merchant has one key, which has the first number.
    fn open_with(&self, associated: &[u8], envelope: &[u8]) -> Result<Vec<u8>, StoreError> {
        if envelope::key_number(envelope)? != KeyNumber::FIRST {
            return Err(StoreError::Corrupt("field sealed by an unknown key"));
        }
        envelope::open(&self.sealing, associated, envelope)
    }

    /// The keyed hash that a contact is looked up by: 128 bits of HMAC-SHA256 in 22 characters.
    pub(crate) fn contact_hash(&self, kind: &str, value: &str) -> String {
        let mut hashing = self.hashing.clone();
        hashing.update(kind.as_bytes());
        hashing.update(b"\0");
        hashing.update(value.as_bytes());
        URL_SAFE_NO_PAD.encode(&hashing.finalize().into_bytes()[..16])
    }

    /// A keyed hash for another purpose.
    pub(crate) fn hashing_for(&self, purpose: &[u8]) -> Hmac<Sha256> {
        let key = expand::<64>(self.raw.as_ref(), purpose);
        Hmac::new(&(*key).into())
    }

    fn associated_with_list(&self, mode: Mode, list: &str) -> Vec<u8> {
        format!("{}|{}|list|{list}", self.merchant, mode.as_str()).into_bytes()
    }

    fn associated(&self, member: MemberId, field: Field) -> Vec<u8> {
        let mut associated = String::with_capacity(ASSOCIATED);
        // Writing to a string never fails.
        let _ = write!(associated, "{}|{member}|{}", self.merchant, field.name());
        associated.into_bytes()
    }

    fn associated_with_access(&self, Key { pk, sk }: &Key) -> Vec<u8> {
        format!("{}|{pk}|{sk}|source", self.merchant).into_bytes()
    }

    fn associated_with(&self, purpose: &str, id: &str) -> Vec<u8> {
        format!("{}|{purpose}|{id}", self.merchant).into_bytes()
    }

    fn associated_with_webhook(&self, webhook: WebhookId) -> Vec<u8> {
        format!("{}|{webhook}|webhook", self.merchant).into_bytes()
    }
}

fn expand<const N: usize>(secret: &[u8], purpose: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    // HKDF fails only above 255 blocks. The keys here have a few dozen bytes.
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(purpose, key.as_mut());
    debug_assert!(expanded.is_ok());
    key
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&(*key).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    fn merchant(random: u128) -> MerchantId {
        MerchantId::mint(Instant::UNIX_EPOCH, random)
    }

    fn member(random: u128) -> MemberId {
        MemberId::mint(Instant::UNIX_EPOCH, random)
    }

    #[test]
    fn a_sealed_field_opens_only_where_it_was_written() {
        let key = MerchantKey::generate(merchant(1), Random::default()).unwrap();
        let sealed = key.seal(member(1), Field::LastName, "Martin").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"Martin"));
        assert_eq!(key.open(member(1), Field::LastName, &sealed).unwrap(), "Martin");
        assert!(key.open(member(2), Field::LastName, &sealed).is_err());
        assert!(key.open(member(1), Field::FirstName, &sealed).is_err());
        let another = MerchantKey::generate(merchant(1), Random::default()).unwrap();
        assert!(another.open(member(1), Field::LastName, &sealed).is_err());
    }

    #[test]
    fn an_envelope_cut_short_or_of_another_version_or_key_does_not_open() {
        let key = MerchantKey::generate(merchant(1), Random::default()).unwrap();
        let mut sealed = key.seal(member(1), Field::Email, "a@example.com").unwrap();
        for length in 0..sealed.len() {
            assert!(key.open(member(1), Field::Email, &sealed[..length]).is_err());
        }
        let mut other = sealed.clone();
        other[0] = 2;
        assert!(key.open(member(1), Field::Email, &other).is_err());
        sealed[2] = 2;
        assert!(key.open(member(1), Field::Email, &sealed).is_err());
    }

    #[test]
    fn the_same_contact_has_another_hash_at_another_merchant() {
        let [a, b] =
            [1, 2].map(|id| MerchantKey::generate(merchant(id), Random::default()).unwrap());
        assert_ne!(
            a.contact_hash("MOBILE", "+33639980012"),
            b.contact_hash("MOBILE", "+33639980012")
        );
        assert_ne!(a.contact_hash("MOBILE", "1234"), a.contact_hash("CARD", "1234"));
    }
}
