//! Batches of codes, written by writers that are interrupted anywhere.

use crate::coupon::codes::{Fixture, now};
use domain::coupon::offer::Usage;
use domain::{CouponBatchId, CouponCode, CouponError, DomainError, Instant};
use std::collections::BTreeSet;
use store::{
    Answered, BatchProgress, CouponBatch, CouponRange, Mode, NewCouponBatch, RANGE_CODES,
    RangeClaimed, Scope, StoreError,
};

fn later(seconds: i64) -> Instant {
    Instant::from_second(now().as_second() + seconds).unwrap()
}

impl Fixture {
    async fn batch(&self, number: u128, count: u32) -> CouponBatch {
        let id = CouponBatchId::mint(now(), number);
        let (scope, offer) = (&self.scope, self.offer.id);
        let new = NewCouponBatch { id, offer, count };
        let made = self.store.create_coupon_batch(scope, &new, None, now()).await;
        let Answered::New(batch) = made.unwrap() else { panic!("it has no key") };
        batch
    }

    async fn claim(&self, batch: &CouponBatch, number: u32, at: Instant) -> RangeClaimed {
        let (tenant, offer) = (self.scope.tenant(), self.offer.id);
        self.store.claim_coupon_range(tenant, offer, batch.id, number, at).await.unwrap()
    }

    async fn ours(&self, batch: &CouponBatch, number: u32, at: Instant) -> Box<CouponRange> {
        match self.claim(batch, number, at).await {
            RangeClaimed::Ours(range) => range,
            other => panic!("the range is not ours: {other:?}"),
        }
    }

    async fn step(&self, range: &mut CouponRange, at: Instant) -> Result<bool, StoreError> {
        self.store.make_coupons(&self.scope, &self.scope.code_maker(), range, at).await
    }

    fn code(&self, batch: &CouponBatch, place: u32) -> CouponCode {
        batch.code(&self.scope.code_maker(), place).unwrap()
    }

    async fn written(&self) -> Vec<String> {
        let scan = self.table.client().scan().table_name(self.table.name());
        let mut pages = scan.into_paginator().items().send();
        let mut codes = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let attribute = |name: &str| item[name].as_s().unwrap().clone();
            if attribute("pk").contains("#COUPON#") {
                codes.push(attribute("sk"));
            }
        }
        codes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_interrupted_writers_has_each_of_its_codes_once() {
    let fixture = Fixture::open(Usage::Single).await;
    let count = RANGE_CODES + 700;
    let batch = fixture.batch(1, count).await;
    assert_eq!(batch.ranges(), 2);
    let mut at = 0;
    for number in 0..batch.ranges() {
        let mut steps = 0;
        loop {
            // Each writer does one step more than the one before, and is interrupted.
            let mut range = fixture.ours(&batch, number, later(at)).await;
            steps += 1;
            let mut is_done = false;
            for _ in 0..steps {
                is_done = fixture.step(&mut range, later(at)).await.unwrap();
                if is_done {
                    break;
                }
            }
            if is_done {
                break;
            }
            let claimed = fixture.claim(&batch, number, later(at + 29)).await;
            assert!(matches!(claimed, RangeClaimed::Others), "the lease has not ended");
            at += 30;
        }
        assert!(matches!(fixture.claim(&batch, number, later(at + 60)).await, RangeClaimed::Done));
    }
    let expected: BTreeSet<_> =
        (0..count).map(|place| fixture.code(&batch, place).as_str().to_owned()).collect();
    let written = fixture.written().await;
    assert_eq!(written.len(), count as usize);
    assert_eq!(expected.len(), count as usize);
    assert_eq!(written.into_iter().collect::<BTreeSet<_>>(), expected);
    let (tenant, offer) = (fixture.scope.tenant(), fixture.offer.id);
    let finished = fixture.store.coupon_batch(tenant, offer, batch.id).await.unwrap();
    assert!(finished.finished_at.is_some());
    let progress = fixture.store.batch_progress(tenant, &batch).await.unwrap();
    assert_eq!(progress, BatchProgress { codes_made: count, open_ranges: vec![] });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_whose_lease_was_taken_saves_nothing() {
    let fixture = Fixture::open(Usage::Single).await;
    let count = 600;
    let batch = fixture.batch(1, count).await;
    let mut slow = fixture.ours(&batch, 0, now()).await;
    assert!(!fixture.step(&mut slow, now()).await.unwrap());
    let mut next = fixture.ours(&batch, 0, later(30)).await;
    let overtaken = fixture.step(&mut slow, later(31)).await;
    assert!(matches!(overtaken, Err(StoreError::Busy)), "{overtaken:?}");
    assert!(fixture.step(&mut next, later(32)).await.unwrap());
    assert_eq!(fixture.written().await.len(), count as usize);
    let (tenant, offer) = (fixture.scope.tenant(), fixture.offer.id);
    let batch = fixture.store.coupon_batch(tenant, offer, batch.id).await.unwrap();
    assert_eq!(batch.finished_at, Some(later(32)), "a range counts once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_valid_only_once_its_batch_is_complete() {
    let fixture = Fixture::open(Usage::Single).await;
    let batch = fixture.batch(1, 600).await;
    let first = fixture.code(&batch, 0);
    let mut range = fixture.ours(&batch, 0, now()).await;
    fixture.step(&mut range, now()).await.unwrap();
    assert!(fixture.coupon(first.as_str()).await.is_none());
    assert!(fixture.step(&mut range, now()).await.unwrap());
    let coupon = fixture.coupon(first.as_str()).await.unwrap();
    assert_eq!(coupon.state.uses, 0);
    assert_eq!(coupon.offer.id, fixture.offer.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_share_no_code_with_one_another_or_with_test_batches() {
    const CODES: u32 = 1_000;
    let fixture = Fixture::open(Usage::Single).await;
    let batches = [fixture.batch(1, CODES).await, fixture.batch(2, CODES).await];
    let test = Scope { mode: Mode::Test, ..fixture.scope.clone() };
    let codes: BTreeSet<_> = batches
        .iter()
        .flat_map(|batch| {
            [fixture.scope.code_maker(), test.code_maker()].into_iter().flat_map(move |maker| {
                (0..CODES).map(move |place| batch.code(&maker, place).unwrap()).collect::<Vec<_>>()
            })
        })
        .collect();
    let makers = 2;
    assert_eq!(codes.len(), batches.len() * makers * CODES as usize);
    assert_eq!(batches[0].code(&fixture.scope.code_maker(), CODES), None);
    let (tenant, offer) = (fixture.scope.tenant(), fixture.offer.id);
    let (page, next) = fixture.store.coupon_batches(tenant, offer, None, 1).await.unwrap();
    assert_eq!(&page[0], &batches[1]);
    assert_eq!(next, Some(batches[1].id));
    let (page, next) = fixture.store.coupon_batches(tenant, offer, next, 1).await.unwrap();
    assert_eq!(page[0], batches[0]);
    assert!(
        next.is_none()
            || fixture.store.coupon_batches(tenant, offer, next, 1).await.unwrap().0.is_empty()
    );
}

#[tokio::test]
async fn a_batch_has_one_to_a_million_codes() {
    const MOST_CODES: u32 = 1_000_000;
    // A range has ten thousand codes.
    const MOST_RANGES: u32 = MOST_CODES / 10_000;
    let fixture = Fixture::open(Usage::Single).await;
    let (scope, offer, id) = (&fixture.scope, fixture.offer.id, CouponBatchId::mint(now(), 1));
    for count in [0, MOST_CODES + 1] {
        let new = NewCouponBatch { id, offer, count };
        let refused = fixture.store.create_coupon_batch(scope, &new, None, now()).await;
        assert!(matches!(
            refused,
            Err(StoreError::Refused(DomainError::Coupon(CouponError::BatchCount)))
        ));
    }
    let batch = fixture.batch(1, MOST_CODES).await;
    assert_eq!(batch.ranges(), MOST_RANGES);
    assert!(matches!(fixture.claim(&batch, MOST_RANGES, now()).await, RangeClaimed::Absent));
}
