//! Consents and oppositions: as they stand on a person's item, and how they change.

use crate::member::read::put_person;
use crate::table::codec;
use crate::table::retry::{Attempt, retry};
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::member::Email;
use domain::member::consent::{Consent, Opposition};
use domain::{Channel, Consents, MemberId};
use serde::{Deserialize, Serialize};

/// As the item holds them: compact, since every walk over members reads them.
#[derive(Serialize, Deserialize, Default, Clone)]
#[serde(transparent)]
pub(crate) struct ConsentsRecord(#[serde(with = "serde_bytes")] Vec<u8>);

impl ConsentsRecord {
    pub(crate) fn of(consents: &Consents) -> Self {
        if *consents == Consents::default() {
            return Self::default();
        }
        Self(codec::encode_consents(consents))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn read(&self) -> Result<Consents, StoreError> {
        if self.is_empty() { Ok(Consents::default()) } else { codec::decode_consents(&self.0) }
    }
}

/// What a person says of a channel.
#[derive(Clone)]
pub enum ConsentChange {
    /// Write to me.
    Consent(Consent),
    /// Do not.
    Oppose(Opposition),
}

impl Store {
    /// Notes a consent or an opposition of a member: 1 query read strongly and, where it changes
    /// something, 1 transaction of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn change_consent(
        &self,
        scope: &Scope,
        id: MemberId,
        channel: Channel,
        change: &ConsentChange,
    ) -> Result<Member, StoreError> {
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            let consents = member.person.consents.of_mut(channel);
            let changed = match change {
                ConsentChange::Consent(consent) => consents.consent(consent.clone()),
                ConsentChange::Oppose(opposition) => consents.oppose(*opposition),
            };
            if !changed {
                return Ok(Attempt::Done(member));
            }
            let over = member.person.version;
            member.person.version += 1;
            Ok(self
                .transact_one(put_person(scope, &member.person, Some(over))?)
                .await?
                .done(member))
        })
        .await
    }

    /// Who has the address or the number of a message: one member for a mobile, all who share an
    /// e-mail address. 1 or 2 round trips.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn members_at(
        &self,
        scope: &Scope,
        address: &MessageAddress,
    ) -> Result<Vec<MemberId>, StoreError> {
        match address {
            MessageAddress::Mobile(mobile) => {
                let contact = Contact::Mobile(mobile.clone());
                Ok(self.find_member(scope, &contact).await?.into_iter().collect())
            }
            MessageAddress::Email(email) => self.members_sharing(scope, email).await,
        }
    }

    /// Opposes a channel for everybody at an address, told by their number: as
    /// [`Store::members_at`], then as [`Store::change_consent`] for each.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn oppose_at(
        &self,
        scope: &Scope,
        address: &MessageAddress,
        opposition: Opposition,
    ) -> Result<usize, StoreError> {
        let members = self.members_at(scope, address).await?;
        for member in &members {
            let change = ConsentChange::Oppose(opposition);
            match self.change_consent(scope, *member, address.channel(), &change).await {
                // Erased between the two reads: nothing is left to oppose.
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(members.len())
    }
}

/// Where a message goes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum MessageAddress {
    /// An e-mail address.
    Email(Email),
    /// A mobile number.
    Mobile(domain::Mobile),
}

impl MessageAddress {
    /// The channel that leads there.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Mobile(_) => Channel::Sms,
        }
    }
}
