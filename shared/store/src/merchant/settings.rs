//! A merchant's settings: one query reads them all, and an instance keeps them for a minute.

use crate::merchant::programmes::ProgrammeRecord;
use crate::merchant::senders::SenderRecord;
use crate::table::items;
use crate::table::keys::{self, Mode};
use crate::webhook::endpoint::{Webhook, WebhookRecord};
use crate::{Entity, MerchantKey, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::merchant::sender::Senders;
use domain::merchant::{Agreement, Establishment, Merchant, Sector};
use domain::values::calendar;
use domain::{Day, EstablishmentId, Instant, KeyId, MerchantId, Origin, Programmes, retention};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything of a merchant that requests are checked against and computed with.
pub struct Settings {
    /// The merchant and its contracts.
    pub merchant: Merchant,
    /// Its programmes.
    pub programmes: Programmes,
    /// Its establishments by code.
    pub establishments: BTreeMap<EstablishmentId, Establishment>,
    /// Its till keys, the revoked ones that no other has followed included.
    pub keys: Vec<TillKey>,
    /// From whom its messages come.
    pub senders: Senders,
    /// Where its software is told of what happens.
    pub webhooks: Vec<Webhook>,
    /// Whether what it leaves is being archived.
    archiving: bool,
    pub(crate) vault: MerchantKey,
}

impl Settings {
    /// Whether the merchant is one no more: from the day after its contract in Europe/Paris, and once
    /// what it leaves is being archived. Its keys and files are refused, and nothing is sent for it.
    #[must_use]
    pub fn contract_has_ended(&self, now: Instant) -> bool {
        self.archiving || self.merchant.contract_has_ended(retention::day_of(now))
    }
}

/// A till's key as it is stored: the hash of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TillKey {
    /// Its public identifier.
    pub id: KeyId,
    /// The establishment it belongs to.
    pub establishment: EstablishmentId,
    /// Live or test data.
    pub mode: Mode,
    /// What the merchant calls it.
    pub label: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// Where the pages come from that may use it in a browser.
    pub origins: Vec<Origin>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl Store {
    /// A merchant's settings, at most a minute old: no round trip while they are kept, else one
    /// query (half a read unit for each 4 KB).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a merchant that does not exist.
    pub async fn settings(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Settings>, StoreError> {
        match self.settings.get(&merchant, now) {
            Some(settings) => Ok(settings),
            None => self.settings_fresh(merchant, now).await,
        }
    }

    /// As [`Store::settings`], read strongly whatever is kept: 1 round trip, one read unit for each
    /// 4 KB.
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
            .expression_attribute_values(":pk", items::text(keys::merchant_partition(merchant)))
            .expression_attribute_values(":first", items::text(first))
            .expression_attribute_values(":last", items::text(last))
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
        let (mut senders, mut webhooks) = (Senders::default(), vec![]);
        for item in read {
            let kind = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
            match kind.split('#').next() {
                Some(keys::PROFILE) => {
                    profile = Some(items::from_item::<ProfileRecord>(item, "profile")?);
                }
                Some("RULE") => {
                    programmes.push(items::from_item::<ProgrammeRecord>(item, "programme")?.read());
                }
                Some("SHOP") => {
                    let shop = items::from_item::<ShopRecord>(item, "establishment")?.read()?;
                    establishments.insert(shop.id.clone(), shop);
                }
                Some("KEY") => till_keys.push(items::from_item::<KeyRecord>(item, "key")?.read()?),
                Some("PUSH") => {
                    webhooks.push(items::from_item::<WebhookRecord>(item, "webhook")?.read()?);
                }
                Some("SENDER") => {
                    items::from_item::<SenderRecord>(item, "sender")?.read_into(&mut senders)?;
                }
                _ => {}
            }
        }
        let profile = profile.ok_or(StoreError::NotFound(Entity::Merchant))?;
        Ok(Settings {
            vault: self.master_key.unwrap(merchant, &profile.key)?,
            archiving: profile.archiving_since.is_some(),
            merchant: profile.read(merchant)?,
            programmes: Programmes::new(programmes),
            establishments,
            keys: till_keys,
            senders,
            webhooks,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct AgreementRecord {
    version: String,
    signed_on: String,
    signatory: String,
}

impl AgreementRecord {
    fn of(agreement: &Agreement) -> Self {
        Self {
            version: agreement.version.clone(),
            signed_on: agreement.signed_on.to_string(),
            signatory: agreement.signatory.clone(),
        }
    }

    fn read(self) -> Result<Agreement, StoreError> {
        let signed_on =
            Day::parse(&self.signed_on).map_err(|_| StoreError::Corrupt("agreement"))?;
        Ok(Agreement { version: self.version, signed_on, signatory: self.signatory })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ProfileRecord {
    pk: String,
    sk: String,
    reference: String,
    name: String,
    sector: String,
    terms: AgreementRecord,
    processing_contract: AgreementRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_attestation: Option<AgreementRecord>,
    /// The merchant's key, wrapped by the master key.
    #[serde(with = "serde_bytes")]
    key: Vec<u8>,
    created_at: String,
    /// Written apart, with the entry in the index `due`: `contract_end.rs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contract_ends_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archiving_since: Option<String>,
}

impl ProfileRecord {
    pub(crate) fn of(merchant: &Merchant, wrapped_key: Vec<u8>, now: Instant) -> Self {
        let keys::Key { pk, sk } = keys::profile(merchant.id);
        Self {
            pk,
            sk,
            reference: merchant.reference.clone(),
            name: merchant.name.clone(),
            sector: match merchant.sector {
                Sector::Retail => "retail",
                Sector::Optical => "optical",
            }
            .to_owned(),
            terms: AgreementRecord::of(&merchant.terms),
            processing_contract: AgreementRecord::of(&merchant.processing_contract),
            enrolment_attestation: merchant.enrolment_attestation.as_ref().map(AgreementRecord::of),
            key: wrapped_key,
            created_at: items::instant_text(now),
            contract_ends_on: None,
            archiving_since: None,
        }
    }

    fn read(self, id: MerchantId) -> Result<Merchant, StoreError> {
        Ok(Merchant {
            id,
            reference: self.reference,
            name: self.name,
            sector: match self.sector.as_str() {
                "retail" => Sector::Retail,
                "optical" => Sector::Optical,
                _ => return Err(StoreError::Corrupt("profile")),
            },
            terms: self.terms.read()?,
            processing_contract: self.processing_contract.read()?,
            enrolment_attestation: self
                .enrolment_attestation
                .map(AgreementRecord::read)
                .transpose()?,
            contract_ends_on: self
                .contract_ends_on
                .as_deref()
                .map(Day::parse)
                .transpose()
                .map_err(|_| StoreError::Corrupt("profile"))?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ShopRecord {
    pk: String,
    sk: String,
    code: String,
    name: String,
    time_zone: String,
}

impl ShopRecord {
    pub(crate) fn of(merchant: MerchantId, establishment: &Establishment) -> Self {
        let keys::Key { pk, sk } = keys::shop(merchant, &establishment.id);
        Self {
            pk,
            sk,
            code: establishment.id.to_string(),
            name: establishment.name.clone(),
            time_zone: establishment.time_zone.iana_name().unwrap_or("Europe/Paris").to_owned(),
        }
    }

    pub(crate) fn time_zone(&self) -> AttributeValue {
        items::text(self.time_zone.clone())
    }

    fn read(self) -> Result<Establishment, StoreError> {
        Ok(Establishment {
            id: EstablishmentId::parse(&self.code).map_err(StoreError::corrupt("establishment"))?,
            name: self.name,
            time_zone: calendar::parse_time_zone(&self.time_zone)
                .map_err(StoreError::corrupt("establishment"))?,
        })
    }
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
            created_at: items::instant_text(till_key.created_at),
            revoked_at: till_key.revoked_at.map(items::instant_text),
        }
    }

    pub(crate) fn is(&self, id: KeyId) -> bool {
        self.id == id.to_string()
    }

    fn read(self) -> Result<TillKey, StoreError> {
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
            created_at: items::instant_of(&self.created_at)?,
            revoked_at: self.revoked_at.as_deref().map(items::instant_of).transpose()?,
        })
    }
}
