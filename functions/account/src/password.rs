//! The hashes of passwords: Argon2id with 19 MiB and two passes, as OWASP recommends (CNIL, recommendation 2022-100).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::sign_in::password::LONGEST;
use store::{Random, StoreError};

/// The hash that a password is compared with where the login has none, so that the answer takes the same time. No
/// password is known that has this hash.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAxNg\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SALT_BYTES: usize = 16;

/// The result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The password is right.
    Right,
    /// The password is right, and its hash was made with older parameters.
    RightToRehash,
    /// The password is wrong, or the login has none.
    Wrong,
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// The hash of a password, as a PHC string. Takes some 25 ms of a core and 19 MiB.
pub(crate) fn hash(random: &Random, password: &str) -> Result<String, StoreError> {
    let salt = random.bytes::<SALT_BYTES>()?;
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    // Fails only where 19 MiB cannot be allocated.
    hash.map(|hash| hash.to_string()).map_err(|_| StoreError::Busy)
}

/// Compares a password with the hash of a login. A text that is longer than any password is wrong after the same time.
pub(crate) fn compare(typed: &str, stored: Option<&str>) -> Compared {
    let fits = typed.chars().nth(LONGEST).is_none();
    let typed = if fits { typed } else { "" };
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(NOBODYS)) else { return Compared::Wrong };
    if argon2().verify_password(typed.as_bytes(), &hash).is_err() || stored.is_none() || !fits {
        return Compared::Wrong;
    }
    match Params::try_from(&hash) {
        Ok(params) if is_current(&params) => Compared::Right,
        _ => Compared::RightToRehash,
    }
}

const fn is_current(params: &Params) -> bool {
    let now = Params::DEFAULT;
    params.m_cost() >= now.m_cost() && params.t_cost() >= now.t_cost()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_only_for_its_own_hash() {
        let stored = hash(&Random::default(), "Vélo-vert-42").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(compare("Vélo-vert-42", Some(&stored)), Compared::Right);
        assert_eq!(compare("Vélo-vert-43", Some(&stored)), Compared::Wrong);
        assert_eq!(compare("Vélo-vert-42", None), Compared::Wrong);
        assert_eq!(compare("", Some(&stored)), Compared::Wrong);
    }

    #[test]
    fn a_text_longer_than_any_password_is_wrong() {
        let empty = hash(&Random::default(), "").unwrap();
        assert_eq!(compare(&"a".repeat(LONGEST + 1), Some(&empty)), Compared::Wrong);
    }

    #[test]
    fn a_hash_of_older_parameters_is_made_again() {
        let older = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let stored = older.hash_password_with_salt(b"Velo-vert-42", &[7; 16]).unwrap().to_string();
        assert_eq!(compare("Velo-vert-42", Some(&stored)), Compared::RightToRehash);
    }
}
