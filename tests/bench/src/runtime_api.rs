//! A stub of the Lambda Runtime API, and a function's real binary run against it.

use crate::fakes::sqs::{self, Message};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::Value;
use std::{
    collections::HashMap,
    fs::File,
    path::Path as FilePath,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::{Notify, mpsc, oneshot};

/// How long a function may take to ask for its first event, and to answer one. The second is also
/// the deadline the function is told.
const INIT_LIMIT: Duration = Duration::from_secs(30);
const INVOCATION_LIMIT: Duration = Duration::from_mins(15);

struct Invocation {
    event: Bytes,
    answer: oneshot::Sender<Answer>,
}

/// What a function answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    /// From the event handed out to the answer received.
    pub(crate) latency: Duration,
    /// The function reported an error, not a response.
    pub(crate) is_error: bool,
}

#[derive(Default)]
struct Stub {
    events: tokio::sync::Mutex<Option<mpsc::UnboundedReceiver<Invocation>>>,
    handed_out: Mutex<HashMap<String, (Instant, oneshot::Sender<Answer>)>>,
    first_next: Mutex<Option<Instant>>,
    asked: Notify,
    init_error: Mutex<Option<Bytes>>,
}

/// A running function. Its process ends when this is dropped.
pub(crate) struct Function {
    name: String,
    child: Child,
    init: Duration,
    events: mpsc::UnboundedSender<Invocation>,
    server: tokio::task::JoinHandle<()>,
}

impl Function {
    /// Starts a release binary as Lambda would, and waits until it asks for its first event. What
    /// it prints goes to a file beside the report.
    pub(crate) async fn start(binary: &FilePath, environment: &[(&str, String)]) -> Self {
        let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (events, receiver) = mpsc::unbounded_channel();
        let stub = Arc::new(Stub { events: Some(receiver).into(), ..Stub::default() });
        let (address, server) = crate::loopback::serve(router(Arc::clone(&stub))).await;

        let log = crate::places::results().join(format!("{name}.log"));
        let log = File::options().create(true).append(true).open(log).expect("a log file");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.trim_start_matches("http://"))
            .envs(lambda_environment(&name))
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        let spawned = Instant::now();
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()));

        while tokio::time::timeout(Duration::from_millis(250), stub.asked.notified()).await.is_err()
        {
            if let Some(error) = stub.init_error.lock().unwrap().take() {
                panic!("{name}: its INIT failed: {}", String::from_utf8_lossy(&error));
            }
            let ended = child.try_wait().expect("a child can be waited for");
            assert!(ended.is_none(), "{name} ended before its first event; see its log");
            assert!(spawned.elapsed() < INIT_LIMIT, "{name} never asked for an event");
        }
        let asked = stub.first_next.lock().unwrap().expect("the function asked");
        Self { name, child, init: asked - spawned, events, server }
    }

    /// From the start of the process to its first request for an event.
    pub(crate) fn init(&self) -> Duration {
        self.init
    }

    /// Hands an event to the function and waits for its answer, errors of the function included.
    pub(crate) async fn try_invoke(&self, event: Bytes) -> Answer {
        let (answer, receiver) = oneshot::channel();
        self.events.send(Invocation { event, answer }).expect("the stub runs");
        tokio::time::timeout(INVOCATION_LIMIT, receiver)
            .await
            .unwrap_or_else(|_| panic!("{} did not answer in time", self.name))
            .unwrap_or_else(|_| panic!("{} was lost", self.name))
    }

    /// As [`Self::try_invoke`], for an event that must succeed.
    pub(crate) async fn invoke(&self, event: Bytes) -> Answer {
        let answer = self.try_invoke(event).await;
        assert!(!answer.is_error, "{}: {}", self.name, String::from_utf8_lossy(&answer.body));
        answer
    }

    /// Hands on a message of a queue, told by `true` where it was dealt with.
    pub(crate) async fn deliver(&self, queue: &str, message: &Message, receive_count: u32) -> bool {
        self.deliver_all(queue, std::slice::from_ref(message), receive_count).await == [true]
    }

    /// Hands on messages of a queue as one event, and tells of each whether it was dealt with.
    pub(crate) async fn deliver_all(
        &self,
        queue: &str,
        messages: &[Message],
        receive_count: u32,
    ) -> Vec<bool> {
        let (event, ids) = sqs::event(queue, messages, receive_count);
        let answer = self.invoke(event.to_string().into()).await;
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let failures = answer["batchItemFailures"].as_array().map_or(&[][..], Vec::as_slice);
        let has_failed = |id: &String| failures.iter().any(|one| one["itemIdentifier"] == **id);
        ids.iter().map(|id| !has_failed(id)).collect()
    }

    /// Ends the process this instant, whatever it is at.
    pub(crate) fn kill(&mut self) {
        // Only ever the process started here; that it has ended already is no matter.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// The most memory the process has held at once, in MB (10⁶ bytes).
    pub(crate) fn peak_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kB");
        kilobytes * 1024.0 / 1e6
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
        self.server.abort();
    }
}

fn lambda_environment(name: &str) -> [(&'static str, String); 17] {
    [
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("AWS_REGION", "eu-west-3".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-west-3".to_owned()),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
        ("AWS_SESSION_TOKEN", "bench".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ]
}

fn router(stub: Arc<Stub>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(stub)
}

async fn next(State(stub): State<Arc<Stub>>) -> Response {
    stub.first_next.lock().unwrap().get_or_insert_with(Instant::now);
    stub.asked.notify_one();
    let invocation = match &mut *stub.events.lock().await {
        Some(events) => events.recv().await,
        None => None,
    };
    let Some(Invocation { event, answer }) = invocation else {
        return StatusCode::GONE.into_response();
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let id = format!("{:08x}-0000-4000-8000-{:012x}", now.subsec_nanos(), now.as_micros());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", (now + INVOCATION_LIMIT).as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-3:000000000000:function:bench".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000".to_owned()),
    ];
    stub.handed_out.lock().unwrap().insert(id, (Instant::now(), answer));
    (headers, event).into_response()
}

async fn response(
    State(stub): State<Arc<Stub>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    answered(&stub, &id, body, false)
}

async fn error(State(stub): State<Arc<Stub>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answered(&stub, &id, body, true)
}

fn answered(stub: &Stub, id: &str, body: Bytes, is_error: bool) -> StatusCode {
    let received = Instant::now();
    let Some((handed_out, answer)) = stub.handed_out.lock().unwrap().remove(id) else {
        return StatusCode::BAD_REQUEST;
    };
    // Nobody waits any more when the limit has passed.
    drop(answer.send(Answer { body, latency: received - handed_out, is_error }));
    StatusCode::ACCEPTED
}

async fn init_error(State(stub): State<Arc<Stub>>, body: Bytes) -> StatusCode {
    *stub.init_error.lock().unwrap() = Some(body);
    StatusCode::ACCEPTED
}
