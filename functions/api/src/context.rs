//! The state of the function, which every handler gets.

use crate::member::misses::Misses;
use crate::queue_client::{CampaignQueue, CouponQueue};
use crate::upload::presigner::UploadPresigner;
use crate::webhook::queue_client::WebhookQueue;
use domain::Instant;
use http_edge::problem::Kind;
use http_edge::{Gate, Problem, Till};
use std::sync::Arc;
use store::Store;

/// The codes of refusals other than `not_found` that show that a number does not exist.
const UNKNOWN: [&str; 2] = ["coupon_unknown", "returned_sale_unknown"];

/// The state of the function. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The store, the clock and the state of authentication.
    pub gate: Gate,
    /// The presigner of forms and addresses of S3.
    pub uploads: Arc<UploadPresigner>,
    /// The queue of the function that runs campaigns.
    pub campaigns: Arc<CampaignQueue>,
    /// The keys with too many failed look-ups.
    pub misses: Arc<Misses>,
    /// The queue of the function that makes coupons.
    pub coupons: Arc<CouponQueue>,
    /// The queue of the function that posts events.
    pub webhooks: Arc<WebhookQueue>,
}

impl App {
    pub(crate) const fn store(&self) -> &Store {
        &self.gate.store
    }

    pub(crate) fn now(&self) -> Instant {
        (self.gate.clock)()
    }

    /// The random part of a new identifier.
    pub(crate) fn random(&self) -> Result<u128, Problem> {
        Ok(self.store().random().identifier()?)
    }

    /// Counts a failed look-up of a till: no more than 1 round trip.
    pub(crate) async fn count_miss(&self, till: &Till) {
        self.misses.count(self.store(), till.key, self.now()).await;
    }

    /// Counts the refusal of a customer, a receipt or a coupon that a till named, if none exists, and returns the
    /// outcome.
    pub(crate) async fn count_misses<T>(
        &self,
        till: &Till,
        outcome: Result<T, Problem>,
    ) -> Result<T, Problem> {
        if let Err(refusal) = &outcome
            && (refusal.kind() == Kind::NotFound || UNKNOWN.contains(&refusal.code()))
        {
            self.count_miss(till).await;
        }
        outcome
    }
}
