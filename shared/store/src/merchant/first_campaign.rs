//! Whether a merchant has launched a campaign. From the first launch on, people may answer the merchant's messages.

use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Consistency, Store, StoreError};
use domain::MerchantId;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct FirstCampaignRecord {
    pk: String,
    sk: String,
}

/// The write that notes a launch, for the transaction that launches or schedules a campaign. A function that sends
/// reads the settings after that transaction, so it has no sender in its cache that the merchant replaced before.
pub(crate) fn note_launch(merchant: MerchantId) -> Result<Write, StoreError> {
    let Key { pk, sk } = keys::first_campaign(merchant);
    Write::put(&FirstCampaignRecord { pk, sk })
}

impl Store {
    /// Whether a merchant has launched or scheduled a campaign: 1 round trip, 1 read unit.
    pub(super) async fn has_launched_a_campaign(
        &self,
        merchant: MerchantId,
    ) -> Result<bool, StoreError> {
        let key = keys::first_campaign(merchant);
        let noted: Option<FirstCampaignRecord> = self.get_item(&key, Consistency::Strong).await?;
        Ok(noted.is_some())
    }
}
