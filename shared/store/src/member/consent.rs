//! Consents and oppositions, and the members at an address.

use crate::member::consent_history::put_change;
use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::member::Email;
use domain::member::consent::{Consent, Opposition};
use domain::{Channel, Instant, MemberId};

/// A change of a person's consent for a channel.
#[derive(Clone)]
pub enum ConsentChange {
    /// The person consents.
    Consent(Consent),
    /// The person objects.
    Oppose(Opposition),
}

impl ConsentChange {
    /// When the person consented or opposed.
    #[must_use]
    pub const fn at(&self) -> Instant {
        match self {
            Self::Consent(consent) => consent.at,
            Self::Oppose(opposition) => opposition.at,
        }
    }
}

impl Store {
    /// Stores a consent or an opposition of a member: 1 strong query and, where the change has an
    /// effect, 1 transaction of 4 write units: the person, and the change in the history.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with
    /// [`domain::MemberError::OppositionStands`] or
    /// [`domain::MemberError::ParentalConsentMissing`].
    pub async fn change_consent(
        &self,
        scope: &Scope,
        id: MemberId,
        channel: Channel,
        change: &ConsentChange,
        now: Instant,
    ) -> Result<Member, StoreError> {
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            let changed = match change {
                ConsentChange::Consent(consent) => {
                    member.person.consent(channel, consent.clone())?
                }
                ConsentChange::Oppose(opposition) => {
                    member.person.consents.of_mut(channel).oppose(*opposition)
                }
            };
            if !changed {
                return Ok(Attempt::Done(member));
            }
            member.person.version += 1;
            let mut transaction = self.transaction();
            transaction.add(put_person(scope, &member.person)?);
            transaction.add(put_change(scope, &member.person, channel, change, now)?);
            Ok(transaction.commit().await?.done(member))
        })
        .await
    }

    /// The members at the address of a message: one member for a mobile, and all members who share
    /// an e-mail address. 1 or 2 round trips.
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

    /// Stores an opposition for every member at an address, and returns their number. The cost is
    /// that of [`Store::members_at`], and that of [`Store::change_consent`] for each member.
    pub async fn oppose_at(
        &self,
        scope: &Scope,
        address: &MessageAddress,
        opposition: Opposition,
        now: Instant,
    ) -> Result<usize, StoreError> {
        let members = self.members_at(scope, address).await?;
        for member in &members {
            self.oppose(scope, *member, address.channel(), opposition, now).await?;
        }
        Ok(members.len())
    }

    /// As [`Store::change_consent`], for an opposition. The opposition of a member who was erased
    /// changes nothing.
    pub async fn oppose(
        &self,
        scope: &Scope,
        member: MemberId,
        channel: Channel,
        opposition: Opposition,
        now: Instant,
    ) -> Result<(), StoreError> {
        let change = ConsentChange::Oppose(opposition);
        match self.change_consent(scope, member, channel, &change, now).await {
            Ok(_) | Err(StoreError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The address of a message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum MessageAddress {
    /// An e-mail address.
    Email(Email),
    /// A mobile number.
    Mobile(domain::Mobile),
}

impl MessageAddress {
    /// The channel of the address.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Mobile(_) => Channel::Sms,
        }
    }
}
