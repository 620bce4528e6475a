//! Consents and oppositions, for each channel (CPCE art. L34-5; GDPR art. 7 and 21).
//!
//! Consents and oppositions may arrive late and in any order. Each has its own instant, and the later one
//! counts, if it may: an opposition of the person ends only by a consent of the person, or by a consent with a
//! full proof ([`Consent::ends_oppositions`]). A bounce is no will of the person, so it is stored apart: it
//! neither replaces nor hides an opposition, and ends with the address.
//!
//! During a merge, one record stands for two persons, and nobody can tell which of them states something. An
//! opposition since the merge may be of either person, so undoing the merge gives it to both, even where a later
//! opposition from before the merge hid it meanwhile: [`OppositionsOfMerge`] keeps the two apart. A consent and a
//! bounce since the merge stay with the survivor, whose address they are about.

use super::minor::is_under_15;
use crate::purchase::receipt::Operator;
use crate::values::calendar::whole_second;
use crate::values::word_enum::word_enum;
use crate::{Credential, Day, EstablishmentId, Instant, MemberError, retention};

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
    /// Whether the consent ends an earlier opposition. An opposition ends by a consent of the person, or by a
    /// consent whose proof names the shop, the operator, the credential and the text. What the merchant
    /// reports later ends no opposition.
    #[must_use]
    pub const fn ends_oppositions(&self) -> bool {
        match self.source {
            ConsentSource::Member => true,
            ConsentSource::Till => self.has_full_proof(),
            ConsentSource::Merchant => false,
        }
    }

    /// Whether the person was there, and so confirmed an address that had bounced.
    const fn confirms_the_address(&self) -> bool {
        matches!(self.source, ConsentSource::Member | ConsentSource::Till)
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

/// A bounce (*adresse en erreur*): the address or number of the person does not exist. No message is sent to
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounce {
    /// When the message came back.
    pub at: Instant,
    /// The credential that recorded it.
    pub by: Credential,
}

/// The oppositions of a survivor for one channel, as undoing its merges needs them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OppositionsOfMerge {
    /// The last opposition before the first of the merges.
    pub before: Option<Opposition>,
    /// The last opposition since then.
    pub since: Option<Opposition>,
}

/// The last consent, the last opposition and the last bounce of a person for one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelConsent {
    /// The last consent.
    pub consent: Option<Consent>,
    /// The last opposition, of the person or of a member who was merged into the person's record.
    pub opposition: Option<Opposition>,
    /// Where the oppositions of a survivor come from. `None` for a member who absorbed nobody.
    pub merged: Option<OppositionsOfMerge>,
    /// The last bounce of the present address.
    pub bounce: Option<Bounce>,
    /// The number of rows that were written to the history. It gives each row its place.
    pub changes: u32,
}

impl ChannelConsent {
    /// Whether the person opposed, and no consent has ended the opposition since.
    #[must_use]
    pub fn is_opposed(&self) -> bool {
        self.opposition.is_some_and(|opposition| self.has_not_ended(opposition))
    }

    /// Whether no consent has ended an opposition.
    fn has_not_ended(&self, opposition: Opposition) -> bool {
        let ends = |consent: &Consent| consent.at > opposition.at && consent.ends_oppositions();
        !self.consent.as_ref().is_some_and(ends)
    }

    /// Whether the address bounced, and the person has not confirmed it by a consent since.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        let confirmed = self.consent.as_ref().filter(|consent| consent.confirms_the_address());
        self.bounce.is_some_and(|bounce| confirmed.is_none_or(|consent| consent.at <= bounce.at))
    }

    /// Notes a consent, and returns whether something changed. An older consent than the last one changes
    /// nothing.
    ///
    /// # Errors
    /// [`MemberError::OppositionStands`] for a consent that does not end the opposition of this channel.
    pub fn consent(&mut self, consent: Consent) -> Result<bool, MemberError> {
        let consent = Consent { at: whole_second(consent.at), ..consent };
        if self.consent.as_ref().is_some_and(|known| known.at >= consent.at) {
            return Ok(false);
        }
        // A consent that ended the opposition stays: a weaker one would bring the opposition back.
        if self.opposition.is_some() && !consent.ends_oppositions() {
            return if self.is_opposed() { Err(MemberError::OppositionStands) } else { Ok(false) };
        }
        // So does a consent that confirmed the address.
        if self.bounce.is_some() && !self.is_dead() && !consent.confirms_the_address() {
            return Ok(false);
        }
        self.consent = Some(consent);
        self.changes += 1;
        Ok(true)
    }

    /// Notes an opposition, and returns whether something changed. An opposition that repeats one that still holds, for
    /// the same reason and by the same credential, only moves its instant, and has no row in the history: a link that
    /// is pressed again and again must not push the proof of a consent out of it.
    pub fn oppose(&mut self, opposition: Opposition) -> bool {
        let opposition = Opposition { at: whole_second(opposition.at), ..opposition };
        let stated = self.stated_opposition();
        if stated.is_some_and(|known| known.at >= opposition.at) {
            return false;
        }
        let repeats = stated.is_some_and(|known| {
            let is_same = (known.reason, known.by) == (opposition.reason, opposition.by);
            is_same && self.has_not_ended(known)
        });
        if let Some(merged) = &mut self.merged {
            merged.since = Some(opposition);
        }
        self.opposition = later(self.opposition, Some(opposition));
        self.changes += u32::from(!repeats);
        true
    }

    /// The last opposition that was stated to this member, where no consent has ended it.
    #[must_use]
    pub fn standing_opposition(&self) -> Option<Opposition> {
        self.stated_opposition().filter(|stated| self.has_not_ended(*stated))
    }

    /// The last opposition that was stated to this member: for a survivor, since its first merge.
    #[must_use]
    pub const fn stated_opposition(&self) -> Option<Opposition> {
        match self.merged {
            Some(merged) => merged.since,
            None => self.opposition,
        }
    }

    /// Notes a bounce, and returns whether something changed.
    pub fn bounce(&mut self, bounce: Bounce) -> bool {
        let bounce = Bounce { at: whole_second(bounce.at), ..bounce };
        let is_newer = self.bounce.is_none_or(|known| known.at < bounce.at);
        if is_newer {
            self.bounce = Some(bounce);
            self.changes += 1;
        }
        is_newer
    }

    /// Notes that another address or number replaced the address at an instant. A bounce of the former
    /// address ends. An opposition of the new address holds from this instant on, because an earlier consent
    /// was given for another address.
    pub fn address_changed(&mut self, opposition: Option<Opposition>, at: Instant) {
        self.bounce = None;
        if let Some(opposition) = opposition {
            self.oppose(Opposition { at: opposition.at.max(at), ..opposition });
        }
    }
}

/// The consents, oppositions and bounces of a person for every channel.
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

    /// Adds the oppositions of another member who is the same person. Consents and bounces are not added:
    /// they are about another address.
    pub fn absorb(&mut self, other: &Self) {
        for channel in Channel::ALL {
            let own = self.of_mut(channel);
            let before = own.opposition;
            own.merged.get_or_insert(OppositionsOfMerge { before, since: None });
            own.opposition = later(own.opposition, other.of(channel).opposition);
        }
    }

    /// Undoes [`Consents::absorb`] of a member. The survivor and the member each keep their own opposition, or
    /// the last one since the survivor's first merge where that is later. The oppositions of the members who are
    /// still merged into the survivor stay.
    pub fn separate(&mut self, absorbed: &mut Self, still_merged: &[&Self]) {
        for channel in Channel::ALL {
            let own = self.of_mut(channel);
            // A record of an earlier version does not say where its opposition comes from: it holds for both.
            let unknown = OppositionsOfMerge { before: own.opposition, since: own.opposition };
            let merged = own.merged.unwrap_or(unknown);
            if let Some(since) = merged.since {
                absorbed.of_mut(channel).oppose(since);
            }
            let brought = still_merged.iter().map(|other| other.of(channel).opposition);
            own.opposition = brought.fold(later(merged.before, merged.since), later);
            own.merged = Some(merged).filter(|_| !still_merged.is_empty());
        }
    }

    /// Whether marketing may be sent by a channel on a day. E-mail and SMS need a consent; letters need only
    /// that the person did not oppose. A consent that a person under 15 gave without a parent never counts,
    /// not even after the birthday.
    #[must_use]
    pub fn permit(&self, channel: Channel, birth_date: Option<Day>, on: Day) -> bool {
        self.of(channel).permits(channel, birth_date, on)
    }
}

/// The later of two oppositions.
fn later(one: Option<Opposition>, other: Option<Opposition>) -> Option<Opposition> {
    one.into_iter().chain(other).reduce(|one, other| if one.at < other.at { other } else { one })
}

impl ChannelConsent {
    /// As [`Consents::permit`], for the channel that these consents are of.
    #[must_use]
    pub fn permits(&self, channel: Channel, birth_date: Option<Day>, on: Day) -> bool {
        self.has_consented(channel, birth_date, on) && !self.is_opposed() && !self.is_dead()
    }

    /// Whether the person gave a consent that counts, whatever the person opposed later. Letters need no consent,
    /// except for a person under 15.
    #[must_use]
    pub fn has_consented(&self, channel: Channel, birth_date: Option<Day>, on: Day) -> bool {
        match &self.consent {
            Some(consent) => {
                consent.parent.is_some() || !is_under_15(birth_date, retention::day_of(consent.at))
            }
            None => channel == Channel::Postal && !is_under_15(birth_date, on),
        }
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

    const fn bounce(second: i64) -> Bounce {
        Bounce { at: Instant::constant(second, 0), by: Credential::Service }
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// Whether the consents of an adult permit a channel.
    fn permit(consents: &Consents, channel: Channel) -> bool {
        consents.permit(channel, None, day("1970-01-01"))
    }

    #[test]
    fn e_mail_and_sms_need_a_consent_and_letters_only_no_opposition() {
        let mut consents = Consents::default();
        assert!(!permit(&consents, Channel::Email) && !permit(&consents, Channel::Sms));
        assert!(permit(&consents, Channel::Postal));
        consents.email.consent(consent(1, ConsentSource::Till)).unwrap();
        assert!(permit(&consents, Channel::Email) && !permit(&consents, Channel::Sms));
        consents.postal.oppose(opposition(1, OppositionReason::Manual));
        assert!(!permit(&consents, Channel::Postal));
    }

    #[test]
    fn no_message_is_sent_to_a_person_under_15_without_the_consent_of_a_parent() {
        let (born, today) = (Day::parse("1960-01-01").ok(), day("1970-01-02"));
        let mut consents = Consents::default();
        for channel in Channel::ALL {
            consents.of_mut(channel).consent(with_operator(1)).unwrap();
            assert!(permit(&consents, channel) && !consents.permit(channel, born, today));
        }
        assert!(!Consents::default().permit(Channel::Postal, born, today));
        let operator = Operator::parse("V12").unwrap();
        let parent = ParentalConsent { at: at(2), operator, text_version: "2026-01".to_owned() };
        for channel in Channel::ALL {
            let together = Consent { parent: Some(parent.clone()), ..with_operator(2) };
            consents.of_mut(channel).consent(together).unwrap();
            assert!(consents.permit(channel, born, today));
        }
    }

    #[rstest]
    #[case::given_alone_before(false, "1975-06-01T12:00:00Z", false)]
    #[case::given_with_a_parent_before(true, "1975-06-01T12:00:00Z", true)]
    #[case::given_alone_on_the_birthday(false, "1975-06-02T12:00:00Z", true)]
    fn a_consent_that_a_person_under_15_gave_alone_does_not_count_after_the_birthday(
        #[case] with_parent: bool,
        #[case] given_at: &str,
        #[case] counts: bool,
    ) {
        let given_at: Instant = given_at.parse().unwrap();
        let operator = Operator::parse("V12").unwrap();
        let parent = ParentalConsent { at: given_at, operator, text_version: "1".to_owned() };
        let parent = with_parent.then_some(parent);
        let given = Consent { at: given_at, parent, ..with_operator(1) };
        let mut consents = Consents::default();
        for channel in Channel::ALL {
            consents.of_mut(channel).consent(given.clone()).unwrap();
            let born = Day::parse("1960-06-02").ok();
            assert_eq!(consents.permit(channel, born, day("1976-01-01")), counts);
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
    #[case(ConsentSource::Member, true)]
    #[case(ConsentSource::Merchant, false)]
    fn a_person_at_the_counter_confirms_an_address_that_bounced_without_an_operator(
        #[case] source: ConsentSource,
        #[case] confirmed: bool,
        #[values(false, true)] bounced_first: bool,
    ) {
        let mut consents = Consents::default();
        if bounced_first {
            consents.email.bounce(bounce(2));
        }
        consents.email.consent(consent(3, source)).unwrap();
        consents.email.bounce(bounce(2));
        assert_eq!(permit(&consents, Channel::Email), confirmed);
        // The merchant's word does not make the address dead again.
        assert_eq!(consents.email.consent(consent(4, ConsentSource::Merchant)), Ok(!confirmed));
        assert_eq!(permit(&consents, Channel::Email), confirmed);
        consents.email.bounce(bounce(5));
        assert!(!permit(&consents, Channel::Email));
    }

    /// An event of a channel, for tests of the order of arrival.
    #[derive(Debug, Clone, Copy)]
    enum Event {
        Stop(i64),
        Bounce(i64),
    }

    #[rstest]
    #[case::the_bounce_is_later([Event::Stop(2), Event::Bounce(3)])]
    #[case::the_bounce_is_later_and_arrives_first([Event::Bounce(3), Event::Stop(2)])]
    #[case::the_stop_is_later([Event::Bounce(2), Event::Stop(3)])]
    #[case::the_stop_is_later_and_arrives_first([Event::Stop(3), Event::Bounce(2)])]
    fn a_bounce_neither_replaces_nor_hides_an_opposition(#[case] events: [Event; 2]) {
        let mut consents = Consents::default();
        consents.email.consent(with_operator(1)).unwrap();
        for event in events {
            assert!(match event {
                Event::Stop(second) =>
                    consents.email.oppose(opposition(second, OppositionReason::Stop)),
                Event::Bounce(second) => consents.email.bounce(bounce(second)),
            });
        }
        assert_eq!(consents.email.changes, 3);
        let refused = Err(MemberError::OppositionStands);
        assert_eq!(consents.email.consent(consent(4, ConsentSource::Till)), refused);
        consents.email.address_changed(None, at(5));
        assert_eq!(consents.email.opposition.unwrap().reason, OppositionReason::Stop);
        assert!(!permit(&consents, Channel::Email));
        consents.email.consent(with_operator(6)).unwrap();
        assert!(permit(&consents, Channel::Email));
    }

    #[test]
    fn a_bounce_ends_with_the_address() {
        let mut consents = Consents::default();
        consents.email.consent(consent(1, ConsentSource::Merchant)).unwrap();
        consents.email.bounce(bounce(2));
        assert!(!permit(&consents, Channel::Email));
        consents.email.address_changed(None, at(3));
        assert!(permit(&consents, Channel::Email));
    }

    #[test]
    fn a_consent_for_a_former_address_does_not_end_the_opposition_of_the_new_address() {
        let mut consents = Consents::default();
        consents.email.consent(with_operator(2)).unwrap();
        let of_the_address = opposition(1, OppositionReason::Unsubscribed);
        consents.email.address_changed(Some(of_the_address), at(3));
        assert!(!permit(&consents, Channel::Email));
        consents.email.consent(with_operator(4)).unwrap();
        assert!(permit(&consents, Channel::Email));
    }

    #[test]
    fn a_merge_brings_the_oppositions_of_the_absorbed_member_and_no_bounce() {
        let mut survivor = Consents::default();
        survivor.email.consent(with_operator(1)).unwrap();
        survivor.email.oppose(opposition(2, OppositionReason::Stop));
        survivor.sms.consent(with_operator(1)).unwrap();
        let mut absorbed = Consents::default();
        absorbed.email.bounce(bounce(3));
        absorbed.sms.bounce(bounce(3));
        absorbed.postal.oppose(opposition(3, OppositionReason::Manual));
        survivor.absorb(&absorbed);
        assert_eq!(survivor.email.opposition.unwrap().reason, OppositionReason::Stop);
        assert!(permit(&survivor, Channel::Sms));
        assert!(!permit(&survivor, Channel::Postal));
    }

    /// What a member states before a merge or during the merge.
    #[derive(Debug, Clone, Copy)]
    enum Statement {
        /// The person opposed at this second.
        Stop(i64),
        /// The person consented at this second, with a full proof.
        Consent(i64),
    }
    use Statement::Stop;

    fn state(consents: &mut Consents, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Stop(second) => {
                    consents.sms.oppose(opposition(*second, OppositionReason::Stop));
                }
                Statement::Consent(second) => {
                    consents.sms.consent(with_operator(*second)).unwrap();
                }
            }
        }
    }

    #[rstest]
    #[case::none_since(&[Stop(1)], &[Stop(2)], &[], Some(1), Some(2))]
    #[case::a_later_one_since(&[Stop(1)], &[Stop(2)], &[Stop(3)], Some(3), Some(3))]
    #[case::one_that_the_merge_had_hidden(&[], &[Stop(2)], &[Stop(1)], Some(1), Some(2))]
    #[case::one_that_the_survivors_had_hidden(&[Stop(2)], &[], &[Stop(1)], Some(2), Some(1))]
    #[case::two_since(&[], &[Stop(4)], &[Stop(3), Stop(2)], Some(3), Some(4))]
    #[case::one_after_a_consent_had_ended_the_merges(
        &[], &[Stop(2)], &[Statement::Consent(3), Stop(1)], Some(1), Some(2)
    )]
    #[case::nobody_opposed(&[], &[], &[], None, None)]
    fn an_opposition_since_a_merge_holds_for_both_members_after_the_merge_is_undone(
        #[case] survivors: &[Statement],
        #[case] absorbeds: &[Statement],
        #[case] since: &[Statement],
        #[case] survivors_after: Option<i64>,
        #[case] absorbeds_after: Option<i64>,
    ) {
        let (mut survivor, mut absorbed) = (Consents::default(), Consents::default());
        state(&mut survivor, survivors);
        state(&mut absorbed, absorbeds);
        survivor.absorb(&absorbed);
        state(&mut survivor, since);
        survivor.separate(&mut absorbed, &[]);
        let at = |consents: &Consents| consents.sms.opposition.map(|last| last.at.as_second());
        assert_eq!((at(&survivor), at(&absorbed)), (survivors_after, absorbeds_after));
        assert_eq!((survivor.sms.merged, absorbed.sms.merged), (None, None));
    }

    #[rstest]
    #[case::the_last_merge_first([1, 0])]
    #[case::the_first_merge_first([0, 1])]
    fn two_merges_are_undone_in_either_order_without_a_lost_opposition(#[case] order: [usize; 2]) {
        let mut absorbed = [Consents::default(), Consents::default()];
        let mut survivor = Consents::default();
        state(&mut survivor, &[Stop(3)]);
        state(&mut absorbed[0], &[Stop(9)]);
        state(&mut absorbed[1], &[Stop(8)]);
        survivor.absorb(&absorbed[0]);
        state(&mut survivor, &[Stop(5)]);
        survivor.absorb(&absorbed[1]);
        let [first, second] = order;
        let still_merged = absorbed[second].clone();
        survivor.separate(&mut absorbed[first], &[&still_merged]);
        assert_eq!(survivor.sms.opposition, absorbed[second].sms.opposition);
        survivor.separate(&mut absorbed[second], &[]);
        assert_eq!(survivor.sms.opposition.unwrap().at, at(5));
        for (consents, second) in absorbed.iter().zip([9, 8]) {
            assert_eq!(consents.sms.opposition.unwrap().at, at(second));
        }
    }

    #[test]
    fn a_consent_since_a_merge_stays_with_the_survivor() {
        let (mut survivor, mut absorbed) = (Consents::default(), Consents::default());
        state(&mut absorbed, &[Statement::Consent(1), Stop(2)]);
        survivor.absorb(&absorbed);
        state(&mut survivor, &[Statement::Consent(3)]);
        survivor.separate(&mut absorbed, &[]);
        assert!(permit(&survivor, Channel::Sms) && !permit(&absorbed, Channel::Sms));
    }

    #[test]
    fn undoing_a_merge_does_not_bring_back_the_bounce_of_a_former_address() {
        let (mut survivor, mut absorbed) = (Consents::default(), Consents::default());
        survivor.email.bounce(bounce(1));
        survivor.absorb(&absorbed);
        survivor.email.address_changed(None, at(2));
        survivor.separate(&mut absorbed, &[]);
        assert!(!survivor.email.is_dead() && !absorbed.email.is_dead());
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
