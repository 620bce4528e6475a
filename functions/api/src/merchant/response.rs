//! A merchant with its settings, as the operator reads it.

use crate::merchant::card_activation::CardActivation;
use crate::merchant::establishment::EstablishmentAnswer;
use crate::merchant::key::KeyAnswer;
use crate::merchant::request::{Agreement, Sector};
use crate::merchant::senders::SendersAnswer;
use crate::programme::terms::DatedTerms;
use crate::schema::{Date, Identifier};
use domain::{Day, MerchantId};
use serde::Serialize;
use store::Settings;
use utoipa::ToSchema;

/// A merchant with its settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct MerchantAnswer {
    #[schema(value_type = Identifier)]
    merchant_id: MerchantId,
    /// The operator's own reference of the contract.
    reference: String,
    /// The name that signs the merchant's messages.
    name: String,
    sector: Sector,
    card_activation: CardActivation,
    /// The terms of service.
    terms: Agreement,
    /// The processing contract (GDPR art. 28).
    processing_contract: Agreement,
    /// The merchant's attestation that every customer in its files asked for the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_attestation: Option<Agreement>,
    /// The last day of the contract. Absent while no end is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    contract_ends_on: Option<Day>,
    establishments: Vec<EstablishmentAnswer>,
    /// The programmes, each with its first day.
    programmes: Vec<DatedTerms>,
    senders: SendersAnswer,
    /// The keys of the establishments, without their secrets.
    keys: Vec<KeyAnswer>,
}

impl MerchantAnswer {
    pub(crate) fn of(settings: &Settings) -> Self {
        let merchant = &settings.merchant;
        Self {
            merchant_id: merchant.id,
            reference: merchant.reference.clone(),
            name: merchant.name.clone(),
            sector: Sector::of(merchant.sector),
            card_activation: CardActivation::of(merchant.card_activation),
            terms: Agreement::of(&merchant.terms),
            processing_contract: Agreement::of(&merchant.processing_contract),
            enrolment_attestation: merchant.enrolment_attestation.as_ref().map(Agreement::of),
            contract_ends_on: merchant.contract_ends_on,
            establishments: settings.establishments.values().map(EstablishmentAnswer::of).collect(),
            programmes: DatedTerms::all(settings),
            senders: SendersAnswer::of(settings),
            keys: settings.keys.iter().map(KeyAnswer::of).collect(),
        }
    }
}
