//! Every night, data whose retention period has ended is archived or erased.

use super::{Answer, Instance, Payload, STAGE, deadline};
use crate::world::function::Function;
use crate::world::sdk::Clients;
use crate::world::{World, buckets, clock};
use ::retention::{App, Request, handle, run};
use futures::future::BoxFuture;
use platform::queue::{Invocation, process_batch};
use std::sync::Arc;

pub(super) struct Retention(App);

impl Retention {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        Self(App {
            store: clients.store(world),
            s3: clients.s3(),
            queue: clients.queue("retention"),
            archives_bucket: buckets::ARCHIVES.to_owned(),
            stage: STAGE.to_owned(),
        })
    }
}

impl Instance for Retention {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (app, until) = (&self.0, deadline(Function::Retention));
            match payload.invocation::<Request>() {
                Invocation::Request(request) => {
                    Answer::of(Box::pin(run(app, &request, clock::now(), until)).await)
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
