//! The campaigns that are due, found in the index `due`.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Store, StoreError};
use domain::{CampaignId, Instant};

impl Store {
    /// The campaigns of all merchants that have something to do: 1 query of the index `due` for
    /// each MB.
    pub async fn campaigns_due(
        &self,
        now: Instant,
    ) -> Result<Vec<(Tenant, CampaignId)>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name("due")
            .key_condition_expression("due_bucket = :bucket AND due_at < :until")
            .expression_attribute_values(":bucket", attributes::text(keys::CAMPAIGNS_DUE))
            // `~` follows every character of an identifier: campaigns due in this second are
            // included.
            .expression_attribute_values(
                ":until",
                attributes::text(format!("{}~", attributes::instant_text(now))),
            )
            .into_paginator()
            .items()
            .send();
        let mut due = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let key: Key = items::from_item(item, "campaign")?;
            due.push(keys::campaign_at(&key).ok_or(StoreError::Corrupt("campaign"))?);
        }
        Ok(due)
    }
}
