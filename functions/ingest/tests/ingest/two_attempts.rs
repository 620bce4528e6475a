//! Two attempts at one range at the same time.

use super::setup::Shop;
use domain::{Enrolment, Instant};
use ingest::handle;
use store::{MasterKey, NewMember, Store};
use support::{Calls, Interleave, instant, mobile};

fn now() -> Instant {
    instant("2026-11-24T20:00:00Z")
}

/// Rows of persons who are no members: two in the first range, and one in the second.
const FILE: &str = "numéro ticket;date;mobile;total;carte demandée\n\
                    1;24/11/2026;06 39 98 00 12;10,00;\n\
                    2;24/11/2026;06 39 98 00 13;10,00;\n\
                    3;24/11/2026;06 39 98 00 14;10,00;\n";

/// Between the two attempts a till enrols one of the persons, so that the later one lists one row less.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_refused_rows_is_that_of_the_attempt_that_is_counted_wherever_another_one_runs()
{
    let mut listed_by_the_other = 0;
    for stop in 0.. {
        let mut shop = Shop::open(now).await;
        shop.app.range_bytes = 60;
        shop.put(FILE.as_bytes(), now()).await;
        let ranges = shop.queue.sent("/ranges");
        let [first, second] = &ranges[..] else { panic!("two ranges: {ranges:?}") };
        let interleave = Interleave::default();
        let config = shop.table.client().config().to_builder().interceptor(interleave.clone());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let keys = MasterKey::derive("the secret of the tests");
        let stopping = shop.instance(Store::new(client, shop.table.name(), keys));
        let (other, message) = (shop.instance(shop.store.clone()), first.clone());
        let (store, scope) = (shop.store.clone(), shop.scope.clone());
        interleave.before_call(stop, Calls::All, async move {
            handle(&other, &message, now()).await.unwrap();
            let (mobile, enrolment) = (mobile(12), Enrolment::Till);
            let new = NewMember { mobile, details: domain::member::Details::default(), enrolment };
            store.create_member(&scope, &new, now()).await.unwrap();
        });
        handle(&stopping, first, now()).await.unwrap();
        if !interleave.has_run() {
            break;
        }
        handle(&shop.app, second, now()).await.unwrap();
        let upload = shop.uploads().await.remove(0);
        let listed = shop.refused_rows(&upload);
        let rows = listed.lines().count() - 1;
        assert_eq!(upload.report.rows.listed(), rows as u64, "{stop}: {listed}");
        listed_by_the_other += usize::from(rows == 3);
    }
    assert!(listed_by_the_other > 0, "the other attempt never ended first");
}
