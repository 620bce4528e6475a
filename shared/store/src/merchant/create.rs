//! What the operator sets up: merchants, establishments, till keys.

use crate::merchant::programmes::ProgrammeRecord;
use crate::merchant::settings::{KeyRecord, ProfileRecord, ShopRecord, TillKey};
use crate::table::items;
use crate::table::keys::{self, Mode};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Entity, MerchantKey, Settings, Store, StoreError};
use domain::{
    Day, Establishment, EstablishmentId, Instant, KeyId, Merchant, MerchantId, Programme,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many keys of one mode an establishment may have: the one in use and the one that follows it.
const KEY_SLOTS: u8 = 2;

#[derive(Serialize, Deserialize)]
struct ReferenceRecord {
    pk: String,
    sk: String,
    merchant: String,
}

impl Store {
    /// Creates a merchant with its first programme and a key of its own: 1 transaction of 3
    /// items. The same reference and content again is the same merchant, told by `false`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the reference stands for another content.
    pub async fn create_merchant(
        &self,
        merchant: &Merchant,
        programme: &Programme,
        now: Instant,
    ) -> Result<(Arc<Settings>, bool), StoreError> {
        let key = MerchantKey::generate(merchant.id)?;
        let wrapped = self.master_key.wrap(merchant.id, &key)?;
        let keys::Key { pk, sk } = keys::reference(&merchant.reference);
        let reference = ReferenceRecord { pk, sk, merchant: merchant.id.to_string() };
        let profile = ProfileRecord::of(merchant, wrapped, now);
        let rule = ProgrammeRecord::of(merchant.id, Day::FIRST, programme);
        let mut transaction = self.transaction();
        let reference = Write::put(&reference)?.if_absent().returning_stored();
        transaction.add_in(Slot::Reference, reference);
        transaction.add(Write::put(&profile)?.if_absent());
        transaction.add(Write::put(&rule)?.if_absent());
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                Ok((self.settings_fresh(merchant.id, now).await?, true))
            }
            TransactionOutcome::Cancelled(cancelled) => match cancelled.stored(Slot::Reference) {
                Some(item) => {
                    let known: ReferenceRecord = items::from_item(item.clone(), "reference")?;
                    let id = MerchantId::parse(&known.merchant)
                        .map_err(|_| StoreError::Corrupt("reference"))?;
                    let settings = self.settings_fresh(id, now).await?;
                    // The contract's end is told later, and apart.
                    let contract_ends_on = settings.merchant.contract_ends_on;
                    let same = Merchant { id, contract_ends_on, ..merchant.clone() }
                        == settings.merchant
                        && settings.programmes.on(Day::FIRST) == Some(programme);
                    if same { Ok((settings, false)) } else { Err(Conflict::ReferenceTaken.into()) }
                }
                None => Err(StoreError::Busy),
            },
        }
    }

    /// Creates an establishment or renames it: 1 write unit. Its time zone stays as it was created,
    /// since the days of its receipts were computed with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for another time zone.
    pub async fn put_establishment(
        &self,
        merchant: MerchantId,
        establishment: &Establishment,
    ) -> Result<(), StoreError> {
        let record = ShopRecord::of(merchant, establishment);
        let put = Write::put(&record)?
            .condition("attribute_not_exists(pk) OR time_zone = :zone")
            .value(":zone", record.time_zone());
        self.settings.remove(&merchant);
        match self.transact_one(put).await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::Cancelled(_) => Err(Conflict::TimeZoneChanged.into()),
        }
    }

    /// Gives an establishment a key, in the place of a revoked one or beside the one in use: up to
    /// 2 round trips of 2 write units.
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

    /// Revokes a key; every instance holds to it within a minute. Revoking again changes nothing.
    /// Up to 3 round trips.
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
                .value(":now", items::text(items::instant_text(now)))
                .value(":id", items::text(id.to_string()));
            self.transact_one(revoke).await?;
            self.settings.remove(&merchant);
            return Ok(());
        }
        Err(StoreError::NotFound(Entity::Key))
    }
}
