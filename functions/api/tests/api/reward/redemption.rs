//! Points spent on rewards and off bills.

use crate::coupon::offer::with;
use crate::reward::catalogue::{cup, single_use, written};
use crate::setup::{Answer, MOBILE, NOW, Service, Till, named, text};
use rstest::rstest;
use serde_json::{Value, json};

/// A member with points.
struct Counter<'s> {
    till: Till<'s>,
    member: String,
}

impl<'s> Counter<'s> {
    async fn open(service: &'s Service, points: i64) -> Self {
        let till = service.till("A", "retail").await;
        let member = till.enrol(MOBILE).await;
        till.give(&member, points).await;
        Self { till, member }
    }

    fn path(&self, end: &str) -> String {
        format!("/v1/members/{}/redemptions{end}", self.member)
    }

    async fn redeem(&self, key: &str, body: &Value) -> Answer {
        self.till.post_keyed(&self.path(""), key, body).await
    }

    async fn step(&self, redemption: &Answer, step: &str) -> Answer {
        let id = text(&redemption.body, "redemption_id");
        self.till.post(&self.path(&format!("/{id}/{step}")), &json!({})).await
    }

    async fn entries(&self) -> Vec<Value> {
        let path = format!("/v1/members/{}/history", self.member);
        let entries = self.till.get(&path).await.body["entries"].clone();
        let entries = entries.as_array().unwrap().iter();
        entries.filter(|entry| entry["type"] == "redemption").cloned().collect()
    }
}

#[tokio::test]
async fn points_off_a_bill_are_spent_once_and_return_when_it_is_cancelled() {
    let service = Service::start().await;
    let counter = Counter::open(&service, 120).await;
    let spent = counter.redeem("a", &json!({"points": 50, "bill_cents": 4_990})).await;
    let id = text(&spent.body, "redemption_id");
    let lots = json!([{"earned_on": "2026-11-24", "points": 50}]);
    let expected = json!({
        "redemption_id": id,
        "member_id": counter.member,
        "state": "fulfilled",
        "points": 50,
        "taken_off_cents": 50,
        "lots": lots,
        "requested_at": NOW,
        "changed_at": NOW,
        "balance": 70,
        "pending": 0,
        "ticket": ["Points utilisés : 50", "Votre solde : 70 points"],
    });
    spent.assert_body(201, &expected);
    let again = counter.redeem("a", &json!({"points": 50, "bill_cents": 4_990})).await;
    assert!(!spent.is_replayed());
    assert!(again.is_replayed());
    assert_eq!(again.body, expected);
    let other = counter.redeem("a", &json!({"points": 51, "bill_cents": 4_990})).await;
    other.assert_code(409, "idempotency_key_reused");
    let shown = counter.till.get(&counter.path(&format!("/{id}"))).await;
    assert_eq!(shown.body["balance"], 70);

    service.set_clock("2026-11-24T10:00:00Z");
    let cancelled = counter.step(&spent, "cancel").await;
    cancelled.assert_status(200);
    assert_eq!(cancelled.body["state"], json!("cancelled"));
    assert_eq!(cancelled.body["ticket"], json!(["Votre solde : 120 points"]));
    assert_eq!(counter.step(&spent, "cancel").await.body, cancelled.body);
    let late = counter.step(&spent, "fulfil").await;
    late.assert_code(409, "redemption_cancelled");
    let by = format!("key:{}", counter.till.key_id);
    let entry = json!({
        "type": "redemption", "at": NOW, "points": -50, "cancelled_at": "2026-11-24T10:00:00Z",
        "lots": lots, "redemption_id": id, "state": "cancelled", "by": by, "changed_by": by,
    });
    assert_eq!(counter.entries().await, [entry]);
}

#[tokio::test]
async fn goods_are_requested_and_fulfilled_and_then_cannot_be_cancelled() {
    let service = Service::start().await;
    let counter = Counter::open(&service, 250).await;
    let reward = written(&service, &counter.till, &cup()).await;
    let body = json!({"reward_id": reward});
    let asked = counter.redeem("a", &body).await;
    asked.assert_status(201);
    assert_eq!(asked.body["state"], json!("requested"));
    let second = counter.redeem("b", &body).await;
    second.assert_code(409, "reward_member_limit");
    assert_eq!(named(&second), ["/reward_id"]);
    assert_eq!(text(&second.body, "cashier_message"), "Ce client a déjà eu cette récompense.");
    let detail = "The reward was given to this member as often as its limit allows.";
    assert_eq!(text(&second.body, "detail"), detail);
    for _ in 0..2 {
        let done = counter.step(&asked, "fulfil").await;
        done.assert_status(200);
        assert_eq!(done.body["state"], json!("fulfilled"));
    }
    let late = counter.step(&asked, "cancel").await;
    late.assert_code(409, "redemption_fulfilled");
    let given = counter.till.get("/v1/rewards").await.body;
    assert_eq!(given["rewards"][0]["left"], 49);
    assert_eq!(counter.entries().await[0]["reward_id"], json!(reward));
}

#[tokio::test]
async fn a_redeemed_coupon_is_in_the_answer_and_gives_a_discount() {
    let service = Service::start().await;
    let counter = Counter::open(&service, 250).await;
    let offer = single_use(&service, &counter.till).await;
    let body = with(with(cup(), "/type", json!("coupon")), "/offer_id", json!(offer));
    let reward = written(&service, &counter.till, &body).await;
    let bought = counter.redeem("a", &json!({"reward_id": reward})).await;
    bought.assert_status(201);
    assert_eq!(bought.body["state"], json!("fulfilled"));
    let code = text(&bought.body, "coupon_code");
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    let check = async || {
        let member = json!({"member_id": counter.member});
        let asked = json!({"code": code, "total_cents": 4_490, "member": member});
        counter.till.post("/v1/coupons/check", &asked).await.body
    };
    assert_eq!(check().await["valid"], true);
    assert_eq!(counter.entries().await[0]["coupon_code"], json!(code));
    let cancelled = counter.step(&bought, "cancel").await;
    cancelled.assert_status(200);
    assert_eq!(cancelled.body["balance"], json!(250));
    assert_eq!(check().await["refusal"]["code"], "coupon_disabled");
}

#[tokio::test]
async fn points_off_a_bill_take_no_more_than_the_bill_and_the_answer_says_how_much() {
    let service = Service::start().await;
    let counter = Counter::open(&service, 120).await;
    let spent = counter.redeem("a", &json!({"points": 120, "bill_cents": 30})).await;
    spent.assert_status(201);
    assert_eq!(spent.body["points"], 30);
    assert_eq!(spent.body["taken_off_cents"], 30);
    assert_eq!(spent.body["balance"], 90);
    assert_eq!(counter.entries().await[0]["points"], -30);
    let other_bill = counter.redeem("a", &json!({"points": 120, "bill_cents": 31})).await;
    other_bill.assert_code(409, "idempotency_key_reused");
    let shown = counter.step(&spent, "cancel").await;
    assert_eq!(shown.body["balance"], 120);
}

#[rstest]
#[case(json!({"points": 0, "bill_cents": 4_990}), 422, "/points", "reward_points")]
#[case(json!({"points": 1_000_001, "bill_cents": 4_990}), 422, "/points", "reward_points")]
#[case(json!({"points": 121, "bill_cents": 4_990}), 409, "/points", "not_enough_points")]
#[case(json!({}), 422, "", "missing")]
#[case(json!({"points": 50}), 422, "/bill_cents", "missing")]
#[case(json!({"points": 50, "bill_cents": 0}), 422, "/bill_cents", "reward_bill")]
#[case(json!({"bill_cents": 4_990}), 422, "", "missing")]
#[case(json!({"points": 1, "reward_id": "01JDEXAMP1E000000000000000"}), 422, "", "one_of")]
#[case(json!({"reward_id": "cup"}), 422, "/reward_id", "identifier")]
#[case(json!({"reward_id": "01JDEXAMP1E000000000000000"}), 404, "/reward_id", "not_found")]
#[tokio::test]
async fn each_refusal_of_a_redemption_has_its_own_code(
    #[case] body: Value,
    #[case] status: u16,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let counter = Counter::open(&service, 120).await;
    let refused = counter.redeem("a", &body).await;
    refused.assert_fields(status, &[pointer]);
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[rstest]
#[case("/first_day", json!("2026-11-25"), 422, "reward_not_begun")]
#[case("/last_day", json!("2026-11-23"), 422, "reward_ended")]
#[case("/disabled", json!(true), 422, "reward_disabled")]
#[case("/stock", json!(0), 409, "reward_out_of_stock")]
#[case("/points", json!(121), 409, "not_enough_points")]
#[tokio::test]
async fn a_reward_that_is_not_given_is_refused_with_its_reason(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] status: u16,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let counter = Counter::open(&service, 120).await;
    let reward = written(&service, &counter.till, &with(cup(), pointer, value)).await;
    let refused = counter.redeem("a", &json!({"reward_id": reward})).await;
    refused.assert_code(status, code);
    assert_eq!(refused.body["errors"][0]["code"], code);
    assert!(text(&refused.body, "cashier_message").ends_with('.'));
}

#[tokio::test]
async fn a_redemption_needs_a_key_and_belongs_to_its_member() {
    let service = Service::start().await;
    let counter = Counter::open(&service, 120).await;
    let keyless =
        counter.till.post(&counter.path(""), &json!({"points": 1, "bill_cents": 4_990})).await;
    keyless.assert_code(400, "idempotency_key_missing");
    let spent = counter.redeem("a", &json!({"points": 1, "bill_cents": 4_990})).await;
    let id = text(&spent.body, "redemption_id");
    let other = counter.till.enrol("06 39 98 00 13").await;
    for (member, id) in [
        (&other, id.as_str()),
        (&counter.member, "nonsense"),
        (&counter.member, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
    ] {
        let path = format!("/v1/members/{member}/redemptions/{id}");
        assert_eq!(counter.till.get(&path).await.status, 404);
        let cancelled = counter.till.post(&format!("{path}/cancel"), &json!({})).await;
        assert_eq!(cancelled.status, 404);
    }
}
