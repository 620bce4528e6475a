//! The notes of other members that name an erased member: of a merge that was undone, and of a sale that
//! was moved. Both members have a note, so the erased member's own notes lead to the other members.

use crate::member::erasure::tombstone::Tombstone;
use crate::purchase::transfer::MOVED_AWAY;
use crate::table::attributes::{self, member_id};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::MemberId;
use std::collections::BTreeSet;

/// The members outside an erasure that the erased member's rows name. The rows keep only their keys.
pub(crate) fn others_named(
    rows: &mut [Item],
    tombstone: &Tombstone,
) -> Result<BTreeSet<MemberId>, StoreError> {
    let mut others = BTreeSet::new();
    for row in rows {
        let named = [row.remove("absorbed"), row.remove("other")].into_iter().flatten();
        for id in named {
            let id = id.as_s().map_err(|_| StoreError::Corrupt("ledger"))?;
            others.insert(member_id(id)?);
        }
    }
    others.retain(|id| *id != tombstone.member && !tombstone.absorbed.contains(id));
    Ok(others)
}

impl Store {
    /// Removes the identifier of an erased member from the notes of another member. The points of a
    /// note stay, because they are a part of the other member's balance. The note of a sale that went to
    /// the erased member loses the receipt too.
    pub(crate) async fn forget_in_notes(
        &self,
        scope: &Scope,
        other: MemberId,
        erased: MemberId,
    ) -> Result<(), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :ledger)")
            .filter_expression("absorbed = :erased OR #other = :erased")
            .projection_expression("pk, sk, kind")
            .expression_attribute_names("#other", "other")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::member_rows(scope.tenant(), other)),
            )
            .expression_attribute_values(":ledger", attributes::text(keys::LEDGER_PREFIX))
            .expression_attribute_values(":erased", attributes::text(erased.to_string()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let went_away = item.get("kind") == Some(&attributes::text(MOVED_AWAY));
            let key: Key = items::from_item(item, "ledger")?;
            let remove =
                if went_away { "REMOVE #other, purchase" } else { "REMOVE absorbed, #other" };
            self.write(Write::update(&key, remove).name("#other", "other").if_present()).await?;
        }
        Ok(())
    }
}
