//! Stored purchases, by their receipts.

use crate::purchase::item::{PurchaseRecord, StoredPurchase};
use crate::purchase::to_record::{PurchaseToRecord, Recorded};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::{DomainError, PurchaseError, Receipt};
use std::collections::{BTreeMap, HashMap};

impl Store {
    /// The outcome of each purchase that is stored already: half a read unit each, a hundred a
    /// round trip. Purchases that can still be recorded are left out.
    pub async fn known_purchases(
        &self,
        scope: &Scope,
        purchases: &[&PurchaseToRecord],
    ) -> Result<HashMap<Receipt, Result<Recorded, DomainError>>, StoreError> {
        let by_key: BTreeMap<Key, &PurchaseToRecord> = purchases
            .iter()
            .map(|new| (keys::purchase(scope.tenant(), new.purchase.receipt()), *new))
            .collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut known = HashMap::new();
        for item in self.get_items(&wanted).await? {
            let record: PurchaseRecord = items::from_item(item, "purchase")?;
            let Some(new) = by_key.get(&record.key()) else { continue };
            let is_same = record.is_same_purchase(new)?;
            if !is_same && record.cancelled_at.is_some() {
                continue;
            }
            let outcome = if is_same {
                Ok(record.recorded()?)
            } else {
                Err(PurchaseError::ReceiptConflict.into())
            };
            known.insert(new.purchase.receipt().clone(), outcome);
        }
        Ok(known)
    }

    /// A purchase: 1 round trip, 1 read unit.
    pub async fn purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<StoredPurchase, StoreError> {
        self.purchase_record(scope, receipt).await?.read(scope, receipt.clone())
    }

    pub(crate) async fn purchase_record(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<PurchaseRecord, StoreError> {
        self.get_item(&keys::purchase(scope.tenant(), receipt), Consistency::Strong)
            .await?
            .ok_or(StoreError::NotFound(Entity::Purchase))
    }
}
