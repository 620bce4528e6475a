//! The oppositions that another table recorded. A restored table does not know those of after its moment.

use crate::member::consent::history::ConsentChange;
use crate::table::codec::consents;
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::member::consent::{Opposition, OppositionReason};
use domain::{Channel, Credential, Instant, MemberId};
use serde::Deserialize;

const CORRUPT: StoreError = StoreError::Corrupt("recorded opposition");

/// What another table recorded, as its items have it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum RecordedStatement {
    /// The opposition of a contact for a channel.
    Contact {
        /// The partition key of the contact.
        contact: String,
        /// The channel.
        channel: String,
        /// Seconds since 1970.
        at: i64,
        /// The reason of the opposition.
        reason: String,
        /// The credential that recorded it.
        by: Credential,
    },
    /// A row of the history of a member.
    Member {
        /// The partition key of the row.
        rows: String,
        /// The channel.
        channel: String,
        /// The consent, the opposition or the bounce: the bytes of the row in base64.
        change: String,
    },
}

/// A statement that names a contact or a member of a tenant.
enum Named {
    Contact(Key),
    Member(MemberId),
}

impl RecordedStatement {
    fn partition(&self) -> &str {
        match self {
            Self::Contact { contact, .. } => contact,
            Self::Member { rows, .. } => rows,
        }
    }

    fn channel(&self) -> Result<Channel, StoreError> {
        let (Self::Contact { channel, .. } | Self::Member { channel, .. }) = self;
        Channel::parse(channel).ok_or(CORRUPT)
    }

    /// The opposition; `None` for a consent or a bounce.
    fn opposition(&self) -> Result<Option<Opposition>, StoreError> {
        match self {
            Self::Contact { at, reason, by, .. } => Ok(Some(Opposition {
                at: Instant::from_second(*at).map_err(|_| CORRUPT)?,
                reason: OppositionReason::parse(reason).ok_or(CORRUPT)?,
                by: *by,
            })),
            Self::Member { change, .. } => {
                let bytes = STANDARD.decode(change).map_err(|_| CORRUPT)?;
                Ok(consents::decode_channel(&bytes)?.opposition)
            }
        }
    }
}

impl Store {
    /// Stores again the opposition of a statement, and returns the number of members whom it opposes: of a contact,
    /// the contact and every member who has it; of a row, its member, or the member that this one was merged into.
    /// `None` where this table has no such merchant or member. A statement without an opposition, and an opposition
    /// that is known, change nothing. The cost is that of [`Store::oppose_at`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a statement that no table can have recorded.
    pub async fn oppose_again(
        &self,
        statement: &RecordedStatement,
        now: Instant,
    ) -> Result<Option<usize>, StoreError> {
        let (tenant, rest) = keys::tenant_of(statement.partition()).ok_or(CORRUPT)?;
        let named = match statement {
            RecordedStatement::Contact { contact, .. } if rest.starts_with("CONTACT#") => {
                Named::Contact(keys::oppositions_of(contact))
            }
            RecordedStatement::Contact { .. } => return Err(CORRUPT),
            RecordedStatement::Member { .. } => Named::Member(keys::rows_of(rest).ok_or(CORRUPT)?),
        };
        let (channel, opposition) = (statement.channel()?, statement.opposition()?);
        let Some(opposition) = opposition else { return Ok(Some(0)) };
        let settings = match self.cached_settings(tenant.merchant, now).await {
            Err(StoreError::NotFound(_)) => return Ok(None),
            settings => settings?,
        };
        let scope = Scope { settings, mode: tenant.mode, credential: opposition.by };
        match named {
            Named::Contact(contact) => {
                self.oppose_from(&scope, contact, None, channel, opposition, now).await.map(Some)
            }
            Named::Member(member) => {
                let change = ConsentChange::Oppose(opposition);
                match self.change_consent(&scope, member, channel, &change, now).await {
                    Err(StoreError::NotFound(_)) => Ok(None),
                    changed => changed.map(|_| Some(1)),
                }
            }
        }
    }
}
