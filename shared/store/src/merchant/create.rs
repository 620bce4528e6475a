//! The creation of a merchant.

use crate::merchant::profile::ProfileRecord;
use crate::merchant::programmes::ProgrammeRecord;
use crate::merchant::settings::Settings;
use crate::table::items;
use crate::table::keys;
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::vault::MerchantKey;
use crate::{Conflict, Store, StoreError};
use domain::{Credential, Day, Instant, Merchant, MerchantId, Programme};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct ReferenceRecord {
    pk: String,
    sk: String,
    merchant: String,
}

impl Store {
    /// Creates a merchant with its first programme and a key of its own: 1 transaction of 4 items.
    /// A merchant with the same reference and the same content is returned unchanged, with `false`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the reference belongs to a merchant with other content.
    pub async fn create_merchant(
        &self,
        merchant: &Merchant,
        programme: &Programme,
        by: Credential,
        now: Instant,
    ) -> Result<(Arc<Settings>, bool), StoreError> {
        let key = MerchantKey::generate(merchant.id, self.random.clone())?;
        let wrapped = self.master_keys.wrap(merchant.id, &key)?;
        let keys::Key { pk, sk } = keys::reference(&merchant.reference);
        let reference = ReferenceRecord { pk, sk, merchant: merchant.id.to_string() };
        let profile = ProfileRecord::of(merchant, wrapped, by, now);
        let rule = ProgrammeRecord::of(merchant.id, Day::FIRST, programme, 1, by);
        let mut transaction = self.transaction();
        let reference = Write::put(&reference)?.if_absent().returning_stored();
        transaction.add_in(Slot::Reference, reference);
        transaction.add(Write::put(&profile)?.if_absent());
        transaction.add(Write::put(&rule)?.if_absent());
        transaction.add(Write::put(&keys::directory_entry(merchant.id))?.if_absent());
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
                    // What is set later does not count.
                    let Merchant { contract_ends_on, card_activation, .. } = settings.merchant;
                    let same =
                        Merchant { id, contract_ends_on, card_activation, ..merchant.clone() }
                            == settings.merchant
                            && (settings.revisions.get(&Day::FIRST) != Some(&1)
                                || settings.programmes.on(Day::FIRST) == Some(programme));
                    if same { Ok((settings, false)) } else { Err(Conflict::ReferenceTaken.into()) }
                }
                None => Err(StoreError::Busy),
            },
        }
    }
}
