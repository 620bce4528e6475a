//! The daily run of every merchant's members, and the proof of a ledger.

use super::{Answer, Instance, Payload, STAGE, deadline};
use crate::world::function::Function;
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::followups::{App, Request, handle_message, handle_request};
use futures::future::BoxFuture;
use platform::queue::{Invocation, process_batch};
use std::sync::Arc;

pub(super) struct Followups(App);

impl Followups {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let queue = clients.queue("followups");
        Self(App { store: clients.store(world), queue, stage: STAGE.to_owned() })
    }
}

impl Instance for Followups {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (app, until) = (&self.0, deadline(Function::Followups));
            match payload.invocation::<Request>() {
                Invocation::Request(request) => {
                    Answer::of(Box::pin(handle_request(app, &request, clock::now(), until)).await)
                }
                Invocation::Batch(batch) => Answer::batch(
                    &process_batch(batch, |message| async move {
                        let body = message.body.as_deref().unwrap_or_default();
                        Box::pin(handle_message(app, body, clock::now(), until)).await
                    })
                    .await,
                ),
            }
        })
    }
}
