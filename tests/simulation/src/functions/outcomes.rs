//! The outcomes of messages that providers report.

use super::{Answer, Instance, Payload};
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::outcomes::{App, handle};
use futures::future::BoxFuture;
use platform::queue::process_batch;
use std::sync::Arc;

pub(super) struct Outcomes(App);

impl Outcomes {
    pub(super) fn start(world: &Arc<World>) -> Self {
        Self(App { store: Clients::new(world).store(world) })
    }
}

impl Instance for Outcomes {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let app = &self.0;
            Answer::batch(
                &process_batch(payload.batch(), |message| async move {
                    let body = message.body.as_deref().unwrap_or_default();
                    Box::pin(handle(app, body, clock::now())).await
                })
                .await,
            )
        })
    }
}
