//! Points that members earn and spend at the till: by the programme's rules, with a coupon, for a reward.

use crate::stack::{Answer, Shop, day, instant};
use serde_json::{Value, json};

/// 1 point a euro and 5 points a visit, both doubled; 20 points for a basket of 40 €, 10 for a new member.
fn programme() -> Value {
    json!({
        "spend": [{"points": 1, "per_cents": 100}],
        "visits": [{"points": 5}],
        "multipliers": [{"name": "Rentrée", "hundredths": 200}],
        "bonuses": [{"name": "Beau panier", "points": 20, "when": {"minimum_spend_cents": 4_000}}],
        "gifts": {"welcome": 10},
    })
}

/// A sale of 44.90 €, less 10 % by a coupon.
fn sale_with(receipt: &str, member: &str, coupon: &str) -> Value {
    json!({
        "type": "sale", "receipt_number": receipt, "sold_at": instant(-60), "total_cents": 4_041,
        "member": {"member_id": member}, "coupons": [{"code": coupon, "discount_cents": 449}],
    })
}

fn cancel(shop: &Shop, sold: &Answer) -> Answer {
    let id = sold.body["purchase_id"].as_str().expect("an identifier");
    shop.post(&format!("/v1/purchases/{id}/cancel"), &json!({}))
}

fn keyed(shop: &Shop, path: &str, key: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    shop.stack.ask_with(&shop.key, "POST", path, &headers, body)
}

/// The types of a history's entries with their points, in alphabetical order.
fn types_and_points(history: &[Value]) -> Vec<(&str, i64)> {
    let points = |entry: &Value| entry["points"].as_i64().expect("points");
    let kind = |entry| -> &str { Value::as_str(entry).expect("a type") };
    let mut entries: Vec<_> =
        history.iter().map(|entry| (kind(&entry["type"]), points(entry))).collect();
    entries.sort_unstable();
    entries
}

#[test]
fn a_coupon_of_one_use_is_redeemed_again_only_after_its_sale_is_cancelled() {
    let shop = Shop::running(&programme());
    let offer = shop.offer(&json!({"type": "single"}));
    let put = shop.operate("PUT", &format!("/offers/{offer}/codes/BIENVENUE"), Some(&json!({})));
    assert_eq!(put.status, 200, "{put:?}");
    let member = shop.member("0639980101", &json!({}));

    let basket = json!({
        "total_cents": 4_490, "member": {"member_id": member}, "coupons": [{"code": "bien-venue"}],
    });
    let tried = shop.post("/v1/purchases/dry-run", &basket);
    let of_coupon = json!([
        {"code": "BIENVENUE", "valid": true, "discount_cents": 449, "offer": "Bienvenue"},
    ]);
    assert_eq!(tried.body["coupons"], of_coupon, "{tried:?}");
    assert_eq!(tried.body["to_pay_cents"], 4_041, "{tried:?}");

    let sold = shop.post("/v1/purchases", &sale_with("P1", &member, "BIENVENUE"));
    let earned = json!([
        {"source": "spend", "points": 40},
        {"source": "visit", "points": 5},
        {"source": "multiplier", "name": "Rentrée", "points": 45},
        {"source": "bonus", "name": "Beau panier", "points": 20},
    ]);
    assert_eq!(sold.status, 201, "{sold:?}");
    assert_eq!(sold.body["points"], 110, "{sold:?}");
    assert_eq!(sold.body["earned"], earned, "{sold:?}");
    assert_eq!(tried.body["earned"], earned, "a dry run earns the same: {tried:?}");
    assert_eq!(sold.body["balance"], 120, "with the welcome gift: {sold:?}");

    let refused = shop.post("/v1/purchases", &sale_with("P2", &member, "BIENVENUE"));
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(refused.body["code"], "coupon_used_up", "{refused:?}");
    assert!(refused.body["cashier_message"].is_string(), "{refused:?}");

    assert_eq!(cancel(&shop, &sold).status, 200);
    let again = shop.post("/v1/purchases", &sale_with("P2", &member, "BIENVENUE"));
    assert_eq!(again.status, 201, "{again:?}");
    let history = shop.history(&member);
    assert_eq!(
        types_and_points(&history),
        [("sale", 110), ("sale", 110), ("welcome", 10)],
        "{history:?}"
    );
    let cancelled: Vec<_> =
        history.iter().filter(|entry| entry["cancelled_at"].is_string()).collect();
    assert!(
        matches!(cancelled[..], [entry] if entry["purchase_id"] == sold.body["purchase_id"]),
        "{history:?}"
    );
}

#[test]
fn a_redemption_is_fulfilled_and_a_cancelled_redemption_gives_its_points_back() {
    let shop = Shop::running(&programme());
    let cup = json!({
        "name": "Tasse en grès", "type": "goods", "points": 60, "stock": 2, "first_day": day(0),
    });
    let reward = shop.operate("POST", "/rewards", Some(&cup));
    assert_eq!(reward.status, 201, "{reward:?}");
    let member = shop.member("0639980102", &json!({}));
    let sale = json!({
        "type": "sale", "receipt_number": "P1", "sold_at": instant(-60), "total_cents": 4_490,
        "member": {"member_id": member},
    });
    let sold = shop.post("/v1/purchases", &sale);
    assert_eq!(sold.body["balance"], 128, "{sold:?}");
    let offered = shop.get(&format!("/v1/members/{member}/rewards"));
    assert_eq!(offered.body["rewards"][0]["available"], true, "{offered:?}");

    let path = format!("/v1/members/{member}/redemptions");
    let wanted = json!({"reward_id": reward.body["reward_id"]}).to_string();
    let redeem = |key: &str| keyed(&shop, &path, key, &wanted);
    let first = redeem("first");
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.body["state"], "requested", "{first:?}");
    assert_eq!(first.body["balance"], 68, "{first:?}");
    assert!(redeem("first").replayed);
    let second = redeem("second");
    assert_eq!(second.status, 201, "{second:?}");
    assert_eq!(second.body["balance"], 8, "{second:?}");
    let third = redeem("third");
    assert_eq!(third.status, 409, "no points and no cup are left: {third:?}");

    let step = |redemption: &Answer, step: &str| {
        let id = redemption.body["redemption_id"].as_str().expect("an identifier");
        shop.post(&format!("{path}/{id}/{step}"), &json!({}))
    };
    assert_eq!(step(&first, "fulfil").body["state"], "fulfilled");
    let late = step(&first, "cancel");
    assert_eq!(late.status, 409, "{late:?}");
    assert_eq!(late.body["code"], "redemption_fulfilled", "{late:?}");
    let cancelled = step(&second, "cancel");
    assert_eq!(cancelled.body["state"], "cancelled", "{cancelled:?}");
    assert_eq!(cancelled.body["balance"], 68, "{cancelled:?}");

    let history = shop.history(&member);
    let spent = ("redemption", -60);
    assert_eq!(
        types_and_points(&history),
        [spent, spent, ("sale", 118), ("welcome", 10)],
        "{history:?}"
    );
    let states: Vec<_> = history[..2].iter().map(|entry| entry["state"].as_str()).collect();
    assert_eq!(states, [Some("cancelled"), Some("fulfilled")], "{history:?}");
}

#[test]
fn a_visit_without_a_purchase_earns_points_once_a_day() {
    let shop = Shop::running(&json!({"visits": [{"points": 1, "most_a_day": 1}]}));
    let member = shop.member("0639980103", &json!({}));
    let path = format!("/v1/members/{member}/visits");
    let body = json!({"visited_at": instant(-60)}).to_string();
    let visit = |key: &str| keyed(&shop, &path, key, &body);
    let first = visit("first");
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.body["points"], 1, "{first:?}");
    let again = visit("first");
    assert!(again.replayed, "{again:?}");
    assert_eq!(again.body, first.body, "a replay gives the first answer");
    let second = visit("second");
    assert_eq!(second.status, 201, "{second:?}");
    assert_eq!(second.body["points"], 0, "{second:?}");
    assert_eq!(types_and_points(&shop.history(&member)), [("visit", 0), ("visit", 1)]);
}
