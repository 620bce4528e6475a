//! Files and their reports.

use domain::{EstablishmentId, Instant, Sector, UploadId};
use store::{RangeReport, Rows, Upload, UploadStatus};
use support::{Table, instant, merchant, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn announced(number: u128) -> Upload {
    let establishment = EstablishmentId::parse("paris").unwrap();
    Upload::announced(UploadId::mint(now(), number), establishment, "ventes.csv", now())
}

fn counts(accepted: u64) -> RangeReport {
    let rows = Rows { read: accepted, accepted, ..Rows::default() };
    RangeReport { rows, points: 10, members_created: 1 }
}

#[tokio::test]
async fn a_report_belongs_to_one_version_of_the_object() {
    let table = Table::start().await;
    let store = table.store();
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let upload = announced(1);
    store.announce_upload(&scope, &upload).await.unwrap();
    let first = store.claim_upload(&scope, &upload, "v1").await.unwrap().unwrap();
    assert_eq!(first.status, UploadStatus::Received);
    assert!(store.claim_upload(&scope, &upload, "v1").await.unwrap().is_some());
    assert!(store.claim_upload(&scope, &upload, "v2").await.unwrap().is_none());
}

#[tokio::test]
async fn a_range_done_twice_counts_once() {
    let table = Table::start().await;
    let store = table.store();
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let upload = announced(1);
    store.finish_range(&scope, upload.id, 0, &counts(5), now()).await.unwrap();
    store.finish_range(&scope, upload.id, 0, &counts(9), now()).await.unwrap();
    store.finish_range(&scope, upload.id, 1, &counts(7), now()).await.unwrap();
    let (done, sum) = store.range_reports(&scope, upload.id).await.unwrap();
    assert_eq!((done, sum.rows.accepted, sum.points, sum.members_created), (2, 12, 20, 2));
    assert!(store.is_range_done(&scope, upload.id, 1).await.unwrap());
    assert!(!store.is_range_done(&scope, upload.id, 2).await.unwrap());
}

#[tokio::test]
async fn a_settled_report_stays_as_it_is() {
    let table = Table::start().await;
    let store = table.store();
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let mut upload = store.claim_upload(&scope, &announced(1), "v1").await.unwrap().unwrap();
    upload.status = UploadStatus::Finished;
    upload.finished_at = Some(now());
    upload.report = counts(5);
    store.put_upload(&scope, &upload, "v1").await.unwrap();
    let late = Upload { status: UploadStatus::Running, finished_at: None, ..upload.clone() };
    store.put_upload(&scope, &late, "v1").await.unwrap();
    assert_eq!(store.upload(&scope, upload.id).await.unwrap(), upload);
}

#[tokio::test]
async fn files_are_listed_newest_first() {
    let table = Table::start().await;
    let store = table.store();
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    for number in 1..=5 {
        store.announce_upload(&scope, &announced(number)).await.unwrap();
    }
    let (first, next) = store.uploads(&scope, None, 3).await.unwrap();
    let (rest, _) = store.uploads(&scope, next, 3).await.unwrap();
    let listed: Vec<_> = first.iter().chain(&rest).map(|upload| upload.id).collect();
    let expected: Vec<_> = (1..=5).rev().map(|number| announced(number).id).collect();
    assert_eq!(listed, expected);
}
