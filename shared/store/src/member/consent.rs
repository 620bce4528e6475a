//! Consents and oppositions, and the members at an address.

use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::member::Email;
use domain::member::consent::{Consent, Opposition};
use domain::{Channel, MemberId};

/// A change of a person's consent for a channel.
#[derive(Clone)]
pub enum ConsentChange {
    /// The person consents.
    Consent(Consent),
    /// The person objects.
    Oppose(Opposition),
}

impl Store {
    /// Stores a consent or an opposition of a member: 1 strong query and, where the change has an
    /// effect, 1 transaction of 2 write units.
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
            member.person.version += 1;
            Ok(self.transact_one(put_person(scope, &member.person)?).await?.done(member))
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
    ) -> Result<usize, StoreError> {
        let members = self.members_at(scope, address).await?;
        for member in &members {
            let change = ConsentChange::Oppose(opposition);
            match self.change_consent(scope, *member, address.channel(), &change).await {
                // The member was erased between the two reads.
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(members.len())
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
