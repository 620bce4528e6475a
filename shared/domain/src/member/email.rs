//! An e-mail address.

use crate::MemberError;

/// An e-mail address, checked by its shape only: a local part, an at sign, and a domain with a point. Stored
/// in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address of at most 254 characters.
    ///
    /// # Errors
    /// [`MemberError::Email`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        let address = text.trim().to_lowercase();
        let (local, host) = address.rsplit_once('@').ok_or(MemberError::Email)?;
        let labels_fit = host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        let plain = !local.is_empty()
            && local.len() <= 64
            && address.len() <= 254
            && !address.chars().any(|c| {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
            });
        if labels_fit && plain { Ok(Self(address)) } else { Err(MemberError::Email) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Camille.Martin@Example.com", true)]
    #[case("a+b@mail.example.com", true)]
    #[case("camille", false)]
    #[case("camille@example", false)]
    #[case("camille@exam ple.com", false)]
    #[case("a@b..com", false)]
    #[case("<a>@example.com", false)]
    fn an_e_mail_address_has_a_local_part_and_a_domain_with_a_point(
        #[case] text: &str,
        #[case] fits: bool,
    ) {
        assert_eq!(Email::parse(text).is_ok(), fits);
    }
}
