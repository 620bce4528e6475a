//! A merchant's settings. One query reads them all, and an instance caches them for a minute.

use crate::merchant::changes::SettingsChanges;
use crate::merchant::establishment::EstablishmentRecord;
use crate::merchant::profile::ProfileRecord;
use crate::merchant::programmes::ProgrammeRecord;
use crate::merchant::senders::SenderRecord;
use crate::merchant::till_key::{KeyRecord, TillKey};
use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::vault::MerchantKey;
use crate::{Entity, Store, StoreError};
use domain::merchant::Merchant;
use domain::merchant::sender::Senders;
use domain::{Day, Establishment, EstablishmentId, Instant, MerchantId, Programmes, retention};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The settings of a merchant: requests are checked against them and computed with them.
pub struct Settings {
    /// The merchant and its contracts.
    pub merchant: Merchant,
    /// The programmes.
    pub programmes: Programmes,
    /// The establishments by code.
    pub establishments: BTreeMap<EstablishmentId, Establishment>,
    /// The till keys. A revoked key stays until another one takes its slot.
    pub keys: Vec<TillKey>,
    /// The senders of messages.
    pub senders: Senders,
    /// The credentials of the last changes.
    pub changes: SettingsChanges,
    /// The revisions of the programmes, by their first day.
    pub(crate) revisions: BTreeMap<Day, u64>,
    /// Whether the merchant's data is being archived.
    archiving: bool,
    pub(crate) vault: MerchantKey,
}

impl Settings {
    /// Whether the contract has ended: from the day after its last day in Europe/Paris, and while
    /// the data is being archived. Keys and files of the merchant are then refused, and no message
    /// is sent for it.
    #[must_use]
    pub fn contract_has_ended(&self, now: Instant) -> bool {
        self.archiving || self.merchant.contract_has_ended(retention::day_of(now))
    }
}

impl Store {
    /// A merchant's settings, at most a minute old: no call while the settings are cached,
    /// otherwise 1 query (1 read unit for each 4 KB). Settings with an ended contract are read at
    /// each call: work of an ended contract is dropped, and the end may have been withdrawn since.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a merchant that does not exist.
    pub async fn settings(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Settings>, StoreError> {
        match self.settings.get(&merchant, now) {
            Some(settings) if !settings.contract_has_ended(now) => Ok(settings),
            Some(_) | None => self.settings_fresh(merchant, now).await,
        }
    }

    /// As [`Store::settings`], where an ended contract may be a minute old too. For requests that
    /// anybody can send, and for work that is done whether the contract runs or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a merchant that does not exist.
    pub async fn cached_settings(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Settings>, StoreError> {
        match self.settings.get(&merchant, now) {
            Some(settings) => Ok(settings),
            None => self.settings_fresh(merchant, now).await,
        }
    }

    /// As [`Store::settings`], without the cache: 1 strong query, 1 read unit for each 4 KB.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a merchant that does not exist.
    pub async fn settings_fresh(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Settings>, StoreError> {
        let (first, last) = keys::SETTINGS_RANGE;
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::merchant_partition(merchant)),
            )
            .expression_attribute_values(":first", attributes::text(first))
            .expression_attribute_values(":last", attributes::text(last))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut read = Vec::new();
        while let Some(item) = pages.next().await {
            read.push(item.map_err(StoreError::unavailable)?);
        }
        let settings = Arc::new(self.assemble(merchant, read)?);
        self.settings.insert(merchant, Arc::clone(&settings), now);
        Ok(settings)
    }

    fn assemble(
        &self,
        merchant: MerchantId,
        read: Vec<items::Item>,
    ) -> Result<Settings, StoreError> {
        let mut profile = None;
        let (mut programmes, mut establishments, mut till_keys) = (vec![], BTreeMap::new(), vec![]);
        let mut revisions = BTreeMap::new();
        let mut senders = Senders::default();
        let mut changes = SettingsChanges::default();
        for item in read {
            let kind = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
            match kind.split('#').next() {
                Some(keys::PROFILE) => {
                    profile = Some(items::from_item::<ProfileRecord>(item, "profile")?);
                }
                Some("RULE") => {
                    let record: ProgrammeRecord = items::from_item(item, "programme")?;
                    changes.programmes.insert(record.valid_from, record.by);
                    revisions.insert(record.valid_from, record.revision);
                    programmes.push(record.read());
                }
                Some("SHOP") => {
                    let establishment =
                        items::from_item::<EstablishmentRecord>(item, "establishment")?.read()?;
                    establishments.insert(establishment.id.clone(), establishment);
                }
                Some("KEY") => till_keys.push(items::from_item::<KeyRecord>(item, "key")?.read()?),
                Some("SENDER") => {
                    let record: SenderRecord = items::from_item(item, "sender")?;
                    record.read_into(&mut senders, &mut changes)?;
                }
                _ => {}
            }
        }
        let profile = profile.ok_or(StoreError::NotFound(Entity::Merchant))?;
        Ok(Settings {
            vault: self.master_keys.unwrap(merchant, &profile.key, self.random.clone())?,
            archiving: profile.archiving_since.is_some(),
            merchant: profile.read(merchant)?,
            programmes: Programmes::new(programmes),
            revisions,
            establishments,
            keys: till_keys,
            senders,
            changes,
        })
    }
}
