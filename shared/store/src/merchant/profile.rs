//! A merchant's profile as an item: the merchant, its agreements and its wrapped key.

use crate::StoreError;
use crate::table::attributes;
use crate::table::keys;
use domain::merchant::{Agreement, CardActivation, Merchant, Sector};
use domain::{Credential, Day, Instant, MerchantId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct AgreementRecord {
    version: String,
    signed_on: String,
    signatory: String,
}

impl AgreementRecord {
    fn of(agreement: &Agreement) -> Self {
        Self {
            version: agreement.version.clone(),
            signed_on: agreement.signed_on.to_string(),
            signatory: agreement.signatory.clone(),
        }
    }

    fn read(self) -> Result<Agreement, StoreError> {
        let signed_on =
            Day::parse(&self.signed_on).map_err(|_| StoreError::Corrupt("agreement"))?;
        Ok(Agreement { version: self.version, signed_on, signatory: self.signatory })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ProfileRecord {
    pk: String,
    sk: String,
    reference: String,
    name: String,
    sector: String,
    terms: AgreementRecord,
    processing_contract: AgreementRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_attestation: Option<AgreementRecord>,
    card_activation: String,
    /// The merchant's key, wrapped by a master key.
    #[serde(with = "serde_bytes")]
    pub(crate) key: Vec<u8>,
    created_at: String,
    /// The credential that created the merchant, or changed the end of its contract.
    by: Credential,
    /// Set by `contract_end.rs`, together with the entry in the index `due`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contract_ends_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) archiving_since: Option<String>,
}

impl ProfileRecord {
    pub(crate) fn of(
        merchant: &Merchant,
        wrapped_key: Vec<u8>,
        by: Credential,
        now: Instant,
    ) -> Self {
        let keys::Key { pk, sk } = keys::profile(merchant.id);
        Self {
            pk,
            sk,
            reference: merchant.reference.clone(),
            name: merchant.name.clone(),
            sector: match merchant.sector {
                Sector::Retail => "retail",
                Sector::Optical => "optical",
            }
            .to_owned(),
            terms: AgreementRecord::of(&merchant.terms),
            processing_contract: AgreementRecord::of(&merchant.processing_contract),
            enrolment_attestation: merchant.enrolment_attestation.as_ref().map(AgreementRecord::of),
            card_activation: merchant.card_activation.as_str().to_owned(),
            key: wrapped_key,
            created_at: attributes::instant_text(now),
            by,
            contract_ends_on: None,
            archiving_since: None,
        }
    }

    pub(crate) fn read(self, id: MerchantId) -> Result<Merchant, StoreError> {
        Ok(Merchant {
            id,
            reference: self.reference,
            name: self.name,
            sector: match self.sector.as_str() {
                "retail" => Sector::Retail,
                "optical" => Sector::Optical,
                _ => return Err(StoreError::Corrupt("profile")),
            },
            terms: self.terms.read()?,
            processing_contract: self.processing_contract.read()?,
            enrolment_attestation: self
                .enrolment_attestation
                .map(AgreementRecord::read)
                .transpose()?,
            card_activation: CardActivation::parse(&self.card_activation)
                .ok_or(StoreError::Corrupt("profile"))?,
            contract_ends_on: self
                .contract_ends_on
                .as_deref()
                .map(Day::parse)
                .transpose()
                .map_err(|_| StoreError::Corrupt("profile"))?,
        })
    }
}
