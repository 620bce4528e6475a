//! The keys of establishments: of tills, back offices and exports.

use crate::table::attributes;
use crate::table::items::from_item;
use crate::table::keys::{self, Key};
use crate::table::tenant::Mode;
use crate::table::write::Write;
use crate::{Conflict, Entity, Store, StoreError};
use domain::{Credential, EstablishmentId, Instant, KeyId, KeyScope, MerchantId, Origin};
use serde::{Deserialize, Serialize};

/// The number of keys of one mode and scope for an establishment: the key in use, and its successor.
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
    /// The scope of the key: the operations that it may do.
    pub scope: KeyScope,
    /// The name that the merchant gives the key.
    pub label: String,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// The origins of web pages that may use the key in a browser.
    pub origins: Vec<Origin>,
    /// When the key was created.
    pub created_at: Instant,
    /// The credential that created the key.
    pub created_by: Credential,
    /// When the key was revoked, and by which credential.
    pub revoked: Option<Revocation>,
}

/// The end of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// When the key was revoked.
    pub at: Instant,
    /// The credential that revoked the key.
    pub by: Credential,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    pk: String,
    sk: String,
    id: String,
    establishment: String,
    mode: String,
    scope: String,
    label: String,
    #[serde(with = "serde_bytes")]
    secret_hash: Vec<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    created_at: String,
    created_by: Credential,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_by: Option<Credential>,
}

impl KeyRecord {
    pub(crate) fn of(merchant: MerchantId, till_key: &TillKey, slot: u8) -> Self {
        let Key { pk, sk } =
            keys::till_key(merchant, &till_key.establishment, till_key.mode, till_key.scope, slot);
        Self {
            pk,
            sk,
            id: till_key.id.to_string(),
            establishment: till_key.establishment.to_string(),
            mode: till_key.mode.as_str().to_owned(),
            scope: till_key.scope.as_str().to_owned(),
            label: till_key.label.clone(),
            secret_hash: till_key.secret_hash.to_vec(),
            origins: till_key.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            created_at: attributes::instant_text(till_key.created_at),
            created_by: till_key.created_by,
            revoked_at: till_key.revoked.map(|revoked| attributes::instant_text(revoked.at)),
            revoked_by: till_key.revoked.map(|revoked| revoked.by),
        }
    }

    fn is(&self, id: KeyId) -> bool {
        self.id == id.to_string()
    }

    fn key(self) -> Key {
        Key { pk: self.pk, sk: self.sk }
    }

    pub(crate) fn read(self) -> Result<TillKey, StoreError> {
        Ok(TillKey {
            id: KeyId::parse(&self.id).map_err(StoreError::corrupt("key"))?,
            establishment: EstablishmentId::parse(&self.establishment)
                .map_err(StoreError::corrupt("key"))?,
            mode: Mode::parse(&self.mode).ok_or(StoreError::Corrupt("key"))?,
            scope: KeyScope::parse(&self.scope).ok_or(StoreError::Corrupt("key"))?,
            label: self.label,
            secret_hash: self.secret_hash.try_into().map_err(|_| StoreError::Corrupt("key"))?,
            origins: self
                .origins
                .iter()
                .map(|origin| Origin::parse(origin))
                .collect::<Result<_, _>>()
                .map_err(StoreError::corrupt("key"))?,
            created_at: attributes::instant_of(&self.created_at)?,
            created_by: self.created_by,
            revoked: match (self.revoked_at, self.revoked_by) {
                (Some(at), Some(by)) => Some(Revocation { at: attributes::instant_of(&at)?, by }),
                _ => None,
            },
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
            if self.transact_one(put).await? {
                self.settings.remove(&merchant);
                return Ok(());
            }
        }
        Err(Conflict::TwoKeysInUse.into())
    }

    /// Revokes a key. Every instance refuses the key within one minute. A second call changes
    /// nothing. 2 round trips: up to 12 read units and 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a key that the establishment does not have.
    pub async fn revoke_till_key(
        &self,
        merchant: MerchantId,
        establishment: &EstablishmentId,
        id: KeyId,
        revocation: Revocation,
    ) -> Result<(), StoreError> {
        let slots = slots(merchant, establishment);
        let stored = self.get_items_strongly(&slots).await?.into_iter();
        let stored: Vec<KeyRecord> =
            stored.map(|item| from_item(item, "key")).collect::<Result<_, _>>()?;
        let stored = stored.into_iter().find(|stored| stored.is(id));
        let key = stored.ok_or(StoreError::NotFound(Entity::Key))?.key();
        let revoke = Write::update(&key, "SET revoked_at = :now, revoked_by = :by")
            .condition("id = :id AND attribute_not_exists(revoked_at)")
            .value(":now", attributes::text(attributes::instant_text(revocation.at)))
            .value(":by", attributes::text(revocation.by.to_string()))
            .value(":id", attributes::text(id.to_string()));
        self.transact_one(revoke).await?;
        self.settings.remove(&merchant);
        Ok(())
    }
}

/// The keys of all slots of an establishment.
fn slots(merchant: MerchantId, establishment: &EstablishmentId) -> Vec<Key> {
    let modes = [Mode::Live, Mode::Test].into_iter();
    let kinds = modes.flat_map(|mode| KeyScope::ALL.map(|scope| (mode, scope)));
    let slots = kinds.flat_map(|kind| (1..=KEY_SLOTS).map(move |slot| (kind, slot)));
    slots
        .map(|((mode, scope), slot)| keys::till_key(merchant, establishment, mode, scope, slot))
        .collect()
}
