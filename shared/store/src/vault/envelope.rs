//! The envelope of a sealed value: one byte of version, two bytes with the number of the key, twelve bytes of nonce,
//! and the ciphertext and the tag of AES-256-GCM.

use crate::{Random, StoreError};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

const VERSION: u8 = 1;
const NUMBER: usize = 2;
const NONCE: usize = 12;
const CORRUPT: StoreError = StoreError::Corrupt("sealed field");

/// The number of a key among the keys of one owner: the deployment's master keys, or a merchant's keys. A key of a
/// person would get a number among the person's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyNumber(u16);

impl KeyNumber {
    /// The number of an owner's first key.
    pub(crate) const FIRST: Self = Self(1);

    /// Reads a number, `1` to `65535`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number| *number >= 1).map(Self)
    }
}

/// Seals a message with the key of this number.
pub(crate) fn seal(
    cipher: &Aes256Gcm,
    number: KeyNumber,
    associated: &[u8],
    message: &[u8],
    random: &Random,
) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE] = random.bytes()?;
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: message, aad: associated })
        .map_err(|_| StoreError::Corrupt("field too long to seal"))?;
    let mut envelope = Vec::with_capacity(1 + NUMBER + NONCE + sealed.len());
    envelope.push(VERSION);
    envelope.extend_from_slice(&number.0.to_be_bytes());
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&sealed);
    Ok(envelope)
}

/// The number of the key that sealed an envelope.
pub(crate) fn key_number(envelope: &[u8]) -> Result<KeyNumber, StoreError> {
    Ok(split(envelope)?.0)
}

/// Opens an envelope with the key that sealed it.
pub(crate) fn open(
    cipher: &Aes256Gcm,
    associated: &[u8],
    envelope: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let (_, rest) = split(envelope)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(CORRUPT)?;
    cipher
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: associated })
        .map_err(|_| CORRUPT)
}

fn split(envelope: &[u8]) -> Result<(KeyNumber, &[u8]), StoreError> {
    let Some((&VERSION, rest)) = envelope.split_first() else {
        return Err(CORRUPT);
    };
    let (number, rest) = rest.split_first_chunk::<NUMBER>().ok_or(CORRUPT)?;
    Ok((KeyNumber(u16::from_be_bytes(*number)), rest))
}
