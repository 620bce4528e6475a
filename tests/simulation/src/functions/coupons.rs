//! A range of a batch becomes coupons.

use super::{Answer, Instance, Payload, deadline};
use crate::world::function::Function;
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::coupons::{App, handle};
use futures::future::BoxFuture;
use platform::queue::process_batch;
use std::sync::Arc;

pub(super) struct Coupons(App);

impl Coupons {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        Self(App { store: clients.store(world), clock: clock::now })
    }
}

impl Instance for Coupons {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (app, until) = (&self.0, deadline(Function::Coupons));
            Answer::batch(
                &process_batch(payload.batch(), |message| async move {
                    let body = message.body.as_deref().unwrap_or_default();
                    Box::pin(handle(app, body, until)).await
                })
                .await,
            )
        })
    }
}
