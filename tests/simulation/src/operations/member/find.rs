//! A till looks for a customer by mobile, card or scanned card.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::enrol::known;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const FIND: Operation =
    Operation::of("find_member", Topic::Member, 8, |ctx| Box::pin(find(ctx)));

async fn find(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let (person, body) = match ctx.member(&till.tenant) {
        Some(member) if !ctx.one_in(8) => {
            let body = match (ctx.random.u8(..4), &member.card) {
                (0, Some(card)) => json!({"card_number": card}),
                (1, Some(card)) => json!({"qr": format!("https://carte.example/{card}")}),
                _ => json!({"mobile": member.mobile}),
            };
            (super::super::person::Person(member.person), body)
        }
        _ => {
            let person = ctx.person();
            (person, json!({"mobile": person.mobile(0)}))
        }
    };
    let is_by_mobile = text(&body, "mobile").is_some();
    let request = ApiRequest::post("find_member", "/v1/members/find".to_owned());
    let request = request.by(&till.key).json(body.clone());
    // A member whose enrolment had no answer becomes known here.
    ctx.carry_out(&request, |response| {
        if is_by_mobile { known(&till, person, &body, &response.body) } else { None }
    })
    .await;
}
