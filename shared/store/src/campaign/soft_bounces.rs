//! Soft bounces in a row. They are read from the member's rows, because a repeated receipt would
//! raise a counter twice.

use crate::campaign::receipt::MessageState;
use crate::table::attributes;
use crate::table::keys;
use crate::table::tenant::Tenant;
use crate::{Store, StoreError};
use domain::{CampaignId, Channel, MemberId};

/// The number of rows of a query, which together have less than 4 KB.
const PAGE: i32 = 20;

impl Store {
    /// The campaign of a member's latest message on a channel, where the latest `count` messages on
    /// that channel all bounced softly. Messages that the provider refused say nothing about the
    /// address and are skipped. A message without a receipt breaks the series, so that the result
    /// does not depend on the order of receipts. 1 query of half a read unit, and more only where
    /// the member has many messages of other channels.
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
            // Identifiers begin with their instant: the latest campaign is first.
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
