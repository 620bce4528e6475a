//! Each refusal that a cashier can bring about has a sentence for the cashier. The test brings about each of them,
//! with the key of a till.

use crate::coupon::offer::{offer, with};
use crate::error_codes::causes;
use crate::reward::catalogue::{cup, single_use, written};
use crate::setup::{Answer, MOBILE, Service, Till, merchant, sale, text};
use axum::http::Method;
use domain::{Cause, Language};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SECOND: &str = "06 39 98 00 13";
const THIRD: &str = "06 39 98 00 14";
const CARD: &str = "299000001234";

/// A shop with a till and a back office, and the answers that refused something.
struct Desk<'s> {
    service: &'s Service,
    back_office: Till<'s>,
    till: Till<'s>,
    refused: Vec<Answer>,
}

impl<'s> Desk<'s> {
    async fn open(service: &'s Service) -> Self {
        let mut body = merchant("A", "retail");
        body["programme"]["levels"] = json!([{"code": "gold", "name": "Or", "from_points": 500}]);
        let back_office = service.till_of(&body).await;
        let lyon = format!("/v1/merchants/{}/establishments/lyon", back_office.merchant);
        let other = json!({"name": "Lyon", "time_zone": "Europe/Paris"});
        service.operator(Method::PUT, &lyon, Some(&other)).await.assert_status(200);
        let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
        Self { service, back_office, till, refused: vec![] }
    }

    async fn refuse(&mut self, path: &str, body: &Value) {
        let answer = self.till.post(path, body).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        self.refused.push(answer);
    }

    async fn refuse_consent(&mut self, member: &str, body: &Value) {
        let path = format!("/v1/members/{member}/consents/sms");
        let answer = self.till.ask(Method::PUT, &path, body).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        self.refused.push(answer);
    }

    async fn refuse_redemption(&mut self, member: &str, body: &Value) {
        let key = format!("refused-{}", self.refused.len());
        let path = format!("/v1/members/{member}/redemptions");
        let answer = self.till.post_keyed(&path, &key, body).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        self.refused.push(answer);
    }

    async fn done(&self, path: &str, body: &Value) -> Value {
        let answer = self.till.post(path, body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// Sells, and gives the path of the purchase.
    async fn sold(&self, receipt: &str, member: &Value) -> String {
        let sold = self.done("/v1/purchases", &sale(receipt, member)).await;
        format!("/v1/purchases/{}", text(&sold, "purchase_id"))
    }

    /// A code of an offer that has one value in another place.
    async fn coupon(&self, code: &str, pointer: &str, value: Value) {
        let offers = format!("/v1/merchants/{}/offers", self.till.merchant);
        let body = with(offer(), pointer, value);
        let offer = self.service.operator(Method::POST, &offers, Some(&body)).await;
        let path = format!("{offers}/{}/codes/{code}", text(&offer.body, "offer_id"));
        self.service.operator(Method::PUT, &path, Some(&json!({}))).await.assert_status(200);
    }
}

fn with_coupons(receipt: &str, member: &Value, codes: &[&str]) -> Value {
    let mut sale = sale(receipt, member);
    sale["coupons"] =
        codes.iter().map(|code| json!({"code": code, "discount_cents": 449})).collect();
    sale
}

fn returned(receipt: &str, sale_number: &str, cents: i64) -> Value {
    json!({
        "type": "return", "receipt_number": receipt, "sold_at": "2026-11-24T10:16:00+01:00",
        "total_cents": cents, "returned_sale": {"day": "2026-11-24", "receipt_number": sale_number},
    })
}

/// What is typed and scanned at an enrolment and a find.
async fn refuse_members(desk: &mut Desk<'_>) {
    let person = json!({"mobile": MOBILE, "card_requested": true, "card_number": CARD});
    for (pointer, value) in [
        ("/email", json!("camille")),
        ("/birth_date", json!("2027-01-01")),
        ("/mobile", json!("camille")),
        ("/mobile", json!("3,36E+10")),
        ("/mobile", json!("01 44 55 66 77")),
        ("/first_name", json!("x".repeat(61))),
        ("/first_name", json!("Ca\u{0}mille")),
        ("/card_number", json!("1")),
        ("/card_requested", json!(false)),
    ] {
        desk.refuse("/v1/members", &with(person.clone(), pointer, value)).await;
    }
    desk.refuse("/v1/members/find", &json!({"mobile": MOBILE})).await;
    desk.refuse("/v1/members/find", &json!({"mobile": MOBILE, "qr": CARD})).await;
    desk.refuse("/v1/members/find", &json!({"qr": "https://example.com/"})).await;
    let member = text(&desk.done("/v1/members", &person).await, "member_id");
    desk.refuse("/v1/members", &with(person.clone(), "/card_number", json!("299000009999"))).await;
    desk.refuse("/v1/members", &with(person, "/mobile", json!(SECOND))).await;
    let second = desk.till.enrol(SECOND).await;
    desk.refuse(&format!("/v1/members/{second}/card/block"), &Value::Null).await;
    desk.done(&format!("/v1/members/{member}/card/block"), &Value::Null).await;
    desk.refuse("/v1/members/find", &json!({"card_number": CARD})).await;
    let replace = format!("/v1/members/{member}/card/replace");
    for number in 1..=20 {
        desk.done(&replace, &json!({"card_number": format!("29900000{number:04}")})).await;
    }
    desk.refuse(&format!("/v1/members/{member}/card/block"), &Value::Null).await;
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let path = format!("/v1/members/{second}/consents/sms");
    let opposed = json!({"given": false, "told_by": "till"});
    desk.till.ask(Method::PUT, &path, &opposed).await.assert_status(200);
    desk.refuse_consent(&second, &consent).await;
    let child = json!({"mobile": THIRD, "card_requested": true, "birth_date": "2015-01-01"});
    let child = text(&desk.done("/v1/members", &child).await, "member_id");
    desk.refuse_consent(&child, &consent).await;
}

/// What is typed at a sale and a return, and receipts in a state that does not allow the operation.
async fn refuse_purchases(desk: &mut Desk<'_>) {
    let (first, second) = (json!({"mobile": MOBILE}), json!({"mobile": SECOND}));
    let basket = sale("1", &first);
    for (pointer, value) in [
        ("/total_cents", json!(100_000_001)),
        ("/lines/0/quantity", json!("0")),
        ("/receipt_number", json!("")),
        ("/receipt_number", json!("n°1")),
        ("/member", json!({"mobile": "06 39 98 00 99"})),
        ("/member", json!({"card_number": CARD, "card_requested": true})),
    ] {
        let body = with(basket.clone(), pointer, value);
        desk.refuse("/v1/purchases", &body).await;
    }
    let mut undated = returned("2", "1", 4_490);
    undated["returned_sale"]["day"] = json!("31/11/2026");
    desk.refuse("/v1/purchases", &undated).await;
    desk.refuse("/v1/purchases", &returned("2", "1", 4_490)).await;
    let sold = desk.sold("1", &first).await;
    desk.refuse("/v1/purchases", &with(basket, "/total_cents", json!(1))).await;
    desk.refuse("/v1/purchases", &returned("2", "1", 4_491)).await;
    let of_another = with(returned("2", "1", 4_490), "/member", second.clone());
    desk.refuse("/v1/purchases", &of_another).await;
    desk.refuse(&format!("{sold}/attach"), &second).await;
    let back = desk.done("/v1/purchases", &returned("2", "1", 4_490)).await;
    let back = format!("/v1/purchases/{}", text(&back, "purchase_id"));
    desk.refuse(&format!("{sold}/cancel"), &Value::Null).await;
    desk.refuse(&format!("{back}/move"), &second).await;
    let anonymous = desk.sold("3", &Value::Null).await;
    desk.refuse(&format!("{anonymous}/move"), &first).await;
    desk.done(&format!("{anonymous}/cancel"), &Value::Null).await;
    desk.refuse(&format!("{anonymous}/attach"), &first).await;
    desk.refuse("/v1/purchases", &returned("4", "3", 100)).await;
    let third = desk.till.done_find(THIRD).await;
    let of_absorbed = desk.sold("5", &json!({"member_id": third})).await;
    let survivor = desk.till.done_find(SECOND).await;
    let merge = format!("/v1/members/{survivor}/merge");
    let merged = desk.back_office.post(&merge, &json!({"absorbed_member_id": third})).await;
    merged.assert_status(200);
    desk.refuse(&format!("{of_absorbed}/move"), &first).await;
}

async fn refuse_coupons(desk: &mut Desk<'_>) {
    let member = json!({"mobile": MOBILE});
    for (code, pointer, value) in [
        ("OFFRE2026", "/usage/limit_member", json!(1)),
        ("RETIRE2026", "/disabled", json!(true)),
        ("DEMAIN2026", "/first_day", json!("2026-11-25")),
        ("HIER2026", "/last_day", json!("2026-11-23")),
        ("AILLEURS", "/establishments", json!(["lyon"])),
        ("UNIQUE2026", "/usage", json!({"type": "single"})),
        ("GRAND2026", "/minimum_spend_cents", json!(9_000)),
        ("ARTICLE2026", "/benefit", json!({"type": "product", "sku": "CAFE"})),
    ] {
        desk.coupon(code, pointer, value).await;
    }
    desk.refuse("/v1/purchases", &with_coupons("10", &Value::Null, &["OFFRE2026"])).await;
    desk.done("/v1/purchases", &with_coupons("11", &member, &["OFFRE2026", "UNIQUE2026"])).await;
    for code in [
        "OFFRE2026",
        "RETIRE2026",
        "DEMAIN2026",
        "HIER2026",
        "AILLEURS",
        "UNIQUE2026",
        "GRAND2026",
        "ARTICLE2026",
        "INCONNU26",
        "!",
    ] {
        desk.refuse("/v1/purchases", &with_coupons("12", &member, &[code])).await;
    }
    let small = with(with_coupons("12", &member, &["GRAND2026"]), "/total_cents", json!(90_000));
    desk.refuse("/v1/purchases", &with(small, "/coupons/0/discount_cents", json!(9_500))).await;
    desk.refuse("/v1/purchases", &with_coupons("12", &member, &["AAAAAAAA", "aaaaaaaa"])).await;
    let many = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD", "EEEEEEEE", "FFFFFFFF"];
    desk.refuse("/v1/purchases", &with_coupons("12", &member, &many)).await;
}

async fn refuse_rewards(desk: &mut Desk<'_>) {
    let member = desk.till.done_find(MOBILE).await;
    desk.back_office.give(&member, 450).await;
    desk.refuse_redemption(&member, &json!({"points": 0, "bill_cents": 500})).await;
    desk.refuse_redemption(&member, &json!({"points": 10, "bill_cents": 0})).await;
    desk.refuse_redemption(&member, &json!({"points": 100_000, "bill_cents": 1_000_000})).await;
    for (pointer, value) in [
        ("/disabled", json!(true)),
        ("/first_day", json!("2026-11-25")),
        ("/last_day", json!("2026-11-23")),
        ("/level", json!("gold")),
        ("/stock", json!(0)),
    ] {
        let body = with(with(cup(), "/limit_member", Value::Null), pointer, value);
        let reward = written(desk.service, &desk.till, &body).await;
        desk.refuse_redemption(&member, &json!({"reward_id": reward})).await;
    }
    let redemptions = format!("/v1/members/{member}/redemptions");
    let step = |redemption: &Answer, step: &str| {
        format!("{redemptions}/{}/{step}", text(&redemption.body, "redemption_id"))
    };
    let goods = json!({"reward_id": written(desk.service, &desk.till, &cup()).await});
    let handed_out = desk.till.post_keyed(&redemptions, "goods", &goods).await;
    desk.refuse_redemption(&member, &goods).await;
    desk.done(&step(&handed_out, "fulfil"), &Value::Null).await;
    desk.refuse(&step(&handed_out, "cancel"), &Value::Null).await;
    let bill =
        desk.till.post_keyed(&redemptions, "bill", &json!({"points": 10, "bill_cents": 500})).await;
    desk.done(&step(&bill, "cancel"), &Value::Null).await;
    desk.refuse(&step(&bill, "fulfil"), &Value::Null).await;

    let offer = single_use(desk.service, &desk.till).await;
    let body = with(with(cup(), "/type", json!("coupon")), "/offer_id", json!(offer));
    let reward = json!({"reward_id": written(desk.service, &desk.till, &body).await});
    let bought = desk.till.post_keyed(&redemptions, "coupon", &reward).await;
    let code = text(&bought.body, "coupon_code");
    let (mobile, another) = (json!({"mobile": MOBILE}), json!({"mobile": SECOND}));
    let last = if code.ends_with('3') { '4' } else { '3' };
    let mistyped = format!("{}{last}", &code[..code.len() - 1]);
    desk.refuse("/v1/purchases", &with_coupons("20", &mobile, &[&mistyped])).await;
    desk.refuse("/v1/purchases", &with_coupons("20", &another, &[&code])).await;
    desk.done("/v1/purchases", &with_coupons("20", &mobile, &[&code])).await;
    desk.refuse(&step(&bought, "cancel"), &Value::Null).await;
}

impl Till<'_> {
    /// The identifier of a member.
    async fn done_find(&self, mobile: &str) -> String {
        let found = self.post("/v1/members/find", &json!({"mobile": mobile})).await;
        text(&found.body, "member_id")
    }
}

#[tokio::test]
async fn each_refusal_that_a_cashier_can_bring_about_has_its_sentence() {
    let service = Service::start().await;
    let mut desk = Desk::open(&service).await;
    refuse_members(&mut desk).await;
    refuse_purchases(&mut desk).await;
    refuse_coupons(&mut desk).await;
    refuse_rewards(&mut desk).await;
    let of_cashier: BTreeSet<_> = causes()
        .into_iter()
        .filter_map(|(code, cause)| (cause == Cause::Cashier).then_some(code))
        .collect();
    let mut met = BTreeSet::new();
    for answer in &desk.refused {
        let code = answer.body["code"].as_str().unwrap();
        let codes = answer.field_codes().into_iter().chain([code]);
        let code = codes.into_iter().find(|code| of_cashier.contains(code));
        let code = code.unwrap_or_else(|| panic!("no cashier brought this about: {answer:?}"));
        let sentence = Language::French.sentence(code).replace("{limit}", "60");
        assert_eq!(answer.body["cashier_message"], sentence, "{answer:?}");
        met.insert(code);
    }
    let left: Vec<_> = of_cashier.difference(&met).collect();
    assert!(left.is_empty(), "bring about {left:?}");
}

#[tokio::test]
async fn a_refusal_that_only_software_can_bring_about_has_no_sentence_for_the_cashier() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    for refused in [
        till.post("/v1/purchases", &json!({"colour": "blue"})).await,
        till.get("/v1/members").await,
    ] {
        assert!(refused.status.is_client_error(), "{refused:?}");
        assert!(refused.body.get("cashier_message").is_none(), "{refused:?}");
    }
}
