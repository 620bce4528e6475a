//! A member has another mobile.

use super::super::ctx::{Ctx, text};
use super::super::person::{Person, digits};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const CHANGE: Operation =
    Operation::of("change_mobile", Topic::Member, 4, |ctx| Box::pin(change(ctx)));

async fn change(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    // A number that another member has, the own first number again, or a new number.
    let mobile = match ctx.random.u8(..6) {
        0 => ctx.person().mobile(0),
        1 => Person(member.person).mobile(0),
        _ => Person(member.person).mobile(ctx.random.u16(1..6)),
    };
    let path = format!("{}/mobile", path(&member.id));
    let request = ApiRequest::put("change_mobile", path).by(&till.key);
    let request = request.json(json!({"mobile": mobile}));
    ctx.carry_out(&request, |response| {
        // The mobile is the survivor's, where the member was merged into another one.
        let (tenant, member) = (till.tenant.clone(), text(&response.body, "member_id")?);
        Some(Fact::MobileChanged { tenant, member, mobile: digits(&mobile) })
    })
    .await;
}
