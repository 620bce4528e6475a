//! Offers: what the coupons of a merchant give. Each offer is one item, cached in memory for a
//! minute.

use crate::TtlCache;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Answered, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::coupon::offer::{Benefit, Share, Terms, Usage};
use domain::{Cents, Credential, Day, EstablishmentId, Instant, Offer, OfferId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) type Offers = TtlCache<(Tenant, OfferId), Arc<Offer>>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BenefitRecord {
    Value {
        cents: i64,
    },
    Percentage {
        hundredths: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<i64>,
    },
    Product {
        sku: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<i64>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UsageRecord {
    Single,
    Multi {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_member: Option<u32>,
    },
}

#[derive(Serialize, Deserialize)]
struct OfferRecord {
    pk: String,
    sk: String,
    name: String,
    benefit: BenefitRecord,
    minimum_spend: i64,
    first_day: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    establishments: Vec<String>,
    usage: UsageRecord,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    /// The credential of the last change.
    by: Credential,
}

/// An offer, and the credential that changed it last.
#[derive(Clone)]
pub struct StoredOffer {
    /// The offer.
    pub offer: Offer,
    /// The credential of the last change.
    pub changed_by: Credential,
}

impl BenefitRecord {
    fn of(benefit: &Benefit) -> Self {
        match benefit {
            Benefit::Value(value) => Self::Value { cents: value.get() },
            Benefit::Percentage { share, most } => Self::Percentage {
                hundredths: i64::from(share.hundredths()),
                most: most.map(Cents::get),
            },
            Benefit::Product { sku, most } => {
                Self::Product { sku: sku.clone(), most: most.map(Cents::get) }
            }
        }
    }

    fn read(self) -> Result<Benefit, StoreError> {
        Ok(match self {
            Self::Value { cents } => Benefit::Value(Cents::new(cents)),
            Self::Percentage { hundredths, most } => Benefit::Percentage {
                share: Share::new(hundredths).map_err(|_| StoreError::Corrupt("offer"))?,
                most: most.map(Cents::new),
            },
            Self::Product { sku, most } => Benefit::Product { sku, most: most.map(Cents::new) },
        })
    }
}

impl OfferRecord {
    fn of(scope: &Scope, offer: &Offer) -> Self {
        let Key { pk, sk } = keys::offer(scope.tenant(), offer.id);
        let terms = offer.terms();
        Self {
            pk,
            sk,
            name: terms.name.clone(),
            benefit: BenefitRecord::of(&terms.benefit),
            minimum_spend: terms.minimum_spend.get(),
            first_day: terms.first_day.to_string(),
            last_day: terms.last_day.map(|day| day.to_string()),
            establishments: terms.establishments.iter().map(ToString::to_string).collect(),
            usage: match terms.usage {
                Usage::Single => UsageRecord::Single,
                Usage::Multi { limit, limit_member } => UsageRecord::Multi { limit, limit_member },
            },
            disabled: offer.disabled,
            by: scope.credential,
        }
    }

    fn read(self) -> Result<StoredOffer, StoreError> {
        let id = self.sk.strip_prefix(keys::OFFER_PREFIX).map(OfferId::parse);
        let establishments = self.establishments.iter().map(|code| EstablishmentId::parse(code));
        let terms = Terms {
            name: self.name,
            benefit: self.benefit.read()?,
            minimum_spend: Cents::new(self.minimum_spend),
            first_day: Day::parse(&self.first_day).map_err(StoreError::corrupt("offer"))?,
            last_day: self
                .last_day
                .as_deref()
                .map(Day::parse)
                .transpose()
                .map_err(StoreError::corrupt("offer"))?,
            establishments: establishments
                .collect::<Result<_, _>>()
                .map_err(StoreError::corrupt("offer"))?,
            usage: match self.usage {
                UsageRecord::Single => Usage::Single,
                UsageRecord::Multi { limit, limit_member } => Usage::Multi { limit, limit_member },
            },
        };
        let id = id.and_then(Result::ok).ok_or(StoreError::Corrupt("offer"))?;
        let offer = Offer::from_stored(id, terms, self.disabled);
        Ok(StoredOffer { offer, changed_by: self.by })
    }
}

impl Store {
    /// Creates an offer: 1 round trip, 2 write units, and the cost of an idempotency key where the
    /// request has one. A repeated request with the same key returns the stored offer in its
    /// current state.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the identifier is taken, or [`StoreError::Refused`] with
    /// [`RequestError::IdempotencyKeyReused`](domain::RequestError::IdempotencyKeyReused).
    pub async fn create_offer(
        &self,
        scope: &Scope,
        offer: &Offer,
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Answered<StoredOffer>, StoreError> {
        let put = Write::put(&OfferRecord::of(scope, offer))?.if_absent();
        match self.enter_once(scope, &offer.id.to_string(), &put, key, now).await? {
            None => {
                let (offer, changed_by) = (offer.clone(), scope.credential);
                Ok(Answered::New(StoredOffer { offer, changed_by }))
            }
            Some(before) => {
                let id = OfferId::parse(&before).map_err(|_| StoreError::Corrupt("answer"))?;
                Ok(Answered::Replayed(self.offer(scope.tenant(), id).await?))
            }
        }
    }

    /// Replaces an offer: 1 round trip, 2 write units. Every instance uses the new terms for its
    /// coupons within a minute.
    pub async fn rewrite_offer(&self, scope: &Scope, offer: &Offer) -> Result<(), StoreError> {
        let written =
            self.transact_one(Write::put(&OfferRecord::of(scope, offer))?.if_present()).await;
        self.offers.remove(&(scope.tenant(), offer.id));
        if written? { Ok(()) } else { Err(StoreError::NotFound(Entity::Offer)) }
    }

    /// An offer, read strongly: 1 round trip, 1 read unit.
    pub async fn offer(&self, tenant: Tenant, id: OfferId) -> Result<StoredOffer, StoreError> {
        let key = keys::offer(tenant, id);
        let record: Option<OfferRecord> = self.get_item(&key, Consistency::Strong).await?;
        record.ok_or(StoreError::NotFound(Entity::Offer))?.read()
    }

    /// An offer at most a minute old: no round trip while it is cached, else 1 and half a read
    /// unit.
    pub(crate) async fn cached_offer(
        &self,
        tenant: Tenant,
        id: OfferId,
        now: Instant,
    ) -> Result<Option<Arc<Offer>>, StoreError> {
        if let Some(offer) = self.offers.get(&(tenant, id), now) {
            return Ok(Some(offer));
        }
        let key = keys::offer(tenant, id);
        let record: Option<OfferRecord> = self.get_item(&key, Consistency::Eventual).await?;
        let Some(record) = record else { return Ok(None) };
        let offer = Arc::new(record.read()?.offer);
        self.offers.insert((tenant, id), Arc::clone(&offer), now);
        Ok(Some(offer))
    }

    /// As [`Store::cached_offer`], for many offers: no round trip while all of them are cached, else half a
    /// read unit for each other offer, a hundred a round trip. Offers that do not exist are left out.
    pub(crate) async fn cached_offers(
        &self,
        tenant: Tenant,
        ids: BTreeSet<OfferId>,
        now: Instant,
    ) -> Result<HashMap<OfferId, Arc<Offer>>, StoreError> {
        let mut offers = HashMap::with_capacity(ids.len());
        let mut wanted = Vec::new();
        for id in ids {
            match self.offers.get(&(tenant, id), now) {
                Some(offer) => {
                    offers.insert(id, offer);
                }
                None => wanted.push(keys::offer(tenant, id)),
            }
        }
        for item in self.get_items(&wanted).await? {
            let offer = Arc::new(items::from_item::<OfferRecord>(item, "offer")?.read()?.offer);
            self.offers.insert((tenant, offer.id), Arc::clone(&offer), now);
            offers.insert(offer.id, offer);
        }
        Ok(offers)
    }

    /// Offers, the latest first, and the identifier after which the next page begins: 1 query, half
    /// a read unit for each 4 KB.
    pub async fn offers(
        &self,
        tenant: Tenant,
        after: Option<OfferId>,
        limit: usize,
    ) -> Result<(Vec<StoredOffer>, Option<OfferId>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :offer)")
            .expression_attribute_values(":pk", attributes::text(keys::offers_partition(tenant)))
            .expression_attribute_values(":offer", attributes::text(keys::OFFER_PREFIX))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(
                after.map(|after| items::key_item(&keys::offer(tenant, after))),
            )
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let offers = answer.items.unwrap_or_default().into_iter();
        let offers = offers.map(|item| items::from_item::<OfferRecord>(item, "offer")?.read());
        let offers = offers.collect::<Result<Vec<_>, StoreError>>()?;
        let next = offers.last().filter(|_| more).map(|last| last.offer.id);
        Ok((offers, next))
    }
}
