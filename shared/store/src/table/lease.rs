//! Leases: an item is one worker's until a time, and the worker proves so by a token.

use crate::StoreError;

/// Thirty-two hexadecimal digits that nobody has drawn before.
pub(crate) fn token() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
