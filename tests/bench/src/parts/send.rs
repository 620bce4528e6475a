//! A campaign by e-mail: the units of a recipient from the plan to the delivery, and the speed of `send`
//! beside a bare loop of the same calls.

use super::campaign;
use crate::{
    figures::{Bound, Figures, median},
    function::Function,
    people::{MOST_ENROLLED, Shop},
    places,
    proxies::{RecordingProxy, recording},
    stack::{
        ACCOUNT, CALLBACK_SECRET, OUTCOMES_QUEUE, Path, SENDS_QUEUE, Stack, empty_table,
        restored_table,
    },
    till_client::http_event,
};
use aws_fakes::{Message, serve};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, http::Uri};
use domain::MerchantId;
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;

pub(crate) const RECIPIENTS: u16 = MOST_ENROLLED;
/// The function and the bare loop take turns so many times; the medians are compared.
const ROUNDS: usize = 15;
/// Calls with rows that run at once in the bare loop, as many as in `send`.
const AT_ONCE: u32 = 4;
/// Batches of an event, as many as the template's queue puts into one.
pub(crate) const BATCHES_AN_EVENT: usize = 10;
/// How long the provider may take until it has called back for every message.
const CALLBACKS_LIMIT: Duration = Duration::from_mins(2);

pub(crate) async fn measure(figures: &mut Figures) {
    let planned = count(figures).await;
    time(figures, &planned).await;
}

/// A table with one merchant, whose members all consent to e-mails.
pub(crate) struct Members {
    pub(crate) file: PathBuf,
    pub(crate) merchant: MerchantId,
}

/// The members. They are made once in a run of the bench.
pub(crate) async fn members() -> &'static Members {
    static MEMBERS: OnceCell<Members> = OnceCell::const_new();
    MEMBERS
        .get_or_init(async || {
            let started = Instant::now();
            let dynamo = empty_table().await;
            let shop = Shop::open(&dynamo, 1).await;
            let now = domain::Instant::now();
            let members = shop.enrol(&dynamo, 0..RECIPIENTS, now).await;
            shop.consent(&members, now).await;
            let file = places::results().join("members.db");
            dynamo.save(&file);
            let took = started.elapsed().as_secs_f64();
            eprintln!("send: {RECIPIENTS} members were made in {took:.0} s");
            Members { file, merchant: shop.merchant() }
        })
        .await
}

/// A campaign whose batches are in the queue.
struct Planned {
    /// The table after the plan.
    file: PathBuf,
    batches: Vec<Message>,
    /// The writes of `send` and its calls of the provider.
    calls: PathBuf,
}

/// Sends the campaign through the proxies: counts the units of a recipient, and records the calls for the
/// bare loop.
async fn count(figures: &mut Figures) -> Planned {
    let members = members().await;
    let stack = Stack::on(restored_table(&members.file).await).await;
    let shop = Shop::known(&stack.dynamo, members.merchant).await;
    let tenant = shop.scope.tenant();
    let id = shop.launch(1).await;
    let counted = stack.environment(Path::Counted);
    let mut write_units = 0.0;

    let planner = Function::start(&places::binary("campaign"), &counted).await;
    stack.counting.take();
    campaign::plan(&stack, &planner, tenant, id).await;
    let tally = stack.counting.take();
    tally.print("the plan");
    write_units += tally.total().write;
    let batches: Vec<_> = std::iter::from_fn(|| stack.sqs.receive(SENDS_QUEUE)).collect();
    let file = places::results().join("planned.db");
    stack.dynamo.save(&file);

    let recording = stack.counting.recording().clone();
    let provider = RecordingProxy::start(stack.providers.address(), recording.clone()).await;
    let mut environment = counted.clone();
    environment.push(("BREVO_URL", format!("{}/brevo", provider.address())));
    let sender = Function::start(&places::binary("send"), &environment).await;
    let endpoint = CallbackEndpoint::open(&stack, &counted).await;
    stack.providers.call_back(&endpoint.address, CALLBACK_SECRET).await;
    stack.counting.take();
    recording.begin();
    // One batch after another, so that the bare loop can repeat the calls in this order.
    send(&sender, &batches, 1).await;
    let calls = places::results().join("sent.jsonl");
    recording::write(&recording.end(), &calls);
    let tally = stack.counting.take();
    tally.print("the sending");
    write_units += tally.total().write;

    let outcomes = Function::start(&places::binary("outcomes"), &counted).await;
    stack.counting.take();
    let started = Instant::now();
    while posted_callbacks(&stack).await < u64::from(RECIPIENTS) {
        assert!(started.elapsed() < CALLBACKS_LIMIT, "the provider has not called back for all");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let started = Instant::now();
    while let Some(message) = stack.sqs.receive(OUTCOMES_QUEUE) {
        assert!(
            outcomes.deliver(OUTCOMES_QUEUE, &message, 1).await,
            "a callback was not processed"
        );
    }
    let took = started.elapsed().as_secs_f64();
    let tally = stack.counting.take();
    tally.print("the callbacks");
    write_units += tally.total().write;

    let campaign = shop.store.figures(tenant, id).await.expect("figures");
    let recipients = u64::from(RECIPIENTS);
    assert_eq!(campaign.counts.sent, recipients, "not every message was sent");
    assert_eq!(campaign.delivered, recipients, "not every message was delivered");
    let units = write_units / f64::from(RECIPIENTS);
    let name = "send.write_units_per_recipient";
    figures.add(name, units, "write units", Bound::AtMost(3.2));
    let speed = f64::from(RECIPIENTS) / took;
    eprintln!("outcomes: {speed:.0} receipts a second, through the proxy that counts");
    Planned { file, batches, calls }
}

/// Events that the provider has posted.
async fn posted_callbacks(stack: &Stack) -> u64 {
    let counts = stack.providers.get("/outbox/counts.json").await;
    let callbacks = &counts["callbacks"]["brevo"];
    assert_eq!(callbacks["abandoned"], 0, "callbacks were refused; see the log of `callbacks`");
    callbacks["posted"].as_u64().unwrap_or_default()
}

async fn time(figures: &mut Figures, planned: &Planned) {
    let (mut speeds, mut bare_speeds, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let stack = Stack::on(restored_table(&planned.file).await).await;
        let environment = stack.environment(Path::Direct);
        let sender = Function::start(&places::binary("send"), &environment).await;
        let took = send(&sender, &planned.batches, BATCHES_AN_EVENT).await.as_secs_f64();
        speeds.push(f64::from(RECIPIENTS) / took);
        peaks.push(sender.peak_mb());
        let outbox = stack.providers.get("/outbox/counts.json").await;
        assert_eq!(outbox["emails"], RECIPIENTS, "not every member was written to");

        let stack = Stack::on(restored_table(&planned.file).await).await;
        let arguments = [
            planned.calls.display().to_string(),
            stack.providers.address().to_owned(),
            AT_ONCE.to_string(),
        ];
        let environment = stack.environment(Path::Direct);
        let answer = places::run("bare-send-loop", &arguments, &environment).await;
        let bare = answer["seconds"].as_f64().expect("the bare loop says how long it took");
        bare_speeds.push(f64::from(RECIPIENTS) / bare);
        let outbox = stack.providers.get("/outbox/counts.json").await;
        assert_eq!(outbox["emails"], RECIPIENTS, "not every member was written to");
        eprintln!("send, round {round}: {took:.2} s; bare loop: {bare:.2} s");
    }
    let (speed, bare_speed) = (median(&speeds), median(&bare_speeds));
    let name = "send.emails_per_second";
    figures.add_beside(name, speed, "e-mails/s", bare_speed, Bound::AtLeast(2_500.0));
    let ratio = speed / bare_speed;
    figures.add_beside("send.ratio_to_bare_loop", ratio, "ratio", 1.0, Bound::AtLeast(0.75));
    figures.add("send.peak_mb", median(&peaks), "MB", Bound::None);
}

/// Delivers the batches, so many an event and one event at a time, as to a function whose concurrency is
/// one.
async fn send(sender: &Function, batches: &[Message], an_event: usize) -> Duration {
    let started = Instant::now();
    for event in batches.chunks(an_event) {
        let processed = sender.deliver_all(SENDS_QUEUE, event, 1).await;
        assert!(!processed.contains(&false), "a batch was not sent; see the log");
    }
    started.elapsed()
}

/// The address at which the provider reaches `callbacks`. The server ends when the value is dropped.
struct CallbackEndpoint {
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl CallbackEndpoint {
    async fn open(stack: &Stack, environment: &[(&str, String)]) -> Self {
        let function = Function::start(&places::binary("callbacks"), environment).await;
        let router = Router::new().fallback(post).with_state(Arc::new(function));
        let (address, server) = serve(router).await;
        assert!(stack.sqs.receive(OUTCOMES_QUEUE).is_none(), "no callback has come yet");
        Self { address: format!("{address}/callbacks/brevo/{ACCOUNT}"), server }
    }
}

impl Drop for CallbackEndpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Does what API Gateway does: the request becomes an event, the answer a response.
async fn post(
    State(function): State<Arc<Function>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let body = String::from_utf8_lossy(&body);
    let event = http_event("POST", uri.path(), authorization.unwrap_or_default(), &body);
    let answer = function.invoke(event).await;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_GATEWAY)
}
