//! A back office corrects the details of a member (GDPR art. 16).

use super::super::ctx::{Ctx, text};
use super::super::person::Person;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use domain::KeyScope;
use serde_json::{Value, json};

pub(in super::super) const CORRECT: Operation =
    Operation::of("correct_member", Topic::Member, 8, |ctx| Box::pin(correct(ctx)));

async fn correct(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let (person, other) = (Person(member.person), ctx.person());
    let body = match ctx.random.u8(..8) {
        0 => json!({"first_name": person.first_name(), "last_name": person.last_name()}),
        1 => json!({"birth_date": other.birth_date()}),
        2 => json!({"birth_date": Value::Null}),
        3 => json!({"address": {"city": "Lyon", "postcode": "69001", "country": "FR"}}),
        4 if member.card.is_none() => json!({"card_number": person.card(0)}),
        5 => json!({"email": other.email()}),
        6 => json!({"email": Value::Null}),
        _ => json!({"email": person.email()}),
    };
    let request = ApiRequest::patch("correct_member", path(&member.id));
    let request = request.by(&till.key).json(body.clone());
    ctx.carry_out(&request, |_| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        let (card, email) = (text(&body, "card_number"), text(&body, "email"));
        Some(Fact::MemberCorrected { tenant, member, details: body.clone(), card, email })
    })
    .await;
}
