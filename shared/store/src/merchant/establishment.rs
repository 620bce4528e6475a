//! The establishments of a merchant.

use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Conflict, Store, StoreError};
use domain::values::calendar;
use domain::{Credential, Establishment, EstablishmentId, MerchantId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct EstablishmentRecord {
    pk: String,
    sk: String,
    code: String,
    name: String,
    time_zone: String,
    /// The credential that wrote the item.
    by: Credential,
}

impl EstablishmentRecord {
    pub(crate) fn of(merchant: MerchantId, establishment: &Establishment, by: Credential) -> Self {
        let keys::Key { pk, sk } = keys::shop(merchant, &establishment.id);
        Self {
            pk,
            sk,
            code: establishment.id.to_string(),
            name: establishment.name.clone(),
            time_zone: establishment.time_zone.iana_name().unwrap_or("Europe/Paris").to_owned(),
            by,
        }
    }

    pub(crate) fn read(self) -> Result<Establishment, StoreError> {
        Ok(Establishment {
            id: EstablishmentId::parse(&self.code).map_err(StoreError::corrupt("establishment"))?,
            name: self.name,
            time_zone: calendar::parse_time_zone(&self.time_zone)
                .map_err(StoreError::corrupt("establishment"))?,
        })
    }
}

impl Store {
    /// Creates an establishment, or renames it: 2 write units. The time zone cannot change, because
    /// the days of receipts were computed with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for another time zone.
    pub async fn put_establishment(
        &self,
        merchant: MerchantId,
        establishment: &Establishment,
        by: Credential,
    ) -> Result<(), StoreError> {
        let record = EstablishmentRecord::of(merchant, establishment, by);
        let put = Write::put(&record)?
            .condition("attribute_not_exists(pk) OR time_zone = :zone")
            .value(":zone", attributes::text(record.time_zone.clone()));
        self.settings.remove(&merchant);
        let is_written = self.transact_one(put).await?;
        if is_written { Ok(()) } else { Err(Conflict::TimeZoneChanged.into()) }
    }
}
