//! Consents and oppositions, for each channel (CPCE art. L34-5; GDPR art. 7 and 21).
//!
//! Consents and oppositions may arrive late and in any order. Each has its own instant, and the later one
//! counts, if it may: an opposition of the person ends only by a consent of the person, or by a consent with a
//! full proof ([`Consent::lifts`]).

use crate::purchase::receipt::Operator;
use crate::values::word_enum::word_enum;
use crate::{Credential, EstablishmentId, Instant, MemberError};

word_enum! {
    /// A way to reach a person.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Channel {
        /// E-mail.
        Email = "email",
        /// SMS.
        Sms = "sms",
        /// Letters.
        Postal = "postal",
    }
}

word_enum! {
    /// Where a consent comes from.
    pub enum ConsentSource {
        /// The person, at the counter.
        Till = "till",
        /// The person, on a page of their own. No key of a merchant may state this source.
        Member = "member",
        /// The merchant's software, at a later time.
        Merchant = "merchant",
    }
}

/// A consent with its proof. A consent is free, specific and informed, so the text that was shown is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// When it was given.
    pub at: Instant,
    /// Where it comes from.
    pub source: ConsentSource,
    /// The version of the text that was shown.
    pub text_version: String,
    /// The establishment where it was given.
    pub establishment: Option<EstablishmentId>,
    /// The till's operator who recorded it.
    pub operator: Option<Operator>,
    /// The consent of a parent, for a person under 15.
    pub parent: Option<ParentalConsent>,
    /// The credential that recorded it.
    pub by: Credential,
}

/// The consent of a parent, as the till's operator recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentalConsent {
    /// When the parent consented.
    pub at: Instant,
    /// The operator to whom the parent said so.
    pub operator: Operator,
    /// The version of the text that the parent read.
    pub text_version: String,
}

impl Consent {
    /// Whether the consent ends an earlier opposition. An opposition of the person ends by a consent of the
    /// person, or by a consent whose proof names the shop, the operator, the credential and the text. What the
    /// merchant reports later ends no opposition.
    #[must_use]
    pub fn lifts(&self, opposition: &Opposition) -> bool {
        match self.source {
            ConsentSource::Member => true,
            ConsentSource::Till => !opposition.is_of_the_person() || self.has_full_proof(),
            ConsentSource::Merchant => false,
        }
    }

    const fn has_full_proof(&self) -> bool {
        self.establishment.is_some() && self.operator.is_some()
    }
}

word_enum! {
    /// Why no more messages may be sent.
    pub enum OppositionReason {
        /// The person used the unsubscribe link or button of a message.
        Unsubscribed = "unsubscribed",
        /// The person answered STOP by SMS.
        Stop = "stop",
        /// The person marked a message as unwanted.
        Complaint = "complaint",
        /// The address does not exist. This is not an opposition of a person.
        Bounced = "bounced",
        /// The person said so at the counter or to the merchant.
        Manual = "manual",
    }
}

/// An opposition (*opposition*, GDPR art. 21). It takes effect at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opposition {
    /// When the person opposed.
    pub at: Instant,
    /// How the person opposed.
    pub reason: OppositionReason,
    /// The credential that recorded it.
    pub by: Credential,
}

impl Opposition {
    /// Whether the person made it. An address that does not exist is no will of the person.
    #[must_use]
    pub fn is_of_the_person(&self) -> bool {
        self.reason != OppositionReason::Bounced
    }
}

/// The last consent and the last opposition of a person for one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelConsent {
    /// The last consent.
    pub consent: Option<Consent>,
    /// The last opposition.
    pub opposition: Option<Opposition>,
    /// The number of consents and oppositions that were noted. It gives each of them its place in the history.
    pub changes: u32,
}

impl ChannelConsent {
    /// Whether the person opposed, and no consent has ended the opposition since.
    #[must_use]
    pub fn is_opposed(&self) -> bool {
        match (&self.consent, &self.opposition) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(consent), Some(opposition)) => {
                consent.at <= opposition.at || !consent.lifts(opposition)
            }
        }
    }

    /// Notes a consent, and returns whether something changed. An older consent than the last one changes
    /// nothing.
    ///
    /// # Errors
    /// [`MemberError::OppositionStands`] for a consent that does not end the opposition of this channel.
    pub fn consent(&mut self, consent: Consent) -> Result<bool, MemberError> {
        if self.consent.as_ref().is_some_and(|known| known.at >= consent.at) {
            return Ok(false);
        }
        // A consent that ended the opposition stays: a weaker one would bring the opposition back.
        if self.opposition.is_some_and(|known| !consent.lifts(&known)) {
            return if self.is_opposed() { Err(MemberError::OppositionStands) } else { Ok(false) };
        }
        self.consent = Some(consent);
        self.changes += 1;
        Ok(true)
    }

    /// Notes an opposition, and returns whether something changed.
    pub fn oppose(&mut self, opposition: Opposition) -> bool {
        let is_newer = self.opposition.is_none_or(|known| known.at < opposition.at);
        if is_newer {
            self.opposition = Some(opposition);
            self.changes += 1;
        }
        is_newer
    }

    /// Removes the opposition of an address that does not exist, since another address or number replaced
    /// the address.
    pub fn address_changed(&mut self) {
        self.opposition.take_if(|known| known.reason == OppositionReason::Bounced);
    }
}

/// The consents and oppositions of a person for every channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consents {
    /// For e-mail.
    pub email: ChannelConsent,
    /// For SMS.
    pub sms: ChannelConsent,
    /// For letters.
    pub postal: ChannelConsent,
}

impl Consents {
    /// The consent and opposition for a channel.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> &ChannelConsent {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
            Channel::Postal => &self.postal,
        }
    }

    /// As [`Consents::of`], to change them.
    pub const fn of_mut(&mut self, channel: Channel) -> &mut ChannelConsent {
        match channel {
            Channel::Email => &mut self.email,
            Channel::Sms => &mut self.sms,
            Channel::Postal => &mut self.postal,
        }
    }

    /// Adds the oppositions of another member who is the same person. Consents are not added: the person
    /// gave them for another address.
    pub fn absorb(&mut self, other: &Self) {
        for channel in Channel::ALL {
            if let Some(opposition) = other.of(channel).opposition {
                self.of_mut(channel).oppose(opposition);
            }
        }
    }

    /// Whether marketing may be sent by a channel. E-mail and SMS need a consent; letters need only that
    /// the person did not oppose. Every message to a person under 15 needs the consent of a parent.
    #[must_use]
    pub fn permit(&self, channel: Channel, is_under_15: bool) -> bool {
        let consents = self.of(channel);
        let has_consented = match &consents.consent {
            Some(consent) => !is_under_15 || consent.parent.is_some(),
            None => channel == Channel::Postal && !is_under_15,
        };
        has_consented && !consents.is_opposed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn consent(second: i64, source: ConsentSource) -> Consent {
        Consent {
            at: at(second),
            source,
            text_version: "2026-01".to_owned(),
            establishment: EstablishmentId::parse("paris").ok(),
            operator: None,
            parent: None,
            by: Credential::Operator,
        }
    }

    fn with_operator(second: i64) -> Consent {
        let operator = Operator::parse("V12").ok();
        Consent { operator, ..consent(second, ConsentSource::Till) }
    }

    fn opposition(second: i64, reason: OppositionReason) -> Opposition {
        Opposition { at: at(second), reason, by: Credential::Link }
    }

    #[test]
    fn e_mail_and_sms_need_a_consent_and_letters_only_no_opposition() {
        let mut consents = Consents::default();
        assert!(!consents.permit(Channel::Email, false) && !consents.permit(Channel::Sms, false));
        assert!(consents.permit(Channel::Postal, false));
        consents.email.consent(consent(1, ConsentSource::Till)).unwrap();
        assert!(consents.permit(Channel::Email, false) && !consents.permit(Channel::Sms, false));
        consents.postal.oppose(opposition(1, OppositionReason::Manual));
        assert!(!consents.permit(Channel::Postal, false));
    }

    #[test]
    fn no_message_is_sent_to_a_person_under_15_without_the_consent_of_a_parent() {
        let mut consents = Consents::default();
        for channel in Channel::ALL {
            consents.of_mut(channel).consent(with_operator(1)).unwrap();
            assert!(consents.permit(channel, false) && !consents.permit(channel, true));
        }
        assert!(!Consents::default().permit(Channel::Postal, true));
        let operator = Operator::parse("V12").unwrap();
        let parent = ParentalConsent { at: at(2), operator, text_version: "2026-01".to_owned() };
        for channel in Channel::ALL {
            let together = Consent { parent: Some(parent.clone()), ..with_operator(2) };
            consents.of_mut(channel).consent(together).unwrap();
            assert!(consents.permit(channel, true));
        }
    }

    #[rstest]
    #[case::the_person(consent(3, ConsentSource::Member), true)]
    #[case::a_full_proof(with_operator(3), true)]
    #[case::no_operator(consent(3, ConsentSource::Till), false)]
    #[case::no_establishment(Consent { establishment: None, ..with_operator(3) }, false)]
    #[case::the_merchant(Consent { source: ConsentSource::Merchant, ..with_operator(3) }, false)]
    fn an_opposition_of_the_person_is_lifted_only_by_the_person_or_by_a_full_proof(
        #[case] later: Consent,
        #[case] lifted: bool,
        #[values(
            OppositionReason::Unsubscribed,
            OppositionReason::Stop,
            OppositionReason::Complaint,
            OppositionReason::Manual
        )]
        reason: OppositionReason,
    ) {
        let mut consents = ChannelConsent::default();
        assert_eq!(consents.consent(consent(1, ConsentSource::Till)), Ok(true));
        consents.oppose(opposition(2, reason));
        let refused = Err(MemberError::OppositionStands);
        assert_eq!(consents.consent(later), if lifted { Ok(true) } else { refused });
        assert_eq!(consents.is_opposed(), !lifted);
    }

    #[rstest]
    #[case(ConsentSource::Till, true)]
    #[case(ConsentSource::Merchant, false)]
    fn a_person_at_the_counter_lifts_the_bounce_of_an_address_without_an_operator(
        #[case] source: ConsentSource,
        #[case] lifted: bool,
    ) {
        let mut consents = ChannelConsent::default();
        consents.oppose(opposition(2, OppositionReason::Bounced));
        assert_eq!(consents.consent(consent(3, source)).is_ok(), lifted);
        assert_eq!(consents.is_opposed(), !lifted);
    }

    #[test]
    fn a_consent_that_the_merchant_reports_later_does_not_bring_a_lifted_opposition_back() {
        let mut consents = ChannelConsent::default();
        consents.oppose(opposition(2, OppositionReason::Stop));
        consents.consent(with_operator(3)).unwrap();
        assert_eq!(consents.consent(consent(4, ConsentSource::Merchant)), Ok(false));
        assert!(!consents.is_opposed());
    }

    #[test]
    fn an_opposition_that_arrives_late_is_not_lifted_by_a_consent_without_a_full_proof() {
        let mut consents = ChannelConsent::default();
        consents.consent(consent(3, ConsentSource::Merchant)).unwrap();
        consents.oppose(opposition(2, OppositionReason::Stop));
        assert!(consents.is_opposed());
    }

    #[test]
    fn an_opposition_of_the_same_second_wins() {
        let mut consents = ChannelConsent::default();
        consents.oppose(opposition(5, OppositionReason::Stop));
        consents.consent(consent(5, ConsentSource::Member)).unwrap();
        assert!(consents.is_opposed());
    }

    #[test]
    fn only_what_changes_something_counts_as_a_change() {
        let mut consents = ChannelConsent::default();
        for _ in 0..2 {
            consents.consent(consent(1, ConsentSource::Till)).unwrap();
            consents.oppose(opposition(2, OppositionReason::Stop));
        }
        assert!(consents.consent(consent(3, ConsentSource::Merchant)).is_err());
        assert_eq!(consents.changes, 2);
    }

    proptest! {
        #[test]
        fn the_last_consent_or_opposition_counts_in_whatever_order_they_arrive(
            mut events in proptest::collection::vec((0_i64..50, any::<bool>()), 1..12),
            seed in any::<usize>(),
        ) {
            let last = events.iter().map(|(second, is_consent)| (*second, !is_consent)).max();
            let length = events.len();
            events.rotate_left(seed % length);
            let mut consents = ChannelConsent::default();
            for (second, is_consent) in events {
                if is_consent {
                    consents.consent(with_operator(second)).unwrap();
                } else {
                    consents.oppose(opposition(second, OppositionReason::Stop));
                }
            }
            prop_assert_eq!(consents.is_opposed(), last.is_some_and(|(_, opposed)| opposed));
        }

        #[test]
        fn no_order_of_arrival_lifts_an_opposition_without_a_later_consent_that_may(
            events in proptest::collection::vec((0_i64..50, 0_u8..4), 1..12),
        ) {
            let mut consents = ChannelConsent::default();
            for (second, kind) in &events {
                let _ = match kind {
                    0 => Ok(consents.oppose(opposition(*second, OppositionReason::Stop))),
                    1 => consents.consent(with_operator(*second)),
                    2 => consents.consent(consent(*second, ConsentSource::Till)),
                    _ => consents.consent(consent(*second, ConsentSource::Merchant)),
                };
            }
            let last = |kind: u8| events.iter().filter(|one| one.1 == kind).map(|one| one.0).max();
            if last(0) > last(1) || (last(0).is_some() && last(0) == last(1)) {
                prop_assert!(consents.is_opposed());
            }
        }
    }
}
