//! A person who is no member objects.

use super::super::coupon::mode;
use super::super::ctx::Ctx;
use super::super::merchant;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use domain::KeyScope;
use serde_json::{Value, json};

pub(in super::super) const BY_MERCHANT: Operation =
    Operation::of("suppress_contacts", Topic::Member, 2, |ctx| Box::pin(by_merchant(ctx)));
pub(in super::super) const BY_OPERATOR: Operation =
    Operation::of("suppress_contacts_of_merchant", Topic::Member, 1, |ctx| {
        Box::pin(by_operator(ctx))
    });

async fn by_merchant(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let request = ApiRequest::post("suppress_contacts", "/v1/suppressions".to_owned());
    send(ctx, request.by(&till.key), till.tenant).await;
}

async fn by_operator(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let path = format!("{}/suppressions{}", merchant::path(&target), mode(&target));
    let request = ApiRequest::post("suppress_contacts_of_merchant", path).by_operator();
    send(ctx, request, target.tenant).await;
}

async fn send(mut ctx: Ctx, request: ApiRequest, tenant: Tenant) {
    let contacts = contacts(&mut ctx);
    let mut body = contacts.clone();
    body["reason"] = ctx.choose(&["request", "objection"]).into();
    ctx.carry_out(&request.json(body), |_| {
        Some(Fact::Suppressed { tenant: tenant.clone(), contacts: contacts.clone() })
    })
    .await;
}

/// The contacts of a person who may be a member, which is refused, or of one who never is.
fn contacts(ctx: &mut Ctx) -> Value {
    let person = ctx.person();
    let change = if ctx.one_in(3) { 0 } else { ctx.random.u16(1..10) };
    match ctx.random.u8(..4) {
        0 => json!({"mobile": person.mobile(change), "card_number": person.card(change)}),
        1 => json!({"mobile": person.mobile(change), "email": person.email()}),
        2 => json!({"card_number": person.card(change)}),
        _ => json!({"mobile": person.mobile(change)}),
    }
}
