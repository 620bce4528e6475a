//! The API of tills and of the operator.

use super::{Answer, Instance, Payload};
use crate::world::sdk::Clients;
use crate::world::{OPERATOR_SECRET, World, buckets, clock, queues};
use ::api::{App, CampaignQueue, CouponQueue, Misses, UploadPresigner, WebhookQueue, router};
use axum::Router;
use domain::webhook::Reach;
use futures::future::BoxFuture;
use http_edge::Gate;
use http_edge::access::operator::OperatorKey;
use std::sync::Arc;

pub(super) struct Api(Router);

impl Api {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        let secrets = clients.secrets();
        let operator_key = OperatorKey::new(move || {
            let secrets = secrets.clone();
            Box::pin(async move { Ok(platform::clients::secret(&secrets, OPERATOR_SECRET).await?) })
        });
        let sqs = || {
            let clients = clients.clone();
            move || clients.sqs()
        };
        let uploads = UploadPresigner {
            credentials: clients.config.credentials_provider().expect("credentials"),
            region: "eu-west-3".to_owned(),
            endpoint: None,
            uploads_bucket: buckets::UPLOADS.to_owned(),
            reports_bucket: buckets::REPORTS.to_owned(),
            max_bytes: 1_000_000_000,
        };
        let webhooks = WebhookQueue::new(sqs(), queues::url("webhooks"), Reach::Anywhere);
        Self(router(App {
            gate: Gate::new(clients.store(world), operator_key, Arc::new(clock::now)),
            uploads: Arc::new(uploads),
            campaigns: Arc::new(CampaignQueue::new(sqs(), queues::url("campaigns"))),
            misses: Arc::new(Misses::default()),
            coupons: Arc::new(CouponQueue::new(sqs(), queues::url("coupons"))),
            webhooks: Arc::new(webhooks),
        }))
    }
}

impl Instance for Api {
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer> {
        Box::pin(async move { payload.through(&self.0).await })
    }
}
