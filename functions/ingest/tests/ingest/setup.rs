//! The fixture: the function on a table, buckets and a queue of its own.

use domain::{EstablishmentId, Instant, Sector};
use ingest::{App, PlanCache, handle};
use platform::queue::QueueClient;
use serde_json::json;
use store::{Scope, Store, Upload};
use support::{Bucket, Queue, Table, merchant, open_merchant};

fn app_on(bucket: &Bucket, queue: &Queue, store: Store, clock: fn() -> Instant) -> App {
    let client = queue.client();
    App {
        store,
        s3: aws_sdk_s3::Client::from_conf(bucket.config().build()),
        ranges: QueueClient::new(move || client, "http://queue/ranges"),
        reports_bucket: "reports".to_owned(),
        range_bytes: 1_000_000,
        max_upload_bytes: 2_000_000,
        max_expanded_bytes: 4_000_000,
        clock,
        plan_cache: PlanCache::default(),
    }
}

/// The function, with one merchant that has a shop in Paris.
pub(crate) struct Shop {
    pub(crate) table: Table,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    pub(crate) bucket: Bucket,
    pub(crate) queue: Queue,
    pub(crate) app: App,
}

impl Shop {
    /// A merchant of this moment, which is also the end of every file.
    pub(crate) async fn open(clock: fn() -> Instant) -> Self {
        let (table, bucket, queue) =
            (Table::start().await, Bucket::start().await, Queue::start().await);
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), clock()).await;
        let app = app_on(&bucket, &queue, store.clone(), clock);
        Self { table, store, scope, bucket, queue, app }
    }

    /// Another instance of the function, with a store of its own.
    pub(crate) fn instance(&self, store: Store) -> App {
        let range_bytes = self.app.range_bytes;
        App { range_bytes, ..app_on(&self.bucket, &self.queue, store, self.app.clock) }
    }

    /// The key of the merchant's file.
    pub(crate) fn key(&self) -> String {
        format!("{}/paris/ventes.csv", self.scope.settings.merchant.id)
    }

    /// Puts a file, and plans the file.
    pub(crate) async fn put(&self, file: &[u8], at: Instant) {
        let key = self.key();
        let etag = self.bucket.put("uploads", &key, file.to_vec().into());
        let body = json!({"Records": [{
            "eventName": "ObjectCreated:Put",
            "eventTime": at,
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "eTag": etag}},
        }]});
        handle(&self.app, &body.to_string(), at).await.unwrap();
    }

    /// Puts the merchant's only file, ingests the file to its end, and returns its report.
    pub(crate) async fn send(&self, file: &[u8], at: Instant) -> Upload {
        self.put(file, at).await;
        self.ingest_all(at).await;
        let mut uploads = self.uploads().await;
        assert_eq!(uploads.len(), 1);
        uploads.remove(0)
    }

    /// Handles the messages of all ranges, also those that the ranges queue.
    pub(crate) async fn ingest_all(&self, at: Instant) {
        let mut handled = 0;
        while let Some(range) = self.queue.sent("/ranges").get(handled) {
            handle(&self.app, range, at).await.unwrap();
            handled += 1;
        }
    }

    pub(crate) async fn uploads(&self) -> Vec<Upload> {
        let paris = EstablishmentId::parse("paris").unwrap();
        self.store.uploads(&self.scope, &paris, None, 10).await.unwrap().0
    }

    pub(crate) async fn members(&self) -> usize {
        self.store.members(&self.scope, None, 10).await.unwrap().members.len()
    }

    /// The file of refused rows.
    pub(crate) fn refused_rows(&self, upload: &Upload) -> String {
        let key = upload.refused_key.as_ref().unwrap();
        String::from_utf8(self.bucket.objects("reports")[key].to_vec()).unwrap()
    }
}
