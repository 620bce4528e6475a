//! Leases. A lease gives an item to one worker until an instant. The worker proves the lease by a
//! token.

use crate::{Random, StoreError};

/// A random token of 32 hexadecimal digits.
pub(crate) fn token(random: &Random) -> Result<String, StoreError> {
    Ok(format!("{:032x}", random.identifier()?))
}
