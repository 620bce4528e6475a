//! What activates a card: the choice of a merchant.

use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Entity, Store, StoreError};
use domain::{CardActivation, MerchantId};

impl Store {
    /// Sets what activates the cards of a merchant's members: 1 transaction, 2 write units. A card that is
    /// activated already stays activated.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_card_activation(
        &self,
        merchant: MerchantId,
        rule: CardActivation,
    ) -> Result<(), StoreError> {
        let change = Write::update(&keys::profile(merchant), "SET card_activation = :rule")
            .condition("attribute_exists(pk)")
            .value(":rule", attributes::text(rule.as_str()));
        if self.change_profile(merchant, change).await? {
            Ok(())
        } else {
            Err(StoreError::NotFound(Entity::Merchant))
        }
    }
}
