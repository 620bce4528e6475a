//! A plan that an instance caches, and an object that changed meanwhile.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

use domain::{EstablishmentId, Instant, Sector};
use ingest::{App, PlanCache, handle};
use platform::queue::{Failed, QueueClient};
use serde_json::{Value, json};
use store::{Scope, Store};
use support::{Bucket, Queue, Table, instant, merchant, open_merchant};

/// Two rows, each a range of its own.
const FILE: &str = "numéro ticket;date;mobile;total;carte demandée\n\
                    1;24/11/2026;06 39 98 00 12;10,00;oui\n\
                    2;24/11/2026;06 39 98 00 13;10,00;oui\n";

fn now() -> Instant {
    instant("2026-11-24T20:00:00Z")
}

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
    bucket: Bucket,
    app: App,
    /// The messages of the ranges.
    ranges: Vec<String>,
}

impl Fixture {
    /// A file that is planned, and whose first range is done: the instance caches the plan.
    async fn open() -> Self {
        let (table, bucket, queue) =
            (Table::start().await, Bucket::start().await, Queue::start().await);
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        let client = queue.client();
        let app = App {
            store: store.clone(),
            s3: aws_sdk_s3::Client::from_conf(bucket.config().build()),
            ranges: QueueClient::new(move || client, "http://queue/ranges"),
            reports_bucket: "reports".to_owned(),
            range_bytes: 10,
            max_upload_bytes: 1_000_000,
            max_expanded_bytes: 1_000_000,
            clock: || now(),
            plan_cache: PlanCache::default(),
        };
        let key = format!("{}/paris/ventes.csv", scope.settings.merchant.id);
        let etag = bucket.put("uploads", &key, FILE.into());
        let body = json!({"Records": [{
            "eventName": "ObjectCreated:Put",
            "eventTime": now(),
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "eTag": etag}},
        }]});
        handle(&app, &body.to_string(), now()).await.unwrap();
        let ranges = queue.sent("/ranges");
        assert_eq!(ranges.len(), 2, "{ranges:?}");
        handle(&app, &ranges[0], now()).await.unwrap();
        Self { _table: table, store, scope, bucket, app, ranges }
    }

    /// Writes the plan again, changed. Returns the message of the second range of this plan.
    fn write_plan_again(&self, change: impl FnOnce(&mut Value)) -> String {
        let reports = self.bucket.objects("reports");
        let (key, plan) = reports.iter().find(|(key, _)| key.ends_with("plan.json")).unwrap();
        let mut plan: Value = serde_json::from_slice(plan).unwrap();
        change(&mut plan);
        let etag = self.bucket.put("reports", key, plan.to_string().into());
        let mut message: Value = serde_json::from_str(&self.ranges[1]).unwrap();
        message["plan"] = json!(etag);
        message.to_string()
    }

    async fn members(&self) -> usize {
        self.store.members(&self.scope, None, 10).await.unwrap().members.len()
    }
}

#[tokio::test]
async fn a_range_of_a_plan_that_was_written_again_does_not_use_the_cached_plan() {
    let fixture = Fixture::open().await;
    assert_eq!(fixture.members().await, 1);
    // By this plan the file is older than its rows, so that the second row is refused.
    let message =
        fixture.write_plan_again(|plan| plan["planned_at"] = json!("2026-11-01T20:00:00Z"));
    handle(&fixture.app, &message, now()).await.unwrap();
    assert_eq!(fixture.members().await, 1);
    let paris = EstablishmentId::parse("paris").unwrap();
    let uploads = fixture.store.uploads(&fixture.scope, &paris, None, 10).await.unwrap().0;
    assert_eq!((uploads[0].report.rows.accepted, uploads[0].report.rows.refused), (1, 1));
}

#[tokio::test]
async fn a_cached_plan_is_dropped_when_the_object_that_it_names_has_changed() {
    let fixture = Fixture::open().await;
    let key = format!("{}/paris/ventes.csv", fixture.scope.settings.merchant.id);
    // The same rows with one more character: another `ETag`, as after a second expansion.
    let etag = fixture.bucket.put("uploads", &key, format!("{FILE}\n").into());
    fixture.write_plan_again(|plan| plan["read"]["etag"] = json!(etag));
    let failed = handle(&fixture.app, &fixture.ranges[1], now()).await;
    assert!(matches!(failed, Err(Failed::Retry(_))), "{failed:?}");
    handle(&fixture.app, &fixture.ranges[1], now()).await.unwrap();
    assert_eq!(fixture.members().await, 2);
}
