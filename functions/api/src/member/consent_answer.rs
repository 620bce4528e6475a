//! Consents and oppositions, as an answer shows them.

use crate::schema::{DateTime, EstablishmentCode, Identifier, OperatorCode};
use crate::second::Second;
use domain::member::consent::{self, ChannelConsent};
use domain::values::calendar;
use domain::{Channel, Day, EstablishmentId, Instant, KeyScope, MemberId, Person};
use http_edge::Till;
use serde::Serialize;
use utoipa::ToSchema;

/// A channel of marketing messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentChannel)]
#[expect(dead_code, reason = "describes the words that `domain::Channel` reads and writes")]
pub(crate) enum ChannelWord {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
    /// Letters.
    Postal,
}

/// The source of a consent.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentSource {
    /// The person, at the counter.
    Till,
    /// The person, on a page of their own.
    Member,
    /// The merchant, later.
    Merchant,
}

/// A consent with its proof.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentAnswer {
    #[schema(value_type = DateTime)]
    at: Second,
    told_by: ConsentSource,
    /// The version of the text that the person read.
    text_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EstablishmentCode>)]
    establishment: Option<EstablishmentId>,
    /// The till's operator who heard the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OperatorCode>)]
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parental_consent: Option<ParentalConsentAnswer>,
}

/// The recorded consent of a parent.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordedParentalConsent)]
pub(crate) struct ParentalConsentAnswer {
    #[schema(value_type = DateTime)]
    at: Second,
    /// The till's operator who heard the parent.
    #[schema(value_type = OperatorCode)]
    operator: String,
    /// The version of the text that the parent read.
    text_version: String,
}

/// An opposition of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct OppositionAnswer {
    #[schema(value_type = DateTime)]
    at: Second,
    /// The reason of the opposition: `unsubscribed`, `stop`, `complaint` or `manual`.
    reason: &'static str,
}

/// A bounce: the address of a member does not exist.
#[derive(Serialize, ToSchema)]
#[schema(as = Bounce)]
pub(crate) struct BounceAnswer {
    #[schema(value_type = DateTime)]
    at: Second,
}

/// The consent for one channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelAnswer {
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    /// Whether marketing messages may be sent by this channel now.
    permitted: bool,
    /// The last consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentAnswer>,
    /// The last opposition.
    #[serde(skip_serializing_if = "Option::is_none")]
    opposition: Option<OppositionAnswer>,
    /// The last bounce of the present address. No message is sent until the address changes, or until the person
    /// consents again.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounce: Option<BounceAnswer>,
}

/// The consent or opposition that was recorded, as a key with the scope till reads it: a till reads no consents.
#[derive(Serialize, ToSchema)]
pub(crate) struct TillConsent {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
}

/// The result of recording a consent or an opposition: with the effect for a key with the scope back office.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RecordedConsent {
    Whole(PermissionAnswer),
    Till(TillConsent),
}

/// The effect of a consent or an opposition that was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    /// Whether marketing messages may be sent by this channel now.
    permitted: bool,
}

/// The consents of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentsAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// Every channel, with its consent and opposition.
    channels: Vec<ChannelAnswer>,
}

impl ConsentSource {
    const fn of(source: domain::ConsentSource) -> Self {
        match source {
            domain::ConsentSource::Till => Self::Till,
            domain::ConsentSource::Member => Self::Member,
            domain::ConsentSource::Merchant => Self::Merchant,
        }
    }
}

impl ConsentAnswer {
    pub(super) fn of(consent: &consent::Consent) -> Self {
        Self {
            at: consent.at.into(),
            told_by: ConsentSource::of(consent.source),
            text_version: consent.text_version.clone(),
            establishment: consent.establishment.clone(),
            operator: consent.operator.as_ref().map(|code| code.as_str().to_owned()),
            parental_consent: consent.parent.as_ref().map(|parent| ParentalConsentAnswer {
                at: parent.at.into(),
                operator: parent.operator.as_str().to_owned(),
                text_version: parent.text_version.clone(),
            }),
        }
    }
}

impl OppositionAnswer {
    pub(super) fn of(opposition: consent::Opposition) -> Self {
        let at = calendar::whole_second(opposition.at);
        Self { at: at.into(), reason: opposition.reason.as_str() }
    }
}

impl BounceAnswer {
    pub(super) fn of(bounce: consent::Bounce) -> Self {
        Self { at: bounce.at.into() }
    }
}

impl RecordedConsent {
    pub(super) fn of(person: &Person, channel: Channel, till: &Till, now: Instant) -> Self {
        let (member_id, permitted) = (person.id, person.permits(channel, till.day(now)));
        let channel = channel.as_str();
        match till.key_scope {
            KeyScope::Till => Self::Till(TillConsent { member_id, channel }),
            KeyScope::BackOffice | KeyScope::Export => {
                Self::Whole(PermissionAnswer { member_id, channel, permitted })
            }
        }
    }
}

impl ConsentsAnswer {
    pub(super) fn of(person: &Person, today: Day) -> Self {
        let channels = Channel::ALL.into_iter().map(|channel| {
            let ChannelConsent { consent, opposition, bounce, .. } = person.consents.of(channel);
            ChannelAnswer {
                channel: channel.as_str(),
                permitted: person.permits(channel, today),
                consent: consent.as_ref().map(ConsentAnswer::of),
                opposition: opposition.map(OppositionAnswer::of),
                bounce: bounce.map(BounceAnswer::of),
            }
        });
        Self { member_id: person.id, channels: channels.collect() }
    }
}
