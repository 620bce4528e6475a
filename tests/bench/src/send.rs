//! Sending a campaign by e-mail: what a recipient costs from the plan to the delivery, and how fast
//! one function sends beside a bare loop of the same calls.

use crate::{
    campaign,
    client::http_event,
    dynamo::Dynamo,
    fakes::sqs::Message,
    figures::{Bound, Figures, median},
    people::{MOST_ENROLLED, Shop},
    places,
    recording::{self, RecordingProxy},
    runtime_api::Function,
    stack::{ACCOUNT, CALLBACK_SECRET, OUTCOMES_QUEUE, Path, SENDS_QUEUE, Stack},
};
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
const ROUNDS: usize = 5;
/// Batches of rows under way at once in the bare loop, as many as in `send`.
const AT_ONCE: u32 = 4;
/// Batches of an event, as the queue of the template hands them on.
pub(crate) const BATCHES_AN_EVENT: usize = 10;
/// How long the provider may take to call back.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) async fn measure(figures: &mut Figures) {
    let planned = count(figures).await;
    time(figures, &planned).await;
}

/// A table with one merchant, whose members all agreed to e-mails.
pub(crate) struct Members {
    pub(crate) file: PathBuf,
    pub(crate) merchant: MerchantId,
}

/// The members, made once a run.
pub(crate) async fn members() -> &'static Members {
    static MEMBERS: OnceCell<Members> = OnceCell::const_new();
    MEMBERS
        .get_or_init(async || {
            let started = Instant::now();
            let dynamo = Dynamo::start().await;
            let shop = Shop::open(&dynamo, 1).await;
            let now = domain::Instant::now();
            let members = shop.enrol(&dynamo, 0..RECIPIENTS, now).await;
            shop.consent(&members, now).await;
            let file = places::results().join("members.db");
            dynamo.keep(&file);
            eprintln!("{RECIPIENTS} members: {:.0} s", started.elapsed().as_secs_f64());
            Members { file, merchant: shop.merchant() }
        })
        .await
}

/// A campaign whose batches are on their way.
struct Planned {
    /// The table, as the planner left it.
    file: PathBuf,
    batches: Vec<Message>,
    /// What `send` then wrote and asked the provider for.
    calls: PathBuf,
}

/// Everything through the proxies: what a recipient costs, and the calls for the bare loop.
async fn count(figures: &mut Figures) -> Planned {
    let members = members().await;
    let stack = Stack::on(Dynamo::as_kept(&members.file).await).await;
    let shop = Shop::known(&stack.dynamo, members.merchant).await;
    let tenant = shop.scope.tenant();
    let id = shop.launch(1).await;
    let counted = stack.environment(Path::Counted);
    let mut write_units = 0.0;

    let planner = Function::start(&places::binary("campaign"), &counted).await;
    stack.counting.take();
    campaign::plan(&stack, &planner, tenant, id).await;
    let tally = stack.counting.take();
    tally.tell("the plan");
    write_units += tally.total().write;
    let batches: Vec<_> = std::iter::from_fn(|| stack.sqs.receive(SENDS_QUEUE)).collect();
    let file = places::results().join("planned.db");
    stack.dynamo.keep(&file);

    let recording = stack.counting.recording().clone();
    let provider = RecordingProxy::start(stack.providers.address(), recording.clone()).await;
    let mut environment = counted.clone();
    environment.push(("BREVO_URL", format!("{}/brevo", provider.address())));
    let sender = Function::start(&places::binary("send"), &environment).await;
    let door = Door::open(&stack, &counted).await;
    stack.providers.call_back(&door.address, CALLBACK_SECRET).await;
    stack.counting.take();
    recording.begin();
    // One batch after another, in the order that the bare loop will follow.
    send(&sender, &batches, 1).await;
    let calls = places::results().join("sent.jsonl");
    recording::write(&recording.end(), &calls);
    let tally = stack.counting.take();
    tally.tell("the sending");
    write_units += tally.total().write;

    let outcomes = Function::start(&places::binary("outcomes"), &counted).await;
    stack.counting.take();
    let started = Instant::now();
    while told(&stack).await < u64::from(RECIPIENTS) {
        assert!(started.elapsed() < PATIENCE, "the provider has not called back for all");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let started = Instant::now();
    while let Some(message) = stack.sqs.receive(OUTCOMES_QUEUE) {
        assert!(outcomes.deliver(OUTCOMES_QUEUE, &message, 1).await, "what was told was not noted");
    }
    let took = started.elapsed().as_secs_f64();
    let tally = stack.counting.take();
    tally.tell("what the provider told");
    write_units += tally.total().write;

    let got = shop.store.figures(tenant, id).await.expect("figures");
    let recipients = u64::from(RECIPIENTS);
    assert_eq!((got.counts.sent, got.delivered), (recipients, recipients), "all arrived");
    let units = write_units / f64::from(RECIPIENTS);
    let name = "send.write_units_per_recipient";
    figures.add(name, units, "write units", Bound::AtMost(3.2));
    let speed = f64::from(RECIPIENTS) / took;
    eprintln!("outcomes: {speed:.0} receipts a second, through the proxy that counts");
    Planned { file, batches, calls }
}

/// How many events the provider has told.
async fn told(stack: &Stack) -> u64 {
    let counts = stack.providers.get("/outbox/counts.json").await;
    let told = &counts["callbacks"]["brevo"];
    assert_eq!(told["abandoned"], 0, "callbacks were refused; see the log of `callbacks`");
    told["posted"].as_u64().unwrap_or_default()
}

async fn time(figures: &mut Figures, planned: &Planned) {
    let (mut speeds, mut bare_speeds, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let stack = Stack::on(Dynamo::as_kept(&planned.file).await).await;
        let environment = stack.environment(Path::Direct);
        let sender = Function::start(&places::binary("send"), &environment).await;
        let took = send(&sender, &planned.batches, BATCHES_AN_EVENT).await.as_secs_f64();
        speeds.push(f64::from(RECIPIENTS) / took);
        peaks.push(sender.peak_mb());
        let outbox = stack.providers.get("/outbox/counts.json").await;
        assert_eq!(outbox["emails"], RECIPIENTS, "everybody was written to");

        let stack = Stack::on(Dynamo::as_kept(&planned.file).await).await;
        let arguments = [
            planned.calls.display().to_string(),
            stack.providers.address().to_owned(),
            AT_ONCE.to_string(),
        ];
        let environment = stack.environment(Path::Direct);
        let told = places::run("bare-send-loop", &arguments, &environment).await;
        let bare = told["seconds"].as_f64().expect("the bare loop says how long it took");
        bare_speeds.push(f64::from(RECIPIENTS) / bare);
        let outbox = stack.providers.get("/outbox/counts.json").await;
        assert_eq!(outbox["emails"], RECIPIENTS, "everybody was written to");
        eprintln!("send, round {round}: {took:.2} s; bare loop: {bare:.2} s");
    }
    let (speed, bare_speed) = (median(&speeds), median(&bare_speeds));
    let name = "send.emails_per_second";
    figures.add_beside(name, speed, "e-mails/s", bare_speed, Bound::AtLeast(2_500.0));
    let ratio = speed / bare_speed;
    figures.add_beside("send.ratio_to_bare_loop", ratio, "ratio", 1.0, Bound::AtLeast(0.7));
    figures.add("send.peak_mb", median(&peaks), "MB", Bound::None);
}

/// Hands on the batches, so many an event and one event at a time, as to a function whose concurrency
/// is one.
async fn send(sender: &Function, batches: &[Message], an_event: usize) -> Duration {
    let started = Instant::now();
    for event in batches.chunks(an_event) {
        let dealt = sender.deliver_all(SENDS_QUEUE, event, 1).await;
        assert!(!dealt.contains(&false), "a batch was not sent; see the log");
    }
    started.elapsed()
}

/// The address at which the provider reaches `callbacks`. It ends when dropped.
struct Door {
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl Door {
    async fn open(stack: &Stack, environment: &[(&str, String)]) -> Self {
        let function = Function::start(&places::binary("callbacks"), environment).await;
        let router = Router::new().fallback(enter).with_state(Arc::new(function));
        let (address, server) = crate::loopback::serve(router).await;
        assert!(stack.sqs.receive(OUTCOMES_QUEUE).is_none(), "nothing was told yet");
        Self { address: format!("{address}/callbacks/brevo/{ACCOUNT}"), server }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// As API Gateway: the request becomes an event, the answer a response.
async fn enter(
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
