//! The senders of a merchant's messages.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::world::providers::{EMAIL_ACCOUNT, SMS_ACCOUNT};
use domain::Channel;
use serde_json::json;

pub(in super::super) const EMAIL: Operation =
    Operation::of("put_email_sender", Topic::Merchant, 1, |ctx| Box::pin(email(ctx)));
pub(in super::super) const SMS: Operation =
    Operation::of("put_sms_sender", Topic::Merchant, 1, |ctx| Box::pin(sms(ctx)));

/// The number that receives STOP and other texts.
pub(in super::super) const STOP_NUMBER: &str = "36200";

async fn email(mut ctx: Ctx) {
    let needs =
        |merchant: &crate::known::merchant::Merchant| !merchant.senders.contains(&Channel::Email);
    let Some(target) = ctx.merchant(needs) else { return };
    let mut body =
        json!({"account": EMAIL_ACCOUNT, "address": "boutique@example.com", "name": "Boutique"});
    if ctx.one_in(2) {
        body["price_microeuros"] = json!(300);
    }
    let path = format!("{}/senders/email", path(&target));
    let request = ApiRequest::put("put_email_sender", path).by_operator().json(body);
    let (merchant, channel) = (target.tenant.merchant, Channel::Email);
    let fact = |_: &_| Some(Fact::SenderPut { merchant: merchant.clone(), channel });
    ctx.carry_out(&request, fact).await;
}

async fn sms(mut ctx: Ctx) {
    let needs =
        |merchant: &crate::known::merchant::Merchant| !merchant.senders.contains(&Channel::Sms);
    let Some(target) = ctx.merchant(needs) else { return };
    let shown = if ctx.one_in(20) { "38123" } else { "Boutique" };
    let mut body = json!({"account": SMS_ACCOUNT, "shown": shown, "stop_number": STOP_NUMBER});
    if ctx.one_in(2) {
        body["price_microeuros"] = json!(45_000);
    }
    let path = format!("{}/senders/sms", path(&target));
    let request = ApiRequest::put("put_sms_sender", path).by_operator().json(body);
    let (merchant, channel) = (target.tenant.merchant, Channel::Sms);
    let fact = |_: &_| Some(Fact::SenderPut { merchant: merchant.clone(), channel });
    ctx.carry_out(&request, fact).await;
}
