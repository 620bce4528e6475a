//! A till's key as the till holds it: `zs_live_…` or `zs_test_…`, then base64url of the merchant (16
//! bytes), the key's public identifier (16) and its secret (24, from the system's generator).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{EstablishmentId, Instant, KeyId, MerchantId, Origin};
use sha2::{Digest, Sha256};
use store::{Mode, TillKey};
use subtle::ConstantTimeEq;

const IDENTIFIER: usize = 16;
const SECRET: usize = 24;

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
        let bytes: [u8; 2 * IDENTIFIER + SECRET] =
            URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
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
        (same && key.mode == self.mode && key.revoked_at.is_none()).then_some(key)
    }
}

/// A new key: the stored part, and the token, which is never shown again.
pub struct Minted {
    /// The part that is stored.
    pub stored: TillKey,
    /// The token that the till sends.
    pub token: String,
}

/// Makes a key.
///
/// # Errors
/// The system gives no random bytes.
pub fn mint(
    merchant: MerchantId,
    establishment: EstablishmentId,
    mode: Mode,
    label: String,
    origins: Vec<Origin>,
    now: Instant,
) -> Result<Minted, getrandom::Error> {
    let (mut random, mut secret) = ([0; IDENTIFIER], [0; SECRET]);
    getrandom::fill(&mut random)?;
    getrandom::fill(&mut secret)?;
    let id = KeyId::mint(now, u128::from_be_bytes(random));
    let bytes = [&merchant.to_bytes()[..], &id.to_bytes(), &secret].concat();
    let token = format!("zs_{}_{}", mode.as_str(), URL_SAFE_NO_PAD.encode(bytes));
    let stored = TillKey {
        id,
        establishment,
        mode,
        label,
        secret_hash: hash(&secret),
        origins,
        created_at: now,
        revoked_at: None,
    };
    Ok(Minted { stored, token })
}

fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minted(mode: Mode) -> Minted {
        let merchant = MerchantId::mint(Instant::UNIX_EPOCH, 1);
        let paris = EstablishmentId::parse("paris").unwrap();
        let label = "caisse 1".to_owned();
        mint(merchant, paris, mode, label, vec![], Instant::UNIX_EPOCH).unwrap()
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
        let revoked = TillKey { revoked_at: Some(Instant::UNIX_EPOCH), ..stored };
        assert!(!matches(&token, &revoked));
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
