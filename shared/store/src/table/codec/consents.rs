//! Consents and oppositions of a person. The encoding is compact, because every walk over members
//! reads it.

use super::{from_bytes, instant_of, to_bytes};
use crate::StoreError;
use domain::Consents;
use domain::member::consent::{
    ChannelConsent, Consent, ConsentSource, Opposition, OppositionReason,
};
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
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentBody {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[n(1)]
    source: String,
    #[n(2)]
    text: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct OppositionBody {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[n(1)]
    reason: String,
}

#[derive(Encode, Decode, Default)]
#[cbor(array)]
struct ChannelConsentBody {
    #[n(0)]
    consent: Option<ConsentBody>,
    #[n(1)]
    opposition: Option<OppositionBody>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentsBody {
    #[n(0)]
    email: ChannelConsentBody,
    #[n(1)]
    sms: ChannelConsentBody,
    #[n(2)]
    postal: ChannelConsentBody,
}

impl ChannelConsentBody {
    fn of(consents: &ChannelConsent) -> Self {
        Self {
            consent: consents.consent.as_ref().map(|consent| ConsentBody {
                at: consent.at.as_second(),
                source: consent.source.as_str().to_owned(),
                text: consent.text_version.clone(),
            }),
            opposition: consents.opposition.map(|opposition| OppositionBody {
                at: opposition.at.as_second(),
                reason: opposition.reason.as_str().to_owned(),
            }),
        }
    }

    fn read(self) -> Result<ChannelConsent, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("consents");
        let consent = self.consent.map(|body| {
            let source = ConsentSource::parse(&body.source).ok_or(CORRUPT)?;
            Ok::<_, StoreError>(Consent {
                at: instant_of(body.at),
                source,
                text_version: body.text,
            })
        });
        let opposition = self.opposition.map(|body| {
            let reason = OppositionReason::parse(&body.reason).ok_or(CORRUPT)?;
            Ok::<_, StoreError>(Opposition { at: instant_of(body.at), reason })
        });
        Ok(ChannelConsent { consent: consent.transpose()?, opposition: opposition.transpose()? })
    }
}

fn encode(consents: &Consents) -> Vec<u8> {
    to_bytes(&ConsentsBody {
        email: ChannelConsentBody::of(&consents.email),
        sms: ChannelConsentBody::of(&consents.sms),
        postal: ChannelConsentBody::of(&consents.postal),
    })
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Consents, StoreError> {
    let body: ConsentsBody = from_bytes(bytes, "consents")?;
    Ok(Consents { email: body.email.read()?, sms: body.sms.read()?, postal: body.postal.read()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_said_of_every_channel_reads_back() {
        let (at, source) = (instant_of(1_790_000_000), ConsentSource::Member);
        let mut consents = Consents::default();
        consents.email.consent(Consent { at, source, text_version: "2026-01".to_owned() });
        let later = Opposition { at: instant_of(1_790_000_001), reason: OppositionReason::Stop };
        consents.sms.oppose(later);
        consents.email.oppose(later);
        let bytes = encode(&consents);
        assert_eq!(decode(&bytes).unwrap(), consents);
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
