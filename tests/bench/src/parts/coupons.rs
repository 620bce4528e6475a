//! A batch of coupons: the time and the memory in which its codes are made.

use crate::{
    figures::{Bound, Figures},
    function::Function,
    people::Shop,
    places,
    stack::{COUPONS_QUEUE, Path, Stack},
};
use aws_fakes::Message;
use domain::coupon::offer::{Benefit, Terms, Usage};
use domain::{Cents, CouponBatchId, Offer, OfferId, Sector, retention};
use platform::messages::CouponRangeMessage;
use std::time::Instant;
use store::{Answered, NewCouponBatch};

const CODES: u32 = 100_000;

pub(crate) async fn measure(figures: &mut Figures) {
    let stack = Stack::start().await;
    let shop = Shop::open(&stack.dynamo, 1).await;
    let (tenant, now) = (shop.scope.tenant(), domain::Instant::now());
    let terms = Terms {
        name: "Bienvenue".to_owned(),
        benefit: Benefit::Value(Cents::new(1_000)),
        minimum_spend: Cents::ZERO,
        first_day: retention::day_of(now),
        last_day: None,
        establishments: vec![],
        usage: Usage::Single,
    };
    let offer = Offer::new(OfferId::mint(now, 1), terms, false, Sector::Retail);
    let offer = offer.expect("an offer");
    shop.store.create_offer(&shop.scope, &offer, None, now).await.expect("an offer");
    let id = CouponBatchId::mint(now, 1);
    let new = NewCouponBatch { id, offer: offer.id, count: CODES };
    let made = shop.store.create_coupon_batch(&shop.scope, &new, None, now).await;
    let (Answered::New(batch) | Answered::Replayed(batch)) = made.expect("a batch");

    let function =
        Function::start(&places::binary("coupons"), &stack.environment(Path::Direct)).await;
    let started = Instant::now();
    for range in 0..batch.ranges() {
        let message = CouponRangeMessage::of(tenant, offer.id, id, range);
        let body = serde_json::to_string(&message).expect("a message is JSON");
        let message = Message::of(body);
        assert!(function.deliver(COUPONS_QUEUE, &message, 1).await, "a range was not made");
    }
    let took = started.elapsed().as_secs_f64();
    let batch = shop.store.coupon_batch(tenant, offer.id, id).await.expect("the batch");
    assert!(batch.finished_at.is_some(), "the batch is not finished");
    let code = batch.code(&shop.scope.code_maker(), CODES - 1).expect("the last code");
    let coupon = shop.store.coupon(&shop.scope, &code, domain::Instant::now()).await;
    assert!(coupon.expect("a look").is_some(), "the last code is no coupon");
    figures.add("coupons.batch_seconds", took, "s", Bound::None);
    figures.add("coupons.peak_mb", function.peak_mb(), "MB", Bound::AtMost(128.0));
}
