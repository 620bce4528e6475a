//! The DynamoDB table: keys, items, transactions, and the vault that seals what names a person.
//!
//! The only place that knows an attribute's name. Every access pattern stands in
//! `docs/data-model.md` with its key and its cost; the figures in the docs here are those.

mod archive;
mod campaign;
mod coupon;
mod error;
mod error_chain;
mod ledger;
mod member;
mod merchant;
mod purchase;
mod retention;
mod reward;
mod table;
mod ttl_cache;
mod upload;
mod vault;
mod webhook;

use domain::MerchantId;
use std::sync::Arc;

pub use archive::{Part, Position, Purpose, Step, StoredItem, Walk};
pub use campaign::addressees::Addressee;
pub use campaign::dry_run::{DryCounts, DryRun};
pub use campaign::figures::{ByState, Counts, Figures};
pub use campaign::lifecycle::StoredCampaign;
pub use campaign::plan::{BATCH_MEMBERS, MemberProjection, Names, Plan, Walked};
pub use campaign::receipt::MessageState;
pub use campaign::send::{Addressed, Claim, Claimed};
pub use coupon::batch::{CouponBatch, CouponRange, RANGE_CODES, RangeClaimed};
pub use coupon::code::CodeMaker;
pub use coupon::import::Imported;
pub use coupon::item::{CodeChange, StoredCoupon};
pub use domain::values::identifiers::MEMBER_SHARDS;
pub use error::{Conflict, Entity, StoreError};
pub use error_chain::ErrorChain;
pub use ledger::adjust::NewAdjustment;
pub use ledger::daily_run::DailyRunPage;
pub use ledger::entry::Entered;
pub use ledger::proof::{ProofPage, Unproved};
pub use ledger::visit::NewVisit;
pub use member::card::CardStep;
pub use member::consent::{ConsentChange, MessageAddress};
pub use member::contacts::{Contact, Known};
pub use member::correct::Correction;
pub use member::erase::{DueMember, Tombstone};
pub use member::history::{CardEvent, HistoryEntry, HistoryKey, HistoryPage};
pub use member::objection_link::Objection;
pub use member::read::{Member, MemberPage, NewMember};
pub use member::unmerge::Unmerged;
pub use merchant::settings::{Settings, TillKey};
pub use purchase::dry_run::{DryRunCoupon, DryRunCustomer, PurchaseDryRun};
pub use purchase::read::{Customer, Entry, Holder, Outcome, Recorded, Source, StoredPurchase};
pub use purchase::record::MAX_PURCHASES_PER_TRANSACTION;
pub use retention::due_index::{Due, DueAfter, DueBucket, DuePage};
pub use retention::erasure_record::{Erasure, ErasureCounts, ErasurePage};
pub use reward::counts::RewardCounts;
pub use reward::redemption::{NewRedemption, Redeemed, Wanted};
pub use table::idempotency::{Answered, IdempotencyKey};
pub use table::keys::{BatchId, Mode, Tenant};
pub use table::transaction::{Cancellation, Transaction, TransactionOutcome};
pub use ttl_cache::TtlCache;
pub use upload::{RangeReport, Rows, Upload, UploadStatus};
pub use vault::{MasterKey, MerchantKey};
pub use webhook::changes::{Change, ChangeKind, ChangedPurchase, StreamRecord};
pub use webhook::endpoint::{NewWebhook, Webhook};
pub use webhook::events::{Event, EventKey, EventPage};
pub use webhook::secret::WebhookSecret;

/// How long an instance uses settings, offers and rewards without reading them again: a revoked key
/// works no longer than that.
const CACHED_SECONDS: i64 = 60;
/// How many values each cache of an instance holds.
const CACHED_VALUES: usize = 500;

/// The table, as one function uses it. Cheap to clone: all clones share the caches.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    master_key: Arc<MasterKey>,
    settings: Arc<TtlCache<MerchantId, Arc<Settings>>>,
    offers: Arc<coupon::offer::Offers>,
    rewards: Arc<reward::catalogue::Rewards>,
    finished_batches: Arc<coupon::batch::FinishedBatches>,
}

/// Whose data an operation touches: a merchant's settings and whether its live or its test data.
/// Built from a verified credential, never from what a caller sent.
#[derive(Clone)]
pub struct Scope {
    /// The merchant's settings.
    pub settings: Arc<Settings>,
    /// Live or test data.
    pub mode: Mode,
}

impl Scope {
    /// What every key of that data begins with.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        Tenant { merchant: self.settings.merchant.id, mode: self.mode }
    }
}

impl Store {
    /// A store on `table`. Makes no call.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, table: &str, master_key: MasterKey) -> Self {
        Self {
            client,
            table: table.into(),
            master_key: Arc::new(master_key),
            settings: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            offers: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            rewards: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            finished_batches: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
        }
    }
}

/// Opens a client's connection to the table with a read of nothing (1 round trip, half a read unit),
/// so that the first request of a new instance does not pay for it.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn warm(client: &aws_sdk_dynamodb::Client, table: &str) -> Result<(), StoreError> {
    client
        .get_item()
        .table_name(table)
        .set_key(Some(table::items::key_item(&table::keys::sentinel())))
        .send()
        .await
        .map_err(StoreError::unavailable)?;
    Ok(())
}

/// Whether a read may miss what was written a moment ago. The strong one costs twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consistency {
    Eventual,
    Strong,
}
