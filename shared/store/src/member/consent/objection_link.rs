//! The link by which a person objects. It names a member and the address of the message, and only this
//! service can make it.

use crate::table::keys;
use crate::table::tenant::{Mode, Tenant};
use crate::{MessageAddress, Scope, Store, StoreError};
use domain::member::consent::Opposition;
use domain::{Channel, Credential, Instant, MemberId, MerchantId};
use subtle::ConstantTimeEq as _;

const KIND: &str = "OBJECTION";
/// A ULID in its canonical form.
const ULID: usize = 26;
/// A keyed hash.
const HASH: usize = 22;

/// The content of a link that this service made.
pub struct Objection {
    /// The merchant's data.
    pub scope: Scope,
    /// The channel that the person objects to.
    pub channel: Channel,
    /// The member who received the message.
    member: MemberId,
    /// The keyed hash of the address of the message.
    address: String,
}

/// What a token names, before its proof is checked.
struct Named {
    tenant: Tenant,
    member: MemberId,
    channel: Channel,
    address: String,
}

const fn letter(channel: Channel) -> char {
    match channel {
        Channel::Email => 'e',
        Channel::Sms => 's',
        Channel::Postal => 'p',
    }
}

/// The kind of the contact entries of an address.
const fn contact_kind(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "EMAIL",
        Channel::Sms | Channel::Postal => "MOBILE",
    }
}

impl Scope {
    /// The opaque last part of a person's link. This part has our identifiers, the keyed hash of the
    /// address, 128 bits of a keyed hash that proves them, and no personal data. The link does not
    /// expire, because the link in an old message must still work.
    #[must_use]
    pub fn objection_token(&self, member: MemberId, address: &MessageAddress) -> String {
        let channel = address.channel();
        let address = match address {
            MessageAddress::Email(email) => email.as_str(),
            MessageAddress::Mobile(mobile) => mobile.as_str(),
        };
        let hash = self.settings.vault.contact_hash(contact_kind(channel), address);
        self.signed_token(member, channel, &hash)
    }

    fn signed_token(&self, member: MemberId, channel: Channel, address: &str) -> String {
        let mode = match self.mode {
            Mode::Live => 'l',
            Mode::Test => 't',
        };
        let merchant = self.settings.merchant.id;
        let named = format!("{merchant}{mode}{member}{}{address}", letter(channel));
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
        let Some(Named { tenant, member, channel, address }) = read(token) else {
            return Ok(None);
        };
        let settings = match self.cached_settings(tenant.merchant, now).await {
            Ok(settings) => settings,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let scope = Scope { settings, mode: tenant.mode, credential: Credential::Link };
        let ours = scope.signed_token(member, channel, &address);
        let is_ours = bool::from(ours.as_bytes().ct_eq(token.as_bytes()));
        Ok(is_ours.then_some(Objection { scope, channel, member, address }))
    }

    /// Stores the opposition of a link: for the member who received the message, and for every member
    /// who has the address of the message now or later. 1 write unit, 1 strong query, and
    /// [`Store::change_consent`] for each member.
    pub async fn oppose_by_link(
        &self,
        objection: &Objection,
        opposition: Opposition,
        now: Instant,
    ) -> Result<(), StoreError> {
        let Objection { scope, channel, member, address } = objection;
        let contact = keys::opposed(scope.tenant(), contact_kind(*channel), address);
        self.oppose_from(scope, contact, Some(*member), *channel, opposition, now).await?;
        Ok(())
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
    let address = token.get(2 * ULID + 2..2 * ULID + 2 + HASH)?.to_owned();
    Some(Named { tenant: Tenant { merchant, mode }, member, channel, address })
}
