//! The link by which a person objects. It names a member and a channel, and only this service can
//! make it.

use crate::table::tenant::{Mode, Tenant};
use crate::{Scope, Store, StoreError};
use domain::{Channel, Credential, Instant, MemberId, MerchantId};
use subtle::ConstantTimeEq as _;

const KIND: &str = "OBJECTION";
/// A ULID in its canonical form.
const ULID: usize = 26;

/// The content of a link that this service made.
pub struct Objection {
    /// The merchant's data.
    pub scope: Scope,
    /// The member.
    pub member: MemberId,
    /// The channel that the person objects to.
    pub channel: Channel,
}

/// What a token names, before its proof is checked.
struct Named {
    tenant: Tenant,
    member: MemberId,
    channel: Channel,
}

fn letter(channel: Channel) -> char {
    match channel {
        Channel::Email => 'e',
        Channel::Sms => 's',
        Channel::Postal => 'p',
    }
}

impl Scope {
    /// The opaque last part of a person's link. This part has our identifiers and 128 bits of a
    /// keyed hash, and no personal data. The link does not expire, because the link in an old
    /// message must still work.
    #[must_use]
    pub fn objection_token(&self, member: MemberId, channel: Channel) -> String {
        let mode = match self.mode {
            Mode::Live => 'l',
            Mode::Test => 't',
        };
        let named = format!("{}{mode}{member}{}", self.settings.merchant.id, letter(channel));
        let proof = self.settings.vault.contact_hash(KIND, &named);
        format!("{named}{proof}")
    }
}

impl Store {
    /// The content of a link: no round trip while the merchant's settings are cached, otherwise 1.
    /// `None` for a link that this service did not make.
    pub async fn read_objection(
        &self,
        token: &str,
        now: Instant,
    ) -> Result<Option<Objection>, StoreError> {
        let Some(Named { tenant, member, channel }) = read(token) else { return Ok(None) };
        let settings = match self.settings(tenant.merchant, now).await {
            Ok(settings) => settings,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let scope = Scope { settings, mode: tenant.mode, credential: Credential::Link };
        let ours = scope.objection_token(member, channel);
        let is_ours = bool::from(ours.as_bytes().ct_eq(token.as_bytes()));
        Ok(is_ours.then_some(Objection { scope, member, channel }))
    }
}

fn read(token: &str) -> Option<Named> {
    let merchant = MerchantId::parse(token.get(..ULID)?).ok()?;
    let mode = match token.get(ULID..=ULID)? {
        "l" => Mode::Live,
        "t" => Mode::Test,
        _ => return None,
    };
    let member = MemberId::parse(token.get(ULID + 1..2 * ULID + 1)?).ok()?;
    let named = token.get(2 * ULID + 1..2 * ULID + 2)?.chars().next()?;
    let channel = Channel::ALL.into_iter().find(|channel| letter(*channel) == named)?;
    Some(Named { tenant: Tenant { merchant, mode }, member, channel })
}
