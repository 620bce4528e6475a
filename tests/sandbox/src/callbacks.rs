//! What providers call back with: one line a provider, posted beside the calls, tried again a few
//! times, then given up and counted.

use crate::{Clock, lock};
use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How often one callback is tried, the first time included.
const TRIES: u32 = 5;
/// The wait before the second try; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many callbacks of a provider are under way at once: they come out of order, as providers' do.
const AT_ONCE: usize = 8;

/// Who is called back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    /// Plain HTTP: whoever is called back is on this machine.
    pub(crate) url: String,
    /// By what the callback is proven genuine: a bearer token or a key to sign with.
    #[serde(alias = "token")]
    pub(crate) secret: Option<String>,
}

impl Target {
    /// Whether it can be called.
    pub(crate) fn is_sound(&self) -> bool {
        let uri = self.url.parse::<Uri>();
        uri.is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some())
    }
}

/// Writes events as the one request that a provider makes of them.
pub(crate) type Write = fn(&Target, &[String], Timestamp) -> Option<Request<Full<Bytes>>>;

/// How a line stands, in events.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Figures {
    waiting: usize,
    posted: usize,
    abandoned: usize,
}

/// The callbacks of one provider.
pub(crate) struct Line {
    queue: UnboundedSender<Event>,
    desk: Arc<Mutex<Desk>>,
}

struct Event {
    generation: u64,
    body: String,
}

#[derive(Default)]
struct Desk {
    target: Option<Arc<Target>>,
    /// Grows with every reset: older events are dropped.
    generation: u64,
    figures: Figures,
}

impl Line {
    /// A line that calls nobody yet, and then up to `most` events at a time.
    pub(crate) fn start(most: usize, write: Write, clock: &Clock) -> Self {
        let (queue, events) = unbounded_channel();
        let desk = Arc::<Mutex<Desk>>::default();
        let clock = Arc::clone(clock);
        let post =
            Post { client: Client::builder(TokioExecutor::new()).build_http(), write, clock };
        tokio::spawn(work(events, most, post, Arc::clone(&desk)));
        Self { queue, desk }
    }

    /// Calls this one from now on, or nobody.
    pub(crate) fn point(&self, target: Option<Target>) {
        lock(&self.desk).target = target.map(Arc::new);
    }

    /// Queues events and says whether anybody is called back; otherwise the events are not even made.
    pub(crate) fn queue(&self, events: impl Iterator<Item = String>) -> bool {
        if lock(&self.desk).target.is_none() {
            return false;
        }
        let events: Vec<String> = events.collect();
        let generation = {
            let mut desk = lock(&self.desk);
            desk.figures.waiting += events.len();
            desk.generation
        };
        events.into_iter().all(|body| self.queue.send(Event { generation, body }).is_ok())
    }

    /// Drops what waits and counts from zero. The target stays.
    pub(crate) fn clear(&self) {
        let mut desk = lock(&self.desk);
        desk.generation += 1;
        desk.figures.posted = 0;
        desk.figures.abandoned = 0;
    }

    pub(crate) fn figures(&self) -> Figures {
        lock(&self.desk).figures
    }
}

async fn work(
    mut queue: UnboundedReceiver<Event>,
    most: usize,
    post: Post,
    desk: Arc<Mutex<Desk>>,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let post = Arc::new(post);
    let mut taken = Vec::with_capacity(most);
    while queue.recv_many(&mut taken, most).await > 0 {
        let current = lock(&desk).generation;
        let count = taken.len();
        let events: Vec<String> = taken
            .drain(..)
            .filter_map(|event| (event.generation == current).then_some(event.body))
            .collect();
        lock(&desk).figures.waiting -= count - events.len();
        let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
        let (post, desk) = (Arc::clone(&post), Arc::clone(&desk));
        tokio::spawn(async move {
            let posted = post.until_taken(&events, current, &desk).await;
            let mut desk = lock(&desk);
            desk.figures.waiting -= events.len();
            // What a reset overtook is counted nowhere.
            if desk.generation == current {
                let figures = &mut desk.figures;
                *(if posted { &mut figures.posted } else { &mut figures.abandoned }) +=
                    events.len();
            }
            drop(permit);
        });
    }
}

struct Post {
    client: Client<HttpConnector, Full<Bytes>>,
    write: Write,
    clock: Clock,
}

impl Post {
    async fn until_taken(&self, events: &[String], generation: u64, desk: &Mutex<Desk>) -> bool {
        if events.is_empty() {
            return true;
        }
        let mut wait = FIRST_WAIT;
        for attempt in 1..=TRIES {
            let target = {
                let desk = lock(desk);
                desk.target.clone().filter(|_| desk.generation == generation)
            };
            let Some(target) = target else { return false };
            if self.once(&target, events).await {
                return true;
            }
            if attempt < TRIES {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
        false
    }

    async fn once(&self, target: &Target, events: &[String]) -> bool {
        let Some(request) = (self.write)(target, events, (self.clock)()) else { return false };
        let answered = async {
            let (head, body) = self.client.request(request).await.ok()?.into_parts();
            // Read to its end, the connection serves again.
            body.collect().await.ok()?;
            Some(head.status.is_success())
        };
        matches!(tokio::time::timeout(PATIENCE, answered).await, Ok(Some(true)))
    }
}
