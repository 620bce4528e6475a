//! Coupons in a purchase: checked before, redeemed with it, usable again after its cancellation.

use crate::coupon::offer::{Fixture, offer, with};
use crate::setup::{MOBILE, Service, sale, text};
use rstest::rstest;
use serde_json::{Value, json};

/// A sale of 44.90 € of which a coupon of 10 % was taken off.
fn sale_with(receipt: &str, code: &str) -> Value {
    let mut sale = sale(receipt, &json!({"mobile": MOBILE}));
    sale["total_cents"] = json!(4_490 - 449);
    sale["coupons"] = json!([{"code": code, "discount_cents": 449}]);
    sale
}

async fn with_single_use_code<'s>(service: &'s Service, code: &str) -> Fixture<'s> {
    let fixture = Fixture::open(service, "retail").await;
    fixture.till.enrol(MOBILE).await;
    let single = with(offer(), "/usage", json!({"type": "single"}));
    let id = fixture.written(&single).await;
    fixture.code(&id, code, &json!({})).await;
    fixture
}

#[tokio::test]
async fn a_coupon_is_checked_redeemed_with_the_purchase_and_usable_again_after_its_cancellation() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE26").await;
    let till = &fixture.till;
    let basket = json!({"total_cents": 4_490, "member": {"mobile": MOBILE}, "coupons": [{"code": "rentree26"}]});
    let tried = till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(
        tried.body["coupons"],
        json!([{"code": "RENTREE26", "valid": true, "discount_cents": 449, "offer": "Bienvenue"}])
    );
    assert_eq!(tried.body["to_pay_cents"], json!(4_041));
    assert_eq!(tried.body["points"], json!(40));
    let sold = till.post("/v1/purchases", &sale_with("1", "rentree26")).await;
    sold.assert_status(201);
    assert_eq!(sold.body["points"], json!(40), "{sold:?}");
    assert_eq!(sold.body["total_differs_from_lines"], false);
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let used = json!([{"code": "RENTREE26", "discount_cents": 449}]);
    assert_eq!(till.get(&path).await.body["coupons"], used);

    // The same purchase again gets the first answer, although its coupon has no use left.
    let again = till.post("/v1/purchases", &sale_with("1", "RENTREE26")).await;
    again.assert_body(201, &sold.body);
    let other = till.post("/v1/purchases", &sale_with("2", "RENTREE26")).await;
    other.assert_fields(409, &["/coupons"]);
    assert_eq!(other.body["code"], "coupon_used_up");
    assert_eq!(other.body["detail"], "The coupon is used up.");
    assert_eq!(other.body["cashier_message"], "Ce bon a déjà été utilisé : vendez sans le bon.");

    assert_eq!(till.post(&format!("{path}/cancel"), &json!({})).await.status, 200);
    let freed = till.post("/v1/purchases", &sale_with("2", "RENTREE26")).await;
    assert_eq!(freed.status, 201, "{freed:?}");
    // A second cancellation gives nothing back.
    assert_eq!(till.post(&format!("{path}/cancel"), &json!({})).await.status, 200);
    let spent = till.post("/v1/purchases", &sale_with("3", "RENTREE26")).await;
    assert_eq!(spent.body["code"], "coupon_used_up");
}

#[rstest]
#[case("/coupons/0/discount_cents", json!(460), 422, "/coupons", "coupon_discount_too_large")]
#[case("/coupons/0/discount_cents", json!(-1), 422, "/coupons/0/discount_cents", "amount_negative")]
#[case("/coupons/0/code", json!("AUTREBON"), 422, "/coupons", "coupon_unknown")]
#[case("/coupons/0/code", json!("!"), 422, "/coupons/0/code", "coupon_code")]
#[case("/type", json!("return"), 422, "/coupons", "coupons_of_return")]
#[tokio::test]
async fn each_coupon_that_a_purchase_cannot_use_has_its_own_answer(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] status: u16,
    #[case] field: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE26").await;
    let refused = fixture
        .till
        .post("/v1/purchases", &with(sale_with("1", "RENTREE26"), pointer, value))
        .await;
    refused.assert_fields(status, &[field]);
    assert_eq!(refused.body["errors"][0]["code"], code);
    let sold = fixture.till.post("/v1/purchases", &sale_with("1", "RENTREE26")).await;
    assert_eq!(sold.status, 201, "nothing was used: {sold:?}");
}

#[tokio::test]
async fn a_purchase_with_one_code_twice_or_more_than_five_codes_is_refused() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE26").await;
    let of = |codes: &[&str]| {
        let mut sale = sale_with("1", "RENTREE26");
        let coupon = |code: &&str| json!({"code": code, "discount_cents": 1});
        sale["coupons"] = codes.iter().map(coupon).collect();
        sale
    };
    let twice = fixture.till.post("/v1/purchases", &of(&["RENTREE26", "ren-tree26"])).await;
    assert_eq!(twice.body["errors"][0]["code"], "coupon_twice");
    let many = fixture
        .till
        .post(
            "/v1/purchases",
            &of(&["AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD", "EEEEEEEE", "FFFFFFFF"]),
        )
        .await;
    assert_eq!(many.body["errors"][0]["code"], "too_many_coupons");
}

#[tokio::test]
async fn of_two_tills_with_the_last_use_of_a_coupon_one_redeems_it() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE26").await;
    for round in 0..5 {
        let (one, other) = (format!("{round}-1"), format!("{round}-2"));
        let (one, other) = (sale_with(&one, "RENTREE26"), sale_with(&other, "RENTREE26"));
        let (one, other) = futures::join!(
            fixture.till.post("/v1/purchases", &one),
            fixture.till.post("/v1/purchases", &other)
        );
        let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
        won.assert_status(201);
        lost.assert_status(409);
        assert_eq!(lost.body["code"], "coupon_used_up");
        let path = format!("/v1/purchases/{}/cancel", text(&won.body, "purchase_id"));
        assert_eq!(fixture.till.post(&path, &json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn a_new_member_may_use_a_coupon_counted_by_member_with_the_first_purchase() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let counted = json!({"type": "multi", "limit": 100, "limit_member": 1});
    let id = fixture.written(&with(offer(), "/usage", counted)).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let asking = json!({"mobile": MOBILE, "card_requested": true});
    let mut basket = json!({"total_cents": 4_490, "coupons": [{"code": "RENTREE26"}]});
    let nobody = fixture.till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(nobody.body["coupons"][0]["refusal"]["code"], "coupon_needs_member");
    basket["member"] = asking.clone();
    let tried = fixture.till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(tried.body["coupons"][0]["discount_cents"], 449, "{tried:?}");
    let mut first = sale_with("1", "RENTREE26");
    first["member"] = asking;
    assert_eq!(fixture.till.post("/v1/purchases", &first).await.status, 201);
    let second = fixture.till.post("/v1/purchases", &sale_with("2", "RENTREE26")).await;
    second.assert_code(409, "coupon_member_limit");
}

#[tokio::test]
async fn an_anonymous_sale_may_use_a_coupon() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE26").await;
    let mut sale = sale_with("1", "RENTREE26");
    sale.as_object_mut().unwrap().remove("member");
    assert_eq!(fixture.till.post("/v1/purchases", &sale).await.status, 201);
    let second = fixture.till.post("/v1/purchases", &sale_with("2", "RENTREE26")).await;
    assert_eq!(second.body["code"], "coupon_used_up");
}

#[tokio::test]
async fn a_coupon_given_to_an_absorbed_member_is_used_by_the_survivor() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let till = &fixture.till;
    let kept = till.enrol(MOBILE).await;
    let absorbed = till.enrol("06 39 98 00 13").await;
    let id = fixture.written(&with(offer(), "/usage", json!({"type": "single"}))).await;
    fixture.code(&id, "ANNIVERSAIRE", &json!({"member_id": absorbed})).await;
    let early = till.post("/v1/purchases", &sale_with("1", "ANNIVERSAIRE")).await;
    assert_eq!(early.body["code"], "coupon_of_another_member", "{early:?}");

    let merge = json!({"absorbed_member_id": absorbed});
    assert_eq!(till.post(&format!("/v1/members/{kept}/merge"), &merge).await.status, 200);
    let asked = json!({"code": "ANNIVERSAIRE", "total_cents": 4_490, "member": {"member_id": kept.as_str()}});
    let checked = till.post("/v1/coupons/check", &asked).await.body;
    assert_eq!(checked["discount_cents"], 449, "{checked}");
    let sold = till.post("/v1/purchases", &sale_with("1", "ANNIVERSAIRE")).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    let again = till.post("/v1/purchases", &sale_with("2", "ANNIVERSAIRE")).await;
    assert_eq!(again.body["code"], "coupon_used_up", "{again:?}");
}

#[tokio::test]
async fn the_history_has_the_coupons_that_a_member_was_given_and_used() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let till = &fixture.till;
    let member = till.enrol(MOBILE).await;
    let id = fixture.written(&with(offer(), "/usage", json!({"type": "single"}))).await;
    for at in ["2026-11-24T09:10:00Z", "2026-11-24T09:20:00Z"] {
        service.set_clock(at);
        let given = fixture.code(&id, "ANNIVERSAIRE", &json!({"member_id": member})).await;
        assert_eq!(given.status, 200, "{given:?}");
    }
    let sold = till.post("/v1/purchases", &sale_with("1", "ANNIVERSAIRE")).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    let history = till.get(&format!("/v1/members/{member}/history")).await.body;
    assert_eq!(history["entries"][0]["coupons_used"], json!(["ANNIVERSAIRE"]), "{history}");
    let given = json!({
        "type": "coupon_given", "at": "2026-11-24T09:10:00Z", "points": 0,
        "coupon_code": "ANNIVERSAIRE", "offer_id": id, "by": "operator",
    });
    assert_eq!(history["entries"][1], given);
    assert_eq!(history["entries"].get(2), None);
}
