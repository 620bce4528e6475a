//! An item of the table, written as a line of the archive and deleted.

use super::dynamodb_json;
use super::source::key;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::{Store, StoreError};
use std::collections::BTreeSet;

/// An item of the table.
pub struct StoredItem(pub(super) Item);

impl StoredItem {
    /// Adds the item to `lines`, as a line of DynamoDB's own JSON: `{"Item":{…}}`. Sealed
    /// attributes stay sealed. The same item is always the same line.
    pub fn write_line(&self, lines: &mut Vec<u8>) -> Result<(), StoreError> {
        dynamodb_json::write_line(&self.0, lines)
    }
}

impl Store {
    /// Deletes items, 25 in a call and 8 calls at the same time. An item costs 1 write unit for
    /// each KB, and 1 for its index entry. Items that DynamoDB did not process are deleted in
    /// another call. Deleting a missing item changes nothing. The entry of a merchant in the list
    /// of an account is deleted in a transaction of its own, with the account's provider where no
    /// other merchant is listed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where DynamoDB leaves some items undone again and again, or where other
    /// merchants join or leave the same account again and again.
    pub async fn clear_items(&self, items: &[StoredItem]) -> Result<(), StoreError> {
        let keys: BTreeSet<(&str, &str)> = items.iter().map(|StoredItem(item)| key(item)).collect();
        let keys = keys.into_iter().map(|(pk, sk)| Key { pk: pk.to_owned(), sk: sk.to_owned() });
        let mut others = vec![];
        for key in keys {
            match keys::account_merchant_at(&key) {
                Some((merchant, account)) => self.clear_account(merchant, account).await?,
                None => others.push(items::key_item(&key)),
            }
        }
        self.delete_items(others).await
    }
}
