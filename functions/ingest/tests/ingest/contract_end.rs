//! Files of a merchant whose contract has ended.

use super::setup::Shop;
use domain::{Credential, Day};
use ingest::handle;
use store::UploadStatus;
use support::instant;

const FILE: &str = "numéro ticket;date;mobile;total;carte demandée\n\
                    1;24/11/2026;06 39 98 00 12;10,00;oui\n";

/// A merchant whose last day is 30 November.
async fn open() -> Shop {
    let mut shop = Shop::open(|| instant("2026-11-24T09:00:00Z")).await;
    shop.app.clock = || instant("2026-11-30T22:59:59Z");
    let last = Day::parse("2026-11-30").unwrap();
    let merchant = shop.scope.settings.merchant.id;
    shop.store.end_contract(merchant, last, Credential::Operator).await.unwrap();
    shop
}

#[tokio::test]
async fn a_file_after_the_end_of_the_contract_is_not_read_and_its_reason_is_written() {
    let shop = open().await;
    // In Paris the 1st of December begins at 23:00 UTC.
    shop.put(FILE.as_bytes(), instant("2026-11-30T23:00:00Z")).await;
    assert!(shop.queue.sent("/ranges").is_empty());
    assert!(shop.uploads().await.is_empty());
    let reports = shop.bucket.objects("reports");
    assert_eq!(reports.len(), 1);
    let (key, body) = reports.first_key_value().unwrap();
    assert!(key.starts_with("refused/nobody/"), "{key}");
    let sentence = domain::Language::French.sentence("unowned_contract_ended");
    assert_eq!(String::from_utf8_lossy(body).trim_end(), sentence);
}

#[tokio::test]
async fn a_range_that_was_not_ingested_on_the_last_day_is_never_ingested() {
    let shop = open().await;
    shop.put(FILE.as_bytes(), instant("2026-11-30T22:59:59Z")).await;
    let ranges = shop.queue.sent("/ranges");
    assert_eq!(ranges.len(), 1);
    handle(&shop.app, &ranges[0], instant("2026-11-30T23:00:00Z")).await.unwrap();
    let uploads = shop.uploads().await;
    assert_eq!(uploads[0].status, UploadStatus::Running);
    assert_eq!(shop.members().await, 0);
    // On the last day the same range is ingested.
    handle(&shop.app, &ranges[0], instant("2026-11-30T22:59:59Z")).await.unwrap();
    assert_eq!(shop.members().await, 1);
}
