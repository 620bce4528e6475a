//! Soft bounces in a row, read from the member's own rows: no counter that a repeated word could raise
//! twice.

use crate::campaign::receipt::MessageState;
use crate::table::attributes;
use crate::table::keys;
use crate::table::tenant::Tenant;
use crate::{Store, StoreError};
use domain::{CampaignId, Channel, MemberId};

/// Rows a read takes: under 4 KB of them.
const PAGE: i32 = 20;

impl Store {
    /// The campaign of the latest message of a channel to a member, where that message and those
    /// before it, `count` in all, each bounced softly. What the provider would not take in the first
    /// place says nothing of the address and is passed over; a message of which nothing is told yet
    /// ends the row, so that the answer is the same in whatever order words come. 1 query of half a
    /// read unit, unless other channels' messages lie between.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn soft_bounces_in_a_row(
        &self,
        tenant: Tenant,
        member: MemberId,
        channel: Channel,
        count: usize,
    ) -> Result<Option<CampaignId>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :message)")
            .expression_attribute_values(":pk", attributes::text(keys::member_rows(tenant, member)))
            .expression_attribute_values(":message", attributes::text(keys::MESSAGE_PREFIX))
            // Identifiers begin with their instant: the latest campaign comes first.
            .scan_index_forward(false)
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let (mut latest, mut seen) = (None, 0);
        while seen < count {
            let Some(row) = pages.next().await else { return Ok(None) };
            let row = row.map_err(StoreError::unavailable)?;
            let is_other = row.get("channel") != Some(&attributes::text(channel.as_str()));
            if is_other || MessageState::Refused.is_of(&row) {
                continue;
            }
            if !MessageState::SoftBounced.is_of(&row) {
                return Ok(None);
            }
            if latest.is_none() {
                let sk = row.get("sk").and_then(|sk| sk.as_s().ok());
                let id = sk.and_then(|sk| sk.strip_prefix(keys::MESSAGE_PREFIX));
                let id = id.and_then(|id| CampaignId::parse(id).ok());
                latest = Some(id.ok_or(StoreError::Corrupt("message"))?);
            }
            seen += 1;
        }
        Ok(latest)
    }
}
