//! A merchant signs a contract.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{path, terms};
use crate::known::fact::Fact;
use crate::known::merchant::{Merchant, MerchantData};
use domain::Sector;
use serde_json::json;

pub(in super::super) const CREATE: Operation =
    Operation::of("create_merchant", Topic::Merchant, 1, |ctx| Box::pin(create(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_merchant", Topic::Merchant, 2, |ctx| Box::pin(show(ctx)));

async fn create(mut ctx: Ctx) {
    let merchants = ctx.known.read(|state| state.merchants.len());
    let sector = match merchants {
        0 => Sector::Retail,
        1 if !ctx.one_in(4) => Sector::Optical,
        _ => ctx.choose(&[Sector::Retail, Sector::Optical]),
    };
    // Now and then the operator uses a reference twice.
    let reference = format!("contract-{}", if ctx.one_in(12) { 1 } else { ctx.step.id });
    let name = ["Boutique Exemple", "Optique Exemple", "Maison Exemple"][merchants % 3];
    let counts_cents = ctx.one_in(3);
    let signed = json!({"version": "2026-01", "signed_on": "2026-01-05", "signatory": "A. Gérant"});
    let mut body = json!({
        "reference": reference,
        "name": name,
        "sector": if sector == Sector::Optical { "optical" } else { "retail" },
        "terms": signed,
        "processing_contract": signed,
        "programme": terms::programme(&mut ctx, sector, counts_cents),
    });
    if ctx.one_in(2) {
        body["enrolment_attestation"] = signed;
    }
    let request = ApiRequest::post("create_merchant", "/v1/merchants".to_owned());
    let request = request.by_operator().json(body);
    ctx.carry_out(&request, |response| {
        Some(Fact::MerchantCreated(Box::new(Merchant {
            id: text(&response.body, "merchant_id")?,
            name: name.to_owned(),
            sector,
            counts_cents,
            card_activation: "use",
            contract_ends_on: None,
            establishments: Vec::new(),
            keys: Vec::new(),
            senders: Vec::new(),
            campaigns: Vec::new(),
            webhooks: Vec::new(),
            live: MerchantData::default(),
            test: MerchantData::default(),
        })))
    })
    .await;
}

async fn show(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let request = ApiRequest::get("show_merchant", path(&target)).by_operator();
    ctx.send_until_answered(&request).await;
}
