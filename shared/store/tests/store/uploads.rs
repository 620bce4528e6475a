//! Files and their reports.

use crate::fixture::{Fixture, now};
use domain::{Credential, EstablishmentId, KeyId, UploadId};
use store::{FinishedRange, RangeReport, Rows, Upload, UploadStatus};

pub(crate) fn paris() -> EstablishmentId {
    EstablishmentId::parse("paris").unwrap()
}

pub(crate) fn announced(number: u128) -> Upload {
    let id = UploadId::mint(now(), number);
    Upload::announced(id, paris(), "ventes.csv", Credential::Operator, now())
}

pub(crate) fn finished(number: u32, accepted: u64) -> FinishedRange {
    FinishedRange::new(number, counts(accepted))
}

fn counts(accepted: u64) -> RangeReport {
    let rows = Rows { read: accepted, accepted, ..Rows::default() };
    RangeReport { rows, points: 10, members_created: 1 }
}

#[tokio::test]
async fn a_report_belongs_to_one_version_of_the_object() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let upload = announced(1);
    store.announce_upload(&scope, &upload).await.unwrap();
    let first = store.claim_upload(&scope, &upload, "v1").await.unwrap().unwrap();
    assert_eq!(first.status, UploadStatus::Received);
    assert!(store.claim_upload(&scope, &upload, "v1").await.unwrap().is_some());
    assert!(store.claim_upload(&scope, &upload, "v2").await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_keeps_the_credential_that_opened_it_when_it_arrives() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let key = Credential::Key(KeyId::mint(now(), 7));
    store.announce_upload(&scope, &Upload { opened_by: key, ..announced(1) }).await.unwrap();
    let arrived = Upload { opened_by: Credential::Upload(announced(1).id), ..announced(1) };
    let claimed = store.claim_upload(&scope, &arrived, "v1").await.unwrap().unwrap();
    assert_eq!(claimed.opened_by, key);
    assert_eq!(store.upload(&scope, &paris(), arrived.id).await.unwrap().opened_by, key);
}

#[tokio::test]
async fn the_counts_of_a_range_outlive_the_dead_letters_of_the_other_ranges() {
    let Fixture { table, store, scope } = Fixture::open().await;
    let upload = announced(1);
    store.finish_range(&scope, upload.id, &finished(0, 5), now()).await.unwrap();
    let scan = table.client().scan().table_name(table.name()).send().await.unwrap();
    let items = scan.items.unwrap_or_default();
    let mut ranges =
        items.iter().filter(|item| item["sk"].as_s().is_ok_and(|sk| sk.starts_with("RANGE#")));
    let range = ranges.next().unwrap();
    let ends: i64 = range["ttl"].as_n().unwrap().parse().unwrap();
    // A letter stays 14 days, and as long again after it was moved back.
    assert!(ends >= now().as_second() + 2 * 14 * 86_400, "{ends}");
}

#[tokio::test]
async fn the_returns_that_wait_are_stored_with_the_range_that_left_them() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let upload = announced(1);
    let range = FinishedRange { waiting: vec![2, 7, 70_000], ..finished(0, 5) };
    store.finish_range(&scope, upload.id, &range, now()).await.unwrap();
    store.finish_range(&scope, upload.id, &finished(1, 5), now()).await.unwrap();
    let done = store.ranges_done(&scope, upload.id).await.unwrap();
    assert_eq!(done, [range.clone(), finished(1, 5)]);
    assert_eq!(store.finished_range(&scope, upload.id, 0).await.unwrap(), Some(range));
}

#[tokio::test]
async fn a_range_done_twice_counts_once() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let upload = announced(1);
    store.finish_range(&scope, upload.id, &finished(0, 5), now()).await.unwrap();
    store.finish_range(&scope, upload.id, &finished(0, 9), now()).await.unwrap();
    store.finish_range(&scope, upload.id, &finished(1, 7), now()).await.unwrap();
    let summary = store.range_reports(&scope, upload.id).await.unwrap();
    assert_eq!(summary.done, 2);
    assert_eq!(summary.report.rows.accepted, 5 + 7);
    assert_eq!(summary.report.points, 2 * 10);
    assert_eq!(summary.report.members_created, 2);
    let second = store.finished_range(&scope, upload.id, 1).await.unwrap();
    assert_eq!(second, Some(finished(1, 7)));
    assert_eq!(store.finished_range(&scope, upload.id, 2).await.unwrap(), None);
}

#[tokio::test]
async fn a_final_report_does_not_change() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let mut upload = store.claim_upload(&scope, &announced(1), "v1").await.unwrap().unwrap();
    upload.status = UploadStatus::Finished;
    upload.finished_at = Some(now());
    upload.report = counts(5);
    store.put_upload(&scope, &upload, "v1").await.unwrap();
    let late = Upload { status: UploadStatus::Running, finished_at: None, ..upload.clone() };
    store.put_upload(&scope, &late, "v1").await.unwrap();
    assert_eq!(store.upload(&scope, &paris(), upload.id).await.unwrap(), upload);
}

#[tokio::test]
async fn files_are_listed_newest_first() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    for number in 1..=5 {
        store.announce_upload(&scope, &announced(number)).await.unwrap();
    }
    let (first, next) = store.uploads(&scope, &paris(), None, 3).await.unwrap();
    let (rest, _) = store.uploads(&scope, &paris(), next, 3).await.unwrap();
    let listed: Vec<_> = first.iter().chain(&rest).map(|upload| upload.id).collect();
    let expected: Vec<_> = (1..=5).rev().map(|number| announced(number).id).collect();
    assert_eq!(listed, expected);
}
