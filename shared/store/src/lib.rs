//! The store: one DynamoDB table with its keys, items and transactions, and the vault that seals
//! personal data.
//!
//! This crate is the only one that knows the names of attributes. `docs/data-model.md` lists every
//! access pattern with its key and its cost. The comments of this crate repeat these figures.

mod access_log;
mod archive;
mod campaign;
mod coupon;
mod error;
mod error_chain;
mod inbound;
mod ledger;
mod member;
mod merchant;
mod purchase;
mod random;
mod retention;
mod reward;
mod scope;
mod sign_in;
mod table;
mod ttl_cache;
mod upload;
mod vault;
mod webhook;

use domain::MerchantId;
use std::sync::Arc;

pub use access_log::read::{AccessPage, AccessPosition};
pub use archive::part::Part;
pub use archive::stored_item::StoredItem;
pub use archive::walk::{Position, Purpose, Step, Walk};
pub use campaign::addressees::Addressee;
pub use campaign::batch_id::BatchId;
pub use campaign::dry_run::{DryCounts, DryRun};
pub use campaign::figures::{ByState, Counts, Figures};
pub use campaign::item::StoredCampaign;
pub use campaign::of_member::{MemberMessage, MemberMessagePage};
pub use campaign::plan::{BATCH_MEMBERS, CutBatch, Plan};
pub use campaign::position::WalkPosition;
pub use campaign::receipt::{MessageReceipt, MessageState, RecordedReceipts};
pub use campaign::send::{Addressed, BatchEnd, Claim, Claimed};
pub use campaign::shared_address::SharingRecipient;
pub use campaign::walk::{MemberProjection, NamesToOpen, WalkPage};
pub use coupon::batch::{CouponBatch, NewCouponBatch, RANGE_CODES};
pub use coupon::chosen_code::CodeChange;
pub use coupon::code::CodeMaker;
pub use coupon::import::Imported;
pub use coupon::item::StoredCoupon;
pub use coupon::of_member::{UsableCoupon, UsableCouponPage};
pub use coupon::offer::StoredOffer;
pub use coupon::range::{BatchProgress, CouponRange, RangeClaimed};
pub use domain::values::identifiers::MEMBER_SHARDS;
pub use error::{Conflict, Entity, StoreError};
pub use error_chain::ErrorChain;
pub use inbound::text::{InboundText, InboundTextPage};
pub use ledger::adjust::NewAdjustment;
pub use ledger::daily_run::DailyRunPage;
pub use ledger::entry::Entered;
pub use ledger::proof::{MemberProof, ProofPage, Unproved};
pub use ledger::visit::NewVisit;
pub use member::account::StoredAccount;
pub use member::card::CardStep;
pub use member::consent::change::MessageAddress;
pub use member::consent::history::{CONSENT_CHANGES_KEPT, ConsentChange, RecordedChange};
pub use member::consent::objection_link::Objection;
pub use member::consent::restored::RecordedStatement;
pub use member::contacts::{Contact, ContactEntry, Known};
pub use member::correct::Correction;
pub use member::enrol::NewMember;
pub use member::erasure::suppression::{AnyContact, ErasedBefore};
pub use member::erasure::tombstone::{DueMember, Tombstone};
pub use member::history::{CardEvent, HistoryEntry, HistoryKey, HistoryPage};
pub use member::neighbours::Member;
pub use member::page::MemberPage;
pub use member::rows::RowsPlace;
pub use member::unmerge::Unmerged;
pub use merchant::changes::SettingsChanges;
pub use merchant::failed_lookups::LOOKUP_WINDOW_SECONDS;
pub use merchant::set_programme::NewProgramme;
pub use merchant::settings::Settings;
pub use merchant::till_key::{Revocation, TillKey};
pub use purchase::customer::{Customer, Holder};
pub use purchase::dry_run::{DryRunCoupon, DryRunCustomer, DryRunSale, PurchaseDryRun};
pub use purchase::item::StoredPurchase;
pub use purchase::record::MAX_PURCHASES_PER_TRANSACTION;
pub use purchase::to_record::{Outcome, PurchaseToRecord, Recorded, Source};
pub use random::Random;
pub use retention::due_index::{Due, DueAfter, DueBucket, DuePage};
pub use retention::erasure_record::{Erasure, ErasureCounts, ErasurePage};
pub use reward::catalogue::StoredReward;
pub use reward::counts::RewardCounts;
pub use reward::redemption::{NewRedemption, Redeemed, Wanted};
pub use scope::Scope;
pub use sign_in::code::{CodeCheck, CodeRequest, NewCode};
pub use sign_in::login::{Login, LoginOf, LoginState, SessionState};
pub use sign_in::notice::Notice;
pub use sign_in::source::SourceLimit;
pub use table::idempotency::{Answered, IdempotencyKey};
pub use table::tenant::{Mode, Tenant};
pub use table::transaction::{Cancellation, Transaction, TransactionOutcome};
pub use ttl_cache::TtlCache;
pub use upload::range::{FinishedRange, RangeReport, RangesSummary, Rows};
pub use upload::report::{Upload, UploadStatus};
pub use vault::{MalformedSecret, MasterKey, MasterKeys, MerchantKey};
pub use webhook::changes::{Change, ChangeKind, ChangedPurchase, StreamRecord};
pub use webhook::endpoint::{NewWebhook, Webhook};
pub use webhook::events::{Event, EventKey, EventOrigin, EventPage};
pub use webhook::health::FailureEffect;
pub use webhook::manage::WebhookChange;
pub use webhook::read::Webhooks;
pub use webhook::secret::WebhookSecret;

/// How long an instance uses settings, webhooks, offers and rewards without reading them again: a revoked key
/// works no longer than that.
const CACHED_SECONDS: i64 = 60;
/// How many values each cache of an instance holds.
const CACHED_VALUES: usize = 500;

/// The table, as one function uses it. Cheap to clone: all clones share the caches.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    master_keys: Arc<MasterKeys>,
    random: Random,
    settings: Arc<TtlCache<MerchantId, Arc<Settings>>>,
    webhooks: Arc<TtlCache<MerchantId, Arc<Webhooks>>>,
    campaign_subjects: Arc<campaign::of_member::CampaignSubjects>,
    offers: Arc<coupon::offer::Offers>,
    rewards: Arc<reward::catalogue::Rewards>,
    sold_out: Arc<reward::counts::SoldOut>,
    finished_batches: Arc<coupon::batch::FinishedBatches>,
    marked_programmes: Arc<merchant::programme_use::MarkedProgrammes>,
}

impl Store {
    /// A store on `table`. No call is made.
    #[must_use]
    pub fn new(
        client: aws_sdk_dynamodb::Client,
        table: &str,
        master_keys: impl Into<MasterKeys>,
    ) -> Self {
        Self {
            client,
            table: table.into(),
            master_keys: Arc::new(master_keys.into()),
            random: Random::default(),
            settings: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            webhooks: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            campaign_subjects: Arc::new(TtlCache::new(
                campaign::of_member::SUBJECT_SECONDS,
                CACHED_VALUES,
            )),
            offers: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            rewards: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            sold_out: Arc::new(TtlCache::new(reward::counts::SOLD_OUT_SECONDS, CACHED_VALUES)),
            finished_batches: Arc::new(TtlCache::new(CACHED_SECONDS, CACHED_VALUES)),
            marked_programmes: Arc::new(TtlCache::new(
                merchant::programme_use::REMEMBERED_SECONDS,
                CACHED_VALUES,
            )),
        }
    }

    /// The same store with another source of random bytes.
    #[must_use]
    pub fn with_random(self, random: Random) -> Self {
        Self { random, ..self }
    }

    /// The source of random bytes.
    #[must_use]
    pub const fn random(&self) -> &Random {
        &self.random
    }
}

/// Opens the connection to the table by reading a key that does not exist: 1 round trip, half a
/// read unit. The first request of a new instance then finds an open connection.
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

/// An eventual read may miss a write of a moment ago. A strong read costs twice as much.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consistency {
    Eventual,
    Strong,
}
