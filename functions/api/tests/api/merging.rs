//! A merge undone: the two are apart again.

use crate::setup::{Answer, MOBILE, Service, Till, named, sale, text};
use serde_json::{Value, json};

const SECOND: &str = "06 39 98 00 13";

/// Two members with a sale of 44 points each, and the first merged with the second since 09:30.
async fn merged(service: &Service, till: &Till<'_>) -> (String, String) {
    let [kept, absorbed] = [till.enrol(MOBILE).await, till.enrol(SECOND).await];
    for (receipt, member) in [("1", &kept), ("2", &absorbed)] {
        let sold = till.post("/v1/purchases", &sale(receipt, &json!({"member_id": member}))).await;
        assert_eq!(sold.status, 201, "{sold:?}");
    }
    service.set_clock("2026-11-24T09:30:00Z");
    let merged = till
        .post(&format!("/v1/members/{kept}/merge"), &json!({"absorbed_member_id": absorbed}))
        .await;
    assert_eq!(merged.body["balance"], 88, "{merged:?}");
    service.set_clock("2026-11-24T09:40:00Z");
    (kept, absorbed)
}

async fn unmerge(till: &Till<'_>, kept: &str, absorbed: &str) -> Answer {
    let path = format!("/v1/members/{kept}/unmerge");
    till.post(&path, &json!({"absorbed_member_id": absorbed})).await
}

async fn balance(till: &Till<'_>, mobile: &str) -> (String, i64) {
    let found = till.post("/v1/members/find", &json!({"mobile": mobile})).await;
    (text(&found.body, "member_id"), found.body["balance"].as_i64().unwrap())
}

/// The entries of a history, and whether they sum to the balance.
async fn entries(till: &Till<'_>, member: &str) -> Vec<Value> {
    let history = till.get(&format!("/v1/members/{member}/history")).await;
    let entries = history.body["entries"].as_array().unwrap().clone();
    let in_force = entries.iter().filter(|entry| entry.get("cancelled_at").is_none());
    let sum: i64 = in_force.map(|entry| entry["points"].as_i64().unwrap()).sum();
    let shown = till.get(&format!("/v1/members/{member}")).await;
    assert_eq!(shown.body["balance"], sum, "{entries:?}");
    entries
}

fn types(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_members_are_apart_again_with_their_contacts_points_and_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    let first = unmerge(&till, &kept, &absorbed).await;
    assert_eq!(first.status, 200, "{first:?}");
    let given = (&first.body["points_given_back"], &first.body["points_not_given_back"]);
    assert_eq!(given, (&json!(44), &json!(0)));
    for (answer, member) in [("member", &kept), ("absorbed_member", &absorbed)] {
        let shown = till.get(&format!("/v1/members/{member}")).await.body;
        assert_eq!(first.body[answer], shown);
        assert_eq!((&shown["balance"], &shown["visits"]), (&json!(44), &json!(1)));
        assert_eq!((&shown["points_earned"], &shown["spend_cents"]), (&json!(44), &json!(4_490)));
    }
    assert_eq!(balance(&till, MOBILE).await, (kept.clone(), 44));
    assert_eq!(balance(&till, SECOND).await, (absorbed.clone(), 44));
    let own = entries(&till, &kept).await;
    assert_eq!(types(&own), ["unmerge", "merge", "sale"]);
    assert_eq!(own[0]["other_member_id"], absorbed.as_str());
    assert_eq!(own[0]["key_id"], till.key_id.as_str());
    assert_eq!(types(&entries(&till, &absorbed).await), ["unmerge", "sale"]);
    assert_eq!(unmerge(&till, &kept, &absorbed).await.body, first.body);
    assert_eq!(types(&entries(&till, &kept).await), ["unmerge", "merge", "sale"]);
}

#[tokio::test]
async fn what_happened_since_stays_with_the_one_that_was_kept() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    till.post("/v1/purchases", &sale("3", &json!({"mobile": SECOND}))).await;
    unmerge(&till, &kept, &absorbed).await;
    assert_eq!(balance(&till, MOBILE).await, (kept.clone(), 88));
    assert_eq!(balance(&till, SECOND).await, (absorbed.clone(), 44));
    entries(&till, &kept).await;
    entries(&till, &absorbed).await;
    till.post("/v1/purchases", &sale("4", &json!({"mobile": SECOND}))).await;
    assert_eq!(balance(&till, SECOND).await, (absorbed, 88));
}

#[tokio::test]
async fn points_no_longer_there_are_told_and_stand_in_both_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    let back = json!({
        "type": "return", "receipt_number": "R1", "sold_at": "2026-11-24T10:35:00+01:00",
        "member": {"mobile": MOBILE}, "total_cents": 6_000,
    });
    assert_eq!(till.post("/v1/purchases", &back).await.status, 201);
    let parted = unmerge(&till, &kept, &absorbed).await;
    let given = (&parted.body["points_given_back"], &parted.body["points_not_given_back"]);
    assert_eq!(given, (&json!(28), &json!(16)));
    assert_eq!((balance(&till, MOBILE).await.1, balance(&till, SECOND).await.1), (0, 28));
    assert_eq!(entries(&till, &kept).await[0]["points"], 16);
    assert_eq!(entries(&till, &absorbed).await[0]["points"], -16);
}

#[tokio::test]
async fn a_sale_of_the_absorbed_one_cancelled_since_is_cancelled_for_it_and_not_for_the_other() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    let history = entries(&till, &kept).await;
    let second = history.iter().find(|entry| entry["receipt_number"] == "2").unwrap();
    let path = format!("/v1/purchases/{}/cancel", text(second, "purchase_id"));
    assert_eq!(till.post(&path, &Value::Null).await.status, 200);
    let parted = unmerge(&till, &kept, &absorbed).await;
    assert_eq!(parted.body["points_not_given_back"], 0);
    for (answer, (points, visits)) in [("member", (44, 1)), ("absorbed_member", (0, 0))] {
        let member = &parted.body[answer];
        assert_eq!((&member["balance"], &member["visits"]), (&json!(points), &json!(visits)));
        assert_eq!(member["points_earned"], points);
    }
    entries(&till, &kept).await;
    entries(&till, &absorbed).await;
}

#[tokio::test]
async fn merges_of_merges_are_undone_from_the_last_to_the_first() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (middle, first) = merged(&service, &till).await;
    let last = till.enrol("06 39 98 00 14").await;
    let merge = json!({"absorbed_member_id": middle});
    till.post(&format!("/v1/members/{last}/merge"), &merge).await;
    for (kept, absorbed) in [(&middle, &first), (&last, &first)] {
        let refused = unmerge(&till, kept, absorbed).await;
        assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/absorbed_member_id"]));
    }
    service.set_clock("2026-11-24T09:45:00Z");
    assert_eq!(unmerge(&till, &last, &middle).await.status, 200);
    assert_eq!(balance(&till, SECOND).await, (middle.clone(), 88), "still one with the second");
    assert_eq!(types(&entries(&till, &last).await), ["unmerge", "merge"]);
    assert_eq!(unmerge(&till, &middle, &first).await.status, 200);
    assert_eq!(balance(&till, MOBILE).await, (middle, 44));
    assert_eq!(balance(&till, SECOND).await, (first, 44));
}

#[tokio::test]
async fn what_is_not_merged_is_not_parted_and_what_was_parted_can_be_merged_again() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    let stranger = till.enrol("06 39 98 00 14").await;
    for (one, other) in [(&kept, &stranger), (&absorbed, &kept), (&kept, &kept)] {
        let refused = unmerge(&till, one, other).await;
        assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/absorbed_member_id"]));
    }
    let nonsense = unmerge(&till, &kept, "x").await;
    assert_eq!((nonsense.status.as_u16(), named(&nonsense)), (422, vec!["/absorbed_member_id"]));
    unmerge(&till, &kept, &absorbed).await;
    service.set_clock("2026-11-24T09:50:00Z");
    let merge = json!({"absorbed_member_id": absorbed});
    let again = till.post(&format!("/v1/members/{kept}/merge"), &merge).await;
    assert_eq!(again.body["balance"], 88);
    service.set_clock("2026-11-24T09:55:00Z");
    assert_eq!(unmerge(&till, &kept, &absorbed).await.body["points_given_back"], 44);
    assert_eq!(balance(&till, SECOND).await, (absorbed, 44));
}

#[tokio::test]
async fn two_tills_that_undo_one_merge_undo_it_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (kept, absorbed) = merged(&service, &till).await;
    let (one, other) =
        tokio::join!(unmerge(&till, &kept, &absorbed), unmerge(&till, &kept, &absorbed));
    assert_eq!((one.status.as_u16(), one.body), (200, other.body));
    assert_eq!(types(&entries(&till, &absorbed).await), ["unmerge", "sale"]);
    assert_eq!(balance(&till, MOBILE).await, (kept, 44));
}
