//! Members merged, and merges undone.

use crate::setup::{Answer, MOBILE, Service, Till, sale, text};
use serde_json::{Value, json};

const SECOND: &str = "06 39 98 00 13";

/// Two members with a sale of 44 points each, and the first merged with the second since 09:30.
async fn merged(service: &Service, till: &Till<'_>) -> (String, String) {
    let [survivor, absorbed] = [till.enrol(MOBILE).await, till.enrol(SECOND).await];
    for (receipt, member) in [("1", &survivor), ("2", &absorbed)] {
        let sold = till.post("/v1/purchases", &sale(receipt, &json!({"member_id": member}))).await;
        assert_eq!(sold.status, 201, "{sold:?}");
    }
    service.set_clock("2026-11-24T09:30:00Z");
    let merged = till
        .post(&format!("/v1/members/{survivor}/merge"), &json!({"absorbed_member_id": absorbed}))
        .await;
    assert_eq!(merged.body["balance"], 88, "{merged:?}");
    service.set_clock("2026-11-24T09:40:00Z");
    (survivor, absorbed)
}

async fn unmerge(till: &Till<'_>, survivor: &str, absorbed: &str) -> Answer {
    let path = format!("/v1/members/{survivor}/unmerge");
    till.post(&path, &json!({"absorbed_member_id": absorbed})).await
}

/// The member of a mobile number.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    member_id: String,
    balance: i64,
}

impl Found {
    fn of(member_id: &str, balance: i64) -> Self {
        Self { member_id: member_id.to_owned(), balance }
    }
}

async fn find(till: &Till<'_>, mobile: &str) -> Found {
    let found = till.post("/v1/members/find", &json!({"mobile": mobile})).await;
    Found::of(&text(&found.body, "member_id"), found.body["balance"].as_i64().unwrap())
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
async fn an_undone_merge_gives_back_contacts_points_and_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    let first = unmerge(&till, &survivor, &absorbed).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.body["points_given_back"], 44);
    assert_eq!(first.body["points_not_given_back"], 0);
    for (answer, member) in [("member", &survivor), ("absorbed_member", &absorbed)] {
        let shown = till.get(&format!("/v1/members/{member}")).await.body;
        assert_eq!(first.body[answer], shown);
        assert_eq!(shown["balance"], json!(44));
        assert_eq!(shown["visits"], json!(1));
        assert_eq!(shown["points_earned"], json!(44));
        assert_eq!(shown["spend_cents"], json!(4_490));
    }
    assert_eq!(find(&till, MOBILE).await, Found::of(&survivor, 44));
    assert_eq!(find(&till, SECOND).await, Found::of(&absorbed, 44));
    let own = entries(&till, &survivor).await;
    assert_eq!(types(&own), ["unmerge", "merge", "sale"]);
    assert_eq!(own[0]["other_member_id"], absorbed.as_str());
    assert_eq!(own[0]["by"], format!("key:{}", till.key_id).as_str());
    assert_eq!(types(&entries(&till, &absorbed).await), ["unmerge", "sale"]);
    assert_eq!(unmerge(&till, &survivor, &absorbed).await.body, first.body);
    assert_eq!(types(&entries(&till, &survivor).await), ["unmerge", "merge", "sale"]);
}

#[tokio::test]
async fn everything_since_the_merge_stays_with_the_survivor() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    till.post("/v1/purchases", &sale("3", &json!({"mobile": SECOND}))).await;
    unmerge(&till, &survivor, &absorbed).await;
    assert_eq!(find(&till, MOBILE).await, Found::of(&survivor, 88));
    assert_eq!(find(&till, SECOND).await, Found::of(&absorbed, 44));
    entries(&till, &survivor).await;
    entries(&till, &absorbed).await;
    till.post("/v1/purchases", &sale("4", &json!({"mobile": SECOND}))).await;
    assert_eq!(find(&till, SECOND).await, Found::of(&absorbed, 88));
}

#[tokio::test]
async fn points_that_are_gone_are_in_the_answer_and_in_both_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    let back = json!({
        "type": "return", "receipt_number": "R1", "sold_at": "2026-11-24T10:35:00+01:00",
        "member": {"mobile": MOBILE}, "total_cents": 6_000,
    });
    assert_eq!(till.post("/v1/purchases", &back).await.status, 201);
    let parted = unmerge(&till, &survivor, &absorbed).await;
    assert_eq!(parted.body["points_given_back"], 28);
    assert_eq!(parted.body["points_not_given_back"], 16);
    assert_eq!(find(&till, MOBILE).await.balance, 0);
    assert_eq!(find(&till, SECOND).await.balance, 28);
    assert_eq!(entries(&till, &survivor).await[0]["points"], 16);
    assert_eq!(entries(&till, &absorbed).await[0]["points"], -16);
}

#[tokio::test]
async fn a_sale_of_the_absorbed_member_cancelled_since_is_cancelled_for_that_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    let history = entries(&till, &survivor).await;
    let second = history.iter().find(|entry| entry["receipt_number"] == "2").unwrap();
    let path = format!("/v1/purchases/{}/cancel", text(second, "purchase_id"));
    assert_eq!(till.post(&path, &Value::Null).await.status, 200);
    let parted = unmerge(&till, &survivor, &absorbed).await;
    assert_eq!(parted.body["points_not_given_back"], 0);
    for (answer, (points, visits)) in [("member", (44, 1)), ("absorbed_member", (0, 0))] {
        let member = &parted.body[answer];
        assert_eq!(member["balance"], json!(points));
        assert_eq!(member["visits"], json!(visits));
        assert_eq!(member["points_earned"], points);
    }
    entries(&till, &survivor).await;
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
    for (survivor, absorbed) in [(&middle, &first), (&last, &first)] {
        let refused = unmerge(&till, survivor, absorbed).await;
        refused.assert_fields(409, &["/absorbed_member_id"]);
    }
    service.set_clock("2026-11-24T09:45:00Z");
    assert_eq!(unmerge(&till, &last, &middle).await.status, 200);
    assert_eq!(find(&till, SECOND).await, Found::of(&middle, 88), "still one with the second");
    assert_eq!(types(&entries(&till, &last).await), ["unmerge", "merge"]);
    assert_eq!(unmerge(&till, &middle, &first).await.status, 200);
    assert_eq!(find(&till, MOBILE).await, Found::of(&middle, 44));
    assert_eq!(find(&till, SECOND).await, Found::of(&first, 44));
}

#[tokio::test]
async fn only_a_merge_can_be_undone_and_it_can_be_made_again() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    let stranger = till.enrol("06 39 98 00 14").await;
    for (one, other) in [(&survivor, &stranger), (&absorbed, &survivor), (&survivor, &survivor)] {
        let refused = unmerge(&till, one, other).await;
        refused.assert_fields(409, &["/absorbed_member_id"]);
    }
    let nonsense = unmerge(&till, &survivor, "x").await;
    nonsense.assert_fields(422, &["/absorbed_member_id"]);
    unmerge(&till, &survivor, &absorbed).await;
    service.set_clock("2026-11-24T09:50:00Z");
    let merge = json!({"absorbed_member_id": absorbed});
    let again = till.post(&format!("/v1/members/{survivor}/merge"), &merge).await;
    assert_eq!(again.body["balance"], 88);
    service.set_clock("2026-11-24T09:55:00Z");
    assert_eq!(unmerge(&till, &survivor, &absorbed).await.body["points_given_back"], 44);
    assert_eq!(find(&till, SECOND).await, Found::of(&absorbed, 44));
}

#[tokio::test]
async fn two_tills_that_undo_one_merge_undo_it_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = merged(&service, &till).await;
    let (one, other) =
        tokio::join!(unmerge(&till, &survivor, &absorbed), unmerge(&till, &survivor, &absorbed));
    one.assert_status(200);
    assert_eq!(one.body, other.body);
    assert_eq!(types(&entries(&till, &absorbed).await), ["unmerge", "sale"]);
    assert_eq!(find(&till, MOBILE).await, Found::of(&survivor, 44));
}

#[tokio::test]
async fn two_members_who_are_one_person_are_merged_with_their_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let [survivor, absorbed] = [till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await];
    for (receipt, member) in [("1", &survivor), ("2", &absorbed)] {
        let sold = till.post("/v1/purchases", &sale(receipt, &json!({"member_id": member}))).await;
        assert_eq!(sold.status, 201);
    }
    let path = format!("/v1/members/{survivor}/merge");
    let body = json!({"absorbed_member_id": absorbed});
    let merged = till.post(&path, &body).await;
    merged.assert_status(200);
    assert_eq!(merged.body["balance"], json!(88));
    assert_eq!(till.post(&path, &body).await.body, merged.body);
    let led = till.get(&format!("/v1/members/{absorbed}")).await;
    assert_eq!(led.body["member_id"], survivor.as_str());
    let history = till.get(&format!("/v1/members/{absorbed}/history")).await;
    let types: Vec<_> = history.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["merge", "sale", "sale"]);
    let itself = till.post(&path, &json!({"absorbed_member_id": survivor})).await;
    itself.assert_fields(409, &["/absorbed_member_id"]);
    let nonsense = till.post(&path, &json!({"absorbed_member_id": "x"})).await;
    nonsense.assert_fields(422, &["/absorbed_member_id"]);
}
