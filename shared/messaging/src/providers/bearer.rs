//! Bearer tokens. A provider that signs nothing sends the token that we gave it with each callback.

use super::secret::Secret;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Whether an `Authorization` header holds the expected bearer token. The comparison takes the same time
/// wherever the tokens differ.
#[must_use]
pub(crate) fn verify_bearer(expected: &Secret, header: &str) -> bool {
    let Some((scheme, token)) = header.split_once(' ') else { return false };
    let given = Sha256::digest(token.trim().as_bytes());
    let wanted = Sha256::digest(expected.expose().as_bytes());
    let is_same: bool = given.as_slice().ct_eq(wanted.as_slice()).into();
    is_same && scheme.eq_ignore_ascii_case("bearer") && !expected.expose().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("t0ken", "Bearer t0ken", true)]
    #[case("t0ken", "bearer t0ken", true)]
    #[case("t0ken", "Bearer t0ke", false)]
    #[case("t0ken", "Basic t0ken", false)]
    #[case("t0ken", "t0ken", false)]
    #[case("t0ken", "", false)]
    #[case("", "Bearer ", false)]
    fn only_the_expected_token_is_genuine(
        #[case] expected: &str,
        #[case] header: &str,
        #[case] genuine: bool,
    ) {
        assert_eq!(verify_bearer(&Secret::new(expected.to_owned()), header), genuine);
    }
}
