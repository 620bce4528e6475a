//! Random bits for new identifiers.

use http_edge::Problem;

/// 128 bits of the system's generator.
pub(crate) fn random() -> Result<u128, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok(u128::from_be_bytes(bytes))
}
