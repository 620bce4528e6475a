//! Changes of the table become events, and events are posted to merchants' endpoints.

use super::{Answer, Instance, Payload};
use crate::world::call::Service;
use crate::world::queues::CHANGES_DEAD_LETTERS;
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::webhooks::{App, POST_LIMITS, WebhookClient, handle, handle_changes};
use domain::webhook::Reach;
use futures::future::BoxFuture;
use platform::queue::process_batch_concurrently;
use std::sync::Arc;

/// Posts in progress at once, as in production.
const CONCURRENT_POSTS: usize = 10;

pub(super) struct Webhooks(App);

impl Webhooks {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let client = WebhookClient::over(
            world.https_client(Service::Endpoint, POST_LIMITS),
            Reach::Anywhere,
        );
        let (webhooks, letters) = (clients.queue("webhooks"), clients.queue(CHANGES_DEAD_LETTERS));
        Self(App::new(clients.store(world), webhooks, letters, client))
    }
}

impl Instance for Webhooks {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let app = &self.0;
            let Payload::Event(event) = payload else { panic!("a request for webhooks") };
            if event["Records"][0]["eventSource"] == "aws:dynamodb" {
                let batch = serde_json::from_value(event).expect("a batch of the stream");
                let answer = Box::pin(handle_changes(app, batch, clock::now())).await;
                return Answer::of(Ok::<_, store::StoreError>(answer));
            }
            let batch = serde_json::from_value(event).expect("a batch of a queue");
            let handled =
                process_batch_concurrently(batch, CONCURRENT_POSTS, |message| async move {
                    Box::pin(handle(app, &message, clock::now())).await
                });
            Answer::batch(&handled.await)
        })
    }
}
