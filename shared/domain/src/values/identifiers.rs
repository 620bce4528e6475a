//! Identifiers. Each kind has its own type, so that the compiler finds an identifier of the wrong kind.

use crate::{Instant, ValueError};
use ulid::{ULID_LEN, Ulid};

/// The number of shards over which a merchant's members are spread.
pub const MEMBER_SHARDS: u8 = 16;

macro_rules! ulid_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// Makes an identifier of an instant and 80 random bits. Further bits of `random` are ignored.
            #[must_use]
            pub fn mint(now: Instant, random: u128) -> Self {
                let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
                Self(Ulid::from_parts(milliseconds, random))
            }

            /// The instant at which the identifier was made, in milliseconds. A forged identifier may
            /// hold no valid instant; the result is then the latest possible instant.
            #[must_use]
            pub fn minted_at(self) -> Instant {
                let milliseconds = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
                Instant::from_millisecond(milliseconds).unwrap_or(Instant::MAX)
            }

            /// Reads an identifier in its canonical form of 26 characters.
            ///
            /// # Errors
            /// [`ValueError::Identifier`].
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                let ulid = Ulid::from_string(text).map_err(|_| ValueError::Identifier)?;
                let is_canonical = ulid.array_to_str(&mut [0; ULID_LEN]) == text;
                if is_canonical { Ok(Self(ulid)) } else { Err(ValueError::Identifier) }
            }

            /// The identifier of the sixteen bytes that [`Self::to_bytes`] gave.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Ulid::from_bytes(bytes))
            }

            /// The identifier as sixteen bytes.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0.array_to_str(&mut [0; ULID_LEN]))
            }
        }

        crate::serde_as_text!($name);
    };
}

ulid_identifier!(
    /// A merchant (*commerçant*, the controller in the GDPR register): the tenant.
    MerchantId
);
ulid_identifier!(
    /// A notice: a message that answers a person's own request, such as a code to sign in.
    NoticeId
);
ulid_identifier!(
    /// A member (*client final*) of one merchant.
    MemberId
);
ulid_identifier!(
    /// A file that a merchant sent.
    UploadId
);
ulid_identifier!(
    /// A till's key. The identifier is public; the secret of the key is not.
    KeyId
);

ulid_identifier!(
    /// An entry of the access log.
    AccessId
);
ulid_identifier!(
    /// A campaign.
    CampaignId
);
ulid_identifier!(
    /// An offer: all of its coupons give the same benefit.
    OfferId
);
ulid_identifier!(
    /// A batch of codes of an offer, generated in the background.
    CouponBatchId
);
ulid_identifier!(
    /// A reward of a merchant's catalogue.
    RewardId
);
ulid_identifier!(
    /// A redemption of a member's points.
    RedemptionId
);

ulid_identifier!(
    /// An endpoint of a merchant to which events are posted.
    WebhookId
);

impl MemberId {
    /// The shard of the member. The random bits of the identifier spread members evenly.
    #[must_use]
    pub const fn shard(self) -> u8 {
        self.0.to_bytes()[15] % MEMBER_SHARDS
    }
}

/// An establishment (*point de vente*), by the short code that its merchant chose: `paris-11`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EstablishmentId(String);

impl EstablishmentId {
    /// Reads a code of 1 to 20 lower-case letters, digits and hyphens.
    ///
    /// # Errors
    /// [`ValueError::EstablishmentCode`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let fits = (1..=20).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(ValueError::EstablishmentCode) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EstablishmentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

crate::serde_as_text!(EstablishmentId);

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn an_identifier_reads_back_as_it_was_given() {
        let member = MemberId::mint(Instant::from_second(1_700_000_000).unwrap(), 42);
        assert_eq!(MemberId::parse(&member.to_string()), Ok(member));
        assert_eq!(
            MemberId::parse(&member.to_string().to_lowercase()),
            Err(ValueError::Identifier)
        );
        assert_eq!(MemberId::parse("not-one"), Err(ValueError::Identifier));
    }

    #[test]
    fn an_identifier_in_json_is_its_text_and_an_error_does_not_repeat_the_text() {
        let member = MemberId::mint(Instant::from_second(1_700_000_000).unwrap(), 42);
        let json = serde_json::to_string(&member).unwrap();
        assert_eq!(json, format!("\"{member}\""));
        assert_eq!(serde_json::from_str::<MemberId>(&json).unwrap(), member);
        let error = serde_json::from_str::<MemberId>("\"0639980001\"").unwrap_err().to_string();
        assert!(error.starts_with("this text is no MemberId"), "{error}");
        assert!(!error.contains("0639980001"), "{error}");
    }

    #[test]
    fn an_identifier_has_its_instant_and_a_forged_one_has_the_last_instant() {
        let now = Instant::from_millisecond(1_790_000_000_123).unwrap();
        assert_eq!(RedemptionId::mint(now, 42).minted_at(), now);
        assert_eq!(RedemptionId::from_bytes([255; 16]).minted_at(), Instant::MAX);
    }

    #[rstest]
    #[case("paris-11", true)]
    #[case("001", true)]
    #[case("Paris", false)]
    #[case("", false)]
    #[case("a/b", false)]
    #[case("a#b", false)]
    #[case("a-code-of-more-than-twenty", false)]
    fn an_establishment_code_is_short_and_plain(#[case] code: &str, #[case] fits: bool) {
        assert_eq!(EstablishmentId::parse(code).is_ok(), fits);
    }
}
