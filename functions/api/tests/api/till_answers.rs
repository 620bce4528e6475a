//! The fields of every answer to a key with the scope till.

use crate::coupon::offer::offer;
use crate::edge::logs::Log;
use crate::member::enrol::camille;
use crate::member::misses::report_the_31st;
use crate::reward::catalogue::{cup, written};
use crate::setup::{Answer, MOBILE, NOW, Service, Till, sale, text};
use axum::http::Method;
use domain::KeyScope;
use domain::rights::Operation;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The fields of an answer that show more than `find_member`: none. A field of an object is `object/field`.
const FOUND: &[&str] = &[
    "balance",
    "card_activated",
    "card_blocked",
    "expiring",
    "expiring/on",
    "expiring/points",
    "first_name",
    "last_name_initial",
    "level",
    "level/code",
    "level/name",
    "level/since",
    "member_id",
    "pending",
];
const BALANCE: &[&str] = &[
    "balance",
    "expiring",
    "expiring/on",
    "expiring/points",
    "level",
    "level/code",
    "level/name",
    "level/since",
    "member_id",
    "pending",
    "ticket",
];
const PURCHASE: &[&str] =
    &["cancelled_at", "day", "points", "purchase_id", "receipt_number", "register", "type"];
const RECORDED: &[&str] = &[
    "balance",
    "cancelled_at",
    "earned",
    "earned/name",
    "earned/points",
    "earned/source",
    "enrolled",
    "member_id",
    "pending",
    "points",
    "purchase_id",
    "returned_cents",
    "ticket",
    "total_cents",
    "total_differs_from_lines",
    "type",
];
const TRIED: &[&str] = &[
    "balance",
    "balance_after",
    "coupons",
    "coupons/code",
    "coupons/discount_cents",
    "coupons/offer",
    "coupons/refusal",
    "coupons/refusal/cashier_message",
    "coupons/refusal/code",
    "coupons/refusal/detail",
    "coupons/valid",
    "earned",
    "earned/name",
    "earned/points",
    "earned/source",
    "member_id",
    "pending_after",
    "points",
    "ticket",
    "to_pay_cents",
    "would_enrol",
];
const COUPON: &[&str] = &[
    "code",
    "discount_cents",
    "offer",
    "refusal",
    "refusal/code",
    "refusal/detail",
    "refusal/cashier_message",
    "valid",
];
const VISIT: &[&str] = &["balance", "member_id", "pending", "points", "ticket", "visited_at"];
const REDEMPTION: &[&str] = &[
    "balance",
    "changed_at",
    "coupon_code",
    "lots",
    "lots/earned_on",
    "lots/points",
    "member_id",
    "pending",
    "points",
    "redemption_id",
    "requested_at",
    "reward_id",
    "state",
    "taken_off_cents",
    "ticket",
];
const REWARDS: &[&str] = &[
    "next_cursor",
    "rewards",
    "rewards/last_day",
    "rewards/left",
    "rewards/level",
    "rewards/name",
    "rewards/points",
    "rewards/reward_id",
    "rewards/type",
];
const MEMBER_REWARDS: &[&str] = &[
    "balance",
    "member_id",
    "next_cursor",
    "rewards",
    "rewards/available",
    "rewards/last_day",
    "rewards/left",
    "rewards/level",
    "rewards/name",
    "rewards/points",
    "rewards/refusal",
    "rewards/refusal/code",
    "rewards/refusal/cashier_message",
    "rewards/reward_id",
    "rewards/type",
];

/// The fields that a till may read in the answer to an operation.
fn fields(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::CreateMember
        | Operation::FindMember
        | Operation::BlockCard
        | Operation::UnblockCard
        | Operation::ReplaceCard
        | Operation::PutRegistration => FOUND,
        Operation::PutConsent => &["channel", "member_id"],
        Operation::ShowBalance => BALANCE,
        Operation::CreateVisit => VISIT,
        Operation::CreatePurchase => RECORDED,
        Operation::DryRunPurchase => TRIED,
        Operation::ShowPurchase
        | Operation::CancelPurchase
        | Operation::AttachPurchase
        | Operation::MovePurchase => PURCHASE,
        Operation::CheckCoupon => COUPON,
        Operation::ListRewardsGiven => REWARDS,
        Operation::ListMemberRewards => MEMBER_REWARDS,
        Operation::CreateRedemption
        | Operation::ShowRedemption
        | Operation::FulfilRedemption
        | Operation::CancelRedemption => REDEMPTION,
        other => panic!("state the fields that a till reads in the answer to {other:?}"),
    }
}

fn of_a_till() -> impl Iterator<Item = Operation> {
    Operation::ALL.into_iter().filter(|operation| operation.callers().include(KeyScope::Till))
}

#[test]
fn the_document_gives_a_till_no_other_field_than_the_table_of_this_test() {
    let document = serde_json::to_value(api::openapi::document()).unwrap();
    for operation in of_a_till() {
        let id = json!(operation.as_str());
        let paths = document["paths"].as_object().unwrap().values();
        let described = paths
            .flat_map(|item| item.as_object().unwrap().values())
            .find(|described| described["operationId"] == id)
            .unwrap();
        let mut named = BTreeSet::new();
        for (status, response) in described["responses"].as_object().unwrap() {
            if status.starts_with('2') {
                let schema = &response["content"]["application/json"]["schema"];
                assert!(schema.is_object(), "{operation:?} has an answer without a schema");
                name_schema(&document, schema, "", &mut named);
            }
        }
        let expected: BTreeSet<_> = fields(operation).iter().map(ToString::to_string).collect();
        assert_eq!(named, expected, "{operation:?}");
    }
}

/// Collects the fields of a schema. Of an answer that depends on the scope, a till gets the form whose name
/// begins with `Till`.
fn name_schema(document: &Value, schema: &Value, before: &str, named: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        return name_schema(document, document.pointer(pointer).unwrap(), before, named);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        named.insert(format!("{before}{name}"));
        name_schema(document, property, &format!("{before}{name}/"), named);
    }
    if schema["items"].is_object() {
        name_schema(document, &schema["items"], before, named);
    }
    let forms = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
    let is_of_till = |form: &Value| {
        form["$ref"].as_str().is_some_and(|text| text.starts_with("#/components/schemas/Till"))
    };
    let one_of = forms("oneOf");
    let depends_on_scope = one_of.iter().any(is_of_till);
    let one_of = one_of.iter().filter(|form| !depends_on_scope || is_of_till(form));
    for form in one_of.chain(&forms("allOf")).chain(&forms("anyOf")) {
        name_schema(document, form, before, named);
    }
}

/// Collects the fields of an answer.
fn name_fields(value: &Value, before: &str, named: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                named.insert(format!("{before}{name}"));
                name_fields(value, &format!("{before}{name}/"), named);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| name_fields(value, before, named)),
        _ => {}
    }
}

/// Texts of the whole record that no answer to a till may have.
const PERSONAL: [&str; 6] =
    ["+33639980012", "martin", "1990-02-28", "75002", "paix", "299000001234"];

#[tokio::test]
async fn no_answer_to_a_till_has_another_field_or_personal_data_than_find() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let answers = answers(&service, &back_office, &till).await;
    let tried: Vec<_> = answers.iter().map(|(operation, _)| *operation).collect();
    for operation in of_a_till() {
        assert!(tried.contains(&operation), "no request of this test does {operation:?}");
    }
    for (operation, answer) in answers {
        assert!(answer.status.is_success(), "{operation:?}: {answer:?}");
        let mut named = BTreeSet::new();
        name_fields(&answer.body, "", &mut named);
        let allowed = fields(operation);
        named.retain(|name| !allowed.contains(&name.as_str()));
        assert!(named.is_empty(), "{operation:?} shows {named:?}");
        let told = answer.body.to_string().to_lowercase();
        for text in PERSONAL {
            assert!(!told.contains(text), "{operation:?} shows {text}: {told}");
        }
    }
}

/// The answers to a till, at least one for each operation that a till may do.
async fn answers(
    service: &Service,
    back_office: &Till<'_>,
    till: &Till<'_>,
) -> Vec<(Operation, Answer)> {
    let none = Value::Null;
    let made = till.post("/v1/members", &camille()).await;
    let member = text(&made.body, "member_id");
    back_office.give(&member, 500).await;
    let path = |end: &str| format!("/v1/members/{member}/{end}");
    let offers = format!("/v1/merchants/{}/offers", till.merchant);
    let offer = service.operator(Method::POST, &offers, Some(&offer())).await;
    let code = format!("{offers}/{}/codes/RENTREE26", text(&offer.body, "offer_id"));
    service.operator(Method::PUT, &code, Some(&json!({}))).await.assert_status(200);
    let reward = written(service, till, &cup()).await;
    let (mobile, card) = (json!({"mobile": MOBILE}), json!({"card_number": "299000001235"}));
    let basket = json!({"member": mobile, "total_cents": 4_490, "coupons": [{"code": "RENTREE26"}, {"code": "NONENONE"}]});
    let check = json!({"code": "RENTREE26", "total_cents": 4_490, "member": mobile});
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let registration = json!({"activated_at": "2026-11-24T10:20:00+01:00"});
    let sold = till.post("/v1/purchases", &sale("1", &mobile)).await;
    let purchase = |end: &str| format!("/v1/purchases/{}{end}", text(&sold.body, "purchase_id"));
    let unnamed = till.post("/v1/purchases", &sale("2", &none)).await;
    let attach = format!("/v1/purchases/{}/attach", text(&unnamed.body, "purchase_id"));
    let cup = json!({"reward_id": reward});
    let goods = till.post_keyed(&path("redemptions"), "goods", &cup).await;
    let goods_path = path(&format!("redemptions/{}", text(&goods.body, "redemption_id")));
    let bill = till
        .post_keyed(&path("redemptions"), "bill", &json!({"points": 10, "bill_cents": 4_990}))
        .await;
    let bill_path = path(&format!("redemptions/{}", text(&bill.body, "redemption_id")));
    let visit = json!({"visited_at": NOW});
    vec![
        (Operation::CreateMember, till.post("/v1/members", &camille()).await),
        (Operation::FindMember, till.post("/v1/members/find", &mobile).await),
        (Operation::PutConsent, till.ask(Method::PUT, &path("consents/sms"), &consent).await),
        (
            Operation::PutRegistration,
            till.ask(Method::PUT, &path("registration"), &registration).await,
        ),
        (Operation::ShowBalance, till.get(&path("balance")).await),
        (Operation::ListRewardsGiven, till.get("/v1/rewards").await),
        (Operation::ListMemberRewards, till.get(&path("rewards")).await),
        (Operation::CreateVisit, till.post_keyed(&path("visits"), "visit", &visit).await),
        (Operation::BlockCard, till.post(&path("card/block"), &none).await),
        (Operation::UnblockCard, till.post(&path("card/unblock"), &none).await),
        (Operation::ReplaceCard, till.post(&path("card/replace"), &card).await),
        (Operation::CheckCoupon, till.post("/v1/coupons/check", &check).await),
        (Operation::DryRunPurchase, till.post("/v1/purchases/dry-run", &basket).await),
        (Operation::ShowPurchase, till.get(&purchase("")).await),
        (Operation::AttachPurchase, till.post(&attach, &mobile).await),
        (Operation::MovePurchase, till.post(&purchase("/move"), &mobile).await),
        (Operation::CancelPurchase, till.post(&purchase("/cancel"), &none).await),
        (Operation::ShowRedemption, till.get(&goods_path).await),
        (Operation::FulfilRedemption, till.post(&format!("{goods_path}/fulfil"), &none).await),
        (Operation::CancelRedemption, till.post(&format!("{bill_path}/cancel"), &none).await),
        (Operation::CreateRedemption, goods),
        (Operation::CreateRedemption, bill),
        (Operation::CreateMember, made),
        (Operation::CreatePurchase, sold),
        (Operation::CreatePurchase, unnamed),
    ]
}

#[tokio::test]
async fn a_purchase_shows_its_customer_to_a_till_only_where_the_request_names_the_customer() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let member = till.enrol(MOBILE).await;
    let named = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    assert_eq!(named.body["member_id"], json!(member));
    let mut returned = sale("2", &Value::Null);
    returned["type"] = json!("return");
    returned["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": "1"});
    let told = till.post("/v1/purchases", &returned).await;
    told.assert_status(201);
    assert_eq!(told.body["points"], -44, "the return has the customer of its sale");
    assert!(told.body.get("member_id").is_none(), "{told:?}");
    let whole = back_office.post("/v1/purchases", &returned).await;
    assert_eq!(whole.body["member_id"], json!(member));
}

#[tokio::test]
async fn the_whole_purchase_is_shown_to_a_back_office_and_to_an_export() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let export = service.key_of(&back_office.merchant, "paris", "live", "export").await;
    let member = back_office.enrol(MOBILE).await;
    let sold = back_office.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    for key in [&back_office, &export] {
        let shown = key.get(&path).await;
        shown.assert_status(200);
        assert_eq!(shown.body["member_id"], json!(member));
        assert_eq!(shown.body["lines"][0]["label"], "Chemise en lin bleu");
    }
}

#[tokio::test]
async fn a_till_that_tries_one_receipt_after_another_is_reported() {
    let log = Log::collect();
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let member = till.enrol(MOBILE).await;
    let sold = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    let known = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let to = json!({"member_id": member});
    report_the_31st(&log, async |number| {
        till.get(&known).await.assert_status(200);
        let receipt = domain::Receipt {
            establishment: domain::EstablishmentId::parse("paris").unwrap(),
            register: domain::Register::parse("1").unwrap(),
            day: domain::Day::parse("2026-11-24").unwrap(),
            number: domain::ReceiptNumber::parse(&format!("{}", 100 + number)).unwrap(),
        };
        let path = format!("/v1/purchases/{}", domain::purchase::id::of(&receipt));
        let (status, expected) = match number % 6 {
            0 => (till.get(&path).await.status, 404),
            1 => (till.post(&format!("{path}/cancel"), &Value::Null).await.status, 404),
            2 => (till.post(&format!("{path}/attach"), &to).await.status, 404),
            3 => (till.post(&format!("{path}/move"), &to).await.status, 404),
            4 => (till.get("/v1/purchases/bm9uc2Vuc2U").await.status, 404),
            _ => {
                let mut returned = sale("2", &Value::Null);
                returned["type"] = json!("return");
                let number = receipt.number.as_str();
                returned["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": number});
                (till.post("/v1/purchases", &returned).await.status, 422)
            }
        };
        assert_eq!(status, expected, "{number}");
    })
    .await;
}
