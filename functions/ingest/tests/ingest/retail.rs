//! A wholesaler's year, in the size of a test: the whole way of a file, from the event of S3 to the report.

use super::setup::Shop;
use domain::Instant;
use ingest::handle;
use std::collections::BTreeMap;
use store::{Contact, UploadStatus};
use support::{Retail, instant};

/// A tenth of the real file.
const ROWS: usize = 54_000;

fn now() -> Instant {
    instant("2026-12-24T09:00:00Z")
}

#[tokio::test]
async fn a_wholesalers_year_is_read_to_the_cent_in_any_order_of_its_ranges() {
    let retail = Retail::generate(ROWS, 2026);
    assert!(retail.long_receipts > 20, "{} long receipts", retail.long_receipts);
    let mut shop = Shop::open(now).await;
    shop.app.range_bytes = 256 * 1024;
    shop.app.max_upload_bytes = 1 << 30;
    shop.app.max_expanded_bytes = 1 << 30;
    shop.put(&retail.file, now()).await;
    let mut ranges = shop.queue.sent("/ranges");
    assert!(ranges.len() > 10, "{} ranges", ranges.len());
    // The last range first: returns come before their customers' sales.
    ranges.reverse();
    for range in &ranges {
        handle(&shop.app, range, now()).await.unwrap();
    }
    for waiting in &shop.queue.sent("/ranges")[ranges.len()..] {
        handle(&shop.app, waiting, now()).await.unwrap();
    }

    let uploads = shop.uploads().await;
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
        let id = shop.store.find_member(&shop.scope, &contact).await.unwrap().unwrap();
        let account = shop.store.member(&shop.scope, id).await.unwrap().account;
        found.insert(mobile.clone(), account.spend.get());
    }
    assert!(found == retail.spend, "the totals differ");
}
