//! The outbox as JSON.

use crate::setup::{BATCHES, EMAIL, Started, email, sms, without};
use rstest::rstest;
use serde_json::json;

async fn filled() -> Started {
    let started = Started::new();
    for to in ["ana@example.com", "zoe@example.com"] {
        assert_eq!(started.post(EMAIL, &email(&[to])).await.status, 201);
    }
    assert_eq!(started.post(BATCHES, &sms(&["+33639980012"])).await.status, 201);
    started
}

#[tokio::test]
async fn a_message_is_shown_as_its_recipient_would_read_it() {
    let started = filled().await;
    insta::assert_json_snapshot!(without(started.get("/outbox.json").await.body, "provider_id"));
}

#[rstest]
#[case::all("", 3)]
#[case::email("?channel=email", 2)]
#[case::sms("?channel=sms", 1)]
#[case::post("?channel=post", 0)]
#[case::address("?to=Ana@example.com", 1)]
#[case::half_an_address("?to=ana", 0)]
#[case::number("?to=%2B33639980012", 1)]
#[case::number_with_a_bare_plus("?to=+33639980012", 1)]
#[case::number_without_plus("?to=33639980012", 1)]
#[case::both("?to=ana@example.com&channel=sms", 0)]
#[case::limit("?limit=2", 2)]
#[tokio::test]
async fn a_reader_filters_the_messages(#[case] query: &str, #[case] count: usize) {
    let found = filled().await.get(&format!("/outbox.json{query}")).await;
    assert_eq!(found.body.as_array().unwrap().len(), count);
}

#[tokio::test]
async fn the_default_page_has_the_hundred_newest_messages() {
    let started = Started::new();
    let addresses: Vec<String> = (0..130).map(|number| format!("m{number}@example.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    assert_eq!(started.post(EMAIL, &email(&addresses)).await.status, 201);
    let outbox = started.outbox().await;
    assert_eq!(outbox.len(), 100);
    assert_eq!(outbox[0]["to"], "m129@example.com");
}

#[tokio::test]
async fn a_recipient_of_the_same_campaign_twice_is_doubled_once() {
    let started = Started::new();
    let send = async |to: &str, reference: Option<&str>, tag: &str| {
        let mut call = email(&[to]);
        call["tags"] = json!([tag]);
        call["headers"] = reference.map_or(json!({}), |text| json!({"X-Mailin-custom": text}));
        assert_eq!(started.post(EMAIL, &call).await.status, 201);
        started.counts().await["doubled"].as_u64().unwrap()
    };
    let (first, second) = (Some("merchant/live/7/0"), Some("merchant/live/7/1"));
    assert_eq!(send("ana@example.com", first, "c7").await, 0);
    assert_eq!(send("zoe@example.com", first, "c7").await, 0);
    assert_eq!(send("ana@example.com", Some("merchant/live/8/0"), "c7").await, 0);
    assert_eq!(send("Ana@example.com", second, "c7").await, 1);
    assert_eq!(send("ana@example.com", second, "c7").await, 1);
    assert_eq!(send("zoe@example.com", second, "c7").await, 2);
    assert_eq!(send("lea@example.com", None, "c9").await, 2);
    assert_eq!(send("lea@example.com", None, "c9").await, 3);
    assert_eq!(started.counts().await["distinct_recipients"], 3);
}

#[tokio::test]
async fn the_counts_are_of_all_messages_and_the_last_fifty_thousand_are_stored() {
    const CALLS: usize = 26;
    const VERSIONS: usize = 1_000;
    const MESSAGES: usize = CALLS * VERSIONS * 2;
    const MAX_LIMIT: usize = 5_000;
    let started = Started::new();
    let mut call = email(&[]);
    for batch in 0..CALLS {
        let to = |number: usize| {
            let person =
                |which: &str| json!({"email": format!("{which}{batch}-{number}@example.com")});
            json!({"to": [person("a"), person("b")]})
        };
        call["messageVersions"] = (0..VERSIONS).map(to).collect();
        assert_eq!(started.post(EMAIL, &call).await.status, 201);
    }
    let counts = started.counts().await;
    assert_eq!(counts["emails"], MESSAGES);
    assert_eq!(counts["distinct_recipients"], MESSAGES);
    assert_eq!(counts["doubled"], 0);
    let page = started.get("/outbox.json?limit=60000").await.body;
    assert_eq!(page.as_array().unwrap().len(), MAX_LIMIT);
    assert_eq!(page[0]["number"], MESSAGES - 1);
    assert_eq!(page[MAX_LIMIT - 1]["number"], MESSAGES - MAX_LIMIT);
    let next = started.get("/outbox.json?before=47000").await.body;
    assert_eq!(next[0]["number"], 46_999);
    assert_eq!(started.get("/messages/1999").await.status, 404);
    assert_eq!(started.get("/messages/2000").await.status, 200);
}
