//! Consents and oppositions, for each channel (CPCE art. L34-5; GDPR art. 7 and 21).
//!
//! Consents and oppositions may arrive late and in any order. Each has its own instant, and the later one
//! counts.

use crate::Instant;
use crate::values::word_enum::word_enum;

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
        /// The person, on a page of their own.
        Member = "member",
        /// The merchant's software or file, at a later time.
        Merchant = "merchant",
    }
}

/// A consent. A consent is free, specific and informed, so the text that was shown is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// When it was given.
    pub at: Instant,
    /// Where it comes from.
    pub source: ConsentSource,
    /// The version of the text that was shown.
    pub text_version: String,
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
}

/// The last consent and the last opposition of a person for one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelConsent {
    /// The last consent.
    pub consent: Option<Consent>,
    /// The last opposition.
    pub opposition: Option<Opposition>,
}

impl ChannelConsent {
    /// Whether the person opposed and has not consented since.
    #[must_use]
    pub fn is_opposed(&self) -> bool {
        match (&self.consent, &self.opposition) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(consent), Some(opposition)) => consent.at <= opposition.at,
        }
    }

    /// Notes a consent, and returns whether something changed. Only the person lifts an opposition: a
    /// consent that the merchant reports after an opposition is ignored.
    pub fn consent(&mut self, consent: Consent) -> bool {
        let is_newer = self.consent.as_ref().is_none_or(|known| known.at < consent.at);
        let is_allowed = consent.source != ConsentSource::Merchant || !self.is_opposed();
        if is_newer && is_allowed {
            self.consent = Some(consent);
        }
        is_newer && is_allowed
    }

    /// Notes an opposition, and returns whether something changed.
    pub fn oppose(&mut self, opposition: Opposition) -> bool {
        let is_newer = self.opposition.is_none_or(|known| known.at < opposition.at);
        if is_newer {
            self.opposition = Some(opposition);
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
    /// the person did not oppose.
    #[must_use]
    pub fn permit(&self, channel: Channel) -> bool {
        let consents = self.of(channel);
        !consents.is_opposed() && (channel == Channel::Postal || consents.consent.is_some())
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
        Consent { at: at(second), source, text_version: "2026-01".to_owned() }
    }

    fn opposition(second: i64) -> Opposition {
        Opposition { at: at(second), reason: OppositionReason::Stop }
    }

    #[test]
    fn e_mail_and_sms_need_a_consent_and_letters_only_no_opposition() {
        let mut consents = Consents::default();
        assert!(!consents.permit(Channel::Email) && !consents.permit(Channel::Sms));
        assert!(consents.permit(Channel::Postal));
        consents.email.consent(consent(1, ConsentSource::Till));
        assert!(consents.permit(Channel::Email) && !consents.permit(Channel::Sms));
        consents.postal.oppose(opposition(1));
        assert!(!consents.permit(Channel::Postal));
    }

    #[rstest]
    #[case(ConsentSource::Till, true)]
    #[case(ConsentSource::Member, true)]
    #[case(ConsentSource::Merchant, false)]
    fn only_the_person_lifts_an_opposition(#[case] source: ConsentSource, #[case] lifted: bool) {
        let mut consents = ChannelConsent::default();
        consents.consent(consent(1, ConsentSource::Till));
        consents.oppose(opposition(2));
        assert_eq!(consents.consent(consent(3, source)), lifted);
        assert_eq!(consents.is_opposed(), !lifted);
    }

    #[test]
    fn an_opposition_of_the_same_second_wins() {
        let mut consents = ChannelConsent::default();
        consents.oppose(opposition(5));
        consents.consent(consent(5, ConsentSource::Till));
        assert!(consents.is_opposed());
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
                    consents.consent(consent(second, ConsentSource::Member));
                } else {
                    consents.oppose(opposition(second));
                }
            }
            prop_assert_eq!(consents.is_opposed(), last.is_some_and(|(_, opposed)| opposed));
        }
    }
}
