//! A key of an establishment, as a till or other software holds it: `zs_live_…` or `zs_test_…`, then base64url of
//! the merchant (16 bytes), the key's public identifier (16), its secret (24), and a checksum (4). A mistyped or invented key has another checksum, and is refused before anything is read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Credential, EstablishmentId, Instant, KeyId, KeyScope, MerchantId, Origin};
use sha2::{Digest, Sha256};
use store::{Mode, Random, StoreError, TillKey};
use subtle::ConstantTimeEq;

const IDENTIFIER: usize = 16;
const SECRET: usize = 24;
const CHECKSUM: usize = 4;

/// A key as a request presents it: the merchant and the key that it names, and the hash of its secret.
pub(crate) struct Presented {
    pub(crate) merchant: MerchantId,
    mode: Mode,
    pub(crate) id: KeyId,
    secret_hash: [u8; 32],
}

impl Presented {
    pub(crate) fn read(token: &str) -> Option<Self> {
        let rest = token.strip_prefix("zs_")?;
        let (mode, encoded) = rest.split_once('_')?;
        let mode = Mode::parse(mode)?;
        let bytes: [u8; 2 * IDENTIFIER + SECRET + CHECKSUM] =
            URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
        let (bytes, sum) = bytes.split_last_chunk::<CHECKSUM>()?;
        if checksum(bytes) != *sum {
            return None;
        }
        let (merchant, rest) = bytes.split_first_chunk::<IDENTIFIER>()?;
        let (id, secret) = rest.split_first_chunk::<IDENTIFIER>()?;
        Some(Self {
            merchant: MerchantId::from_bytes(*merchant),
            mode,
            id: KeyId::from_bytes(*id),
            secret_hash: hash(secret),
        })
    }

    /// The stored key that this one matches. The hashes of the secrets are compared in constant time.
    pub(crate) fn among<'k>(&self, keys: &'k [TillKey]) -> Option<&'k TillKey> {
        let key = keys.iter().find(|key| key.id == self.id)?;
        let same = bool::from(key.secret_hash.ct_eq(&self.secret_hash));
        (same && key.mode == self.mode && key.revoked.is_none()).then_some(key)
    }
}

/// A new key: the stored part, and the token, which is never shown again.
pub struct Minted {
    /// The part that is stored.
    pub stored: TillKey,
    /// The token that the till sends.
    pub token: String,
}

/// A key to make.
pub struct NewTillKey {
    /// The establishment.
    pub establishment: EstablishmentId,
    /// Live or test data.
    pub mode: Mode,
    /// The scope of the key.
    pub scope: KeyScope,
    /// The name that the merchant gives the key.
    pub label: String,
    /// The origins of web pages that may use the key.
    pub origins: Vec<Origin>,
}

/// Makes a key.
///
/// # Errors
/// [`StoreError::Unavailable`] where the system gives no random bytes.
pub fn mint(
    merchant: MerchantId,
    new: NewTillKey,
    by: Credential,
    now: Instant,
    random: &Random,
) -> Result<Minted, StoreError> {
    let NewTillKey { establishment, mode, scope, label, origins } = new;
    let id = KeyId::mint(now, random.identifier()?);
    let secret: [u8; SECRET] = random.bytes()?;
    let mut bytes = [&merchant.to_bytes()[..], &id.to_bytes(), &secret].concat();
    bytes.extend(checksum(&bytes));
    let token = format!("zs_{}_{}", mode.as_str(), URL_SAFE_NO_PAD.encode(bytes));
    let stored = TillKey {
        id,
        establishment,
        mode,
        scope,
        label,
        secret_hash: hash(&secret),
        origins,
        created_at: now,
        created_by: by,
        revoked: None,
    };
    Ok(Minted { stored, token })
}

/// The first bytes of SHA-256 over the key. They prove nothing: anybody can compute them.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::new().chain_update(b"zerosix/key/1").chain_update(bytes).finalize();
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Revocation;

    fn minted(mode: Mode) -> Minted {
        let merchant = MerchantId::mint(Instant::UNIX_EPOCH, 1);
        let new = NewTillKey {
            establishment: EstablishmentId::parse("paris").unwrap(),
            mode,
            scope: KeyScope::Till,
            label: "caisse 1".to_owned(),
            origins: vec![],
        };
        mint(merchant, new, Credential::Operator, Instant::UNIX_EPOCH, &Random::default()).unwrap()
    }

    #[test]
    fn a_new_key_matches_its_stored_part() {
        let Minted { stored, token } = minted(Mode::Live);
        let presented = Presented::read(&token).unwrap();
        assert_eq!(presented.among(std::slice::from_ref(&stored)), Some(&stored));
    }

    #[test]
    fn a_key_of_another_mode_or_secret_and_a_revoked_key_do_not_match() {
        let Minted { stored, token } = minted(Mode::Live);
        let matches = |token: &str, stored: &TillKey| {
            let presented = Presented::read(token).unwrap();
            presented.among(std::slice::from_ref(stored)).is_some()
        };
        assert!(!matches(&token.replace("zs_live_", "zs_test_"), &stored));
        let another = TillKey { id: stored.id, ..minted(Mode::Live).stored };
        assert!(!matches(&token, &another));
        let revoked = Revocation { at: Instant::UNIX_EPOCH, by: Credential::Operator };
        let revoked = TillKey { revoked: Some(revoked), ..stored };
        assert!(!matches(&token, &revoked));
    }

    #[test]
    fn a_key_with_a_wrong_character_is_not_read() {
        let token = minted(Mode::Live).token;
        for place in 8..token.len() - 1 {
            let mut wrong = token.clone().into_bytes();
            wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
            assert!(Presented::read(&String::from_utf8(wrong).unwrap()).is_none(), "{place}");
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_not_read() {
        let token = minted(Mode::Test).token;
        for text in ["", "zs_", "zs_live_", "zs_prod_AAAA", &token[..token.len() - 2], &token[3..]]
        {
            assert!(Presented::read(text).is_none(), "{text}");
        }
    }
}
