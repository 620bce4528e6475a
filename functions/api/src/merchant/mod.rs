//! Merchants: the operator enters them with their contracts.

pub(crate) mod contract_end;
pub(crate) mod establishment;
pub(crate) mod key;
pub(crate) mod mode;
pub(crate) mod senders;

use crate::merchant::establishment::EstablishmentAnswer;
use crate::merchant::key::KeyAnswer;
use crate::merchant::senders::SendersAnswer;
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::programme::terms::Terms;
use crate::{App, identifiers, programme};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::values::text;
use domain::{Day, Merchant, MerchantId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::Settings;
use utoipa::ToSchema;

const REFERENCE_LENGTH: usize = 60;
const NAME_LENGTH: usize = 100;
const VERSION_LENGTH: usize = 40;

/// What a merchant sells.
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
    /// The version of its text.
    #[schema(max_length = 40, examples("2026-01"))]
    version: String,
    /// The day it was signed.
    #[schema(format = Date, examples("2026-01-05"))]
    signed_on: String,
    /// Who signed for the merchant.
    #[schema(max_length = 100)]
    signatory: String,
}

/// A merchant to enter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMerchant {
    /// The operator's own reference of the contract, unique: the same again is the same merchant.
    #[schema(max_length = 60, examples("CONTRACT-0042"))]
    reference: String,
    /// The name that messages are signed with.
    #[schema(max_length = 100)]
    name: String,
    sector: Sector,
    /// The terms of service.
    terms: Agreement,
    /// The processing contract (GDPR art. 28).
    processing_contract: Agreement,
    /// The merchant's word that every customer in its files asked for the card.
    enrolment_attestation: Option<Agreement>,
    /// The programme that holds from the first day on.
    programme: Terms,
}

/// A merchant with its settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct MerchantAnswer {
    merchant_id: String,
    reference: String,
    name: String,
    sector: Sector,
    terms: Agreement,
    processing_contract: Agreement,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_attestation: Option<Agreement>,
    /// The last day of the contract, where its end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, examples("2026-11-30"))]
    contract_ends_on: Option<String>,
    establishments: Vec<EstablishmentAnswer>,
    programmes: Vec<programme::Dated>,
    senders: SendersAnswer,
    /// Without their secrets.
    keys: Vec<KeyAnswer>,
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

    fn of(agreement: &domain::Agreement) -> Self {
        Self {
            version: agreement.version.clone(),
            signed_on: agreement.signed_on.to_string(),
            signatory: agreement.signatory.clone(),
        }
    }
}

impl NewMerchant {
    fn read(&self, id: MerchantId) -> Result<(Merchant, domain::Programme), Problem> {
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
        let sector = match self.sector {
            Sector::Retail => domain::Sector::Retail,
            Sector::Optical => domain::Sector::Optical,
        };
        // Its establishments are not there yet: no rule can name one.
        let programme = self.programme.read(&mut fields, "/programme", sector, &BTreeSet::new());
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
            contract_ends_on: None,
        };
        Ok((merchant, programme))
    }
}

impl MerchantAnswer {
    fn of(settings: &Settings) -> Self {
        let merchant = &settings.merchant;
        Self {
            merchant_id: merchant.id.to_string(),
            reference: merchant.reference.clone(),
            name: merchant.name.clone(),
            sector: match merchant.sector {
                domain::Sector::Retail => Sector::Retail,
                domain::Sector::Optical => Sector::Optical,
            },
            terms: Agreement::of(&merchant.terms),
            processing_contract: Agreement::of(&merchant.processing_contract),
            enrolment_attestation: merchant.enrolment_attestation.as_ref().map(Agreement::of),
            contract_ends_on: merchant.contract_ends_on.map(|day| day.to_string()),
            establishments: settings.establishments.values().map(EstablishmentAnswer::of).collect(),
            programmes: settings.programmes.iter().map(programme::Dated::of).collect(),
            senders: SendersAnswer::of(&settings.senders),
            keys: settings.keys.iter().map(KeyAnswer::of).collect(),
        }
    }
}

/// Enter a merchant.
#[utoipa::path(
    operation_id = "create_merchant",
    post, path = "/v1/merchants", tag = "merchants", security(("operator_key" = [])),
    request_body = NewMerchant,
    responses(
        (status = 201, description = "Entered.", body = MerchantAnswer),
        (status = 200, description = "It was there, with the same content.", body = MerchantAnswer),
        (status = 409, description = "The reference stands for another content.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    JsonBody(new): JsonBody<NewMerchant>,
) -> Result<(StatusCode, Json<MerchantAnswer>), Problem> {
    let now = app.now();
    let (merchant, programme) = new.read(MerchantId::mint(now, identifiers::random()?))?;
    let (settings, is_new) = app
        .store()
        .create_merchant(&merchant, &programme, now)
        .await
        .map_err(|error| Problem::from(error).at("/reference"))?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(MerchantAnswer::of(&settings))))
}

/// A merchant with its establishments, rules and keys.
#[utoipa::path(
    operation_id = "show_merchant",
    get, path = "/v1/merchants/{merchant_id}", tag = "merchants", security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    responses((status = 200, description = "The merchant.", body = MerchantAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
) -> Result<Json<MerchantAnswer>, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Json(MerchantAnswer::of(&settings)))
}
