//! Leases. A lease gives an item to one worker until an instant. The worker proves the lease by a
//! token.

use crate::StoreError;

/// A random token of 32 hexadecimal digits.
pub(crate) fn token() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
