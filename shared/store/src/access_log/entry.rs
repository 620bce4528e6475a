//! The item of an entry of the access log. It holds identifiers, and the client's address, which is
//! sealed for this entry.

use crate::table::attributes::member_id;
use crate::table::keys::{self, Key};
use crate::{Scope, StoreError};
use domain::AccessId;
use domain::access_log::{Access, AccessEvent, Actor, ClientAddress, MembersShown, stored_until};
use serde::{Deserialize, Serialize};

const CORRUPT: StoreError = StoreError::Corrupt("access");

/// The attributes by which a list is filtered.
pub(super) const ACTOR: &str = "actor";
pub(super) const MEMBERS: &str = "members";

#[derive(Serialize, Deserialize)]
pub(super) struct AccessRecord {
    pk: String,
    pub(super) sk: String,
    actor: String,
    event: String,
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    source: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<String>,
    ttl: i64,
}

impl AccessRecord {
    pub(super) fn of(scope: &Scope, id: AccessId, access: &Access) -> Result<Self, StoreError> {
        let Access { at, actor, event, source, members } = access;
        let key = keys::access(scope.tenant(), id);
        let vault = &scope.settings.vault;
        let source = source.map(|address| vault.seal_source(&key, &address.as_text()));
        let source = source.transpose()?;
        let Key { pk, sk } = key;
        Ok(Self {
            pk,
            sk,
            source,
            actor: actor.to_string(),
            event: event.as_str().to_owned(),
            members: members.iter().map(|member| member.to_string()).collect(),
            ttl: stored_until(*at).as_second(),
        })
    }

    pub(super) fn read(&self, scope: &Scope) -> Result<Access, StoreError> {
        let id = self.sk.split_once('#').map(|(_, id)| AccessId::parse(id));
        let Some(Ok(id)) = id else { return Err(CORRUPT) };
        let members = self.members.iter().map(|id| member_id(id));
        let members = MembersShown::new(members.collect::<Result<Vec<_>, _>>()?);
        Ok(Access {
            at: id.minted_at(),
            actor: Actor::parse(&self.actor).map_err(StoreError::corrupt("access"))?,
            event: AccessEvent::parse(&self.event).ok_or(CORRUPT)?,
            source: self.source.as_ref().map(|sealed| self.open(scope, sealed)).transpose()?,
            members: members.ok_or(CORRUPT)?,
        })
    }

    fn open(&self, scope: &Scope, sealed: &[u8]) -> Result<ClientAddress, StoreError> {
        let key = Key { pk: self.pk.clone(), sk: self.sk.clone() };
        let address = scope.settings.vault.open_source(&key, sealed)?;
        ClientAddress::parse(&address).ok_or(CORRUPT)
    }
}
