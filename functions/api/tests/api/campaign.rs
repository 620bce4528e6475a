//! Campaigns: written, refused, launched, and their dry runs.

use crate::setup::{Answer, Service, Till, text};
use axum::http::Method;
use domain::{CampaignId, MerchantId};
use rstest::rstest;
use serde_json::{Value, json};
use store::{Mode, Tenant};
use support::instant;

fn email() -> Value {
    json!({
        "name": "Rentrée",
        "channel": "email",
        "content": {
            "subject": "Vos points, {{first_name|cher client}}",
            "body": "<p>Vous avez {{points}} points.</p><a href=\"{{unsubscribe_url}}\">non merci</a>",
        },
        "segment": {"visits": {"from": 1}, "spend_cents": {"from": 5_000}, "establishments": ["paris"]},
    })
}

fn sms(text: &str) -> Value {
    json!({"name": "Soldes", "channel": "sms", "content": {"body": text}})
}

/// The same with one value put in its place, or taken out.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

/// A merchant's campaigns, as the operator reaches them.
struct Fixture<'s> {
    service: &'s Service,
    till: Till<'s>,
}

impl<'s> Fixture<'s> {
    async fn open(service: &'s Service) -> Self {
        Self { service, till: service.till("A", "retail").await }
    }

    async fn ask(&self, method: Method, end: &str, body: Option<&Value>) -> Answer {
        let path = format!("/v1/merchants/{}/campaigns{end}", self.till.merchant);
        self.service.operator(method, &path, body).await
    }

    async fn write(&self, body: &Value) -> Answer {
        self.ask(Method::POST, "", Some(body)).await
    }

    async fn written(&self, body: &Value) -> String {
        let answer = self.write(body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        text(&answer.body, "campaign_id")
    }

    async fn step(&self, id: &str, step: &str) -> Answer {
        self.ask(Method::POST, &format!("/{id}/{step}"), None).await
    }

    async fn shown(&self, id: &str) -> Value {
        let answer = self.ask(Method::GET, &format!("/{id}"), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    async fn senders(&self, price: Option<u32>) {
        let path = format!("/v1/merchants/{}/senders", self.till.merchant);
        let email =
            json!({"account": "main", "address": "boutique@example.com", "name": "Boutique"});
        let mut sms = json!({"account": "main-sms", "shown": "Boutique", "stop_number": "36200"});
        if let Some(price) = price {
            sms["price_microeuros"] = json!(price);
        }
        for (channel, body) in [("email", email), ("sms", sms)] {
            let path = format!("{path}/{channel}");
            assert_eq!(self.service.operator(Method::PUT, &path, Some(&body)).await.status, 200);
        }
    }

    fn tenant(&self) -> Tenant {
        Tenant { merchant: MerchantId::parse(&self.till.merchant).unwrap(), mode: Mode::Live }
    }

    fn queued(&self) -> Vec<Value> {
        let sent = self.service.queue.sent("/campaigns");
        sent.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }
}

fn code(answer: &Answer) -> &str {
    answer.body["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_campaign_is_created_shown_and_replaced() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let id = fixture.written(&email()).await;
    let shown = fixture.shown(&id).await;
    insta::assert_json_snapshot!(shown, {".campaign_id" => "…"});
    let replaced = fixture.ask(Method::PUT, &format!("/{id}"), Some(&sms("Soldes demain"))).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    let shown = fixture.shown(&id).await;
    assert_eq!(shown["channel"], json!("sms"));
    assert_eq!(shown["segment"], json!({}));
    assert_eq!(shown["content"], json!({"body": "Soldes demain"}));
    assert_eq!(fixture.queued(), [] as [Value; 0]);
}

#[tokio::test]
async fn campaigns_are_listed_newest_first_page_by_page() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let mut ids = Vec::new();
    for second in 0..3 {
        service.set_clock(&format!("2026-11-24T09:20:0{second}Z"));
        ids.insert(0, fixture.written(&sms("Soldes")).await);
    }
    let first = fixture.ask(Method::GET, "?limit=2", None).await.body;
    let cursor = text(&first, "next_cursor");
    let second = fixture.ask(Method::GET, &format!("?limit=2&cursor={cursor}"), None).await.body;
    let listed: Vec<_> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["campaigns"].as_array().unwrap())
        .map(|campaign| text(campaign, "campaign_id"))
        .collect();
    assert_eq!(listed, ids);
    assert!(second.get("next_cursor").is_none());
    let strange = fixture.ask(Method::GET, "?cursor=nonsense", None).await;
    assert_eq!(strange.status, 400);
}

#[rstest]
#[case::unknown_field(with(email(), "/content/body", json!("{{prenom}}{{unsubscribe_url}}")), "/content/body", "template")]
#[case::unknown_field_in_subject(with(email(), "/content/subject", json!("{{prenom}}")), "/content/subject", "template")]
#[case::subject_of_two_lines(with(email(), "/content/subject", json!("Vos points\r\nBcc: a@example.com")), "/content/subject", "control_characters")]
#[case::no_subject(with(email(), "/content/subject", json!(null)), "/content/subject", "missing")]
#[case::no_way_to_object(with(email(), "/content/body", json!("<p>Bonjour</p>")), "/content/body", "no_way_to_object")]
#[case::fold_of_an_email(with(email(), "/content/fold", json!(true)), "/content/fold", "not_for_email")]
#[case::range_upside_down(with(email(), "/segment/visits", json!({"from": 5, "to": 4})), "/segment/visits", "segment_contradiction")]
#[case::impossible(with(email(), "/segment", json!({"days_since_activity": {"from": 60}, "days_since_purchase": {"to": 30}})), "/segment", "segment_contradiction")]
#[case::unknown_shop(with(email(), "/segment/establishments", json!(["paris", "lyon"])), "/segment/establishments/1", "establishment_unknown")]
#[case::no_code(with(email(), "/segment/establishments", json!(["Paris!"])), "/segment/establishments/0", "establishment_code")]
#[case::no_name(with(email(), "/name", json!(" ")), "/name", "empty")]
#[case::name_of_health(with(email(), "/name", json!("Relance des diabétiques")), "/name", "sensitive_text")]
#[case::subject_of_an_sms(with(sms("Soldes"), "/content/subject", json!("Soldes")), "/content/subject", "not_for_sms")]
#[case::long_sms(sms(&"a".repeat(905)), "/content/body", "too_many_parts")]
#[case::link_in_an_sms(sms("{{unsubscribe_url}}"), "/content/body", "template")]
#[case::letters(with(email(), "/channel", json!("postal")), "/channel", "unknown_value")]
#[case::unknown_condition(with(email(), "/segment/age", json!({"from": 18})), "/segment/age", "unknown_field")]
#[tokio::test]
async fn a_campaign_that_cannot_be_sent_is_refused_with_its_field_and_not_stored(
    #[case] body: Value,
    #[case] pointer: &str,
    #[case] expected: &str,
) {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let refused = fixture.write(&body).await;
    refused.assert_fields(422, &[pointer]);
    assert_eq!(refused.body["errors"][0]["code"], expected);
    assert_eq!(fixture.ask(Method::GET, "", None).await.body, json!({"campaigns": []}));
    // A stored draft does not change.
    let id = fixture.written(&email()).await;
    let before = fixture.shown(&id).await;
    assert_eq!(fixture.ask(Method::PUT, &format!("/{id}"), Some(&body)).await.status, 422);
    assert_eq!(fixture.shown(&id).await, before);
}

#[tokio::test]
async fn the_answer_has_the_parts_of_an_sms_and_its_folded_text() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let text = "Fête des mères : {{points}} points vous attendent chez {{merchant}}, ça se fête";
    let plain = fixture.write(&sms(text)).await;
    assert_eq!(
        plain.body["sms"],
        json!({
            "encoding": "ucs2",
            "parts": 2,
            "characters_outside_gsm7": ["ê", "ç"],
            "folded": {
                "text": "Fete des mères : {{points}} points vous attendent chez {{merchant}}, ca se fete",
                "encoding": "gsm7",
                "parts": 1,
            },
        })
    );
    let folded = fixture.write(&with(sms(text), "/content/fold", json!(true))).await;
    assert_eq!(folded.body["content"], json!({"body": text, "fold": true}));
    let measured = &folded.body["sms"];
    assert_eq!(measured["encoding"], json!("gsm7"));
    assert_eq!(measured["parts"], json!(1));
    assert_eq!(measured["characters_outside_gsm7"], json!([]));
}

#[tokio::test]
async fn a_second_launch_is_refused_and_the_campaign_is_sent_once() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    fixture.senders(None).await;
    let id = fixture.written(&sms("Soldes")).await;
    let launched = fixture.step(&id, "launch").await;
    launched.assert_status(200);
    assert_eq!(launched.body["state"], json!("running"));
    let message = json!({"tenant": fixture.tenant().to_string(), "campaign": id});
    assert_eq!(fixture.queued(), [message]);
    let due = service.table.store().campaigns_due(instant("2026-11-24T09:20:00Z")).await.unwrap();
    assert_eq!(due, [(fixture.tenant(), CampaignId::parse(&id).unwrap())]);

    let before = fixture.shown(&id).await;
    service.set_clock("2026-11-24T09:21:00Z");
    let again = fixture.step(&id, "launch").await;
    again.assert_status(409);
    assert_eq!(code(&again), "already_launched");
    assert!(text(&again.body, "detail").contains("2026-11-24T09:20:00Z"), "{again:?}");
    assert_eq!(fixture.shown(&id).await, before);
    assert_eq!(fixture.queued().len(), 1);
}

#[tokio::test]
async fn a_launch_holds_when_its_message_is_lost() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    fixture.senders(None).await;
    let id = fixture.written(&sms("Soldes")).await;
    service.queue.fail_after(0);
    assert_eq!(fixture.step(&id, "launch").await.status, 200);
    assert!(fixture.queued().is_empty());
    let due = service.table.store().campaigns_due(instant("2026-11-24T09:20:00Z")).await.unwrap();
    assert_eq!(due.len(), 1);
}

#[rstest]
#[case(email(), "launch", "email")]
#[case(sms("Soldes"), "launch", "sms")]
#[case(sms("Soldes"), "schedule", "sms")]
#[tokio::test]
async fn a_campaign_without_a_sender_cannot_be_launched(
    #[case] body: Value,
    #[case] step: &str,
    #[case] channel: &str,
) {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let id = fixture.written(&body).await;
    let moment = json!({"begins_at": "2026-11-25T10:00:00+01:00"});
    let refused = fixture.ask(Method::POST, &format!("/{id}/{step}"), Some(&moment)).await;
    refused.assert_status(409);
    assert_eq!(code(&refused), "no_sender");
    assert!(text(&refused.body, "detail").contains(&format!("/senders/{channel}")));
    assert_eq!(fixture.shown(&id).await["state"], "draft");
    assert!(fixture.queued().is_empty());
}

#[tokio::test]
async fn an_sms_from_a_number_must_name_the_merchant() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let sender = json!({"account": "main-sms", "shown": "36200", "stop_number": "36200"});
    let path = format!("/v1/merchants/{}/senders/sms", fixture.till.merchant);
    let nameless = fixture.written(&sms("Soldes")).await;
    assert_eq!(service.operator(Method::PUT, &path, Some(&sender)).await.status, 200);
    let saved = fixture.ask(Method::PUT, &format!("/{nameless}"), Some(&sms("Promos"))).await;
    saved.assert_fields(422, &["/content/body"]);
    assert_eq!(saved.body["errors"][0]["code"], "merchant_not_named");
    let refused = fixture.step(&nameless, "launch").await;
    refused.assert_status(409);
    assert_eq!(code(&refused), "merchant_not_named");
    for body in ["Soldes chez {{merchant}}", "Boutique Exemple : soldes"] {
        let id = fixture.written(&sms(body)).await;
        assert_eq!(fixture.step(&id, "launch").await.status, 200);
    }
}

#[tokio::test]
async fn a_short_code_for_transactional_messages_is_no_sender_of_campaigns() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let path = format!("/v1/merchants/{}/senders/sms", fixture.till.merchant);
    let sender = |shown: &str, stop: &str| json!({"account": "main-sms", "shown": shown, "stop_number": stop});
    let put = async |sender: Value| service.operator(Method::PUT, &path, Some(&sender)).await;
    let refused = put(sender("38200", "36200")).await;
    refused.assert_fields(422, &["/shown"]);
    assert_eq!(refused.body["errors"][0]["code"], "sms_sender_transactional");
    let refused = put(sender("Boutique", "38200")).await;
    refused.assert_fields(422, &["/stop_number"]);
    assert_eq!(put(sender("36200", "36200")).await.status, 200);
}

#[tokio::test]
async fn a_campaign_is_scheduled_rescheduled_paused_resumed_and_cancelled() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    fixture.senders(None).await;
    let id = fixture.written(&sms("Soldes")).await;
    let schedule = async |at: &str| {
        let body = json!({"begins_at": at});
        fixture.ask(Method::POST, &format!("/{id}/schedule"), Some(&body)).await
    };
    for at in ["2026-11-24T10:19:59+01:00", "demain"] {
        let refused = schedule(at).await;
        refused.assert_fields(422, &["/begins_at"]);
    }
    assert_eq!(schedule("2026-11-25T10:00:00+01:00").await.body["state"], "scheduled");
    let moved = schedule("2026-11-26T10:00:00+01:00").await;
    assert_eq!(moved.body["begins_at"], "2026-11-26T09:00:00Z");
    // A scheduled campaign may be replaced, and keeps its instant.
    let replaced = fixture.ask(Method::PUT, &format!("/{id}"), Some(&sms("Soldes !"))).await;
    replaced.assert_status(200);
    assert_eq!(replaced.body["state"], json!("scheduled"));
    let store = service.table.store();
    assert!(store.campaigns_due(instant("2026-11-26T08:59:59Z")).await.unwrap().is_empty());
    assert_eq!(store.campaigns_due(instant("2026-11-26T09:00:00Z")).await.unwrap().len(), 1);

    assert_eq!(code(&fixture.step(&id, "pause").await), "campaign_state");
    assert_eq!(fixture.step(&id, "launch").await.body["state"], "running");
    let late = fixture.ask(Method::PUT, &format!("/{id}"), Some(&sms("Trop tard"))).await;
    late.assert_status(409);
    assert_eq!(code(&late), "campaign_state");
    assert_eq!(fixture.shown(&id).await["content"]["body"], "Soldes !");
    for _ in 0..2 {
        assert_eq!(fixture.step(&id, "pause").await.body["state"], "paused");
    }
    assert_eq!(fixture.queued().len(), 1);
    assert_eq!(fixture.step(&id, "resume").await.body["state"], "running");
    assert_eq!(fixture.queued().len(), 2);
    for _ in 0..2 {
        assert_eq!(fixture.step(&id, "cancel").await.body["state"], "cancelled");
    }
    for step in ["launch", "resume", "pause"] {
        let refused = fixture.step(&id, step).await;
        refused.assert_status(409);
        assert_eq!(code(&refused), "campaign_state", "{step}");
    }
}

#[tokio::test]
async fn a_campaign_paused_by_the_service_has_the_reason_and_the_remedy() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    fixture.senders(None).await;
    let id = fixture.written(&sms("Soldes")).await;
    fixture.step(&id, "launch").await;
    let campaign = CampaignId::parse(&id).unwrap();
    let store = service.table.store();
    store.hold_campaign(fixture.tenant(), campaign, "provider_account").await.unwrap();
    let shown = fixture.shown(&id).await;
    assert_eq!(shown["state"], json!("paused"));
    assert_eq!(shown["held_because"], json!("provider_account"));
    assert!(text(&shown, "what_to_do").contains("then resume"));
    let listed = fixture.ask(Method::GET, "", None).await.body;
    assert_eq!(listed["campaigns"][0]["held_because"], "provider_account");
    let resumed = fixture.step(&id, "resume").await.body;
    assert!(resumed.get("held_because").is_none() && resumed.get("what_to_do").is_none());
    assert_eq!(resumed["figures"]["recipients"], 0);
}

#[tokio::test]
async fn no_campaign_is_created_or_launched_after_the_end_of_the_contract() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    fixture.senders(None).await;
    let id = fixture.written(&sms("Soldes")).await;
    let path = format!("/v1/merchants/{}/contract-end", fixture.till.merchant);
    let end = json!({"ended_on": "2026-11-24"});
    assert_eq!(service.operator(Method::PUT, &path, Some(&end)).await.status, 200);
    service.set_clock("2026-11-25T09:20:00Z");
    let refused = [
        fixture.write(&sms("Soldes")).await,
        fixture.ask(Method::PUT, &format!("/{id}"), Some(&sms("Soldes !"))).await,
        fixture.step(&id, "launch").await,
        fixture.step(&id, "dry-run").await,
    ];
    for answer in &refused {
        answer.assert_status(409);
        assert_eq!(code(answer), "contract_ended");
    }
    assert!(fixture.queued().is_empty());
    assert_eq!(fixture.step(&id, "cancel").await.body["state"], "cancelled");
}

#[tokio::test]
async fn another_merchants_campaign_is_not_found() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let id = fixture.written(&sms("Soldes")).await;
    let other = service.till("B", "retail").await.merchant;
    for end in ["", "/dry-run"] {
        let path = format!("/v1/merchants/{other}/campaigns/{id}{end}");
        assert_eq!(service.operator(Method::GET, &path, None).await.status, 404);
    }
    let path = format!("/v1/merchants/{other}/campaigns/{id}/cancel");
    assert_eq!(service.operator(Method::POST, &path, None).await.status, 404);
    assert_eq!(fixture.shown(&id).await["state"], "draft");
    let unknown = "/v1/merchants/01ARZ3NDEKTSV4RRFFQ69G5FAV/campaigns";
    assert_eq!(service.operator(Method::GET, unknown, None).await.status, 404);
    assert_eq!(fixture.ask(Method::GET, "/nonsense", None).await.status, 404);
}

#[tokio::test]
async fn a_dry_run_is_requested_queued_and_shown() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let id = fixture.written(&sms("Soldes {{first_name}}")).await;
    let path = format!("/{id}/dry-run");
    assert_eq!(fixture.ask(Method::GET, &path, None).await.status, 404);
    for _ in 0..2 {
        let asked = fixture.ask(Method::POST, &path, None).await;
        asked.assert_status(202);
        assert_eq!(asked.body["state"], json!("running"));
        assert_eq!(asked.body["estimated_cost_cents"], json!(null));
    }
    let message = json!({"tenant": fixture.tenant().to_string(), "campaign": id, "dry_run": true});
    assert_eq!(fixture.queued(), [message.clone(), message]);

    // The job counts the members.
    let (store, tenant) = (service.table.store(), fixture.tenant());
    let campaign = CampaignId::parse(&id).unwrap();
    let now = instant("2026-11-24T09:20:00Z");
    let mut dry_run = store.dry_run(tenant, campaign, now).await.unwrap().unwrap();
    let counts = store::DryCounts {
        walked: 12,
        recipients: 7,
        opposed: 1,
        without_consent: 2,
        unreachable: 0,
        same_address: 1,
        sms_parts: 9,
        unicode: 2,
    };
    let end = store::WalkPosition::start_of(store::MEMBER_SHARDS);
    let later = instant("2026-11-24T09:20:30Z");
    let saved = store.save_dry_run(tenant, campaign, &mut dry_run, counts, end, later).await;
    assert!(saved.unwrap());

    fixture.senders(Some(45_000)).await;
    let done = fixture.ask(Method::GET, &path, None).await.body;
    assert_eq!(
        done,
        json!({
            "campaign_id": id,
            "state": "done",
            "asked_at": "2026-11-24T09:20:00Z",
            "done_at": "2026-11-24T09:20:30Z",
            "walked": 12,
            "recipients": 7,
            "not_reached": {"opposed": 1, "without_consent": 2, "unreachable": 0, "same_address": 1},
            "sms": {"messages": 7, "parts_total": 9, "unicode_messages": 2},
            "unit_price_microeuros": 45_000,
            "estimated_cost_cents": 41,
        })
    );
    // Another content has another cost: the dry run of the old content is deleted.
    assert_eq!(fixture.ask(Method::PUT, &format!("/{id}"), Some(&sms("Soldes"))).await.status, 200);
    assert_eq!(fixture.ask(Method::GET, &path, None).await.status, 404);
}

#[tokio::test]
async fn a_dry_run_whose_message_is_lost_must_be_requested_again() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service).await;
    let id = fixture.written(&sms("Soldes")).await;
    service.queue.fail_after(0);
    assert_eq!(fixture.step(&id, "dry-run").await.status, 503);
    assert_eq!(fixture.step(&id, "dry-run").await.status, 202);
    assert_eq!(fixture.queued().len(), 1);
}
