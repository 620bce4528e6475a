//! A plan that an instance caches, and an object that changed meanwhile.

use super::setup::Shop;
use domain::Instant;
use ingest::handle;
use platform::queue::Failed;
use serde_json::{Value, json};
use support::instant;

/// Two rows, each a range of its own.
const FILE: &str = "numéro ticket;date;mobile;total;carte demandée\n\
                    1;24/11/2026;06 39 98 00 12;10,00;oui\n\
                    2;24/11/2026;06 39 98 00 13;10,00;oui\n";

fn now() -> Instant {
    instant("2026-11-24T20:00:00Z")
}

struct Fixture {
    shop: Shop,
    /// The messages of the ranges.
    ranges: Vec<String>,
}

impl Fixture {
    /// A file that is planned, and whose first range is done: the instance caches the plan.
    async fn open() -> Self {
        let mut shop = Shop::open(now).await;
        shop.app.range_bytes = 10;
        shop.put(FILE.as_bytes(), now()).await;
        let ranges = shop.queue.sent("/ranges");
        assert_eq!(ranges.len(), 2, "{ranges:?}");
        handle(&shop.app, &ranges[0], now()).await.unwrap();
        Self { shop, ranges }
    }

    /// Writes the plan again, changed. Returns the message of the second range of this plan.
    fn write_plan_again(&self, change: impl FnOnce(&mut Value)) -> String {
        let reports = self.shop.bucket.objects("reports");
        let (key, plan) = reports.iter().find(|(key, _)| key.ends_with("plan.json")).unwrap();
        let mut plan: Value = serde_json::from_slice(plan).unwrap();
        change(&mut plan);
        let etag = self.shop.bucket.put("reports", key, plan.to_string().into());
        let mut message: Value = serde_json::from_str(&self.ranges[1]).unwrap();
        message["plan"] = json!(etag);
        message.to_string()
    }
}

#[tokio::test]
async fn a_range_of_a_plan_that_was_written_again_does_not_use_the_cached_plan() {
    let fixture = Fixture::open().await;
    assert_eq!(fixture.shop.members().await, 1);
    // By this plan the file is older than its rows, so that the second row is refused.
    let message =
        fixture.write_plan_again(|plan| plan["planned_at"] = json!("2026-11-01T20:00:00Z"));
    handle(&fixture.shop.app, &message, now()).await.unwrap();
    assert_eq!(fixture.shop.members().await, 1);
    let uploads = fixture.shop.uploads().await;
    assert_eq!((uploads[0].report.rows.accepted, uploads[0].report.rows.refused), (1, 1));
}

#[tokio::test]
async fn a_cached_plan_is_dropped_when_the_object_that_it_names_has_changed() {
    let fixture = Fixture::open().await;
    let key = fixture.shop.key();
    // The same rows with one more character: another `ETag`, as after a second expansion.
    let etag = fixture.shop.bucket.put("uploads", &key, format!("{FILE}\n").into());
    fixture.write_plan_again(|plan| plan["read"]["etag"] = json!(etag));
    let failed = handle(&fixture.shop.app, &fixture.ranges[1], now()).await;
    assert!(matches!(failed, Err(Failed::Retry(_))), "{failed:?}");
    handle(&fixture.shop.app, &fixture.ranges[1], now()).await.unwrap();
    assert_eq!(fixture.shop.members().await, 2);
}
