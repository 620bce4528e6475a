//! Every key of the table. A key holds identifiers and hashes, and no personal data.

use crate::campaign::batch_id::BatchId;
use crate::table::attributes::instant_text;
use crate::table::tenant::{Mode, Tenant};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{
    AccessId, CampaignId, Channel, CouponBatchId, CouponCode, Day, EstablishmentId, Instant, KeyId,
    KeyScope, MemberId, MerchantId, Month, NoticeId, OfferId, Receipt, RedemptionId, RewardId,
    UploadId,
};
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

/// A primary key.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// A key without an item. A read of it opens the connection.
pub(crate) fn sentinel() -> Key {
    key("WARM", "WARM")
}

/// The settings of a merchant, till keys among them. IAM grants rights on whole partitions, so an
/// item that another function than `api` and `retention` writes has another partition.
pub(crate) fn merchant_partition(merchant: MerchantId) -> String {
    format!("M#{merchant}")
}

/// The first and the last sort key of a merchant's settings: till keys, profile, programmes,
/// senders and establishments.
pub(crate) const SETTINGS_RANGE: (&str, &str) = ("KEY#", "SHOP#~");
pub(crate) const PROFILE: &str = "PROFILE";

pub(crate) fn profile(merchant: MerchantId) -> Key {
    key(merchant_partition(merchant), PROFILE)
}

pub(crate) fn rule(merchant: MerchantId, valid_from: Day) -> Key {
    key(merchant_partition(merchant), format!("RULE#{valid_from}"))
}

/// The partition that says which programmes were used. `ingest` writes it too, and may not write the settings.
pub(crate) fn programme_uses(merchant: MerchantId) -> String {
    format!("{}#PROGRAMMES", merchant_partition(merchant))
}

pub(crate) fn programme_use(merchant: MerchantId, valid_from: Day) -> Key {
    key(programme_uses(merchant), format!("USE#{valid_from}"))
}

pub(crate) fn shop(merchant: MerchantId, establishment: &EstablishmentId) -> Key {
    key(merchant_partition(merchant), format!("SHOP#{establishment}"))
}

/// A key has one of two slots of its mode and scope, so that an establishment cannot have three such keys.
pub(crate) fn till_key(
    merchant: MerchantId,
    establishment: &EstablishmentId,
    mode: Mode,
    scope: KeyScope,
    slot: u8,
) -> Key {
    let (mode, scope) = (mode.as_str(), scope.as_str());
    key(merchant_partition(merchant), format!("KEY#{establishment}#{mode}#{scope}#{slot}"))
}

/// The total of a merchant's corrections by hand of a day.
pub(crate) fn adjusted_total(tenant: Tenant, day: Day) -> Key {
    key(format!("{tenant}#ADJUSTED"), day.to_string())
}

/// The count of a key's failed look-ups in a window.
pub(crate) fn failed_lookups(id: KeyId, window: i64) -> Key {
    key(format!("LOOKUPS#{id}"), window.to_string())
}

/// The webhooks of a merchant, apart from the settings because `webhooks` writes their health.
pub(crate) const WEBHOOK_PREFIX: &str = "PUSH#";

pub(crate) fn webhooks_partition(merchant: MerchantId) -> String {
    format!("M#{merchant}#WEBHOOKS")
}

/// A webhook has one of a few slots, so that a merchant cannot have more webhooks.
pub(crate) fn webhook(merchant: MerchantId, slot: u8) -> Key {
    key(webhooks_partition(merchant), format!("{WEBHOOK_PREFIX}{slot}"))
}

/// The events of a tenant, by the day of the month: there are 31 partitions. The events of the
/// month before have expired.
pub(crate) fn events_partition(tenant: Tenant, day_of_month: u8) -> String {
    format!("{tenant}#EVENT#{day_of_month:02}")
}

pub(crate) const DAYS_OF_A_MONTH: u8 = 31;

/// The tenant of an item, and the rest of its partition key.
pub(crate) fn tenant_of(pk: &str) -> Option<(Tenant, &str)> {
    let mut parts = pk.strip_prefix("M#")?.splitn(2, '#');
    let merchant = MerchantId::parse(parts.next()?).ok()?;
    let rest = parts.next().unwrap_or_default();
    Some(match rest.strip_prefix("TEST#") {
        Some(rest) => (Tenant { merchant, mode: Mode::Test }, rest),
        None => (Tenant { merchant, mode: Mode::Live }, rest),
    })
}

/// The receipt in the rest of a partition key.
pub(crate) fn receipt_of(rest: &str) -> Option<Receipt> {
    domain::purchase::id::receipt(rest.strip_prefix("RECEIPT#")?)
}

/// The receipt in the partition key of a purchase.
pub(crate) fn receipt_at(pk: &str) -> Option<Receipt> {
    receipt_of(tenant_of(pk)?.1)
}

/// The member in the rest of a partition key.
pub(crate) fn rows_of(rest: &str) -> Option<MemberId> {
    MemberId::parse(rest.strip_prefix("MEMBER#")?).ok()
}

/// The merchants of the deployment. An entry has no attribute: its key names the merchant.
pub(crate) const DIRECTORY: &str = "MERCHANTS";

pub(crate) fn directory_entry(merchant: MerchantId) -> Key {
    key(DIRECTORY, merchant_partition(merchant))
}

/// The merchant that has a reference of the operator. A reference has one merchant.
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

/// The prefix of the sort keys of a member's person and account, which are neighbours.
pub(crate) fn member_prefix(member: MemberId) -> String {
    format!("MEMBER#{member}#")
}

pub(crate) fn purchase(tenant: Tenant, receipt: &Receipt) -> Key {
    let Receipt { establishment, register, day, number } = receipt;
    let (register, number) = (register.as_str(), number.as_str());
    key(format!("{tenant}#RECEIPT#{establishment}#{register}#{day}#{number}"), PURCHASE)
}

/// The sort key of a purchase. A cancelled purchase whose receipt is recorded again gets
/// [`cancelled_purchase`].
pub(crate) const PURCHASE: &str = "PURCHASE";
/// The prefix of the sort keys of the other entries of the ledger.
pub(crate) const LEDGER_PREFIX: &str = "LEDGER#";

/// The sort key after all entries of a ledger.
pub(crate) const LEDGER_END: &str = "LEDGER$";

/// The sort key before the entries of a ledger since `instant`.
pub(crate) fn ledger_since(instant: Instant) -> String {
    format!("{LEDGER_PREFIX}{}", instant_text(instant))
}

/// The bucket of the index `history` that a purchase without a customer belongs to: the year of the
/// receipt, spread over [`ANONYMOUS_SHARDS`].
pub(crate) fn anonymous(tenant: Tenant, receipt: &Receipt) -> String {
    let year = year(receipt.day).max(ANONYMOUS_SINCE);
    let digest = Sha256::digest(purchase(tenant, receipt).pk);
    anonymous_bucket(tenant, year, digest[0] % ANONYMOUS_SHARDS)
}

pub(crate) fn anonymous_bucket(tenant: Tenant, year: i32, shard: u8) -> String {
    format!("{tenant}{ANONYMOUS}{year}#{shard}")
}

/// Whether the value of the attribute `member` is a bucket of anonymous purchases.
pub(crate) fn is_anonymous(member: &str) -> bool {
    member.contains(ANONYMOUS)
}

const ANONYMOUS: &str = "#ANONYMOUS#";
/// The number of buckets of one year.
pub(crate) const ANONYMOUS_SHARDS: u8 = 8;
/// The first year with a bucket. Older purchases are in the buckets of this year.
pub(crate) const ANONYMOUS_SINCE: i32 = 1990;

pub(crate) fn year(day: Day) -> i32 {
    day.month().ordinal().div_euclid(12)
}

/// The key of a cancelled purchase whose receipt is recorded again. The instant has whole seconds, and
/// `token` tells two cancellations in one second apart.
pub(crate) fn cancelled_purchase(purchase: &Key, cancelled_at: &str, token: &str) -> Key {
    key(purchase.pk.clone(), format!("CANCELLED#{cancelled_at}#{token}"))
}

pub(crate) fn ledger(tenant: Tenant, member: MemberId, instant: &str, entry: KeyId) -> Key {
    key(member_rows(tenant, member), format!("{LEDGER_PREFIX}{instant}#{entry}"))
}

/// The key of a redemption, among the member's entries of the ledger. The instant is part of the
/// identifier.
pub(crate) fn redemption(tenant: Tenant, member: MemberId, redemption: RedemptionId) -> Key {
    let instant = instant_text(redemption.minted_at());
    key(member_rows(tenant, member), format!("{LEDGER_PREFIX}{instant}#{redemption}"))
}

/// The partition of one member: entries of the ledger, redemptions, messages, coupons and counts.
pub(crate) fn member_rows(tenant: Tenant, member: MemberId) -> String {
    format!("{tenant}#MEMBER#{member}")
}

/// The login of a member. Only `account` reads it, and `retention` deletes it.
pub(crate) fn login(tenant: Tenant, member: MemberId) -> Key {
    key(format!("{tenant}#LOGIN#{member}"), "LOGIN")
}

/// The login of a mobile that no member has, by the keyed hash of the mobile: it counts guesses.
pub(crate) fn login_of_nobody(tenant: Tenant, hash: &str) -> Key {
    key(format!("{tenant}#LOGIN#{hash}"), "LOGIN")
}

/// The count of what a source address asked for in an hour, by the keyed hash of the address.
pub(crate) fn source(tenant: Tenant, hash: &str, limit: &str, hour: i64) -> Key {
    key(format!("{tenant}#SOURCE#{hash}"), format!("{limit}#{hour}"))
}

/// The last code that was sent to a mobile, by the keyed hash of the mobile.
pub(crate) fn sign_in_code(tenant: Tenant, hash: &str) -> Key {
    key(format!("{tenant}#CODE#{hash}"), "CODE")
}

/// The count of the codes of a day.
pub(crate) fn codes_of_day(tenant: Tenant, day: Day) -> Key {
    key(format!("{tenant}#CODES"), day.to_string())
}

/// The ticket of a person who has proved a mobile, by the hash of the ticket's secret.
pub(crate) fn ticket(tenant: Tenant, hash: &str) -> Key {
    key(format!("{tenant}#TICKET#{hash}"), "TICKET")
}

pub(crate) fn notice(tenant: Tenant, notice: NoticeId) -> Key {
    key(format!("{tenant}#NOTICE#{notice}"), "NOTICE")
}

pub(crate) fn contact_partition(tenant: Tenant, kind: &str, hash: &str) -> String {
    format!("{tenant}#CONTACT#{kind}#{hash}")
}

/// The entry of a contact that only one member can have: a mobile or a card.
pub(crate) fn sole_contact(tenant: Tenant, kind: &str, hash: &str) -> Key {
    key(contact_partition(tenant, kind, hash), "MEMBER")
}

/// The entry of an e-mail address, which several members can share.
pub(crate) fn shared_contact(tenant: Tenant, kind: &str, hash: &str, member: MemberId) -> Key {
    key(contact_partition(tenant, kind, hash), format!("MEMBER#{member}"))
}

pub(crate) const HOLDERS: &str = "HOLDERS";

/// The number of members who share an e-mail address.
pub(crate) fn holders(tenant: Tenant, kind: &str, hash: &str) -> Key {
    key(contact_partition(tenant, kind, hash), HOLDERS)
}

/// The entry of an erased person's contact.
pub(crate) fn suppressed(tenant: Tenant, kind: &str, hash: &str) -> Key {
    suppressed_in(contact_partition(tenant, kind, hash))
}

/// As [`suppressed`], in the partition of the contact.
pub(crate) fn suppressed_in(contact: String) -> Key {
    key(contact, "SUPPRESSED")
}

/// The sort key sorts before those of the members, so that one query reads the oppositions, the number of
/// members and the first member.
pub(crate) const DO_NOT_CONTACT: &str = "DO_NOT_CONTACT";

/// The oppositions of a contact.
pub(crate) fn opposed(tenant: Tenant, kind: &str, hash: &str) -> Key {
    oppositions_of(&contact_partition(tenant, kind, hash))
}

/// The oppositions of a contact, by its partition.
pub(crate) fn oppositions_of(contact: &str) -> Key {
    key(contact, DO_NOT_CONTACT)
}

/// The answer to a keyed request, by the keyed hash of its key.
pub(crate) fn answer(tenant: Tenant, hash: &str) -> Key {
    key(format!("{tenant}#IDEMPOTENCY#{hash}"), "ANSWER")
}

pub(crate) fn upload_partition(tenant: Tenant) -> String {
    format!("{tenant}#UPLOAD")
}

/// The uploads of one establishment begin with its code.
pub(crate) fn upload_prefix(establishment: &EstablishmentId) -> String {
    format!("{establishment}#")
}

pub(crate) fn upload(tenant: Tenant, establishment: &EstablishmentId, upload: UploadId) -> Key {
    key(upload_partition(tenant), format!("{}{upload}", upload_prefix(establishment)))
}

/// The upload of a sort key.
pub(crate) fn upload_at(sk: &str) -> Option<UploadId> {
    let (_, id) = sk.split_once('#')?;
    UploadId::parse(id).ok()
}

pub(crate) const RANGE_PREFIX: &str = "RANGE#";

pub(crate) fn range_partition(tenant: Tenant, upload: UploadId) -> String {
    format!("{tenant}#UPLOAD#{upload}")
}

pub(crate) fn range(tenant: Tenant, upload: UploadId, number: u32) -> Key {
    key(range_partition(tenant, upload), format!("{RANGE_PREFIX}{number:05}"))
}

/// A merchant's sender for a channel. It is part of the settings.
pub(crate) fn sender(merchant: MerchantId, channel: Channel) -> Key {
    key(merchant_partition(merchant), format!("SENDER#{}", channel.as_str()))
}

/// The merchants that send by a provider's account.
pub(crate) fn account_partition(account: &str) -> String {
    format!("PROVIDER#{account}")
}

/// The entry that says which provider an account belongs to.
pub(crate) fn account_provider(account: &str) -> Key {
    key(account_partition(account), "PROVIDER".to_owned())
}

pub(crate) fn account_merchant(account: &str, merchant: MerchantId) -> Key {
    key(account_partition(account), merchant_partition(merchant))
}

/// The merchant and the account of an entry in the list of an account.
pub(crate) fn account_merchant_at(key: &Key) -> Option<(MerchantId, &str)> {
    let account = key.pk.strip_prefix("PROVIDER#")?;
    let merchant = MerchantId::parse(key.sk.strip_prefix("M#")?).ok()?;
    Some((merchant, account))
}

/// The entry that a merchant sends or may have sent by an account, in the merchant's own partition.
pub(crate) fn merchant_account(merchant: MerchantId, account: &str) -> Key {
    key(merchant_partition(merchant), format!("{ACCOUNT_PREFIX}{account}"))
}

pub(crate) const ACCOUNT_PREFIX: &str = "ACCOUNT#";

/// The entry that a merchant has launched a campaign. It is outside the range of the settings.
pub(crate) fn first_campaign(merchant: MerchantId) -> Key {
    key(merchant_partition(merchant), "FIRST_CAMPAIGN".to_owned())
}

pub(crate) const CAMPAIGN_PREFIX: &str = "CAMPAIGN#";

/// The end of the partition of a tenant's campaigns.
const CAMPAIGNS: &str = "CAMPAIGNS";

/// The campaigns of a tenant, apart from the settings because `campaign` and `send` write them.
pub(crate) fn campaigns_partition(tenant: Tenant) -> String {
    format!("{tenant}#{CAMPAIGNS}")
}

pub(crate) fn campaign(tenant: Tenant, campaign: CampaignId) -> Key {
    key(campaigns_partition(tenant), format!("{CAMPAIGN_PREFIX}{campaign}"))
}

/// The tenant and the identifier in the key of a campaign.
pub(crate) fn campaign_at(key: &Key) -> Option<(Tenant, CampaignId)> {
    let (tenant, _) = tenant_of(&key.pk).filter(|(_, rest)| *rest == CAMPAIGNS)?;
    let id = CampaignId::parse(key.sk.strip_prefix(CAMPAIGN_PREFIX)?).ok()?;
    Some((tenant, id))
}

/// The plan, the batches and the figures of one campaign.
pub(crate) fn campaign_partition(tenant: Tenant, campaign: CampaignId) -> String {
    format!("{tenant}#CAMPAIGN#{campaign}")
}

/// The progress of a campaign's plan.
pub(crate) fn plan(tenant: Tenant, campaign: CampaignId) -> Key {
    key(campaign_partition(tenant, campaign), "PLAN")
}

/// The dry run of a campaign.
pub(crate) fn dry_run(tenant: Tenant, campaign: CampaignId) -> Key {
    key(campaign_partition(tenant, campaign), "DRYRUN")
}

/// The members of a batch. The batch is named by the last member that was read when the batch was
/// cut.
pub(crate) fn batch(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Key {
    key(campaign_partition(tenant, campaign), format!("BATCH#{batch}"))
}

/// The state of a batch. It is an item of its own, so that a change writes little.
pub(crate) fn sending(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Key {
    key(campaign_partition(tenant, campaign), format!("SENDING#{batch}"))
}

/// The shared address that a recipient of a campaign has claimed, by the keyed hash of the address.
pub(crate) fn claimed_address(tenant: Tenant, campaign: CampaignId, hash: &str) -> Key {
    key(campaign_partition(tenant, campaign), format!("ADDRESS#{hash}"))
}

/// As [`claimed_address`], for a run of the campaign's dry run.
pub(crate) fn counted_address(tenant: Tenant, campaign: CampaignId, run: &str, hash: &str) -> Key {
    key(campaign_partition(tenant, campaign), format!("COUNTED#{run}#{hash}"))
}

/// The number of items that a campaign's figures are spread over: one item cannot take every write.
pub(crate) const TALLIES: u8 = 10;

pub(crate) fn tally(tenant: Tenant, campaign: CampaignId, number: u8) -> Key {
    key(campaign_partition(tenant, campaign), format!("TALLY#{number:02}"))
}

pub(crate) const MESSAGE_PREFIX: &str = "MESSAGE#";

pub(crate) fn message(tenant: Tenant, member: MemberId, campaign: CampaignId) -> Key {
    key(member_rows(tenant, member), format!("{MESSAGE_PREFIX}{campaign}"))
}

pub(crate) const CONSENT_PREFIX: &str = "CONSENT#";

/// A consent or an opposition in the history of a member's channel, by its place.
pub(crate) fn consent_change(
    tenant: Tenant,
    member: MemberId,
    channel: Channel,
    place: u32,
) -> Key {
    let sk = format!("{CONSENT_PREFIX}{}#{place:02}", channel.as_str());
    key(member_rows(tenant, member), sk)
}

/// A text that a member sent.
pub(crate) fn inbound_text(tenant: Tenant, member: MemberId, instant: &str, hash: &str) -> Key {
    key(member_rows(tenant, member), format!("INBOUND#{instant}#{hash}"))
}

/// The bucket of the index `history` for the texts that the members of a tenant sent.
pub(crate) fn inbound_bucket(tenant: Tenant) -> String {
    format!("{tenant}#INBOUND")
}

/// The offers of a tenant, and the tenant's count of coupon numbers.
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

/// The batches of an offer and their ranges.
pub(crate) fn offer_partition(tenant: Tenant, offer: OfferId) -> String {
    format!("{tenant}#OFFER#{offer}")
}

pub(crate) const COUPON_BATCH_PREFIX: &str = "BATCH#";

pub(crate) fn coupon_batch(tenant: Tenant, offer: OfferId, batch: CouponBatchId) -> Key {
    key(offer_partition(tenant, offer), format!("{COUPON_BATCH_PREFIX}{batch}"))
}

/// The prefix of the sort keys of a batch's ranges.
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

/// The number of partitions of a tenant's coupons. No index names the coupons: the partitions are
/// walked when the merchant's contract has ended.
pub(crate) const COUPON_SHARDS: u8 = 16;

pub(crate) fn coupon_partition(tenant: Tenant, shard: u8) -> String {
    format!("{tenant}#COUPON#{shard:02}")
}

pub(crate) fn coupon(tenant: Tenant, code: &CouponCode) -> Key {
    let shard = Sha256::digest(code.as_str())[0] % COUPON_SHARDS;
    key(coupon_partition(tenant, shard), code.as_str())
}

pub(crate) const MEMBER_COUPON_PREFIX: &str = "COUPON#";

/// The member's row that leads to a coupon.
pub(crate) fn member_coupon(tenant: Tenant, member: MemberId, code: &CouponCode) -> Key {
    key(member_rows(tenant, member), format!("{MEMBER_COUPON_PREFIX}{}", code.as_str()))
}

/// The count of a member's uses of an offer.
pub(crate) fn member_uses(tenant: Tenant, member: MemberId, offer: OfferId) -> Key {
    key(member_rows(tenant, member), format!("USES#{offer}"))
}

/// The rewards of a tenant, and the counts of what was given.
pub(crate) fn rewards_partition(tenant: Tenant) -> String {
    format!("{tenant}#REWARD")
}

pub(crate) const REWARD_PREFIX: &str = "REWARD#";

pub(crate) fn reward(tenant: Tenant, reward: RewardId) -> Key {
    key(rewards_partition(tenant), format!("{REWARD_PREFIX}{reward}"))
}

/// The count of what was given of a reward.
pub(crate) fn reward_stock(tenant: Tenant, reward: RewardId) -> Key {
    key(rewards_partition(tenant), format!("STOCK#{reward}"))
}

/// The count of what a member was given of a reward.
pub(crate) fn member_reward(tenant: Tenant, member: MemberId, reward: RewardId) -> Key {
    key(member_rows(tenant, member), format!("{REWARD_PREFIX}{reward}"))
}

/// The bucket of the index `due` for campaigns.
pub(crate) const CAMPAIGNS_DUE: &str = "DUE#CAMPAIGNS";

pub(crate) fn campaign_due_at(at: Instant, campaign: CampaignId) -> String {
    format!("{}#{campaign}", instant_text(at))
}

/// The bucket of the index `due` for programmes that need a daily run.
pub(crate) const DAILY_RUN: &str = "DUE#DAILY";

pub(crate) fn daily_run_at(merchant: MerchantId, valid_from: Day) -> String {
    format!("{merchant}#{valid_from}")
}

/// The bucket of the index `due` for a member's deadline. A month has several buckets, so that a
/// month of a large merchant is spread over several partitions.
pub(crate) fn due_bucket(day: Day, member: MemberId) -> String {
    due_bucket_of(day.month(), member.shard())
}

pub(crate) fn due_bucket_of(month: Month, shard: u8) -> String {
    format!("DUE#{month}#{shard:02}")
}

pub(crate) fn due_at(day: Day, member: MemberId) -> String {
    format!("{day}#MEMBER#{member}")
}

/// The bucket of the index `due` for the end of a merchant's contract, together with members'
/// deadlines.
pub(crate) fn merchant_due_bucket(day: Day, merchant: MerchantId) -> String {
    let shard = merchant.to_bytes()[15] % MEMBER_SHARDS;
    format!("DUE#{}#{shard:02}", day.month())
}

pub(crate) fn merchant_due_at(day: Day, merchant: MerchantId) -> String {
    format!("{day}#MERCHANT#{merchant}")
}

/// The first month that may still hold a deadline.
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

/// The access log of a tenant in a calendar month in UTC. No other partition begins with `LOG#`: IAM limits a
/// role by the beginning of the partition key, so a role can be limited to appending entries.
pub(crate) fn access_log_partition(tenant: Tenant, month: Month) -> String {
    format!("LOG#{tenant}#{month}")
}

/// An entry of the access log. Entries of one second are in the order of their milliseconds.
pub(crate) fn access(tenant: Tenant, id: AccessId) -> Key {
    let at = id.minted_at();
    key(access_log_partition(tenant, utc_month(at)), format!("{}#{id}", instant_text(at)))
}

/// The calendar month of an instant in UTC.
pub(crate) fn utc_month(at: Instant) -> Month {
    Day::at(at, &TimeZone::UTC).month()
}

/// The prefix of the partitions of a tenant's purchases.
pub(crate) fn receipt_prefix(tenant: Tenant) -> String {
    format!("{tenant}#RECEIPT#")
}
