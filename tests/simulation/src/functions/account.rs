//! The member's own pages.

use super::{Answer, Instance, Payload};
use crate::world::sdk::Clients;
use crate::world::{World, clock};
use ::account::{App, router};
use axum::Router;
use futures::future::BoxFuture;
use std::sync::Arc;

/// The most codes of a merchant in a day, as the template has it.
const CODES_OF_DAY: u32 = 500;

pub(super) struct Account(Router);

impl Account {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        Self(router(App {
            store: clients.store(world),
            notices: Arc::new(clients.queue("notices")),
            clock: Arc::new(clock::now),
            origin: "https://carte.example.com".into(),
            codes_of_day: CODES_OF_DAY,
        }))
    }
}

impl Instance for Account {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move { payload.through(&self.0).await })
    }
}
