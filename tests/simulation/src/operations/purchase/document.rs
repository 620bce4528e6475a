//! A document of a till: it is sent until an answer comes, and what the answer says is kept.

use super::super::ctx::{Ctx, Till, day_in, text};
use super::super::member::enrol;
use super::super::person::Person;
use super::super::request::ApiRequest;
use crate::known::fact::Fact;
use crate::known::records::{Member, Purchase};
use crate::known::{Acknowledged, Queued};
use crate::world::clock::now;
use crate::world::gateway::Response;
use domain::Instant;
use serde_json::Value;

/// The register of a document that names none.
const FIRST_REGISTER: &str = "1";

impl Ctx {
    /// Sends a document, and does with it what the software of a till does by the answer. A document without an
    /// answer goes into the queue.
    pub(super) async fn deliver(&mut self, till: &Till, document: Value) {
        let Some(response) = self.send_document(till, &document).await else {
            self.known.put_into_queue(&till.tenant, Queued { key: till.key.clone(), document });
            return;
        };
        let Some(corrected) = corrected(&response.body, &document) else {
            if codes(&response.body).any(|code| code == "in_future") {
                self.known.put_into_queue(&till.tenant, Queued { key: till.key.clone(), document });
            }
            return;
        };
        self.send_document(till, &corrected).await;
    }

    /// Sends a document until an answer comes, and keeps what the answer says.
    pub(super) async fn send_document(
        &mut self,
        till: &Till,
        document: &Value,
    ) -> Option<Response> {
        let request = ApiRequest::post("create_purchase", "/v1/purchases".to_owned());
        let request = request.by(&till.key).json(document.clone());
        self.carry_out(&request, |response| {
            let purchase = recorded(till, document, &response.body)?;
            let is_replay = response.headers.contains_key("idempotency-replayed");
            let tenant = till.tenant.clone();
            Some(Fact::PurchaseRecorded { tenant, purchase: Box::new(purchase), is_replay })
        })
        .await
        .inspect(|response| {
            if let Some(member) = enrolled(document, &response.body) {
                let (tenant, at) = (till.tenant.clone(), now());
                self.known.acknowledge(Acknowledged {
                    step: self.step.id,
                    operation: "create_purchase",
                    sent_at: at,
                    at,
                    fact: Fact::MemberKnown { tenant, member: Box::new(member) },
                });
            }
        })
    }
}

/// The codes of a refusal and of its fields.
fn codes(refusal: &Value) -> impl Iterator<Item = &str> {
    let fields = refusal["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields = fields.iter().filter_map(|field| field["code"].as_str());
    refusal["code"].as_str().into_iter().chain(fields)
}

/// The document as the software sends it again after a refusal: without its coupons, or without its customer.
fn corrected(refusal: &Value, document: &Value) -> Option<Value> {
    let mut corrected = document.clone();
    let fields = refusal["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_of_member = |field: &Value| {
        field["pointer"].as_str().is_some_and(|pointer| pointer.starts_with("/member"))
    };
    if codes(refusal).any(|code| code.starts_with("coupon_")) {
        corrected.as_object_mut()?.remove("coupons")?;
    } else if fields.iter().any(is_of_member) {
        corrected.as_object_mut()?.remove("member")?;
    } else {
        return None;
    }
    Some(corrected)
}

/// The purchase that an answer acknowledges.
fn recorded(till: &Till, document: &Value, answer: &Value) -> Option<Purchase> {
    let sold_at: Instant = document["sold_at"].as_str()?.parse().ok()?;
    let coupons = document["coupons"].as_array().map(Vec::as_slice).unwrap_or_default();
    let register = text(document, "register").unwrap_or_else(|| FIRST_REGISTER.to_owned());
    Some(Purchase {
        id: text(answer, "purchase_id")?,
        is_return: answer["type"] == "return",
        establishment: till.key.establishment.clone(),
        register,
        day: day_in(&till.key.time_zone, sold_at),
        receipt_number: text(document, "receipt_number")?,
        sold_at,
        total_cents: answer["total_cents"].as_i64()?,
        member: text(answer, "member_id"),
        points: answer["points"].as_i64()?,
        coupons: coupons.iter().filter_map(|coupon| text(coupon, "code")).collect(),
        document: document.clone(),
        returned_sale: text(&document["returned_sale"], "receipt_number"),
        cancelled_at: text(answer, "cancelled_at"),
    })
}

/// The member that a sale made.
fn enrolled(document: &Value, answer: &Value) -> Option<Member> {
    let is_enrolled = answer["enrolled"].as_bool().unwrap_or_default();
    let id = text(answer, "member_id").filter(|_| is_enrolled)?;
    let mobile = document["member"]["mobile"].as_str()?;
    let number = mobile.chars().filter(char::is_ascii_digit).collect::<String>();
    let person = Person(number.get(6..)?.parse().ok()?);
    Some(enrol::member(id, person, &document["member"]))
}
