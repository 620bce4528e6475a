//! Every key of the table. A key holds identifiers and hashes, never what names a person.

use crate::campaign::batch_id::BatchId;
use crate::table::attributes::instant_text;
use crate::table::tenant::{Mode, Tenant};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{
    CampaignId, Channel, CouponBatchId, CouponCode, Day, EstablishmentId, Instant, KeyId, MemberId,
    MerchantId, Month, OfferId, Receipt, RedemptionId, RewardId, UploadId,
};
use sha2::{Digest as _, Sha256};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// A key that holds nothing, for warming a connection.
pub(crate) fn sentinel() -> Key {
    key("WARM", "WARM")
}

pub(crate) fn merchant_partition(merchant: MerchantId) -> String {
    format!("M#{merchant}")
}

/// First and last sort key of what [`crate::Settings`] is made of: keys, profile, rules, shops.
pub(crate) const SETTINGS_RANGE: (&str, &str) = ("KEY#", "SHOP#~");
pub(crate) const PROFILE: &str = "PROFILE";

pub(crate) fn profile(merchant: MerchantId) -> Key {
    key(merchant_partition(merchant), PROFILE)
}

pub(crate) fn rule(merchant: MerchantId, valid_from: Day) -> Key {
    key(merchant_partition(merchant), format!("RULE#{valid_from}"))
}

pub(crate) fn shop(merchant: MerchantId, establishment: &EstablishmentId) -> Key {
    key(merchant_partition(merchant), format!("SHOP#{establishment}"))
}

/// A till key lives in one of two slots, so that an establishment never has a third.
pub(crate) fn till_key(
    merchant: MerchantId,
    establishment: &EstablishmentId,
    mode: Mode,
    slot: u8,
) -> Key {
    let mode = mode.as_str();
    key(merchant_partition(merchant), format!("KEY#{establishment}#{mode}#{slot}"))
}

/// An endpoint lives in one of a few slots, so that a merchant never has more; among the settings.
pub(crate) fn webhook(merchant: MerchantId, slot: u8) -> Key {
    key(merchant_partition(merchant), format!("PUSH#{slot}"))
}

/// The events of a tenant by the day of the month: 31 partitions are all there ever are, and what is
/// left of the month before is past its end.
pub(crate) fn events_partition(tenant: Tenant, day_of_month: u8) -> String {
    format!("{tenant}#EVENT#{day_of_month:02}")
}

pub(crate) const DAYS_OF_A_MONTH: u8 = 31;

/// Whose an item of a tenant is, and what its partition is called beyond that.
pub(crate) fn tenant_of(pk: &str) -> Option<(Tenant, &str)> {
    let mut parts = pk.strip_prefix("M#")?.splitn(2, '#');
    let merchant = MerchantId::parse(parts.next()?).ok()?;
    let rest = parts.next().unwrap_or_default();
    Some(match rest.strip_prefix("TEST#") {
        Some(rest) => (Tenant { merchant, mode: Mode::Test }, rest),
        None => (Tenant { merchant, mode: Mode::Live }, rest),
    })
}

/// The receipt that the rest of a partition's name tells.
pub(crate) fn receipt_of(rest: &str) -> Option<Receipt> {
    domain::purchase::id::receipt(rest.strip_prefix("RECEIPT#")?)
}

/// The receipt that a purchase's partition tells.
pub(crate) fn receipt_at(pk: &str) -> Option<Receipt> {
    receipt_of(tenant_of(pk)?.1)
}

/// The member whose rows the rest of a partition's name tells.
pub(crate) fn rows_of(rest: &str) -> Option<MemberId> {
    MemberId::parse(rest.strip_prefix("MEMBER#")?).ok()
}

/// Which merchant has the operator's reference: unique by construction.
pub(crate) fn reference(reference: &str) -> Key {
    key(format!("REFERENCE#{reference}"), "MERCHANT")
}

pub(crate) fn member_partition(tenant: Tenant, shard: u8) -> String {
    format!("{tenant}#S#{shard:02}")
}

pub(crate) fn person(tenant: Tenant, member: MemberId) -> Key {
    key(member_partition(tenant, member.shard()), format!("MEMBER#{member}#PERSON"))
}

pub(crate) fn account(tenant: Tenant, member: MemberId) -> Key {
    key(member_partition(tenant, member.shard()), format!("MEMBER#{member}#ACCOUNT"))
}

/// What begins the sort keys of a member's person and account, which stand side by side.
pub(crate) fn member_prefix(member: MemberId) -> String {
    format!("MEMBER#{member}#")
}

pub(crate) fn purchase(tenant: Tenant, receipt: &Receipt) -> Key {
    let Receipt { establishment, register, day, number } = receipt;
    let (register, number) = (register.as_str(), number.as_str());
    key(format!("{tenant}#RECEIPT#{establishment}#{register}#{day}#{number}"), PURCHASE)
}

/// The sort key of a purchase in force or cancelled; one set aside has another.
pub(crate) const PURCHASE: &str = "PURCHASE";
/// What begins the sort keys of the ledger's other entries.
pub(crate) const LEDGER_PREFIX: &str = "LEDGER#";

/// In whose place a purchase without a customer stands in the index `history`, so that it can be found:
/// by the receipt's year, spread over [`ANONYMOUS_SHARDS`].
pub(crate) fn anonymous(tenant: Tenant, receipt: &Receipt) -> String {
    let year = year(receipt.day).max(ANONYMOUS_SINCE);
    let digest = Sha256::digest(purchase(tenant, receipt).pk);
    anonymous_bucket(tenant, year, digest[0] % ANONYMOUS_SHARDS)
}

pub(crate) fn anonymous_bucket(tenant: Tenant, year: i32, shard: u8) -> String {
    format!("{tenant}{ANONYMOUS}{year}#{shard}")
}

/// Whether the place of a member in the index `history` is nobody's.
pub(crate) fn is_anonymous(member: &str) -> bool {
    member.contains(ANONYMOUS)
}

const ANONYMOUS: &str = "#NOBODY#";
/// Over how many partitions of the index a year's purchases without a customer are spread.
pub(crate) const ANONYMOUS_SHARDS: u8 = 8;
/// The first year of them; what is older stands with it.
pub(crate) const ANONYMOUS_SINCE: i32 = 1990;

/// The year of a day.
pub(crate) fn year(day: Day) -> i32 {
    day.month().ordinal().div_euclid(12)
}

/// Where a cancelled purchase goes when its receipt is sent anew.
pub(crate) fn cancelled_purchase(purchase: &Key, cancelled_at: &str) -> Key {
    key(purchase.pk.clone(), format!("CANCELLED#{cancelled_at}"))
}

pub(crate) fn ledger(tenant: Tenant, member: MemberId, instant: &str, entry: KeyId) -> Key {
    key(member_rows(tenant, member), format!("{LEDGER_PREFIX}{instant}#{entry}"))
}

/// A redemption stands among the member's entries by the instant that its identifier tells.
pub(crate) fn redemption(tenant: Tenant, member: MemberId, redemption: RedemptionId) -> Key {
    let instant = instant_text(redemption.minted_at());
    key(member_rows(tenant, member), format!("{LEDGER_PREFIX}{instant}#{redemption}"))
}

/// What belongs to a member alone: notes of the ledger, messages received.
pub(crate) fn member_rows(tenant: Tenant, member: MemberId) -> String {
    format!("{tenant}#MEMBER#{member}")
}

pub(crate) fn contact_partition(tenant: Tenant, kind: &str, hash: &str) -> String {
    format!("{tenant}#CONTACT#{kind}#{hash}")
}

/// Who has a contact that only one member can have: a mobile or a card.
pub(crate) fn sole_contact(tenant: Tenant, kind: &str, hash: &str) -> Key {
    key(contact_partition(tenant, kind, hash), "MEMBER")
}

/// One of the members who share an e-mail address.
pub(crate) fn shared_contact(tenant: Tenant, kind: &str, hash: &str, member: MemberId) -> Key {
    key(contact_partition(tenant, kind, hash), format!("MEMBER#{member}"))
}

/// A contact that was erased or opposed.
pub(crate) fn suppressed(tenant: Tenant, kind: &str, hash: &str) -> Key {
    key(contact_partition(tenant, kind, hash), "SUPPRESSED")
}

/// What was answered to a request that came with a key of its own, by the key's keyed hash.
pub(crate) fn answer(tenant: Tenant, hash: &str) -> Key {
    key(format!("{tenant}#IDEMPOTENCY#{hash}"), "ANSWER")
}

pub(crate) fn upload_partition(tenant: Tenant) -> String {
    format!("{tenant}#UPLOAD")
}

pub(crate) fn upload(tenant: Tenant, upload: UploadId) -> Key {
    key(upload_partition(tenant), upload.to_string())
}

pub(crate) fn range_partition(tenant: Tenant, upload: UploadId) -> String {
    format!("{tenant}#UPLOAD#{upload}")
}

pub(crate) fn range(tenant: Tenant, upload: UploadId, number: u32) -> Key {
    key(range_partition(tenant, upload), format!("RANGE#{number:05}"))
}

/// How messages of a channel leave a merchant: part of its settings.
pub(crate) fn sender(merchant: MerchantId, channel: Channel) -> Key {
    key(merchant_partition(merchant), format!("SENDER#{}", channel.as_str()))
}

/// Which merchants send by a provider's account.
pub(crate) fn account_partition(account: &str) -> String {
    format!("PROVIDER#{account}")
}

pub(crate) fn account_merchant(account: &str, merchant: MerchantId) -> Key {
    key(account_partition(account), merchant_partition(merchant))
}

/// That a merchant sends or sent by an account: the way back, from the merchant's own partition.
pub(crate) fn merchant_account(merchant: MerchantId, account: &str) -> Key {
    key(merchant_partition(merchant), format!("{ACCOUNT_PREFIX}{account}"))
}

pub(crate) const ACCOUNT_PREFIX: &str = "ACCOUNT#";

pub(crate) const CAMPAIGN_PREFIX: &str = "CAMPAIGN#";

pub(crate) fn campaign(tenant: Tenant, campaign: CampaignId) -> Key {
    key(tenant.to_string(), format!("{CAMPAIGN_PREFIX}{campaign}"))
}

pub(crate) fn campaign_partition(tenant: Tenant, campaign: CampaignId) -> String {
    format!("{tenant}#CAMPAIGN#{campaign}")
}

/// How far a campaign's members have been walked.
pub(crate) fn plan(tenant: Tenant, campaign: CampaignId) -> Key {
    key(campaign_partition(tenant, campaign), "PLAN")
}

/// What a campaign would come to.
pub(crate) fn dry_run(tenant: Tenant, campaign: CampaignId) -> Key {
    key(campaign_partition(tenant, campaign), "DRYRUN")
}

/// A batch is named by the last member that the walk had seen when it was cut.
pub(crate) fn batch(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Key {
    key(campaign_partition(tenant, campaign), format!("BATCH#{batch}"))
}

/// What has become of a batch; it stands apart from the members, so that a change writes little.
pub(crate) fn sending(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Key {
    key(campaign_partition(tenant, campaign), format!("SENDING#{batch}"))
}

/// Campaigns' figures are spread, so that no item takes more than its share of the writes.
pub(crate) const TALLIES: u8 = 10;

pub(crate) fn tally(tenant: Tenant, campaign: CampaignId, number: u8) -> Key {
    key(campaign_partition(tenant, campaign), format!("TALLY#{number:02}"))
}

pub(crate) const MESSAGE_PREFIX: &str = "MESSAGE#";

pub(crate) fn message(tenant: Tenant, member: MemberId, campaign: CampaignId) -> Key {
    key(member_rows(tenant, member), format!("{MESSAGE_PREFIX}{campaign}"))
}

/// The offers of a tenant, and how many of our numbers its batches have taken.
pub(crate) fn offers_partition(tenant: Tenant) -> String {
    format!("{tenant}#OFFER")
}

pub(crate) const OFFER_PREFIX: &str = "OFFER#";

pub(crate) fn offer(tenant: Tenant, offer: OfferId) -> Key {
    key(offers_partition(tenant), format!("{OFFER_PREFIX}{offer}"))
}

pub(crate) fn coupon_numbers(tenant: Tenant) -> Key {
    key(offers_partition(tenant), "NUMBERS")
}

/// The batches of an offer, and the ranges they are made in.
pub(crate) fn offer_partition(tenant: Tenant, offer: OfferId) -> String {
    format!("{tenant}#OFFER#{offer}")
}

pub(crate) const COUPON_BATCH_PREFIX: &str = "BATCH#";

pub(crate) fn coupon_batch(tenant: Tenant, offer: OfferId, batch: CouponBatchId) -> Key {
    key(offer_partition(tenant, offer), format!("{COUPON_BATCH_PREFIX}{batch}"))
}

/// What begins the sort keys of a batch's ranges.
pub(crate) fn coupon_range_prefix(batch: CouponBatchId) -> String {
    format!("RANGE#{batch}#")
}

pub(crate) fn coupon_range(
    tenant: Tenant,
    offer: OfferId,
    batch: CouponBatchId,
    number: u32,
) -> Key {
    let sk = format!("{}{number:03}", coupon_range_prefix(batch));
    key(offer_partition(tenant, offer), sk)
}

/// Over how many partitions a tenant's coupons are spread: few enough to be walked when the merchant
/// leaves, since no index names them.
pub(crate) const COUPON_SHARDS: u8 = 16;

pub(crate) fn coupon_partition(tenant: Tenant, shard: u8) -> String {
    format!("{tenant}#COUPON#{shard:02}")
}

pub(crate) fn coupon(tenant: Tenant, code: &CouponCode) -> Key {
    let shard = Sha256::digest(code.as_str())[0] % COUPON_SHARDS;
    key(coupon_partition(tenant, shard), code.as_str())
}

pub(crate) const MEMBER_COUPON_PREFIX: &str = "COUPON#";

/// That a coupon was given to a member, among what is the member's own.
pub(crate) fn member_coupon(tenant: Tenant, member: MemberId, code: &CouponCode) -> Key {
    key(member_rows(tenant, member), format!("{MEMBER_COUPON_PREFIX}{}", code.as_str()))
}

/// How often a member used an offer.
pub(crate) fn member_uses(tenant: Tenant, member: MemberId, offer: OfferId) -> Key {
    key(member_rows(tenant, member), format!("USES#{offer}"))
}

/// The rewards of a tenant, and how many of each were given.
pub(crate) fn rewards_partition(tenant: Tenant) -> String {
    format!("{tenant}#REWARD")
}

pub(crate) const REWARD_PREFIX: &str = "REWARD#";

pub(crate) fn reward(tenant: Tenant, reward: RewardId) -> Key {
    key(rewards_partition(tenant), format!("{REWARD_PREFIX}{reward}"))
}

/// How many of a reward's stock were given.
pub(crate) fn reward_stock(tenant: Tenant, reward: RewardId) -> Key {
    key(rewards_partition(tenant), format!("STOCK#{reward}"))
}

/// How many of a reward a member had.
pub(crate) fn member_reward(tenant: Tenant, member: MemberId, reward: RewardId) -> Key {
    key(member_rows(tenant, member), format!("{REWARD_PREFIX}{reward}"))
}

/// The bucket of the index `due` that campaigns wait in.
pub(crate) const CAMPAIGNS_DUE: &str = "DUE#CAMPAIGNS";

pub(crate) fn campaign_due_at(at: Instant, campaign: CampaignId) -> String {
    format!("{}#{campaign}", instant_text(at))
}

/// The bucket of the index `due` that holds the programmes with something to do every night.
pub(crate) const NIGHTLY: &str = "DUE#NIGHTLY";

pub(crate) fn daily_run_at(merchant: MerchantId, valid_from: Day) -> String {
    format!("{merchant}#{valid_from}")
}

/// The bucket of the index `due` that a member's deadline falls into: sharded, so that one month of
/// a large merchant is not one partition.
pub(crate) fn due_bucket(day: Day, member: MemberId) -> String {
    due_bucket_of(day.month(), member.shard())
}

pub(crate) fn due_bucket_of(month: Month, shard: u8) -> String {
    format!("DUE#{month}#{shard:02}")
}

pub(crate) fn due_at(day: Day, member: MemberId) -> String {
    format!("{day}#MEMBER#{member}")
}

/// The bucket of the index `due` that the end of a merchant's contract falls into, beside members'.
pub(crate) fn merchant_due_bucket(day: Day, merchant: MerchantId) -> String {
    let shard = merchant.to_bytes()[15] % MEMBER_SHARDS;
    format!("DUE#{}#{shard:02}", day.month())
}

pub(crate) fn merchant_due_at(day: Day, merchant: MerchantId) -> String {
    format!("{day}#MERCHANT#{merchant}")
}

/// The first month that may still hold anything due.
pub(crate) fn swept() -> Key {
    key("RETENTION", "SWEPT")
}

/// The records of a tenant's erasures, by day.
pub(crate) fn erasures_partition(tenant: Tenant) -> String {
    format!("{tenant}#ERASED")
}

pub(crate) fn erasure(tenant: Tenant, day: Day, member: MemberId) -> Key {
    key(erasures_partition(tenant), format!("{day}#{member}"))
}

/// What begins the partition of a tenant's receipt.
pub(crate) fn receipt_prefix(tenant: Tenant) -> String {
    format!("{tenant}#RECEIPT#")
}
