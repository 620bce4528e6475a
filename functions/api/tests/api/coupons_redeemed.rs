//! Coupons in a purchase: tried before it is paid, redeemed with it, given back when it is cancelled.

use crate::offers::{Fixture, offer, with};
use crate::setup::{MOBILE, Service, named, sale, text};
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
async fn a_coupon_is_tried_then_redeemed_with_the_purchase_and_given_back_with_its_cancelling() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE").await;
    let till = &fixture.till;
    let basket =
        json!({"total_cents": 4_490, "member": {"mobile": MOBILE}, "coupons": ["rentree"]});
    let tried = till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(
        (&tried.body["coupons"], &tried.body["to_pay_cents"], &tried.body["points"]),
        (
            &json!([{"code": "RENTREE", "discount_cents": 449, "offer": "Bienvenue"}]),
            &json!(4_041),
            &json!(40)
        )
    );
    let sold = till.post("/v1/purchases", &sale_with("1", "rentree")).await;
    assert_eq!((sold.status.as_u16(), &sold.body["points"]), (201, &json!(40)), "{sold:?}");
    assert_eq!(sold.body["total_differs_from_lines"], false);
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let used = json!([{"code": "RENTREE", "discount_cents": 449}]);
    assert_eq!(till.get(&path).await.body["coupons"], used);

    // The same purchase again is answered as the first time, though its coupon is used up now.
    let again = till.post("/v1/purchases", &sale_with("1", "RENTREE")).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &sold.body));
    let other = till.post("/v1/purchases", &sale_with("2", "RENTREE")).await;
    assert_eq!((other.status.as_u16(), named(&other)), (409, vec!["/coupons"]));
    assert_eq!(other.body["code"], "coupon_used_up");
    assert_eq!(other.body["detail"], "The coupon is used up.");
    assert_eq!(other.body["cashier_message"], "Ce bon a déjà été utilisé.");

    assert_eq!(till.post(&format!("{path}/cancel"), &json!({})).await.status, 200);
    let freed = till.post("/v1/purchases", &sale_with("2", "RENTREE")).await;
    assert_eq!(freed.status, 201, "{freed:?}");
    // Cancelling again gives nothing back a second time.
    assert_eq!(till.post(&format!("{path}/cancel"), &json!({})).await.status, 200);
    let spent = till.post("/v1/purchases", &sale_with("3", "RENTREE")).await;
    assert_eq!(spent.body["code"], "coupon_used_up");
}

#[rstest]
#[case("/coupons/0/discount_cents", json!(460), 422, "/coupons", "coupon_discount_too_large")]
#[case("/coupons/0/discount_cents", json!(-1), 422, "/coupons/0/discount_cents", "amount_negative")]
#[case("/coupons/0/code", json!("AUTRE"), 422, "/coupons", "coupon_unknown")]
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
    let fixture = with_single_use_code(&service, "RENTREE").await;
    let refused =
        fixture.till.post("/v1/purchases", &with(sale_with("1", "RENTREE"), pointer, value)).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (status, vec![field]), "{refused:?}");
    assert_eq!(refused.body["errors"][0]["code"], code);
    let sold = fixture.till.post("/v1/purchases", &sale_with("1", "RENTREE")).await;
    assert_eq!(sold.status, 201, "nothing was used: {sold:?}");
}

#[tokio::test]
async fn one_code_twice_and_more_than_five_are_refused() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE").await;
    let of = |codes: &[&str]| {
        let mut sale = sale_with("1", "RENTREE");
        let coupon = |code: &&str| json!({"code": code, "discount_cents": 1});
        sale["coupons"] = codes.iter().map(coupon).collect();
        sale
    };
    let twice = fixture.till.post("/v1/purchases", &of(&["RENTREE", "ren-tree"])).await;
    assert_eq!(twice.body["errors"][0]["code"], "coupon_twice");
    let many = fixture
        .till
        .post("/v1/purchases", &of(&["AAAA", "BBBB", "CCCC", "DDDD", "EEEE", "FFFF"]))
        .await;
    assert_eq!(many.body["errors"][0]["code"], "too_many_coupons");
}

#[tokio::test]
async fn two_tills_with_the_last_coupon_at_one_instant_sell_once() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE").await;
    for round in 0..5 {
        let (one, other) = (format!("{round}-1"), format!("{round}-2"));
        let (one, other) = (sale_with(&one, "RENTREE"), sale_with(&other, "RENTREE"));
        let (one, other) = futures::join!(
            fixture.till.post("/v1/purchases", &one),
            fixture.till.post("/v1/purchases", &other)
        );
        let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
        assert_eq!((won.status.as_u16(), lost.status.as_u16()), (201, 409), "{won:?} {lost:?}");
        assert_eq!(lost.body["code"], "coupon_used_up");
        let path = format!("/v1/purchases/{}/cancel", text(&won.body, "purchase_id"));
        assert_eq!(fixture.till.post(&path, &json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn who_becomes_a_member_with_the_purchase_may_use_a_coupon_that_is_counted() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let counted = json!({"type": "multi", "limit": 100, "limit_member": 1});
    let id = fixture.written(&with(offer(), "/usage", counted)).await;
    fixture.code(&id, "RENTREE", &json!({})).await;
    let asking = json!({"mobile": MOBILE, "card_requested": true});
    let mut basket = json!({"total_cents": 4_490, "coupons": ["RENTREE"]});
    let nobody = fixture.till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(nobody.body["coupons"][0]["refusal"]["code"], "coupon_needs_member");
    basket["member"] = asking.clone();
    let tried = fixture.till.post("/v1/purchases/dry-run", &basket).await;
    assert_eq!(tried.body["coupons"][0]["discount_cents"], 449, "{tried:?}");
    let mut first = sale_with("1", "RENTREE");
    first["member"] = asking;
    assert_eq!(fixture.till.post("/v1/purchases", &first).await.status, 201);
    let second = fixture.till.post("/v1/purchases", &sale_with("2", "RENTREE")).await;
    assert_eq!(
        (second.status.as_u16(), &second.body["code"]),
        (409, &json!("coupon_member_limit"))
    );
}

#[tokio::test]
async fn a_sale_of_nobody_may_use_a_coupon() {
    let service = Service::start().await;
    let fixture = with_single_use_code(&service, "RENTREE").await;
    let mut sale = sale_with("1", "RENTREE");
    sale.as_object_mut().unwrap().remove("member");
    assert_eq!(fixture.till.post("/v1/purchases", &sale).await.status, 201);
    let second = fixture.till.post("/v1/purchases", &sale_with("2", "RENTREE")).await;
    assert_eq!(second.body["code"], "coupon_used_up");
}

#[tokio::test]
async fn a_coupon_given_to_a_member_is_used_by_the_one_it_was_merged_into() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let till = &fixture.till;
    let kept = till.enrol(MOBILE).await;
    let absorbed = till.enrol("06 39 98 00 13").await;
    let id = fixture.written(&with(offer(), "/usage", json!({"type": "single"}))).await;
    fixture.code(&id, "ANNIV", &json!({"member_id": absorbed})).await;
    let early = till.post("/v1/purchases", &sale_with("1", "ANNIV")).await;
    assert_eq!(early.body["code"], "coupon_of_another_member", "{early:?}");

    let merge = json!({"absorbed_member_id": absorbed});
    assert_eq!(till.post(&format!("/v1/members/{kept}/merge"), &merge).await.status, 200);
    let asked =
        json!({"code": "ANNIV", "gross_cents": 4_490, "member": {"member_id": kept.as_str()}});
    let checked = till.post("/v1/coupons/check", &asked).await.body;
    assert_eq!(checked["discount_cents"], 449, "{checked}");
    let sold = till.post("/v1/purchases", &sale_with("1", "ANNIV")).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    let again = till.post("/v1/purchases", &sale_with("2", "ANNIV")).await;
    assert_eq!(again.body["code"], "coupon_used_up", "{again:?}");
}

#[tokio::test]
async fn the_history_tells_the_coupons_that_a_member_was_given_and_used() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let till = &fixture.till;
    let member = till.enrol(MOBILE).await;
    let id = fixture.written(&with(offer(), "/usage", json!({"type": "single"}))).await;
    for at in ["2026-11-24T09:10:00Z", "2026-11-24T09:20:00Z"] {
        service.set_clock(at);
        let given = fixture.code(&id, "ANNIV", &json!({"member_id": member})).await;
        assert_eq!(given.status, 200, "{given:?}");
    }
    let sold = till.post("/v1/purchases", &sale_with("1", "ANNIV")).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    let history = till.get(&format!("/v1/members/{member}/history")).await.body;
    assert_eq!(history["entries"][0]["coupons_used"], json!(["ANNIV"]), "{history}");
    let given = json!({
        "type": "coupon_given", "at": "2026-11-24T09:10:00Z", "points": 0,
        "coupon_code": "ANNIV", "offer_id": id,
    });
    assert_eq!((&history["entries"][1], history["entries"].get(2)), (&given, None));
}
