//! Batches of campaigns are sent to providers.

use super::{Answer, Instance, Payload, STAGE};
use crate::world::call::Service;
use crate::world::sdk::Clients;
use crate::world::{World, clock, providers};
use ::send::{Accounts, Allowed, App, ProviderUrls, SmsHours, handle};
use futures::future::BoxFuture;
use messaging::BaseUrl;
use messaging::providers::CALL_LIMITS;
use platform::clients::secrets_under;
use platform::queue::process_batch_concurrently;
use std::sync::Arc;

/// Batches that are processed at the same time, as in production.
const BATCHES_AT_ONCE: usize = 10;

pub(super) struct Send(App);

impl Send {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let read_secret = secrets_under(clients.secrets(), "zerosix/providers/".to_owned());
        let urls = ProviderUrls::read(|provider| {
            BaseUrl::parse(&format!("{}/{}", providers::ADDRESS, provider.as_str()))
        });
        let urls = urls.expect("addresses of the sandbox");
        Self(App {
            store: clients.store(world),
            accounts: Accounts::new(
                world.https_client(Service::Provider, CALL_LIMITS),
                urls,
                read_secret,
            ),
            allowed: Allowed::of(STAGE, ""),
            hours: SmsHours::of(STAGE, ""),
            public_url: "https://api.example".to_owned(),
        })
    }
}

impl Instance for Send {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (app, batch) = (&self.0, payload.batch());
            let handled =
                process_batch_concurrently(batch, BATCHES_AT_ONCE, |message| async move {
                    let body = message.body.as_deref().unwrap_or_default();
                    Box::pin(handle(app, body, clock::now())).await
                });
            Answer::batch(&handled.await)
        })
    }
}
