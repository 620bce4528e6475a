//! Offers and their codes, as the operator writes and reads them.

use crate::setup::{Answer, OPERATOR_KEY, Service, Till, text};
use axum::body::Body;
use axum::http::{Method, Request};
use domain::{CouponBatchId, Credential, MerchantId, OfferId};
use rstest::rstest;
use serde_json::{Value, json};
use store::{Mode, RangeClaimed, Scope, Tenant};
use support::instant;

pub(crate) fn offer() -> Value {
    json!({
        "name": "Bienvenue",
        "benefit": {"type": "percentage", "percent_hundredths": 1_000, "most_cents": 5_000},
        "minimum_spend_cents": 2_000,
        "first_day": "2026-11-01",
        "last_day": "2026-11-30",
        "establishments": ["paris"],
        "usage": {"type": "multi", "limit": 500, "limit_member": 1},
    })
}

/// The same with one value put in its place, or taken out.
pub(crate) fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

/// A merchant's offers, as the operator reaches them.
pub(crate) struct Fixture<'s> {
    pub(crate) service: &'s Service,
    pub(crate) till: Till<'s>,
}

impl<'s> Fixture<'s> {
    pub(crate) async fn open(service: &'s Service, sector: &str) -> Self {
        Self { service, till: service.till("A", sector).await }
    }

    pub(crate) async fn ask(&self, method: Method, end: &str, body: Option<&Value>) -> Answer {
        let path = format!("/v1/merchants/{}/offers{end}", self.till.merchant);
        self.service.operator(method, &path, body).await
    }

    pub(crate) async fn written(&self, body: &Value) -> String {
        let answer = self.ask(Method::POST, "", Some(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        text(&answer.body, "offer_id")
    }

    pub(crate) async fn code(&self, offer: &str, code: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, &format!("/{offer}/codes/{code}"), Some(body)).await
    }

    async fn import(&self, offer: &str, content_type: &str, file: Vec<u8>) -> Answer {
        let path = format!("/v1/merchants/{}/offers/{offer}/imports", self.till.merchant);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("authorization", format!("Token {OPERATOR_KEY}"))
            .header("content-type", content_type)
            .body(Body::from(file));
        self.service.send(request.unwrap()).await
    }

    fn queued(&self) -> Vec<Value> {
        let sent = self.service.queue.sent("/coupons");
        sent.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// Makes what was queued, as the function does.
    async fn make(&self) {
        let (store, now) = (self.service.table.store(), instant("2026-11-24T09:20:00Z"));
        for message in self.queued() {
            let tenant = Tenant::parse(message["tenant"].as_str().unwrap()).unwrap();
            let settings = store.settings_fresh(tenant.merchant, now).await.unwrap();
            let scope = Scope { settings, mode: tenant.mode, credential: Credential::Operator };
            let offer = OfferId::parse(message["offer"].as_str().unwrap()).unwrap();
            let batch = CouponBatchId::parse(message["batch"].as_str().unwrap()).unwrap();
            let range = message["range"].as_u64().unwrap().try_into().unwrap();
            let claimed = store.claim_coupon_range(tenant, offer, batch, range, now).await.unwrap();
            if let RangeClaimed::Ours(mut range) = claimed {
                let maker = scope.code_maker();
                while !store.make_coupons(&scope, &maker, &mut range, now).await.unwrap() {}
            }
        }
    }
}

#[tokio::test]
async fn an_offer_is_created_shown_and_replaced() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    let shown = fixture.ask(Method::GET, &format!("/{id}"), None).await.body;
    let mut expected = offer();
    expected["offer_id"] = json!(id);
    expected["disabled"] = json!(false);
    expected["changed_by"] = json!("operator");
    assert_eq!(shown, expected);
    let anew = with(offer(), "/disabled", json!(true));
    let put = fixture.ask(Method::PUT, &format!("/{id}"), Some(&anew)).await;
    put.assert_status(200);
    assert_eq!(put.body["disabled"], json!(true));
    let listed = fixture.ask(Method::GET, "", None).await.body;
    assert_eq!(listed, json!({"offers": [put.body]}));
    let of_tests = fixture.ask(Method::GET, "?mode=test", None).await.body;
    assert_eq!(of_tests, json!({"offers": []}));
    let unknown = fixture.ask(Method::GET, &format!("/{id}?mode=test"), None).await;
    assert_eq!(unknown.status, 404);
}

#[rstest]
#[case("/benefit/percent_hundredths", json!(0), "/benefit/percent_hundredths")]
#[case("/benefit/percent_hundredths", json!(10_001), "/benefit/percent_hundredths")]
#[case("/benefit/percent_hundredths", json!(null), "/benefit/percent_hundredths")]
#[case("/benefit/value_cents", json!(100), "/benefit/value_cents")]
#[case("/benefit/most_cents", json!(0), "/benefit/most_cents")]
#[case("/benefit", json!({"type": "value"}), "/benefit/value_cents")]
#[case("/benefit", json!({"type": "value", "value_cents": 0}), "/benefit/value_cents")]
#[case("/benefit", json!({"type": "value", "value_cents": -1}), "/benefit/value_cents")]
#[case("/benefit", json!({"type": "product", "sku": " "}), "/benefit/sku")]
#[case("/benefit", json!({"type": "gift"}), "/benefit/type")]
#[case("/minimum_spend_cents", json!(-1), "/minimum_spend_cents")]
#[case("/last_day", json!("2026-10-31"), "/last_day")]
#[case("/first_day", json!("31/11/2026"), "/first_day")]
#[case("/establishments", json!(["lyon"]), "/establishments/0")]
#[case("/usage", json!({"type": "multi"}), "/usage/limit")]
#[case("/usage", json!({"type": "multi", "limit": 0}), "/usage/limit")]
#[case("/usage", json!({"type": "multi", "limit": 10_001}), "/usage/limit")]
#[case("/usage", json!({"type": "multi", "limit": 2, "limit_member": 3}), "/usage/limit_member")]
#[case("/usage", json!({"type": "single", "limit": 2}), "/usage/limit")]
#[case("/name", json!(""), "/name")]
#[case("/name", json!("Remise sur ordonnance"), "/name")]
#[tokio::test]
async fn an_invalid_offer_is_refused_with_its_field(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] refused: &str,
) {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let answer = fixture.ask(Method::POST, "", Some(&with(offer(), pointer, value))).await;
    answer.assert_fields(422, &[refused]);
}

#[tokio::test]
async fn an_offer_without_end_and_an_opticians_offer_on_an_article_are_refused() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "optical").await;
    let endless = with(offer(), "/usage", json!({"type": "multi", "limit_member": 1}));
    let endless = with(endless, "/last_day", json!(null));
    let answer = fixture.ask(Method::POST, "", Some(&endless)).await;
    answer.assert_fields(422, &["/last_day"]);
    let article = with(offer(), "/benefit", json!({"type": "product", "sku": "VERRE"}));
    let answer = fixture.ask(Method::POST, "", Some(&article)).await;
    answer.assert_fields(422, &["/benefit/type"]);
}

#[tokio::test]
async fn a_code_is_created_by_hand_and_disabled() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    let made = fixture.code(&id, "bienvenue-10", &json!({})).await;
    let expected = json!({"code": "BIENVENUE10", "offer_id": id, "uses": 0, "disabled": false});
    made.assert_status(200);
    assert_eq!(made.body, expected);
    let back = fixture.code(&id, "BIENVENUE10", &json!({"disabled": true})).await;
    assert_eq!(back.body["disabled"], true);
    let other = fixture.written(&offer()).await;
    let taken = fixture.code(&other, "BIENVENUE10", &json!({})).await;
    taken.assert_code(409, "coupon_taken");
    let member = fixture.till.enrol("06 39 98 00 12").await;
    let given = fixture.code(&id, "ANNIV2026", &json!({"member_id": member})).await;
    assert_eq!(given.body["member_id"], json!(member), "{given:?}");
    let short = fixture.code(&id, "abc", &json!({})).await;
    short.assert_fields(422, &["code"]);
    let nowhere = fixture.code("01HF0000000000000000000000", "RENTREE26", &json!({})).await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_planned_at_once_made_behind_and_listed_when_it_is_there() {
    const DEFAULT_LIMIT: usize = 50;
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    let batches = format!("/{id}/batches");
    let asked = fixture.ask(Method::POST, &batches, Some(&json!({"count": 10_050}))).await;
    asked.assert_status(202);
    assert_eq!(asked.body["state"], json!("running"));
    let ranges: Vec<_> = fixture.queued().iter().map(|one| one["range"].clone()).collect();
    assert_eq!(ranges.len(), 2);
    let batch = format!("{batches}/{}", text(&asked.body, "batch_id"));
    let early = fixture.ask(Method::GET, &format!("{batch}/codes"), None).await;
    early.assert_code(409, "batch_not_finished");
    fixture.make().await;
    let shown = fixture.ask(Method::GET, &batch, None).await.body;
    assert_eq!(shown["state"], json!("finished"));
    assert_eq!(shown["codes_made"], json!(10_050));

    let first = fixture.ask(Method::GET, &format!("{batch}/codes?limit=2"), None).await.body;
    let cursor = text(&first, "next_cursor");
    let second =
        fixture.ask(Method::GET, &format!("{batch}/codes?cursor={cursor}"), None).await.body;
    let codes = |page: &Value| page["codes"].as_array().unwrap().clone();
    assert_eq!(codes(&first).len(), 2);
    assert_eq!(codes(&second).len(), DEFAULT_LIMIT);
    assert_ne!(codes(&first)[1], codes(&second)[0]);
    let coupon = codes(&second)[0].as_str().unwrap().to_lowercase();
    let basket = json!({"code": coupon, "total_cents": 4_490});
    let checked = fixture.till.post("/v1/coupons/check", &basket).await.body;
    assert_eq!(checked["offer"], "Bienvenue", "{checked}");

    let again = fixture.ask(Method::POST, &format!("{batch}/resume"), None).await;
    again.assert_status(202);
    assert_eq!(fixture.queued().len(), 2, "a finished batch is left");
    let listed = fixture.ask(Method::GET, &batches, None).await.body;
    assert_eq!(listed["batches"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_whose_messages_were_lost_is_resumed() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    service.queue.fail_after(0);
    let asked =
        fixture.ask(Method::POST, &format!("/{id}/batches"), Some(&json!({"count": 3}))).await;
    asked.assert_status(202);
    assert_eq!(fixture.queued().len(), 0);
    let batch = format!("/{id}/batches/{}", text(&asked.body, "batch_id"));
    let resumed = fixture.ask(Method::POST, &format!("{batch}/resume"), None).await;
    resumed.assert_status(202);
    assert_eq!(fixture.queued().len(), 1);
    let many =
        fixture.ask(Method::POST, &format!("/{id}/batches"), Some(&json!({"count": 0}))).await;
    many.assert_fields(422, &["/count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_listed_as_csv_ten_thousand_a_page() {
    const PAGE_CODES: usize = 10_000;
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    let count = json!({"count": PAGE_CODES + 1});
    let asked = fixture.ask(Method::POST, &format!("/{id}/batches"), Some(&count)).await;
    fixture.make().await;
    let path = format!(
        "/v1/merchants/{}/offers/{id}/batches/{}/codes",
        fixture.till.merchant,
        text(&asked.body, "batch_id")
    );
    let page = async |path: &str| {
        let request = Request::builder()
            .uri(path)
            .header("authorization", format!("Token {OPERATOR_KEY}"))
            .header("accept", "text/csv")
            .body(Body::empty());
        service.send_raw(request.unwrap()).await
    };
    let (headers, first) = page(&path).await;
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(first.lines().count(), 1 + PAGE_CODES, "the header and a full page");
    assert_eq!(first.lines().next(), Some("code"));
    let cursor = headers["next-cursor"].to_str().unwrap();
    let (headers, second) = page(&format!("{path}?cursor={cursor}")).await;
    assert_eq!(second.lines().count(), 1);
    assert_eq!(headers.get("next-cursor"), None);
}

#[tokio::test]
async fn an_import_accounts_for_every_row_and_the_same_file_changes_nothing() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let (id, other) = (fixture.written(&offer()).await, fixture.written(&offer()).await);
    fixture.code(&other, "PRISPRIS", &json!({})).await;
    let file =
        b"Code;Libell\xe9\r\nRETOUR-2026;\xe9t\xe9\r\nPRISPRIS;x\r\nx;y\r\nretour2026;encore\r\n";
    let answer = fixture.import(&id, "text/csv", file.to_vec()).await;
    let refused = json!([
        {"line": 3, "code": "coupon_taken", "detail": "is a code of another offer: choose another"},
        {"line": 4, "code": "coupon_code", "detail": "must be 8 to 24 letters and digits"},
    ]);
    let expected = json!({"rows": 4, "accepted": 1, "already_there": 1, "refused": refused});
    answer.assert_status(200);
    assert_eq!(answer.body, expected);
    let again = fixture.import(&id, "text/csv; charset=windows-1252", file.to_vec()).await.body;
    assert_eq!(again["accepted"], json!(0));
    assert_eq!(again["already_there"], json!(2));
}

#[tokio::test]
async fn a_file_that_is_too_large_or_no_text_is_refused_as_a_whole() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    for file in [vec![b'A'; 1_000_001], "AAAA\n".repeat(10_001).into_bytes()] {
        let answer = fixture.import(&id, "text/csv", file).await;
        assert_eq!(answer.status, 413);
        assert!(text(&answer.body, "detail").contains("10000 codes and 1 MB"), "{answer:?}");
    }
    assert_eq!(fixture.import(&id, "text/csv", b"\xff\xfeA\0".to_vec()).await.status, 422);
    assert_eq!(fixture.import(&id, "application/json", b"[]".to_vec()).await.status, 415);
}

#[tokio::test]
async fn no_offer_is_written_after_the_end_of_the_contract() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let id = fixture.written(&offer()).await;
    let merchant = MerchantId::parse(&fixture.till.merchant).unwrap();
    let yesterday = domain::Day::parse("2026-11-23").unwrap();
    service
        .table
        .store()
        .end_contract(merchant, yesterday, domain::Credential::Operator)
        .await
        .unwrap();
    let count = json!({"count": 1});
    let answers = [
        fixture.ask(Method::POST, "", Some(&offer())).await,
        fixture.ask(Method::PUT, &format!("/{id}"), Some(&offer())).await,
        fixture.code(&id, "RENTREE26", &json!({})).await,
        fixture.ask(Method::POST, &format!("/{id}/batches"), Some(&count)).await,
        fixture.import(&id, "text/csv", b"RENTREE26".to_vec()).await,
    ];
    for answer in answers {
        answer.assert_code(409, "contract_ended");
    }
    assert_eq!(fixture.queued(), [] as [Value; 0]);
    let tenant = Tenant { merchant, mode: Mode::Live };
    assert_eq!(service.table.store().offers(tenant, None, 9).await.unwrap().0.len(), 1);
}
