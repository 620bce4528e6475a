//! The Lambda Runtime API: a function asks it for events and posts its answers.

use crate::{Fake, locked};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{Notify, mpsc, oneshot};

/// A Runtime API for one function. Clones share its events.
#[derive(Clone)]
pub struct RuntimeApi(Arc<Shared>);

struct Shared {
    /// The deadline that the function is told.
    limit: Duration,
    events: mpsc::UnboundedSender<Invocation>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    /// The events that the function works on, by request identifier.
    under_way: Mutex<HashMap<String, UnderWay>>,
    first_request: Mutex<Option<Instant>>,
    requested: Notify,
    init_error: Mutex<Option<Bytes>>,
}

struct Invocation {
    event: Bytes,
    answer: oneshot::Sender<Invoked>,
}

struct UnderWay {
    since: Instant,
    answer: oneshot::Sender<Invoked>,
}

/// The function's answer to an event.
#[derive(Debug)]
pub struct Invoked {
    /// The JSON that the function posted.
    pub body: Bytes,
    /// The time between the event and its answer.
    pub latency: Duration,
    /// The function reported an error instead of a response.
    pub is_error: bool,
}

impl RuntimeApi {
    /// Gives the function this time for each event.
    #[must_use]
    pub fn with_limit(limit: Duration) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        Self(Arc::new(Shared {
            limit,
            events,
            waiting: waiting.into(),
            under_way: Mutex::default(),
            first_request: Mutex::default(),
            requested: Notify::new(),
            init_error: Mutex::default(),
        }))
    }

    /// Gives an event to the function and waits for its answer; `None` where the function has not
    /// answered in time.
    pub async fn invoke(&self, event: Bytes) -> Option<Invoked> {
        let (answer, answered) = oneshot::channel();
        self.0.events.send(Invocation { event, answer }).ok()?;
        tokio::time::timeout(self.0.limit, answered).await.ok()?.ok()
    }

    /// Waits until the function asks for an event.
    pub async fn requested(&self) {
        self.0.requested.notified().await;
    }

    /// When the function asked for its first event.
    #[must_use]
    pub fn first_request(&self) -> Option<Instant> {
        *locked(&self.0.first_request)
    }

    /// The error by which the function reported that its INIT failed.
    #[must_use]
    pub fn init_error(&self) -> Option<Bytes> {
        locked(&self.0.init_error).clone()
    }
}

impl Fake for RuntimeApi {
    fn router(&self) -> Router {
        Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(self.clone())
    }
}

async fn next(State(RuntimeApi(shared)): State<RuntimeApi>) -> Response {
    locked(&shared.first_request).get_or_insert_with(Instant::now);
    shared.requested.notify_one();
    let Some(Invocation { event, answer }) = shared.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let id = format!("{:08x}-0000-4000-8000-{:012x}", now.subsec_nanos(), now.as_micros());
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", (now + shared.limit).as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-3:000000000000:function:fake".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000".to_owned()),
    ];
    let under_way = UnderWay { since: Instant::now(), answer };
    locked(&shared.under_way).insert(id, under_way);
    (headers, event).into_response()
}

async fn response(
    State(RuntimeApi(shared)): State<RuntimeApi>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answered(&id, body, false)
}

async fn error(
    State(RuntimeApi(shared)): State<RuntimeApi>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answered(&id, body, true)
}

async fn init_error(State(RuntimeApi(shared)): State<RuntimeApi>, body: Bytes) -> StatusCode {
    *locked(&shared.init_error) = Some(body);
    StatusCode::ACCEPTED
}

impl Shared {
    fn answered(&self, id: &str, body: Bytes, is_error: bool) -> StatusCode {
        let received = Instant::now();
        let Some(UnderWay { since, answer }) = locked(&self.under_way).remove(id) else {
            return StatusCode::BAD_REQUEST;
        };
        // The caller may have stopped waiting.
        drop(answer.send(Invoked { body, latency: received - since, is_error }));
        StatusCode::ACCEPTED
    }
}
