//! Identifiers: whose is what. Each is a type of its own, so that none is taken for another.

use crate::{Instant, ValueError};
use ulid::{ULID_LEN, Ulid};

/// How many shards a merchant's members are spread over.
pub const MEMBER_SHARDS: u8 = 16;

macro_rules! ulid_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// Mints an identifier from an instant and 80 random bits (more are cut off).
            #[must_use]
            pub fn mint(now: Instant, random: u128) -> Self {
                let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
                Self(Ulid::from_parts(milliseconds, random))
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

            /// From the sixteen bytes of [`Self::to_bytes`].
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
    /// A merchant (*commerçant*, the controller of the register): the tenant.
    MerchantId
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
    /// A till's key; public, unlike the key's secret.
    KeyId
);

ulid_identifier!(
    /// A campaign.
    CampaignId
);
ulid_identifier!(
    /// An offer, whose coupons all give the same.
    OfferId
);
ulid_identifier!(
    /// A batch of an offer's codes, made in the background.
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

impl RedemptionId {
    /// When it was minted, to the millisecond; for one that no clock of ours minted, the end of time.
    #[must_use]
    pub fn minted_at(self) -> Instant {
        let milliseconds = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        Instant::from_millisecond(milliseconds).unwrap_or(Instant::MAX)
    }
}

ulid_identifier!(
    /// An address of a merchant's that events are posted to.
    WebhookId
);

impl MemberId {
    /// The shard that holds the member: stable, and spread evenly by the random part.
    #[must_use]
    pub const fn shard(self) -> u8 {
        self.0.to_bytes()[15] % MEMBER_SHARDS
    }
}

/// An establishment (a shop), by the short code its merchant chose: `paris-11`.
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

/// A card's number, as printed on it: 4 to 32 letters or digits, kept in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CardNumber(String);

impl CardNumber {
    /// Reads a card number; spaces and hyphens, which people add, are dropped.
    ///
    /// # Errors
    /// [`ValueError::CardNumber`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let number: String = text
            .chars()
            .filter(|character| !matches!(character, ' ' | '-' | '\u{a0}'))
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let fits = (4..=32).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(number)) } else { Err(ValueError::CardNumber) }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
    fn a_redemption_tells_when_it_was_minted_and_a_forged_one_breaks_nothing() {
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

    #[test]
    fn a_card_number_is_read_with_or_without_its_spaces() {
        assert_eq!(CardNumber::parse("12 34-ab"), CardNumber::parse("1234AB"));
        assert_eq!(CardNumber::parse("123"), Err(ValueError::CardNumber));
    }
}
