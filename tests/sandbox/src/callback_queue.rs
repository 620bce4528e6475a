//! The queue of a provider's callbacks. A task posts them, retries a few times, then abandons and counts them.

use crate::clock::Clock;
use crate::context::Core;
use crate::lock::lock;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The most attempts to post one callback.
const MAX_ATTEMPTS: u32 = 5;
/// The wait before the second attempt. The wait doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The time limit of one attempt.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// Callbacks of a provider that are posted at the same time. They arrive out of order, as a real provider's do.
const CONCURRENT_POSTS: usize = 8;

/// The address that is called back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    /// Plain HTTP, since the receiver is on this machine.
    pub(crate) url: String,
    /// The proof of a callback: a bearer token, or a key to sign with.
    #[serde(alias = "token")]
    pub(crate) secret: Option<String>,
}

impl Target {
    /// Whether the address can be called.
    pub(crate) fn is_valid(&self) -> bool {
        let uri = self.url.parse::<Uri>();
        uri.is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some())
    }
}

/// Posts a callback, and tells whether the receiver accepted it.
pub type PostCallback = Arc<dyn Fn(Request<Full<Bytes>>) -> BoxFuture<'static, bool> + Send + Sync>;

/// Posts callbacks by HTTP. Waits for an answer no longer than the time limit.
pub(crate) fn over_http() -> PostCallback {
    let client = Client::builder(TokioExecutor::new()).build_http();
    Arc::new(move |request| {
        let response = client.request(request);
        let answered = async move {
            let (head, body) = response.await.ok()?.into_parts();
            // The connection is reused only after the body was read to its end.
            body.collect().await.ok()?;
            Some(head.status.is_success())
        };
        let answered = tokio::time::timeout(TIME_LIMIT, answered);
        Box::pin(async move { matches!(answered.await, Ok(Some(true))) })
    })
}

/// Writes events as one request of a provider.
pub(crate) type WriteRequest = fn(&Target, &[String], Timestamp) -> Option<Request<Full<Bytes>>>;

/// The figures of a queue, in events.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Figures {
    waiting: usize,
    posted: usize,
    abandoned: usize,
}

/// The queue of the callbacks of one provider.
pub(crate) struct CallbackQueue {
    sender: UnboundedSender<Event>,
    state: Arc<Mutex<State>>,
}

struct Event {
    generation: u64,
    body: String,
}

#[derive(Default)]
struct State {
    target: Option<Arc<Target>>,
    /// Grows with every reset. Events of an older generation are dropped.
    generation: u64,
    figures: Figures,
}

impl CallbackQueue {
    /// A queue without a callback address. A callback holds up to `max_events` events.
    pub(crate) fn start(max_events: usize, write: WriteRequest, core: &Core) -> Self {
        let (sender, events) = unbounded_channel();
        let state = Arc::<Mutex<State>>::default();
        let (clock, post) = (Arc::clone(&core.clock), Arc::clone(&core.post));
        let poster = Poster { post, write, clock };
        tokio::spawn(work(events, max_events, poster, Arc::clone(&state)));
        Self { sender, state }
    }

    /// Calls this address back from now on. Without an address the queue accepts no event.
    pub(crate) fn set_target(&self, target: Option<Target>) {
        lock(&self.state).target = target.map(Arc::new);
    }

    /// Queues events. `false` without a callback address; the events are then not even made.
    pub(crate) fn push(&self, events: impl Iterator<Item = String>) -> bool {
        if lock(&self.state).target.is_none() {
            return false;
        }
        let events: Vec<String> = events.collect();
        let generation = {
            let mut state = lock(&self.state);
            state.figures.waiting += events.len();
            state.generation
        };
        events.into_iter().all(|body| self.sender.send(Event { generation, body }).is_ok())
    }

    /// Drops the waiting events and counts from zero. The callback address stays.
    pub(crate) fn clear(&self) {
        let mut state = lock(&self.state);
        state.generation += 1;
        state.figures.posted = 0;
        state.figures.abandoned = 0;
    }

    pub(crate) fn figures(&self) -> Figures {
        lock(&self.state).figures
    }
}

async fn work(
    mut receiver: UnboundedReceiver<Event>,
    max_events: usize,
    poster: Poster,
    state: Arc<Mutex<State>>,
) {
    let semaphore = Arc::new(Semaphore::new(CONCURRENT_POSTS));
    let poster = Arc::new(poster);
    let mut taken = Vec::with_capacity(max_events);
    while receiver.recv_many(&mut taken, max_events).await > 0 {
        let current = lock(&state).generation;
        let count = taken.len();
        let events: Vec<String> = taken
            .drain(..)
            .filter_map(|event| (event.generation == current).then_some(event.body))
            .collect();
        lock(&state).figures.waiting -= count - events.len();
        let Ok(permit) = Arc::clone(&semaphore).acquire_owned().await else { return };
        let (poster, state) = (Arc::clone(&poster), Arc::clone(&state));
        tokio::spawn(async move {
            let is_accepted = poster.post_until_accepted(&events, current, &state).await;
            let mut state = lock(&state);
            state.figures.waiting -= events.len();
            // Events from before a reset are not counted.
            if state.generation == current {
                let figures = &mut state.figures;
                *(if is_accepted { &mut figures.posted } else { &mut figures.abandoned }) +=
                    events.len();
            }
            drop(permit);
        });
    }
}

/// Posts callbacks.
struct Poster {
    post: PostCallback,
    write: WriteRequest,
    clock: Clock,
}

impl Poster {
    async fn post_until_accepted(
        &self,
        events: &[String],
        generation: u64,
        state: &Mutex<State>,
    ) -> bool {
        if events.is_empty() {
            return true;
        }
        let mut wait = FIRST_WAIT;
        for attempt in 1..=MAX_ATTEMPTS {
            let target = {
                let state = lock(state);
                state.target.clone().filter(|_| state.generation == generation)
            };
            let Some(target) = target else { return false };
            if self.post(&target, events).await {
                return true;
            }
            if attempt < MAX_ATTEMPTS {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
        false
    }

    async fn post(&self, target: &Target, events: &[String]) -> bool {
        let Some(request) = (self.write)(target, events, (self.clock)()) else { return false };
        (self.post)(request).await
    }
}
