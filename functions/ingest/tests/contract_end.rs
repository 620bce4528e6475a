//! Files of a merchant whose contract has ended.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

use domain::{Credential, Day, EstablishmentId, Instant, Sector};
use ingest::{App, PlanCache, handle};
use platform::queue::QueueClient;
use store::{Scope, Store, Upload, UploadStatus};
use support::{Bucket, Queue, Table, instant, merchant, open_merchant};

const FILE: &str = "numéro ticket;date;mobile;total;carte demandée\n\
                    1;24/11/2026;06 39 98 00 12;10,00;oui\n";

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
    bucket: Bucket,
    queue: Queue,
    app: App,
}

impl Fixture {
    /// A merchant whose last day is 30 November.
    async fn open() -> Self {
        let (table, bucket, queue) =
            (Table::start().await, Bucket::start().await, Queue::start().await);
        let store = table.store();
        let now = instant("2026-11-24T09:00:00Z");
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now).await;
        let last = Day::parse("2026-11-30").unwrap();
        store.end_contract(scope.settings.merchant.id, last, Credential::Operator).await.unwrap();
        let client = queue.client();
        let app = App {
            store: store.clone(),
            s3: aws_sdk_s3::Client::from_conf(bucket.config().build()),
            ranges: QueueClient::new(move || client, "http://queue/ranges"),
            reports_bucket: "reports".to_owned(),
            range_bytes: 1_000_000,
            max_upload_bytes: 1_000_000,
            max_expanded_bytes: 1_000_000,
            clock: || instant("2026-11-30T22:59:59Z"),
            plan_cache: PlanCache::default(),
        };
        Self { _table: table, store, scope, bucket, queue, app }
    }

    async fn uploads(&self) -> Vec<Upload> {
        let paris = EstablishmentId::parse("paris").unwrap();
        self.store.uploads(&self.scope, &paris, None, 10).await.unwrap().0
    }

    async fn arrives(&self, now: Instant) {
        let key = format!("{}/paris/ventes.csv", self.scope.settings.merchant.id);
        let s3 = self.app.s3.put_object().bucket("uploads").key(&key);
        s3.body(FILE.as_bytes().to_vec().into()).send().await.unwrap();
        let body = serde_json::json!({"Records": [{
            "eventName": "ObjectCreated:Put",
            "eventTime": now,
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": key}},
        }]});
        handle(&self.app, &body.to_string(), now).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_after_the_end_of_the_contract_is_not_read_and_its_reason_is_written() {
    let fixture = Fixture::open().await;
    // In Paris the 1st of December begins at 23:00 UTC.
    fixture.arrives(instant("2026-11-30T23:00:00Z")).await;
    assert!(fixture.queue.sent("/ranges").is_empty());
    assert!(fixture.uploads().await.is_empty());
    let reports = fixture.bucket.objects("reports");
    assert_eq!(reports.len(), 1);
    let (key, body) = reports.first_key_value().unwrap();
    assert!(key.starts_with("refused/nobody/"), "{key}");
    assert!(String::from_utf8_lossy(body).contains("contract has ended"));
}

#[tokio::test]
async fn a_range_that_was_not_ingested_on_the_last_day_is_never_ingested() {
    let fixture = Fixture::open().await;
    fixture.arrives(instant("2026-11-30T22:59:59Z")).await;
    let ranges = fixture.queue.sent("/ranges");
    assert_eq!(ranges.len(), 1);
    handle(&fixture.app, &ranges[0], instant("2026-11-30T23:00:00Z")).await.unwrap();
    let uploads = fixture.uploads().await;
    assert_eq!(uploads[0].status, UploadStatus::Running);
    let members = fixture.store.members(&fixture.scope, None, 10).await.unwrap();
    assert!(members.members.is_empty());
    // On the last day the same range is ingested.
    handle(&fixture.app, &ranges[0], instant("2026-11-30T22:59:59Z")).await.unwrap();
    let members = fixture.store.members(&fixture.scope, None, 10).await.unwrap();
    assert_eq!(members.members.len(), 1);
}
