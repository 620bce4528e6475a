//! A merchant's file in S3 becomes purchases and members.

use super::{Answer, Instance, Payload};
use crate::world::sdk::Clients;
use crate::world::{World, buckets, clock};
use ::ingest::{App, PlanCache, handle};
use futures::future::BoxFuture;
use platform::queue::process_batch;
use std::sync::Arc;

/// The approximate bytes of a range: small, so that a file of the simulation has several.
const RANGE_BYTES: u64 = 600;
/// The most bytes of a file, and of its text where it is compressed.
const MAX_BYTES: u64 = 1 << 20;

pub(super) struct Ingest(App);

impl Ingest {
    pub(super) fn start(world: &Arc<World>) -> Self {
        let clients = Clients::new(world);
        Self(App {
            store: clients.store(world),
            s3: clients.s3(),
            ranges: clients.queue("ranges"),
            reports_bucket: buckets::REPORTS.to_owned(),
            range_bytes: RANGE_BYTES,
            max_upload_bytes: MAX_BYTES,
            max_expanded_bytes: MAX_BYTES,
            clock: clock::now,
            plan_cache: PlanCache::default(),
        })
    }
}

impl Instance for Ingest {
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
