//! Batches and notices sent through the providers' sandbox: every recipient receives the message once.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

use domain::campaign::{Campaign, Content, State, Step};
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email};
use domain::sign_in::SignInCode;
use domain::{CampaignId, Channel, Credential, Instant, MemberId, Segment};
use jiff::ToSpan as _;
use messaging::{BaseUrl, providers};
use platform::messages::{BatchMessage, NoticeMessage};
use platform::queue::Failed;
use rstest::rstest;
use sandbox::Sandbox;
use send::{Accounts, Allowed, App, ProviderUrls, SmsHours, handle};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{
    BatchId, CodeRequest, ConsentChange, Counts, CutBatch, Figures, MEMBER_SHARDS, NewCode,
    NewMember, Scope, WalkPosition,
};
use support::{
    Table, consent, email_sender, instant, merchant, mobile, open_merchant, opposition, sms_sender,
};

/// A Tuesday, ten in the morning in Paris.
fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    _table: Table,
    app: App,
    scope: Scope,
    sandbox: String,
    server: tokio::task::JoinHandle<()>,
}

/// The state and the figures of a campaign.
struct Progress {
    state: State,
    held_because: Option<String>,
    figures: Figures,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Fixture {
    async fn open() -> Self {
        Self::with("live", r#"{"api_key": "xkeysib-test", "plan": "p", "token": "t"}"#).await
    }

    async fn with(stage: &str, secret: &'static str) -> Self {
        let table = Table::start().await;
        let store = table.store();
        let shop = merchant(domain::Sector::Retail, 1);
        open_merchant(&store, &shop, now()).await;
        store
            .put_email_sender(shop.id, &email_sender("main"), domain::Credential::Operator)
            .await
            .unwrap();
        store
            .put_sms_sender(shop.id, &sms_sender("main-sms"), domain::Credential::Operator)
            .await
            .unwrap();
        let settings = store.settings_fresh(shop.id, now()).await.unwrap();
        let scope = Scope { settings, mode: store::Mode::Live, credential: Credential::Service };

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(Sandbox::new(Arc::new(Instant::now)).serve(listener));
        let urls = ProviderUrls::read(|provider| {
            BaseUrl::parse(&format!("{sandbox}/{}", provider.as_str()))
        });
        // One secret holds the credentials of both providers: each provider reads its own.
        let read_secret: platform::clients::ReadSecret =
            Box::new(move |_| Box::pin(async move { Ok(Some(secret.to_owned())) }));
        let app = App {
            store,
            accounts: Accounts::new(providers::https_client().unwrap(), urls.unwrap(), read_secret),
            allowed: Allowed::of(stage, "*@example.com"),
            hours: SmsHours::Applied,
            public_url: "https://api.example.com".to_owned(),
        };
        Self { _table: table, app, scope, sandbox, server }
    }

    async fn member(&self, number: u16, email: &str) -> MemberId {
        let details = Details {
            first_name: Some("Camille".to_owned()),
            email: Email::parse(email).ok(),
            ..Details::default()
        };
        let new = NewMember { mobile: mobile(number), details, enrolment: domain::Enrolment::Till };
        let (member, _) = self.app.store.create_member(&self.scope, &new, now()).await.unwrap();
        for channel in [Channel::Email, Channel::Sms] {
            let change = consent(now() - 1.hour());
            self.app
                .store
                .change_consent(&self.scope, member.person.id, channel, &change, now())
                .await
                .unwrap();
        }
        member.person.id
    }

    async fn members(&self, count: u16) -> Vec<MemberId> {
        let mut members = Vec::new();
        for number in 0..count {
            members.push(self.member(number, &format!("member{number}@example.com")).await);
        }
        members.sort();
        members
    }

    /// A running campaign, planned as one batch of these members.
    async fn campaign(&self, channel: Channel, members: &[MemberId]) -> (CampaignId, String) {
        let body = match channel {
            Channel::Sms => "Bonjour {{first_name}}, vos points: {{points}}. {{merchant}}",
            _ => "<p>Bonjour {{first_name}}</p><a href=\"{{unsubscribe_url}}\">non merci</a>",
        };
        self.campaign_of(channel, body, members).await
    }

    async fn campaign_of(
        &self,
        channel: Channel,
        body: &str,
        members: &[MemberId],
    ) -> (CampaignId, String) {
        let tenant = self.scope.tenant();
        let campaign = Campaign {
            id: CampaignId::mint(now(), 3),
            name: "Rentrée".to_owned(),
            channel,
            content: Content {
                subject: "Vos points".to_owned(),
                body: body.to_owned(),
                ..Content::default()
            },
            segment: Segment::default(),
            state: State::Draft,
            created_at: now(),
            begins_at: None,
            version: 1,
        };
        let (store, id) = (&self.app.store, campaign.id);
        store.create_campaign(&self.scope, &campaign, None, now()).await.unwrap();
        store.step_campaign(&self.scope, id, Step::Launch, now()).await.unwrap();
        let batch = BatchId { shard: 0, cursor: *members.last().unwrap() };
        let mut plan = store.plan(tenant, id).await.unwrap();
        let cut = Some(CutBatch { id: batch, members, at: now() });
        let end = WalkPosition::start_of(MEMBER_SHARDS);
        assert!(store.cut_batch(tenant, id, &mut plan, cut, end).await.unwrap());
        (id, serde_json::to_string(&BatchMessage::of(tenant, id, batch)).unwrap())
    }

    /// A running campaign, with a batch for each of these members.
    async fn campaign_of_batches(&self, members: &[MemberId]) -> (CampaignId, Vec<String>) {
        let (id, first) = self.campaign(Channel::Email, &members[..1]).await;
        let (store, tenant) = (&self.app.store, self.scope.tenant());
        let mut messages = vec![first];
        let mut plan = store.plan(tenant, id).await.unwrap();
        for member in &members[1..] {
            let batch = BatchId { shard: 1, cursor: *member };
            let cut = Some(CutBatch { id: batch, members: &[*member], at: now() });
            let end = WalkPosition::start_of(MEMBER_SHARDS);
            assert!(store.cut_batch(tenant, id, &mut plan, cut, end).await.unwrap());
            messages.push(serde_json::to_string(&BatchMessage::of(tenant, id, batch)).unwrap());
        }
        (id, messages)
    }

    /// Stores a code to sign in, and gives the message about its notice.
    async fn notice(&self, number: u16) -> String {
        let (mobile, code) = (mobile(number), SignInCode::of_random(42));
        let text = "Boutique: votre code est 000042. {{merchant}}\n\n@carte.example.com #000042";
        let new =
            NewCode { mobile: &mobile, code: &code, text, source: "192.0.2.7", codes_of_day: 9 };
        let requested = self.app.store.request_code(&self.scope, &new, now()).await.unwrap();
        let CodeRequest::Stored(notice) = requested else { unreachable!("{requested:?}") };
        serde_json::to_string(&NoticeMessage::of(self.scope.tenant(), notice)).unwrap()
    }

    async fn oppose(&self, member: MemberId) {
        let opposition = opposition(now(), OppositionReason::Manual);
        let store = &self.app.store;
        store.oppose(&self.scope, member, Channel::Email, opposition, now()).await.unwrap();
    }

    async fn progress(&self, id: CampaignId) -> Progress {
        let tenant = self.scope.tenant();
        let stored = self.app.store.campaign(tenant, id).await.unwrap();
        Progress {
            state: stored.campaign.state,
            held_because: stored.held_because,
            figures: self.app.store.figures(tenant, id).await.unwrap(),
        }
    }

    async fn ask(&self, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.sandbox);
        tokio::task::spawn_blocking(move || {
            let mut answer = match body {
                Some(body) => ureq::post(&url)
                    .content_type("application/json")
                    .send(body.to_string())
                    .unwrap(),
                None => ureq::get(&url).call().unwrap(),
            };
            let text = answer.body_mut().read_to_string().unwrap();
            serde_json::from_str(&text).unwrap_or(Value::Null)
        })
        .await
        .unwrap()
    }
}

fn sent(count: u64) -> Counts {
    Counts { sent: count, ..Counts::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_reaches_its_recipients_once_however_often_its_message_is_delivered() {
    let fixture = Fixture::open().await;
    let members = fixture.members(30).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    for _ in 0..3 {
        handle(&fixture.app, &message, now()).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.batches_done, 1);
    assert_eq!(figures.counts, sent(30));
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["emails"], 30);
    assert_eq!(counts["doubled"], 0);
    let outbox = fixture.ask("/outbox.json?limit=1", None).await;
    let text = outbox.to_string();
    assert!(text.contains("Bonjour Camille"), "{text}");
    assert!(text.contains("https://api.example.com/u/"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_names_the_short_code_that_receives_stop() {
    let fixture = Fixture::open().await;
    fixture.app.store.settings_fresh(fixture.scope.settings.merchant.id, now()).await.unwrap();
    let members = fixture.members(2).await;
    let (id, message) = fixture.campaign(Channel::Sms, &members).await;
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, sent(2));
    let text = fixture.ask("/outbox.json?limit=1", None).await.to_string();
    assert!(text.contains("STOP au 36200"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_was_lost_is_repeated_and_no_recipient_is_written_to_twice() {
    let fixture = Fixture::open().await;
    let members = fixture.members(12).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    fixture.ask("/control/faults", Some(json!({"lose_every": 1}))).await;
    let lost = handle(&fixture.app, &message, now()).await;
    assert!(matches!(lost, Err(Failed::Retry(_))));
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Running);
    assert_eq!(figures.counts, Counts::default());
    fixture.ask("/control/faults", Some(json!({}))).await;
    handle(&fixture.app, &message, now() + 2.minutes()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, sent(12));
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["emails"], 12);
    assert_eq!(counts["doubled"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_that_the_provider_no_longer_recognises_are_uncertain_and_not_written_to_again()
{
    let fixture = Fixture::open().await;
    let members = fixture.members(5).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    fixture.ask("/control/faults", Some(json!({"lose_every": 1}))).await;
    assert!(handle(&fixture.app, &message, now()).await.is_err());
    fixture.ask("/control/faults", Some(json!({}))).await;
    handle(&fixture.app, &message, now() + 11.minutes()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    let uncertain = Counts { uncertain: 5, ..Counts::default() };
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, uncertain);
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["emails"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_provider_does_not_know_is_sent_by_the_delivery_that_asked() {
    let fixture = Fixture::open().await;
    let members = fixture.members(2).await;
    let (id, message) = fixture.campaign(Channel::Sms, &members).await;
    fixture.ask("/control/faults", Some(json!({"fail_every": 1, "status": 500}))).await;
    assert!(handle(&fixture.app, &message, now()).await.is_err());
    fixture.ask("/control/faults", Some(json!({}))).await;
    // An absent batch proves nothing at first.
    assert!(handle(&fixture.app, &message, now() + 6.minutes()).await.is_err());
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], 0);
    handle(&fixture.app, &message, now() + 12.minutes()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, sent(2));
    handle(&fixture.app, &message, now() + 18.minutes()).await.unwrap();
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_that_the_provider_did_not_accept_proves_nothing_about_the_first_attempt() {
    let fixture = Fixture::open().await;
    let members = fixture.members(5).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    fixture.ask("/control/faults", Some(json!({"lose_every": 1}))).await;
    assert!(handle(&fixture.app, &message, now()).await.is_err());
    fixture.ask("/control/faults", Some(json!({"fail_every": 1, "status": 429}))).await;
    assert!(handle(&fixture.app, &message, now() + 3.minutes()).await.is_err());
    fixture.ask("/control/faults", Some(json!({}))).await;
    // After ten minutes the sandbox is not asked: a real provider may have forgotten the batch.
    handle(&fixture.app, &message, now() + 11.minutes()).await.unwrap();
    let Progress { figures, .. } = fixture.progress(id).await;
    assert_eq!(figures.counts, Counts { uncertain: 5, ..Counts::default() });
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["emails"], 5);
    assert_eq!(counts["doubled"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_opposed_after_the_plan_is_not_written_to() {
    let fixture = Fixture::open().await;
    let members = fixture.members(4).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    let change = ConsentChange::Oppose(opposition(now(), OppositionReason::Unsubscribed));
    fixture
        .app
        .store
        .change_consent(&fixture.scope, members[2], Channel::Email, &change, now())
        .await
        .unwrap();
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { figures, .. } = fixture.progress(id).await;
    assert_eq!(figures.counts, Counts { sent: 3, opposed: 1, ..Counts::default() });
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["emails"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_members_with_one_address_receive_a_campaign_once() {
    let fixture = Fixture::open().await;
    let mut members = Vec::new();
    for number in 1..=3 {
        members.push(fixture.member(number, "famille@example.com").await);
    }
    members.push(fixture.member(4, "seul@example.com").await);
    let (id, messages) = fixture.campaign_of_batches(&members).await;
    for message in messages.iter().chain(&messages) {
        handle(&fixture.app, message, now()).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, Counts { sent: 2, same_address: 2, ..Counts::default() });
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!((&counts["emails"], &counts["doubled"]), (&json!(2), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_one_batch_with_one_address_receive_a_campaign_once() {
    let fixture = Fixture::open().await;
    let members = [
        fixture.member(1, "famille@example.com").await,
        fixture.member(2, "famille@example.com").await,
    ];
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    handle(&fixture.app, &message, now()).await.unwrap();
    let figures = fixture.progress(id).await.figures;
    assert_eq!(figures.counts, Counts { sent: 1, same_address: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_opposed_leaves_the_message_to_another_member_of_the_address() {
    let fixture = Fixture::open().await;
    let members = [
        fixture.member(1, "famille@example.com").await,
        fixture.member(2, "famille@example.com").await,
    ];
    let (id, messages) = fixture.campaign_of_batches(&members).await;
    fixture.oppose(members[0]).await;
    for message in &messages {
        handle(&fixture.app, message, now()).await.unwrap();
    }
    let figures = fixture.progress(id).await.figures;
    assert_eq!(figures.counts, Counts { sent: 1, opposed: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_member_opposed_after_the_message_gets_no_second_message() {
    let fixture = Fixture::open().await;
    let members = [
        fixture.member(1, "famille@example.com").await,
        fixture.member(2, "famille@example.com").await,
    ];
    let (id, messages) = fixture.campaign_of_batches(&members).await;
    handle(&fixture.app, &messages[0], now()).await.unwrap();
    fixture.oppose(members[0]).await;
    handle(&fixture.app, &messages[1], now()).await.unwrap();
    let figures = fixture.progress(id).await.figures;
    assert_eq!(figures.counts, Counts { sent: 1, same_address: 1, ..Counts::default() });
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["emails"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_that_the_provider_refuses_is_counted_alone() {
    let fixture = Fixture::open().await;
    let mut members = fixture.members(8).await;
    members.push(fixture.member(100, "refused.one@example.com").await);
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { figures, .. } = fixture.progress(id).await;
    assert_eq!(figures.counts, Counts { sent: 8, refused: 1, ..Counts::default() });
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["emails"], 8);
    assert_eq!(counts["doubled"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_that_a_provider_did_not_take_after_others_are_sent_to_later() {
    let fixture = Fixture::open().await;
    let mut members = fixture.members(8).await;
    members.push(fixture.member(100, "refused.one@example.com").await);
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    // The whole batch is rejected for one recipient, its first half is accepted, and the next call meets the limit.
    let limited = json!({"fail_every": 3, "status": 429});
    fixture.ask("/control/faults", Some(limited)).await;
    for _ in 0..2 {
        handle(&fixture.app, &message, now()).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Running);
    assert_eq!(figures.counts, sent(4));

    fixture.ask("/control/faults", Some(json!({}))).await;
    let tenant = fixture.scope.tenant();
    let later = now() + 1.minute();
    assert_eq!(fixture.app.store.campaigns_due(later).await.unwrap(), [(tenant, id)]);
    let open = fixture.app.store.open_batches(tenant, id).await.unwrap();
    assert_eq!(open.len(), 1);
    let rest = serde_json::to_string(&BatchMessage::of(tenant, id, open[0])).unwrap();
    for _ in 0..2 {
        handle(&fixture.app, &rest, later).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, Counts { sent: 8, refused: 1, ..Counts::default() });
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!((&counts["emails"], &counts["doubled"]), (&json!(8), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_that_a_repeat_did_not_send_stay_in_their_batch() {
    let fixture = Fixture::open().await;
    let mut members = fixture.members(8).await;
    members.push(fixture.member(100, "refused.one@example.com").await);
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    // The first half is accepted and its answer is lost.
    fixture.ask("/control/faults", Some(json!({"lose_every": 1}))).await;
    assert!(handle(&fixture.app, &message, now()).await.is_err());
    // The repeat recognises the first half, and meets the limit with the second half.
    let limited = json!({"fail_every": 3, "status": 429});
    fixture.ask("/control/faults", Some(limited)).await;
    let repeated = handle(&fixture.app, &message, now() + 3.minutes()).await;
    assert!(matches!(repeated, Err(Failed::Retry(_))), "{repeated:?}");
    let Progress { figures, .. } = fixture.progress(id).await;
    assert_eq!(figures.counts, Counts::default());

    fixture.ask("/control/faults", Some(json!({}))).await;
    handle(&fixture.app, &message, now() + 6.minutes()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, Counts { sent: 8, refused: 1, ..Counts::default() });
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!((&counts["emails"], &counts["doubled"]), (&json!(8), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_the_provider_refuses_holds_the_campaign_until_a_person_resumes_it() {
    let fixture = Fixture::with("live", r#"{"api_key": "wrong"}"#).await;
    let members = fixture.members(3).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { state, held_because: held, figures } = fixture.progress(id).await;
    assert_eq!(state, State::Paused);
    assert_eq!(held.as_deref(), Some("provider_account"));
    assert_eq!(figures.counts, Counts::default());
    handle(&fixture.app, &message, now()).await.unwrap();
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["emails"], 0);
    let resumed =
        fixture.app.store.step_campaign(&fixture.scope, id, Step::Resume, now()).await.unwrap();
    assert_eq!(resumed.campaign.state, State::Running);
    assert_eq!(resumed.held_because, None);
}

#[rstest]
#[case("38200", "Soldes chez {{merchant}}", Some("transactional_sender"))]
#[case("36200", "Soldes", Some("merchant_not_named"))]
#[case("36200", "Soldes chez {{merchant}}", None)]
#[tokio::test(flavor = "multi_thread")]
async fn an_sms_that_its_sender_may_not_carry_is_not_sent(
    #[case] sender_id: &str,
    #[case] body: &str,
    #[case] held_because: Option<&str>,
) {
    let fixture = Fixture::open().await;
    let members = fixture.members(2).await;
    let (id, message) = fixture.campaign_of(Channel::Sms, body, &members).await;
    let sender_id = domain::merchant::sender::SenderId::parse(sender_id).unwrap();
    let sender = domain::merchant::sender::SmsSender { sender_id, ..sms_sender("main-sms") };
    let merchant = fixture.scope.settings.merchant.id;
    fixture.app.store.put_sms_sender(merchant, &sender, Credential::Operator).await.unwrap();
    handle(&fixture.app, &message, now()).await.unwrap();
    let progress = fixture.progress(id).await;
    assert_eq!(progress.held_because.as_deref(), held_because);
    let messages = if held_because.is_some() { 0 } else { 2 };
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], messages);
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_production_only_listed_recipients_are_written_to() {
    let fixture = Fixture::with("test", r#"{"api_key": "k"}"#).await;
    let mut members = fixture.members(2).await;
    members.push(fixture.member(50, "camille@example.org").await);
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { figures, .. } = fixture.progress(id).await;
    assert_eq!(figures.counts, Counts { sent: 2, not_allowed: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_waits_until_monday_to_saturday_from_eight_to_twenty() {
    let fixture = Fixture::open().await;
    let members = fixture.members(2).await;
    let (id, message) = fixture.campaign(Channel::Sms, &members).await;
    let sunday = instant("2026-11-29T10:00:00Z");
    handle(&fixture.app, &message, sunday).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Running);
    assert_eq!(figures.counts, Counts::default());
    let monday = instant("2026-11-30T07:00:00Z");
    let due = [(fixture.scope.tenant(), id)];
    assert!(fixture.app.store.campaigns_due(monday - 1.second()).await.unwrap().is_empty());
    assert_eq!(fixture.app.store.campaigns_due(monday).await.unwrap(), due);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_in_another_time_zone_is_written_to_when_the_day_begins_there() {
    let fixture = Fixture::open().await;
    let mut members = fixture.members(3).await;
    // Papeete, ten hours behind Universal Time.
    let details = Details::default();
    let mobile = domain::Mobile::parse("+68987000000").unwrap();
    let new = NewMember { mobile, details, enrolment: domain::Enrolment::Till };
    let (member, _) = fixture.app.store.create_member(&fixture.scope, &new, now()).await.unwrap();
    let change = consent(now());
    let far = member.person.id;
    fixture
        .app
        .store
        .change_consent(&fixture.scope, far, Channel::Sms, &change, now())
        .await
        .unwrap();
    members.insert(1, far);
    let (id, message) = fixture.campaign(Channel::Sms, &members).await;

    for _ in 0..2 {
        handle(&fixture.app, &message, now()).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Running);
    assert_eq!(figures.counts, sent(3));
    assert_eq!(figures.batches_done, 1);

    let tenant = fixture.scope.tenant();
    let morning_there = instant("2026-11-24T18:00:00Z");
    let early = fixture.app.store.campaigns_due(morning_there - 1.second()).await.unwrap();
    assert!(early.is_empty());
    assert_eq!(fixture.app.store.campaigns_due(morning_there).await.unwrap(), [(tenant, id)]);
    let open = fixture.app.store.open_batches(tenant, id).await.unwrap();
    assert_eq!(open.len(), 1);
    let rest = serde_json::to_string(&BatchMessage::of(tenant, id, open[0])).unwrap();
    for _ in 0..2 {
        handle(&fixture.app, &rest, morning_there).await.unwrap();
    }
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Finished);
    assert_eq!(figures.counts, sent(4));
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["sms"], 4);
    assert_eq!(counts["doubled"], 0);
}

#[tokio::test]
async fn a_message_that_names_no_batch_goes_to_the_dead_letter_queue() {
    let fixture = Fixture::open().await;
    for body in ["", "{}", r#"{"tenant": "M#x", "campaign": "y", "batch": "z"}"#] {
        assert!(matches!(handle(&fixture.app, body, now()).await, Err(Failed::Poison(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_is_sent_for_a_merchant_whose_contract_has_ended() {
    let fixture = Fixture::open().await;
    let members = fixture.members(3).await;
    let (id, message) = fixture.campaign(Channel::Email, &members).await;
    let merchant = fixture.scope.settings.merchant.id;
    let yesterday = domain::Day::parse("2026-11-23").unwrap();
    fixture
        .app
        .store
        .end_contract(merchant, yesterday, domain::Credential::Operator)
        .await
        .unwrap();
    handle(&fixture.app, &message, now()).await.unwrap();
    let Progress { state, figures, .. } = fixture.progress(id).await;
    assert_eq!(state, State::Running);
    assert_eq!(figures.counts, Counts::default());
    let counts = fixture.ask("/outbox/counts.json", None).await;
    assert_eq!(counts["emails"], json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_sent_once_whatever_the_hour_and_the_oppositions() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, "camille@example.com").await;
    let opposition = opposition(now(), OppositionReason::Stop);
    let store = &fixture.app.store;
    store.oppose(&fixture.scope, member, Channel::Sms, opposition, now()).await.unwrap();
    let message = fixture.notice(1).await;
    for _ in 0..3 {
        handle(&fixture.app, &message, now()).await.unwrap();
    }
    let outbox = fixture.ask("/outbox.json", None).await;
    assert_eq!(outbox.as_array().unwrap().len(), 1);
    // The text is sent as it is: no placeholder, no mention of STOP.
    let text = "Boutique: votre code est 000042. {{merchant}}\n\n@carte.example.com #000042";
    assert_eq!((&outbox[0]["to"], &outbox[0]["text"]), (&json!(mobile(1).as_str()), &json!(text)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_has_expired_is_not_sent() {
    let fixture = Fixture::open().await;
    let message = fixture.notice(1).await;
    handle(&fixture.app, &message, now() + 10.minutes()).await.unwrap();
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_the_provider_did_not_take_is_sent_by_the_next_delivery() {
    let fixture = Fixture::open().await;
    let message = fixture.notice(1).await;
    fixture.ask("/control/faults", Some(json!({"fail_every": 1, "status": 429}))).await;
    assert!(matches!(handle(&fixture.app, &message, now()).await, Err(Failed::Retry(_))));
    fixture.ask("/control/faults", Some(json!({}))).await;
    handle(&fixture.app, &message, now() + 1.minute()).await.unwrap();
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_whose_outcome_is_unknown_is_not_sent_again() {
    let fixture = Fixture::open().await;
    let message = fixture.notice(1).await;
    fixture.ask("/control/faults", Some(json!({"lose_every": 1}))).await;
    for _ in 0..2 {
        handle(&fixture.app, &message, now()).await.unwrap();
    }
    assert_eq!(fixture.ask("/outbox/counts.json", None).await["sms"], 1);
}
