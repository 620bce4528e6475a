//! The erasures of a day, which the operator lists.

use crate::setup::{NOW, OPERATOR_KEY, Service, text};
use axum::http::Method;
use domain::retention::ErasureReason;
use domain::{Credential, Day, MemberId, MerchantId};
use serde_json::json;
use store::{DueMember, Mode, Scope};
use support::instant;

#[tokio::test]
async fn the_operator_lists_the_erasures_of_a_day_with_their_reasons() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut members = vec![];
    for number in 10..15 {
        members.push(till.enrol(&format!("06399800{number}")).await);
    }
    let store = service.table.store();
    let merchant = MerchantId::parse(&till.merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    let scope = Scope { settings, mode: Mode::Live, credential: Credential::Operator };
    let today = Day::parse("2026-11-24").unwrap();
    let reasons = [ErasureReason::NeverActivated, ErasureReason::Inactive];
    for (member, reason) in members.iter().zip(reasons.into_iter().cycle()) {
        let id = MemberId::parse(member).unwrap();
        let DueMember::Member(read) = store.due_member(&scope, id).await.unwrap() else {
            panic!("no member")
        };
        store
            .decide_erasure(
                &scope,
                &read,
                &store.login_state(&scope, &read.person).await.unwrap(),
                reason,
                today,
            )
            .await
            .unwrap()
            .unwrap();
    }
    let path = format!("/v1/merchants/{}/erasures", till.merchant);
    let ask = |query: String| {
        let (service, path) = (&service, &path);
        async move { service.operator(Method::GET, &format!("{path}?{query}"), None).await }
    };
    let (mut listed, mut cursor) = (vec![], String::new());
    loop {
        let page = ask(format!("day=2026-11-24&limit=2{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let counts = page.body.get("counts");
        let expected = json!({"never_activated": 3, "inactive": 2, "request": 0, "objection": 0});
        assert_eq!(counts, cursor.is_empty().then_some(&expected));
        let erasures = page.body["erasures"].as_array().unwrap();
        listed.extend(erasures.iter().map(|erasure| text(erasure, "member_id")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    members.sort();
    assert_eq!(listed, members);
    assert_eq!(ask("day=2026-11-25".to_owned()).await.body["erasures"], json!([]));

    for (query, parameter) in [
        ("", "day"),
        ("day=24/11/2026", "day"),
        ("day=2026-11-24&limit=0", "limit"),
        ("day=2026-11-24&cursor=x", "cursor"),
        ("day=2026-11-24&reason=inactive", "reason"),
    ] {
        let refused = ask(query.to_owned()).await;
        refused.assert_fields(400, &[parameter]);
    }
    let unknown = "/v1/merchants/01KA0000000000000000000000/erasures?day=2026-11-24";
    assert_eq!(service.ask(OPERATOR_KEY, Method::GET, unknown, None).await.status, 404);
    assert_eq!(till.get(&format!("{path}?day=2026-11-24")).await.status, 403);
}
