//! A due campaign becomes batches on the queue of `send`.

use super::{Answer, Instance, Payload, deadline};
use crate::world::function::Function;
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::campaign::{App, handle, tick};
use futures::future::BoxFuture;
use platform::queue::{Invocation, process_batch};
use serde_json::Value;
use std::sync::Arc;

pub(super) struct Campaign(App);

impl Campaign {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let (campaigns, sends) = (clients.queue("campaigns"), clients.queue("sends"));
        Self(App { store: clients.store(world), campaigns, sends })
    }
}

impl Instance for Campaign {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (app, until) = (&self.0, deadline(Function::Campaign));
            match payload.invocation::<Value>() {
                Invocation::Request(_) => {
                    Answer::of(tick(app, clock::now()).await.map(|()| Value::Null))
                }
                Invocation::Batch(batch) => Answer::batch(
                    &process_batch(batch, |message| async move {
                        let body = message.body.as_deref().unwrap_or_default();
                        Box::pin(handle(app, body, clock::now(), until)).await
                    })
                    .await,
                ),
            }
        })
    }
}
