//! Purchases at the time of the sweep: a purchase is recorded and its member stays, or it is refused and its
//! member is erased.

use crate::fixture::{Fixture, sale_on, scheduled_at};
use domain::Sector;
use futures::future::join_all;
use platform::Deadline;
use retention::handle;
use store::{Customer, Entity, PurchaseToRecord, Source, StoreError};

const TODAY: &str = "2029-09-11";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_purchase_at_the_time_of_the_sweep_is_recorded_or_refused_and_never_lost() {
    let fixture = Fixture::open(Sector::Retail).await;
    let mut members = vec![];
    for number in 0..24 {
        let member = fixture.enrol(number).await;
        fixture.activate(member, "2026-09-10T10:00:00Z").await;
        members.push(member);
    }
    fixture.run_day("2026-12-01").await;
    let now = scheduled_at(TODAY);
    fixture.queue_day(TODAY).await;
    let bodies = fixture.queue.sent("/retention");
    assert!(!bodies.is_empty());
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    // One after the other, so that some come before the sweep and some after.
    let sell = async {
        let mut sold = vec![];
        for member in &members {
            let purchase = sale_on(&member.to_string(), TODAY);
            let (entry, at) = (
                PurchaseToRecord { card_activated: false, purchase, source: Source::Operator },
                now,
            );
            sold.push(store.record_purchase(scope, &Customer::Member(*member), &entry, at).await);
        }
        sold
    };
    let swept = bodies.iter().map(|body| handle(&fixture.app, body, now, Deadline::never()));
    let (sold, swept) = tokio::join!(sell, join_all(swept));
    for outcome in swept {
        outcome.unwrap();
    }
    for (member, sold) in members.into_iter().zip(sold) {
        let receipt = sale_on(&member.to_string(), TODAY).receipt().clone();
        let stands = store.purchase(scope, &receipt).await.is_ok();
        match sold {
            Ok(_) => {
                assert!(stands, "a purchase was recorded and is gone");
                let stored = store.member(scope, member).await.unwrap();
                assert_eq!(stored.account.visits, 1);
                assert_eq!(stored.person.due.unwrap().to_string(), "2032-09-12");
            }
            Err(StoreError::NotFound(Entity::Member)) => {
                assert!(!stands && !fixture.is_there(member).await);
                assert_eq!(fixture.traces(member).await, 2);
            }
            Err(other) => panic!("{other}"),
        }
    }
}
