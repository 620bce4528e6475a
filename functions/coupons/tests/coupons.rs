//! The function generates ranges of a batch, on a real engine.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

use coupons::{App, handle};
use domain::coupon::offer::{Benefit, Terms, Usage};
use domain::{Cents, CouponBatchId, Day, Instant, Offer, OfferId, Sector};
use jiff::ToSpan as _;
use platform::Deadline;
use platform::messages::CouponRangeMessage;
use platform::queue::Failed;
use std::time::Duration;
use store::{Answered, CouponBatch, NewCouponBatch, RangeClaimed, Scope};
use support::{Table, instant, merchant, open_merchant};

const CODES: u32 = 1_200;
/// The codes of one step.
const STEP_CODES: u32 = 500;

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

/// The function on a table of its own, with a batch of one range.
struct Fixture {
    _table: Table,
    app: App,
    scope: Scope,
    batch: CouponBatch,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        let terms = Terms {
            name: "Bienvenue".to_owned(),
            benefit: Benefit::Value(Cents::new(1_000)),
            minimum_spend: Cents::ZERO,
            first_day: Day::parse("2026-11-01").unwrap(),
            last_day: None,
            establishments: vec![],
            usage: Usage::Single,
        };
        let offer = Offer::new(OfferId::mint(now(), 1), terms, false, Sector::Retail).unwrap();
        store.create_offer(&scope, &offer, None, now()).await.unwrap();
        let id = CouponBatchId::mint(now(), 1);
        let new = NewCouponBatch { id, offer: offer.id, count: CODES };
        let made = store.create_coupon_batch(&scope, &new, None, now()).await;
        let (Answered::New(batch) | Answered::Replayed(batch)) = made.unwrap();
        Self { _table: table, app: App { store, clock: now }, scope, batch }
    }

    async fn handle(&self, range: u32, deadline: Deadline) -> Result<(), Failed> {
        let (tenant, batch) = (self.scope.tenant(), &self.batch);
        let message = CouponRangeMessage::of(tenant, batch.offer, batch.id, range);
        let body = serde_json::to_string(&message).unwrap();
        Box::pin(handle(&self.app, &body, deadline)).await
    }

    async fn made(&self) -> u32 {
        let progress = self.app.store.batch_progress(self.scope.tenant(), &self.batch).await;
        progress.unwrap().codes_made
    }

    async fn is_coupon(&self, place: u32) -> bool {
        let code = self.batch.code(&self.scope.code_maker(), place).unwrap();
        self.app.store.coupon(&self.scope, &code, now()).await.unwrap().is_some()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_generated_and_a_second_message_changes_nothing() {
    let fixture = Fixture::open().await;
    fixture.handle(0, Deadline::never()).await.unwrap();
    assert_eq!(fixture.made().await, CODES);
    assert!(fixture.is_coupon(0).await);
    assert!(fixture.is_coupon(CODES - 1).await);
    fixture.handle(0, Deadline::never()).await.unwrap();
    assert_eq!(fixture.made().await, CODES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_out_of_time_is_delivered_again_and_continues_where_it_was() {
    let mut fixture = Fixture::open().await;
    let (tenant, batch) = (fixture.scope.tenant(), fixture.batch.clone());
    let claimed = fixture
        .app
        .store
        .claim_coupon_range(tenant, batch.offer, batch.id, 0, now())
        .await
        .unwrap();
    let RangeClaimed::Ours(mut range) = claimed else { panic!("the range is not ours") };
    let maker = fixture.scope.code_maker();
    fixture.app.store.make_coupons(&fixture.scope, &maker, &mut range, now()).await.unwrap();
    assert!(
        matches!(fixture.handle(0, Deadline::never()).await, Err(Failed::Retry(_))),
        "under a lease"
    );
    fixture.app.clock = || now() + 31.seconds();
    assert!(
        matches!(fixture.handle(0, Deadline::after(Duration::ZERO)).await, Err(Failed::Retry(_))),
        "out of time"
    );
    assert_eq!(fixture.made().await, STEP_CODES, "the first step was saved");
    fixture.app.clock = || now() + 62.seconds();
    fixture.handle(0, Deadline::never()).await.unwrap();
    assert_eq!(fixture.made().await, CODES);
    assert!(fixture.is_coupon(CODES - 1).await);
}

#[tokio::test]
async fn a_body_that_is_no_range_is_poison() {
    let fixture = Fixture::open().await;
    for body in ["", "{}", r#"{"tenant": "M#x", "offer": "y", "batch": "z", "range": 0}"#] {
        let handled = Box::pin(handle(&fixture.app, body, Deadline::never())).await;
        assert!(matches!(handled, Err(Failed::Poison(_))));
    }
    assert!(matches!(fixture.handle(1, Deadline::never()).await, Err(Failed::Poison(_))));
}

#[tokio::test]
async fn no_code_is_generated_after_the_end_of_the_contract() {
    let fixture = Fixture::open().await;
    let yesterday = Day::parse("2026-11-23").unwrap();
    let merchant = fixture.scope.settings.merchant.id;
    fixture
        .app
        .store
        .end_contract(merchant, yesterday, domain::Credential::Operator)
        .await
        .unwrap();
    fixture.handle(0, Deadline::never()).await.unwrap();
    assert_eq!(fixture.made().await, 0);
}
