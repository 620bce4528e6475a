//! A notice: an SMS that answers a person's own request, such as a code. `send` claims the notice before it calls the
//! provider, so the person gets it at most once.

use crate::table::attributes::{self, instant_text};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::write::{Write, Written};
use crate::{Scope, Store, StoreError};
use domain::{Instant, KeyId, Mobile, NoticeId};
use serde::{Deserialize, Serialize};

/// The seconds for which a notice is stored after its end, so that a late delivery of its message finds it.
const KEPT_SECONDS: i64 = 3_600;
/// The purposes of the sealed values, part of their associated data.
const TO: &str = "notice_to";
const TEXT: &str = "notice_text";

/// A notice to store.
pub(super) struct NewNotice<'a> {
    pub(super) id: NoticeId,
    pub(super) to: &'a Mobile,
    pub(super) text: &'a str,
    /// From this instant on the notice is of no use and is not sent.
    pub(super) expires_at: Instant,
}

/// A notice that this caller has claimed.
pub struct Notice {
    /// The recipient.
    pub to: Mobile,
    /// The text of the SMS.
    pub text: String,
    claim_id: String,
}

#[derive(Serialize, Deserialize)]
struct NoticeRecord {
    pk: String,
    sk: String,
    #[serde(with = "serde_bytes")]
    to: Vec<u8>,
    #[serde(with = "serde_bytes")]
    text: Vec<u8>,
    by: String,
    expires_at: String,
    ttl: i64,
}

pub(super) fn put_notice(scope: &Scope, new: &NewNotice<'_>) -> Result<Write, StoreError> {
    let Key { pk, sk } = keys::notice(scope.tenant(), new.id);
    let (vault, id) = (&scope.settings.vault, new.id.to_string());
    let record = NoticeRecord {
        pk,
        sk,
        to: vault.seal_for(TO, &id, new.to.as_str())?,
        text: vault.seal_for(TEXT, &id, new.text)?,
        by: scope.credential.to_string(),
        expires_at: instant_text(new.expires_at),
        ttl: new.expires_at.as_second() + KEPT_SECONDS,
    };
    Ok(Write::put(&record)?.if_absent())
}

impl Store {
    /// Claims a notice: 1 round trip, 1 write unit. `None` where another delivery has claimed it, where it has expired,
    /// or where it does not exist.
    pub async fn claim_notice(
        &self,
        scope: &Scope,
        id: NoticeId,
        now: Instant,
    ) -> Result<Option<Notice>, StoreError> {
        // The SDK repeats a call whose answer was lost: the repeat finds its own claim.
        let claim_id = KeyId::mint(now, scope.random().identifier()?).to_string();
        let claim = Write::update(&keys::notice(scope.tenant(), id), "SET claimed_by = :claim")
            .condition(
                "attribute_exists(pk) AND expires_at > :now \
                 AND (attribute_not_exists(claimed_by) OR claimed_by = :claim)",
            )
            .value(":claim", attributes::text(claim_id.clone()))
            .value(":now", attributes::text(instant_text(now)))
            .returning_new();
        let Written::Done(item) = self.write(claim).await? else { return Ok(None) };
        let record: NoticeRecord = items::from_item(item.unwrap_or_default(), "notice")?;
        let (vault, id) = (&scope.settings.vault, id.to_string());
        let to = Mobile::parse(&vault.open_for(TO, &id, &record.to)?);
        let to = to.map_err(StoreError::corrupt("notice"))?;
        Ok(Some(Notice { to, text: vault.open_for(TEXT, &id, &record.text)?, claim_id }))
    }

    /// Gives a claimed notice back, because the provider certainly did not take it: 1 write unit.
    pub async fn give_notice_back(
        &self,
        scope: &Scope,
        id: NoticeId,
        notice: &Notice,
    ) -> Result<(), StoreError> {
        let give_back = Write::update(&keys::notice(scope.tenant(), id), "REMOVE claimed_by")
            .condition("claimed_by = :claim")
            .value(":claim", attributes::text(notice.claim_id.clone()));
        self.write(give_back).await?;
        Ok(())
    }
}
