//! A sale recorded for the wrong member is moved to the right one, and back.

use crate::setup::{MOBILE, Service, Till, sale, text};
use rstest::rstest;
use serde_json::{Value, json};

const OTHER: &str = "06 39 98 00 77";

async fn balance(till: &Till<'_>, member: &str) -> i64 {
    let shown = till.get(&format!("/v1/members/{member}/balance")).await;
    shown.body["balance"].as_i64().unwrap()
}

async fn types(till: &Till<'_>, member: &str) -> Vec<(String, i64)> {
    let history = till.get(&format!("/v1/members/{member}/history")).await;
    let entries = history.body["entries"].as_array().unwrap();
    let mut seen: Vec<_> = entries
        .iter()
        .map(|entry| (text(entry, "type"), entry["points"].as_i64().unwrap()))
        .collect();
    seen.sort();
    seen
}

#[tokio::test]
async fn a_moved_sale_takes_its_points_along_and_both_histories_show_it() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (wrong, right) = (till.enrol(MOBILE).await, till.enrol(OTHER).await);
    let sold = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let to = json!({"mobile": OTHER});
    for _ in 0..2 {
        let moved = till.post(&format!("{path}/move"), &to).await;
        moved.assert_status(200);
        assert_eq!(moved.body["member_id"], json!(right));
        assert_eq!(moved.body["balance"], json!(44));
    }
    assert_eq!(balance(&till, &wrong).await, 0);
    assert_eq!(balance(&till, &right).await, 44);
    assert_eq!(types(&till, &wrong).await, [("moved_away".to_owned(), 0)]);
    assert_eq!(types(&till, &right).await, [("moved_here".to_owned(), 0), ("sale".to_owned(), 44)]);

    let back = till.post(&format!("{path}/move"), &json!({"member_id": wrong})).await;
    assert_eq!(back.body["member_id"], wrong);
    assert_eq!(balance(&till, &wrong).await, 44);
    assert_eq!(balance(&till, &right).await, 0);
    // The same receipt sent again, with its first customer, is known.
    let again = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    assert_eq!(again.status, 201);
    let cancelled = till.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 200);
    assert_eq!(balance(&till, &wrong).await, 0);
    assert_eq!(balance(&till, &right).await, 0);
}

#[rstest]
#[case::anonymous(json!(null), false, false, "receipt_without_customer")]
#[case::cancelled(json!({"mobile": MOBILE}), true, false, "receipt_cancelled")]
#[case::returned(json!({"mobile": MOBILE}), false, true, "sale_returned")]
#[tokio::test]
async fn a_sale_that_cannot_be_moved_is_refused(
    #[case] member: Value,
    #[case] cancelled: bool,
    #[case] returned: bool,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    till.enrol(OTHER).await;
    let sold = till.post("/v1/purchases", &sale("1", &member)).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    if cancelled {
        assert_eq!(till.post(&format!("{path}/cancel"), &json!({})).await.status, 200);
    }
    if returned {
        let back = json!({"type": "return", "receipt_number": "2", "total_cents": 1_000,
            "sold_at": "2026-11-24T10:16:00+01:00",
            "returned_sale": {"day": "2026-11-24", "receipt_number": "1"}});
        assert_eq!(till.post("/v1/purchases", &back).await.status, 201);
    }
    let refused = till.post(&format!("{path}/move"), &json!({"mobile": OTHER})).await;
    refused.assert_code(409, code);
    let unknown = till.post(&format!("{path}/move"), &json!({"mobile": "06 39 98 00 99"})).await;
    unknown.assert_fields(404, &["/mobile"]);
}
