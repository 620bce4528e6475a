//! A wholesaler's year, in the size of a test: the whole way of a file, from the event of S3 to the report.

use domain::{Instant, Sector};
use ingest::{App, PlanCache, handle};
use platform::queue::QueueClient;
use serde_json::json;
use std::collections::BTreeMap;
use store::{Contact, UploadStatus};
use support::{Bucket, Queue, Retail, Table, instant, merchant, open_merchant};

/// A tenth of the real file.
const ROWS: usize = 54_000;

fn now() -> Instant {
    instant("2026-12-24T09:00:00Z")
}

#[tokio::test]
async fn a_wholesalers_year_is_read_to_the_cent_in_any_order_of_its_ranges() {
    let retail = Retail::generate(ROWS, 2026);
    assert!(retail.long_receipts > 20, "{} long receipts", retail.long_receipts);
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
        range_bytes: 256 * 1024,
        max_upload_bytes: 1 << 30,
        max_expanded_bytes: 1 << 30,
        clock: now,
        plan_cache: PlanCache::default(),
    };
    let key = format!("{}/paris/ventes.csv", scope.settings.merchant.id);
    let etag = bucket.put("uploads", &key, retail.file.into());
    let body = json!({"Records": [{
        "eventName": "ObjectCreated:Put",
        "eventTime": now(),
        "s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "eTag": etag}},
    }]});
    handle(&app, &body.to_string(), now()).await.unwrap();
    let mut ranges = queue.sent("/ranges");
    assert!(ranges.len() > 10, "{} ranges", ranges.len());
    // The last range first: returns come before their customers' sales.
    ranges.reverse();
    for range in &ranges {
        handle(&app, range, now()).await.unwrap();
    }

    let paris = domain::EstablishmentId::parse("paris").unwrap();
    let uploads = store.uploads(&scope, &paris, None, 10).await.unwrap().0;
    assert_eq!(uploads[0].status, UploadStatus::Finished);
    let rows = uploads[0].report.rows;
    let anonymous = u64::try_from(retail.anonymous_rows).unwrap();
    let all = u64::try_from(retail.rows).unwrap();
    assert_eq!((rows.refused, rows.not_enrolled, rows.erased), (0, 0, 0));
    assert_eq!((rows.read, rows.without_customer), (all, anonymous));
    assert_eq!(rows.accepted, all - anonymous);

    let mut found = BTreeMap::new();
    for mobile in retail.spend.keys() {
        let contact = Contact::Mobile(mobile.clone());
        let id = store.find_member(&scope, &contact).await.unwrap().unwrap();
        let account = store.member(&scope, id).await.unwrap().account;
        found.insert(mobile.clone(), account.spend.get());
    }
    assert!(found == retail.spend, "the totals differ");
}
