//! The public routes for providers and for people who object.

use super::{Answer, Instance, Payload};
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::callbacks::{Accounts, App, router};
use axum::Router;
use futures::future::BoxFuture;
use platform::clients::secrets_under;
use std::sync::Arc;

pub(super) struct Callbacks(Router);

impl Callbacks {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let read_secret = secrets_under(clients.secrets(), "zerosix/callbacks/".to_owned());
        Self(router(App {
            store: clients.store(world),
            accounts: Arc::new(Accounts::new(read_secret)),
            outcomes: Arc::new(clients.queue("outcomes")),
            clock: Arc::new(clock::now),
        }))
    }
}

impl Instance for Callbacks {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move { payload.through(&self.0).await })
    }
}
