//! Consents, oppositions and bounces of a person. The encoding is compact, because every walk over members
//! reads it.

use super::{from_bytes, instant_of, to_bytes};
use crate::StoreError;
use domain::member::consent::{
    Bounce, ChannelConsent, Consent, ConsentSource, Opposition, OppositionReason,
    OppositionsOfMerge, ParentalConsent,
};
use domain::merchant::provider::ProviderName;
use domain::purchase::receipt::Operator;
use domain::{Channel, Consents, Credential, EstablishmentId, KeyId, UploadId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The attribute of a person. A person without consents and oppositions does not have it.
#[derive(Serialize, Deserialize, Default, Clone)]
#[serde(transparent)]
pub(crate) struct ConsentsRecord(#[serde(with = "serde_bytes")] Vec<u8>);

impl ConsentsRecord {
    pub(crate) fn of(consents: &Consents) -> Self {
        if *consents == Consents::default() {
            return Self::default();
        }
        Self(encode(consents))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn read(&self) -> Result<Consents, StoreError> {
        if self.is_empty() { Ok(Consents::default()) } else { decode(&self.0) }
    }

    /// The consents of one channel. A walk over all members reads no other.
    pub(crate) fn read_channel(&self, channel: Channel) -> Result<ChannelConsent, StoreError> {
        if self.is_empty() {
            return Ok(ChannelConsent::default());
        }
        let body: ConsentsBody<'_> = from_bytes(&self.0, "consents")?;
        match channel {
            Channel::Email => body.email.read(),
            Channel::Sms => body.sms.read(),
            Channel::Postal => body.postal.read(),
        }
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ParentBody<'b> {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[b(1)]
    operator: &'b str,
    #[b(2)]
    text: &'b str,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentBody<'b> {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[b(1)]
    source: &'b str,
    #[b(2)]
    text: &'b str,
    #[cbor(b(3), with = "minicbor::bytes")]
    by: &'b [u8],
    #[b(4)]
    establishment: Option<&'b str>,
    #[b(5)]
    operator: Option<&'b str>,
    #[b(6)]
    parent: Option<ParentBody<'b>>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct OppositionBody<'b> {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[b(1)]
    reason: &'b str,
    #[cbor(b(2), with = "minicbor::bytes")]
    by: &'b [u8],
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct BounceBody<'b> {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[cbor(b(1), with = "minicbor::bytes")]
    by: &'b [u8],
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MergedBody<'b> {
    #[b(0)]
    before: Option<OppositionBody<'b>>,
    #[b(1)]
    since: Option<OppositionBody<'b>>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ChannelConsentBody<'b> {
    #[b(0)]
    consent: Option<ConsentBody<'b>>,
    #[b(1)]
    opposition: Option<OppositionBody<'b>>,
    #[n(2)]
    changes: u32,
    #[b(3)]
    bounce: Option<BounceBody<'b>>,
    #[b(4)]
    merged: Option<MergedBody<'b>>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentsBody<'b> {
    #[b(0)]
    email: ChannelConsentBody<'b>,
    #[b(1)]
    sms: ChannelConsentBody<'b>,
    #[b(2)]
    postal: ChannelConsentBody<'b>,
}

const CORRUPT: StoreError = StoreError::Corrupt("consents");

/// The credentials of a channel as bytes.
struct CredentialBytes {
    consent: Vec<u8>,
    opposition: Vec<u8>,
    before_merge: Vec<u8>,
    since_merge: Vec<u8>,
    bounce: Vec<u8>,
}

impl CredentialBytes {
    fn of(consents: &ChannelConsent) -> Self {
        let bytes = |by: Option<Credential>| by.map(credential_bytes).unwrap_or_default();
        let opposed = |opposition: Option<Opposition>| bytes(opposition.map(|last| last.by));
        let merged = consents.merged.unwrap_or_default();
        Self {
            consent: bytes(consents.consent.as_ref().map(|consent| consent.by)),
            opposition: opposed(consents.opposition),
            before_merge: opposed(merged.before),
            since_merge: opposed(merged.since),
            bounce: bytes(consents.bounce.map(|bounce| bounce.by)),
        }
    }
}

impl<'b> ChannelConsentBody<'b> {
    fn of(consents: &'b ChannelConsent, by: &'b CredentialBytes) -> Self {
        Self {
            consent: consents.consent.as_ref().map(|consent| ConsentBody {
                at: consent.at.as_second(),
                source: consent.source.as_str(),
                text: &consent.text_version,
                by: &by.consent,
                establishment: consent.establishment.as_ref().map(EstablishmentId::as_str),
                operator: consent.operator.as_ref().map(Operator::as_str),
                parent: consent.parent.as_ref().map(|parent| ParentBody {
                    at: parent.at.as_second(),
                    operator: parent.operator.as_str(),
                    text: &parent.text_version,
                }),
            }),
            opposition: OppositionBody::of(consents.opposition, &by.opposition),
            changes: consents.changes,
            bounce: consents
                .bounce
                .map(|bounce| BounceBody { at: bounce.at.as_second(), by: &by.bounce }),
            merged: consents.merged.map(|merged| MergedBody {
                before: OppositionBody::of(merged.before, &by.before_merge),
                since: OppositionBody::of(merged.since, &by.since_merge),
            }),
        }
    }

    fn read(self) -> Result<ChannelConsent, StoreError> {
        let consent = self.consent.map(ConsentBody::read).transpose()?;
        let opposition = self.opposition.map(OppositionBody::read).transpose()?;
        let bounce = self.bounce.map(BounceBody::read).transpose()?;
        let merged = self.merged.map(MergedBody::read).transpose()?;
        Ok(ChannelConsent { consent, opposition, merged, bounce, changes: self.changes })
    }
}

impl ConsentBody<'_> {
    fn read(self) -> Result<Consent, StoreError> {
        let establishment = self.establishment.map(EstablishmentId::parse).transpose();
        Ok(Consent {
            at: instant_of(self.at),
            source: ConsentSource::parse(self.source).ok_or(CORRUPT)?,
            text_version: self.text.to_owned(),
            establishment: establishment.map_err(|_| CORRUPT)?,
            operator: self.operator.map(operator).transpose()?,
            parent: self.parent.map(ParentBody::read).transpose()?,
            by: credential(self.by)?,
        })
    }
}

impl ParentBody<'_> {
    fn read(self) -> Result<ParentalConsent, StoreError> {
        let (at, text_version) = (instant_of(self.at), self.text.to_owned());
        Ok(ParentalConsent { at, operator: operator(self.operator)?, text_version })
    }
}

impl MergedBody<'_> {
    fn read(self) -> Result<OppositionsOfMerge, StoreError> {
        Ok(OppositionsOfMerge {
            before: self.before.map(OppositionBody::read).transpose()?,
            since: self.since.map(OppositionBody::read).transpose()?,
        })
    }
}

impl<'b> OppositionBody<'b> {
    fn of(opposition: Option<Opposition>, by: &'b [u8]) -> Option<Self> {
        opposition.map(|Opposition { at, reason, .. }| Self {
            at: at.as_second(),
            reason: reason.as_str(),
            by,
        })
    }

    fn read(self) -> Result<Opposition, StoreError> {
        let reason = OppositionReason::parse(self.reason).ok_or(CORRUPT)?;
        Ok(Opposition { at: instant_of(self.at), reason, by: credential(self.by)? })
    }
}

impl BounceBody<'_> {
    fn read(self) -> Result<Bounce, StoreError> {
        Ok(Bounce { at: instant_of(self.at), by: credential(self.by)? })
    }
}

fn operator(text: &str) -> Result<Operator, StoreError> {
    Operator::parse(text).map_err(|_| CORRUPT)
}

/// A credential as bytes: one byte of kind, then the sixteen bytes of an identifier or the word of a provider.
fn credential_bytes(credential: Credential) -> Vec<u8> {
    match credential {
        Credential::Operator => vec![0],
        Credential::Key(id) => [&[1], &id.to_bytes()[..]].concat(),
        Credential::Upload(id) => [&[2], &id.to_bytes()[..]].concat(),
        Credential::Link => vec![3],
        Credential::Provider(name) => [&[4], name.as_str().as_bytes()].concat(),
        Credential::Service => vec![5],
        Credential::Member => vec![6],
    }
}

fn credential(bytes: &[u8]) -> Result<Credential, StoreError> {
    let (kind, rest) = bytes.split_first().ok_or(CORRUPT)?;
    let id = || <[u8; 16]>::try_from(rest).map_err(|_| CORRUPT);
    Ok(match kind {
        0 => Credential::Operator,
        1 => Credential::Key(KeyId::from_bytes(id()?)),
        2 => Credential::Upload(UploadId::from_bytes(id()?)),
        3 => Credential::Link,
        4 => {
            let name = std::str::from_utf8(rest).ok().and_then(ProviderName::parse);
            Credential::Provider(name.ok_or(CORRUPT)?)
        }
        5 => Credential::Service,
        6 => Credential::Member,
        _ => return Err(CORRUPT),
    })
}

fn encode(consents: &Consents) -> Vec<u8> {
    let Consents { email, sms, postal } = consents;
    let by = [email, sms, postal].map(CredentialBytes::of);
    to_bytes(&ConsentsBody {
        email: ChannelConsentBody::of(email, &by[0]),
        sms: ChannelConsentBody::of(sms, &by[1]),
        postal: ChannelConsentBody::of(postal, &by[2]),
    })
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Consents, StoreError> {
    let body: ConsentsBody<'_> = from_bytes(bytes, "consents")?;
    Ok(Consents { email: body.email.read()?, sms: body.sms.read()?, postal: body.postal.read()? })
}

/// The consent, the opposition or the bounce of one channel, for its row of the history.
pub(crate) fn encode_channel(consents: &ChannelConsent) -> Vec<u8> {
    let by = CredentialBytes::of(consents);
    to_bytes(&ChannelConsentBody::of(consents, &by))
}

/// Reads what [`encode_channel`] wrote.
pub(crate) fn decode_channel(bytes: &[u8]) -> Result<ChannelConsent, StoreError> {
    from_bytes::<ChannelConsentBody<'_>>(bytes, "consents")?.read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn at(second: i64) -> domain::Instant {
        instant_of(1_790_000_000 + second)
    }

    fn consent() -> Consent {
        let operator = Operator::parse("V12").unwrap();
        Consent {
            at: at(0),
            source: ConsentSource::Till,
            text_version: "2026-01".to_owned(),
            establishment: EstablishmentId::parse("paris-11").ok(),
            operator: Some(operator.clone()),
            parent: Some(ParentalConsent { at: at(1), operator, text_version: "2".to_owned() }),
            by: Credential::Key(KeyId::mint(at(0), 7)),
        }
    }

    #[rstest]
    #[case(Credential::Operator)]
    #[case(Credential::Key(KeyId::mint(at(0), 1)))]
    #[case(Credential::Upload(UploadId::mint(at(0), 2)))]
    #[case(Credential::Link)]
    #[case(Credential::Provider(ProviderName::Sinch))]
    #[case(Credential::Service)]
    #[case(Credential::Member)]
    fn consents_oppositions_and_bounces_of_every_channel_read_back(#[case] by: Credential) {
        let mut consents = Consents::default();
        consents.email.consent(Consent { by, ..consent() }).unwrap();
        let later = Opposition { at: at(1), reason: OppositionReason::Stop, by };
        consents.sms.oppose(later);
        consents.email.oppose(later);
        consents.email.bounce(Bounce { at: at(2), by });
        consents.absorb(&Consents::default());
        consents.sms.oppose(Opposition { at: at(3), ..later });
        let bytes = encode(&consents);
        assert_eq!(decode(&bytes).unwrap(), consents);
        let record = ConsentsRecord(bytes.clone());
        for channel in Channel::ALL {
            assert_eq!(&record.read_channel(channel).unwrap(), consents.of(channel));
        }
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
        assert_eq!(decode_channel(&encode_channel(&consents.email)).unwrap(), consents.email);
    }

    #[test]
    fn the_present_state_of_a_person_who_consented_to_two_channels_takes_under_150_bytes() {
        let mut consents = Consents::default();
        let alone = Consent { parent: None, ..consent() };
        consents.email.consent(alone.clone()).unwrap();
        consents.sms.consent(alone).unwrap();
        let length = encode(&consents).len();
        assert!(length < 150, "{length}");
    }
}
