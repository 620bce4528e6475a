//! A merchant opens a shop.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::merchant::Establishment;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_establishment", Topic::Merchant, 1, |ctx| Box::pin(put(ctx)));

/// The shops that a merchant may have. Their days begin at different instants.
const ESTABLISHMENTS: [(&str, &str, &str); 4] = [
    ("paris", "Paris", "Europe/Paris"),
    ("lyon", "Lyon", "Europe/Paris"),
    ("saint-denis", "Saint-Denis", "Indian/Reunion"),
    ("fort-de-france", "Fort-de-France", "America/Martinique"),
];

async fn put(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|merchant| merchant.establishments.is_empty()) else { return };
    let (code, name, time_zone) = match target.establishments.len() {
        0 => ESTABLISHMENTS[0],
        _ => ctx.choose(&ESTABLISHMENTS),
    };
    // The time zone of an establishment does not change.
    let wanted = if ctx.one_in(20) { "Asia/Tokyo" } else { time_zone };
    let path = format!("{}/establishments/{code}", path(&target));
    let body = json!({"name": name, "time_zone": wanted});
    let request = ApiRequest::put("put_establishment", path).by_operator().json(body);
    ctx.carry_out(&request, |_| {
        let (code, time_zone) = (code.to_owned(), wanted.to_owned());
        let establishment = Establishment { code, time_zone };
        Some(Fact::EstablishmentPut { merchant: target.tenant.merchant.clone(), establishment })
    })
    .await;
}
