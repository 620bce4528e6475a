//! The keys of tills.

use crate::table::attributes;
use crate::table::keys;
use crate::table::tenant::Mode;
use crate::table::write::Write;
use crate::{Conflict, Consistency, Entity, Store, StoreError};
use domain::{EstablishmentId, Instant, KeyId, MerchantId, Origin};
use serde::{Deserialize, Serialize};

/// The number of keys of one mode for an establishment: the key in use, and its successor.
const KEY_SLOTS: u8 = 2;

/// The key of a till. The hash of its secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TillKey {
    /// The public identifier.
    pub id: KeyId,
    /// The establishment.
    pub establishment: EstablishmentId,
    /// Live or test data.
    pub mode: Mode,
    /// The name that the merchant gives the key.
    pub label: String,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// The origins of web pages that may use the key in a browser.
    pub origins: Vec<Origin>,
    /// When the key was created.
    pub created_at: Instant,
    /// When the key was revoked.
    pub revoked_at: Option<Instant>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    pk: String,
    sk: String,
    id: String,
    establishment: String,
    mode: String,
    label: String,
    #[serde(with = "serde_bytes")]
    secret_hash: Vec<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

impl KeyRecord {
    pub(crate) fn of(merchant: MerchantId, till_key: &TillKey, slot: u8) -> Self {
        let keys::Key { pk, sk } =
            keys::till_key(merchant, &till_key.establishment, till_key.mode, slot);
        Self {
            pk,
            sk,
            id: till_key.id.to_string(),
            establishment: till_key.establishment.to_string(),
            mode: till_key.mode.as_str().to_owned(),
            label: till_key.label.clone(),
            secret_hash: till_key.secret_hash.to_vec(),
            origins: till_key.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            created_at: attributes::instant_text(till_key.created_at),
            revoked_at: till_key.revoked_at.map(attributes::instant_text),
        }
    }

    pub(crate) fn is(&self, id: KeyId) -> bool {
        self.id == id.to_string()
    }

    pub(crate) fn read(self) -> Result<TillKey, StoreError> {
        Ok(TillKey {
            id: KeyId::parse(&self.id).map_err(StoreError::corrupt("key"))?,
            establishment: EstablishmentId::parse(&self.establishment)
                .map_err(StoreError::corrupt("key"))?,
            mode: Mode::parse(&self.mode).ok_or(StoreError::Corrupt("key"))?,
            label: self.label,
            secret_hash: self.secret_hash.try_into().map_err(|_| StoreError::Corrupt("key"))?,
            origins: self
                .origins
                .iter()
                .map(|origin| Origin::parse(origin))
                .collect::<Result<_, _>>()
                .map_err(StoreError::corrupt("key"))?,
            created_at: attributes::instant_of(&self.created_at)?,
            revoked_at: self.revoked_at.as_deref().map(attributes::instant_of).transpose()?,
        })
    }
}

impl Store {
    /// Creates a key of an establishment, in the slot of a revoked key or in the free slot: up to 2
    /// round trips of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where two keys are in use.
    pub async fn create_till_key(
        &self,
        merchant: MerchantId,
        till_key: &TillKey,
    ) -> Result<(), StoreError> {
        for slot in 1..=KEY_SLOTS {
            let record = KeyRecord::of(merchant, till_key, slot);
            let put = Write::put(&record)?
                .condition("attribute_not_exists(pk) OR attribute_exists(revoked_at)");
            if self.transact_one(put).await?.is_committed() {
                self.settings.remove(&merchant);
                return Ok(());
            }
        }
        Err(Conflict::TwoKeysInUse.into())
    }

    /// Revokes a key. Every instance refuses the key within one minute. A second call changes
    /// nothing. Up to 3 round trips.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a key that the establishment does not have.
    pub async fn revoke_till_key(
        &self,
        merchant: MerchantId,
        establishment: &EstablishmentId,
        id: KeyId,
        now: Instant,
    ) -> Result<(), StoreError> {
        for (mode, slot) in [Mode::Live, Mode::Test]
            .into_iter()
            .flat_map(|mode| (1..=KEY_SLOTS).map(move |slot| (mode, slot)))
        {
            let key = keys::till_key(merchant, establishment, mode, slot);
            let stored: Option<KeyRecord> = self.get_item(&key, Consistency::Strong).await?;
            if stored.is_none_or(|stored| !stored.is(id)) {
                continue;
            }
            let revoke = "SET revoked_at = if_not_exists(revoked_at, :now)";
            let revoke = Write::update(&key, revoke)
                .condition("id = :id")
                .value(":now", attributes::text(attributes::instant_text(now)))
                .value(":id", attributes::text(id.to_string()));
            self.transact_one(revoke).await?;
            self.settings.remove(&merchant);
            return Ok(());
        }
        Err(StoreError::NotFound(Entity::Key))
    }
}
