//! A ticket: the person has proved a mobile by a code, and completes the next form with the ticket's secret.

use crate::table::attributes::{instant_of, instant_text};
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::sign_in::code::TICKET_SECONDS;
use domain::{Instant, Mobile};
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct TicketRecord {
    pk: String,
    sk: String,
    #[serde(with = "serde_bytes")]
    mobile: Vec<u8>,
    expires_at: String,
    ttl: i64,
}

/// The purpose of the sealed mobile, part of its associated data.
const PURPOSE: &str = "ticket";

/// Writes the ticket of a mobile. Only the hash of its secret is stored.
pub(super) fn put_ticket(
    scope: &Scope,
    hash: &str,
    mobile: &Mobile,
    now: Instant,
) -> Result<Write, StoreError> {
    let Key { pk, sk } = keys::ticket(scope.tenant(), hash);
    let expires_at = now + TICKET_SECONDS.seconds();
    let sealed = scope.settings.vault.seal_for(PURPOSE, hash, mobile.as_str())?;
    let ttl = expires_at.as_second();
    let expires_at = instant_text(expires_at);
    Ok(Write::put(&TicketRecord { pk, sk, mobile: sealed, expires_at, ttl })?.if_absent())
}

impl Store {
    /// The mobile of a ticket: 1 read unit. `None` for a ticket that was used, has expired, or never existed.
    pub async fn ticket(
        &self,
        scope: &Scope,
        hash: &str,
        now: Instant,
    ) -> Result<Option<Mobile>, StoreError> {
        let key = keys::ticket(scope.tenant(), hash);
        let record: Option<TicketRecord> = self.get_item(&key, Consistency::Strong).await?;
        let Some(record) = record else { return Ok(None) };
        if instant_of(&record.expires_at)? <= now {
            return Ok(None);
        }
        let mobile = scope.settings.vault.open_for(PURPOSE, hash, &record.mobile)?;
        Mobile::parse(&mobile).map(Some).map_err(StoreError::corrupt("ticket"))
    }

    /// Deletes a ticket that was used: 1 write unit.
    pub async fn use_up_ticket(&self, scope: &Scope, hash: &str) -> Result<(), StoreError> {
        self.write(Write::delete(&keys::ticket(scope.tenant(), hash))).await?;
        Ok(())
    }
}
