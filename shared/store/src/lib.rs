//! The DynamoDB table: keys, items, transactions, and the vault that seals what names a person.
//!
//! The only place that knows an attribute's name. Every access pattern stands in
//! `docs/data-model.md` with its key and its cost; the figures in the docs here are those.

mod addressees;
mod adjustments;
mod archiving;
mod backoff;
mod bulk;
mod burning;
mod campaigns;
mod changes;
mod codec;
mod contacts;
mod contract_end;
mod corrections;
mod coupon_batches;
mod coupon_codes;
mod coupon_imports;
mod coupons;
mod deadlines;
mod dry_runs;
mod dynamodb_json;
mod enrolling;
mod erasing;
mod erasures;
mod error;
mod events;
mod figures;
mod finding;
mod history;
mod idempotency;
mod items;
mod kept;
mod keys;
mod ledger_answers;
mod ledger_entries;
mod lost_cards;
mod members;
mod merchants;
mod merging;
mod moving;
mod nights;
mod notes;
mod objections;
mod offers;
mod person;
mod planning;
mod programmes;
mod proof;
mod purchase_record;
mod purchases;
mod receipts;
mod reckoning;
mod recording;
mod redemption_record;
mod redemptions;
mod registering;
mod returns;
mod reward_counts;
mod rewards;
mod senders;
mod sending;
mod settings;
mod soft_bounces;
mod unmerging;
mod uploads;
mod vault;
mod visits;
mod webhook_secret;
mod webhooks;
mod wishes;

use std::sync::Arc;

pub use addressees::Addressee;
pub use adjustments::NewAdjustment;
pub use archiving::{Part, Position, Purpose, Step, StoredItem, Walk};
pub use campaigns::StoredCampaign;
pub use changes::{Change, ChangedPurchase, StreamRecord, What};
pub use contacts::{Contact, Known};
pub use corrections::Correction;
pub use coupon_batches::{CouponBatch, CouponRange, RANGE_CODES, RangeClaimed};
pub use coupon_codes::CodeMaker;
pub use coupon_imports::Imported;
pub use coupons::{CodeChange, StoredCoupon};
pub use deadlines::{Due, DueAfter, DueBucket, DuePage};
pub use domain::identity::MEMBER_SHARDS;
pub use dry_runs::{DryCounts, DryRun};
pub use erasing::{DueMember, Tombstone};
pub use erasures::{Erasure, ErasureCounts, ErasurePage};
pub use error::StoreError;
pub use events::{Event, EventKey, EventPage};
pub use figures::{ByState, Counts, Figures};
pub use history::{CardEvent, HistoryEntry, HistoryKey, HistoryPage};
pub use idempotency::{Answered, IdempotencyKey};
pub use keys::{BatchId, Mode, Tenant};
pub use ledger_entries::Entered;
pub use lost_cards::CardStep;
pub use members::{Member, MemberPage, NewMember};
pub use nights::NightPage;
pub use objections::Objection;
pub use planning::{BATCH_MEMBERS, Glance, Names, Plan, Walked};
pub use proof::{ProofPage, Unproved};
pub use purchases::{Customer, Entry, Holder, Outcome, Recorded, Source, StoredPurchase};
pub use receipts::MessageState;
pub use reckoning::{Reckoned, ReckonedCoupon, ReckonedFor};
pub use recording::MOST_PURCHASES_A_GROUP;
pub use redemptions::{NewRedemption, Redeemed, Wanted};
pub use reward_counts::RewardCounts;
pub use sending::{Addressed, Claim, Claimed};
pub use settings::{Settings, TillKey};
pub use unmerging::Unmerged;
pub use uploads::{RangeReport, Rows, Upload, UploadStatus};
pub use vault::{MasterKey, MerchantKey};
pub use visits::NewVisit;
pub use webhook_secret::WebhookSecret;
pub use webhooks::{NewWebhook, Webhook};
pub use wishes::{MessageAddress, Wish};

/// The table, seen by one function. Cheap to clone; holds a cache of merchants' settings.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
    master_key: Arc<MasterKey>,
    settings: Arc<settings::Cache>,
    offers: Arc<offers::Offers>,
    rewards: Arc<rewards::Rewards>,
    finished_batches: Arc<coupon_batches::Finished>,
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
            settings: Arc::default(),
            offers: Arc::default(),
            rewards: Arc::default(),
            finished_batches: Arc::default(),
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
        .set_key(Some(items::key_item(&keys::sentinel())))
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
