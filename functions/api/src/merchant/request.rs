//! A merchant, as the operator creates it.

use crate::programme::terms::Terms;
use crate::schema::{Date, Text40, Text60, Text100};
use domain::programme::SavingContext;
use domain::values::text;
use domain::{CardActivation, Day, Merchant, MerchantId};
use http_edge::{Fields, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

const REFERENCE_LENGTH: usize = 60;
const NAME_LENGTH: usize = 100;
const VERSION_LENGTH: usize = 40;

/// A merchant's line of business.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sector {
    /// Any shop but an optician's.
    Retail,
    /// Opticians: longer retention, and baskets cut down to amounts and families.
    Optical,
}

/// A document that the merchant signed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agreement {
    /// The version of the text.
    #[schema(value_type = Text40)]
    version: String,
    /// The day of the signature.
    #[schema(value_type = Date)]
    signed_on: String,
    /// The person who signed for the merchant.
    #[schema(value_type = Text100)]
    signatory: String,
}

/// A merchant to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMerchant {
    /// The operator's own reference of the contract. No two merchants have the same reference.
    #[schema(value_type = Text60)]
    reference: String,
    /// The name that signs the merchant's messages.
    #[schema(value_type = Text100)]
    name: String,
    sector: Sector,
    /// The terms of service.
    terms: Agreement,
    /// The processing contract (GDPR art. 28).
    processing_contract: Agreement,
    /// The merchant's attestation that every customer in its files asked for the card.
    enrolment_attestation: Option<Agreement>,
    /// The programme that holds from the first day. Its rules cannot name establishments, as there are
    /// none yet. A programme with such rules replaces it before the first sale.
    programme: Terms,
}

impl Sector {
    pub(crate) const fn of(sector: domain::Sector) -> Self {
        match sector {
            domain::Sector::Retail => Self::Retail,
            domain::Sector::Optical => Self::Optical,
        }
    }

    const fn read(self) -> domain::Sector {
        match self {
            Self::Retail => domain::Sector::Retail,
            Self::Optical => domain::Sector::Optical,
        }
    }
}

impl Agreement {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<domain::Agreement> {
        let at = |name: &str| format!("{pointer}/{name}");
        let version = fields.check(&at("version"), text::bounded(&self.version, VERSION_LENGTH));
        let signed_on = fields.check(&at("signed_on"), Day::parse(&self.signed_on));
        let signatory = fields.check(&at("signatory"), text::bounded(&self.signatory, NAME_LENGTH));
        Some(domain::Agreement {
            version: version?.to_owned(),
            signed_on: signed_on?,
            signatory: signatory?.to_owned(),
        })
    }

    pub(crate) fn of(agreement: &domain::Agreement) -> Self {
        Self {
            version: agreement.version.clone(),
            signed_on: agreement.signed_on.to_string(),
            signatory: agreement.signatory.clone(),
        }
    }
}

impl NewMerchant {
    pub(crate) fn read(
        &self,
        id: MerchantId,
        today: Day,
    ) -> Result<(Merchant, domain::Programme), Problem> {
        let mut fields = Fields::default();
        let reference =
            fields.check("/reference", text::bounded(&self.reference, REFERENCE_LENGTH));
        let name = fields.check("/name", text::bounded(&self.name, NAME_LENGTH));
        let terms = self.terms.read(&mut fields, "/terms");
        let processing_contract =
            self.processing_contract.read(&mut fields, "/processing_contract");
        let enrolment_attestation = match &self.enrolment_attestation {
            Some(attestation) => attestation.read(&mut fields, "/enrolment_attestation").map(Some),
            None => Some(None),
        };
        let sector = self.sector.read();
        let establishments = BTreeSet::new();
        let context = SavingContext {
            sector,
            establishments: &establishments,
            first_day: today,
            ends_earning: false,
        };
        let programme = self.programme.read(&mut fields, "/programme", context);
        let (
            Some(reference),
            Some(name),
            Some(terms),
            Some(processing_contract),
            Some(enrolment_attestation),
            Some(programme),
        ) = (reference, name, terms, processing_contract, enrolment_attestation, programme)
        else {
            return Err(fields.refuse());
        };
        let merchant = Merchant {
            id,
            reference: reference.to_owned(),
            name: name.to_owned(),
            sector,
            terms,
            processing_contract,
            enrolment_attestation,
            card_activation: CardActivation::Use,
            contract_ends_on: None,
        };
        Ok((merchant, programme))
    }
}
