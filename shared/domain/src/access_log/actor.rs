//! Who signed in or saw personal data.

use crate::{MemberId, ValueError};

/// Who signed in or saw personal data. Staff and internal users get a form of their own: the text has the form
/// `kind:identifier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The member whose login the request gave. Until the sign-in succeeds, nothing proves that the person is
    /// this member.
    Member(MemberId),
    /// A person who gave a login that no member has. The login itself is not stored.
    Unknown,
}

impl Actor {
    /// Reads the text that `Display` writes.
    ///
    /// # Errors
    /// [`ValueError::Identifier`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match text.split_once(':') {
            None if text == "unknown" => Ok(Self::Unknown),
            Some(("member", id)) => MemberId::parse(id).map(Self::Member),
            None | Some(_) => Err(ValueError::Identifier),
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(id) => write!(f, "member:{id}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

crate::serde_as_text!(Actor);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;
    use proptest::prelude::*;
    use rstest::rstest;

    proptest! {
        #[test]
        fn an_actor_reads_back_from_its_text(milliseconds in 0..4_000_000_000_000_i64, random: u128) {
            let at = Instant::from_millisecond(milliseconds).unwrap();
            for actor in [Actor::Member(MemberId::mint(at, random)), Actor::Unknown] {
                prop_assert_eq!(Actor::parse(&actor.to_string()), Ok(actor));
            }
        }
    }

    #[rstest]
    #[case("")]
    #[case("member")]
    #[case("member:")]
    #[case("member:unknown")]
    #[case("unknown:")]
    #[case("staff:01M86DNQG02W65QJ2ENKX1WYVS")]
    fn another_text_is_no_actor(#[case] text: &str) {
        assert_eq!(Actor::parse(text), Err(ValueError::Identifier));
    }
}
