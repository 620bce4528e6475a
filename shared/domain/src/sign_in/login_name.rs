//! What a member types to sign in.

use crate::Mobile;
use crate::member::Email;

/// What a member types to sign in, beside the password.
#[derive(Clone, PartialEq, Eq)]
pub enum LoginName {
    /// The mobile, which every member has.
    Mobile(Mobile),
    /// The e-mail address of a member who gave one.
    Email(Email),
}

impl LoginName {
    /// Reads a mobile or an e-mail address. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains('@') {
            Email::parse(text).ok().map(Self::Email)
        } else {
            Mobile::parse(text).ok().map(Self::Mobile)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_mobile(text: &str) -> bool {
        matches!(LoginName::parse(text), Some(LoginName::Mobile(_)))
    }

    fn is_email(text: &str) -> bool {
        matches!(LoginName::parse(text), Some(LoginName::Email(_)))
    }

    #[test]
    fn a_member_signs_in_with_a_mobile_or_an_e_mail_address() {
        assert!(is_mobile(" 06 39 98 00 12 ") && is_mobile("+33639980012"));
        assert!(is_email("Camille@Example.com") && is_email(" camille@example.com "));
        for neither in ["", "camille", "camille@", "01 99 00 12 34"] {
            assert!(LoginName::parse(neither).is_none(), "{neither}");
        }
    }
}
