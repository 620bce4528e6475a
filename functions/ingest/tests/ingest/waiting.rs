//! Returns that wait for the sales of other ranges: each range that left some is one more message.

use super::setup::Shop;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use domain::{Instant, UploadId};
use ingest::{App, PlanCache, handle};
use platform::queue::QueueClient;
use std::fmt::Write as _;
use store::{Contact, MasterKey, Store, UploadStatus};
use support::{Calls, Crash, Moment, instant, mobile};

/// The members of the file.
const MEMBERS: u16 = 5;
/// The price of a sale, and the part of it that is returned.
const EUROS: [i64; 2] = [10, 4];

fn now() -> Instant {
    instant("2026-11-24T20:00:00Z")
}

/// Returns, then the sales that they name, and one return whose sale is in no file.
fn returns_before_sales(returns: u16) -> String {
    let mut file = String::from(
        "ticket;date;mobile;total;carte demandée;ticket d'origine;date du ticket d'origine\n",
    );
    let [price, returned] = EUROS;
    for number in 0..returns {
        let member = number % MEMBERS;
        let _ = writeln!(
            file,
            "R{number:03};24/11/2026;063998{member:04};-{returned},00;oui;A{number:03};23/11/2026"
        );
    }
    let _ = writeln!(file, "R999;24/11/2026;0639980000;-{returned},00;oui;A999;23/11/2026");
    for number in 0..returns {
        let member = number % MEMBERS;
        let _ = writeln!(file, "A{number:03};23/11/2026;063998{member:04};{price},00;oui;;");
    }
    file
}

/// A shop whose ranges have `rows` rows or one row more.
async fn open(rows: u64) -> Shop {
    let mut shop = Shop::open(now).await;
    shop.app.range_bytes = rows * 50;
    shop
}

async fn balance(shop: &Shop, member: u16) -> i64 {
    let contact = Contact::Mobile(mobile(member));
    let id = shop.store.find_member(&shop.scope, &contact).await.unwrap().unwrap();
    shop.store.member(&shop.scope, id).await.unwrap().account.sum().get()
}

/// Asserts that every return took its points once, and that the one without a sale is listed.
async fn assert_complete(shop: &Shop, returns: u16, when: &str) {
    let upload = shop.uploads().await.remove(0);
    assert_eq!(upload.status, UploadStatus::Finished, "{when}");
    let rows = upload.report.rows;
    let [price, returned] = EUROS;
    let each = price - returned;
    assert_eq!((rows.accepted, rows.refused), (2 * u64::from(returns), 1), "{when}");
    assert_eq!(rows.read, 2 * u64::from(returns) + 1, "{when}");
    assert_eq!(upload.report.points, each * i64::from(returns), "{when}");
    assert!(shop.refused_rows(&upload).contains(";R999;"), "{when}");
    for member in 0..MEMBERS {
        let receipts = i64::from(returns / MEMBERS);
        assert_eq!(balance(shop, member).await, each * receipts, "{when}");
    }
}

async fn counts(shop: &Shop, upload: UploadId) -> (u32, u64) {
    let summary = shop.store.range_reports(&shop.scope, upload).await.unwrap();
    (summary.done, summary.report.rows.read)
}

#[tokio::test]
async fn more_returns_wait_than_an_invocation_takes_and_each_range_of_them_is_a_message() {
    const RETURNS: u16 = 60;
    const ROWS: u64 = 6;
    let shop = open(ROWS).await;
    shop.put(returns_before_sales(RETURNS).as_bytes(), now()).await;
    let ranges = shop.queue.sent("/ranges");
    for range in &ranges {
        handle(&shop.app, range, now()).await.unwrap();
    }
    let waiting = shop.queue.sent("/ranges").split_off(ranges.len());
    assert!(waiting.len() > 5, "{} messages", waiting.len());
    let upload = shop.uploads().await.remove(0).id;
    let (_, mut before) = counts(&shop, upload).await;
    assert_eq!(before, u64::from(RETURNS), "the sales are recorded, and the returns wait");
    // In any order, and the last one twice.
    for message in waiting.iter().rev().chain(&waiting[..1]) {
        let status = shop.uploads().await[0].status;
        handle(&shop.app, message, now()).await.unwrap();
        let (done, after) = counts(&shop, upload).await;
        assert!(after - before <= ROWS + 1, "{} returns in one invocation", after - before);
        let is_last = usize::try_from(done).unwrap() == ranges.len() + waiting.len();
        assert!(is_last || status == UploadStatus::Running, "{done}");
        before = after;
    }
    assert_eq!(shop.queue.sent("/ranges").len(), ranges.len() + waiting.len());
    assert_complete(&shop, RETURNS, "after the last message").await;
}

/// An instance on the same table, buckets and queue that crashes as `crash` says.
fn crashing(shop: &Shop, crash: &Crash) -> App {
    let config = support::client_of(shop.table.address())
        .retry_config(RetryConfig::disabled())
        .interceptor(crash.clone())
        .build();
    let sqs = shop.queue.client().config().to_builder().interceptor(crash.clone());
    let sqs = aws_sdk_sqs::Client::from_conf(sqs.retry_config(RetryConfig::disabled()).build());
    let s3 = shop.bucket.config().interceptor(crash.clone());
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    App {
        store: Store::new(client, shop.table.name(), MasterKey::derive("the secret of the tests")),
        s3: aws_sdk_s3::Client::from_conf(s3.retry_config(RetryConfig::disabled()).build()),
        ranges: QueueClient::new(move || sqs, "http://queue/ranges"),
        reports_bucket: shop.app.reports_bucket.clone(),
        plan_cache: PlanCache::default(),
        ..shop.app
    }
}

#[tokio::test]
async fn an_invocation_that_is_killed_at_any_call_loses_no_return_that_waits() {
    const RETURNS: u16 = 10;
    for (first, moment) in [(0, Moment::BeforeCall), (1, Moment::BeforeAnswer)] {
        let shop = open(6).await;
        shop.put(returns_before_sales(RETURNS).as_bytes(), now()).await;
        let mut handled = 0;
        while let Some(message) = shop.queue.sent("/ranges").get(handled) {
            // Each delivery gets further than the one before, as with a function that is killed again and again.
            for calls in (first..).step_by(3) {
                let crash = Crash::default();
                crash.after(calls, Calls::All, moment);
                let _ = handle(&crashing(&shop, &crash), message, now()).await;
                if !crash.has_happened() {
                    break;
                }
            }
            handled += 1;
        }
        assert_complete(&shop, RETURNS, &format!("{moment:?}")).await;
    }
}
