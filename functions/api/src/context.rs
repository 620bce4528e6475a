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

/// The state of the function. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The store, the clock and the state of authentication.
    pub gate: Gate,
    /// The presigner of forms and addresses of S3.
    pub uploads: Arc<UploadPresigner>,
    /// The queue of the function that runs campaigns.
    pub campaigns: Arc<CampaignQueue>,
    /// The count of unknown customers and receipts that tills asked for.
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

    /// Counts the refusal of a customer or receipt that a till named, if none exists, and returns the refusal.
    pub(crate) fn count_miss(&self, till: &Till, refusal: Problem) -> Problem {
        if refusal.kind() == Kind::NotFound {
            self.misses.count(till.key, self.now());
        }
        refusal
    }
}
