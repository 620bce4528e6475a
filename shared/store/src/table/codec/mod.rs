//! Compact encodings (CBOR with numbered fields) of what must stay small. A new field takes a new number,
//! and a number is never used again.

pub(crate) mod account;
pub(crate) mod consents;
pub(crate) mod lots;
pub(crate) mod parts;
pub(crate) mod purchase;

use crate::StoreError;
use domain::Instant;
use minicbor::{Decode, Encode};

fn instant_of(second: i64) -> Instant {
    Instant::from_second(second).unwrap_or(Instant::UNIX_EPOCH)
}

pub(crate) fn to_bytes<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    // Writing to a `Vec` has no failure.
    let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> =
        minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

pub(crate) fn from_bytes<'b, T: Decode<'b, ()>>(
    bytes: &'b [u8],
    kind: &'static str,
) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Corrupt(kind))
}
