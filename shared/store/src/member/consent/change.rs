//! Consents, oppositions and bounces, and the members at an address.

use crate::member::consent::history::{ConsentChange, put_change, put_new_oppositions};
use crate::member::person::put_person;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::{Consistency, Contact, Member, Scope, Store, StoreError};
use domain::member::Email;
use domain::member::consent::{Bounce, Opposition};
use domain::{Channel, Instant, MemberId, Person};
use std::collections::BTreeSet;

impl Store {
    /// Stores a consent or an opposition of a member: 1 strong query and, where the change has an
    /// effect, 1 transaction of 4 write units: the person, and the change in the history; 2 write units where an
    /// opposition is repeated, which has no row. A consent costs 2 write units more, for the check that nobody opposed
    /// from the address, and 2 more where it is older than an opposition that stands. Where somebody did, the
    /// opposition of the address counts as one of the person: 1 read unit and another transaction.
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
        self.change_consent_where(scope, id, channel, change, now, &|_| true).await
    }

    /// As [`Store::change_consent`], where a condition of the person holds. Otherwise nothing changes.
    async fn change_consent_where(
        &self,
        scope: &Scope,
        id: MemberId,
        channel: Channel,
        change: &ConsentChange,
        now: Instant,
        holds: &(dyn Fn(&Person) -> bool + Sync),
    ) -> Result<Member, StoreError> {
        retry(|attempt| async move {
            let mut member = self.member(scope, id).await?;
            if !holds(&member.person) {
                return Ok(Attempt::Done(member));
            }
            let before = member.person.consents.clone();
            let mut transaction = self.transaction();
            if let (ConsentChange::Consent(_), Some(contact)) =
                (change, opposed_contact_key(scope, &member.person, channel))
            {
                let oppositions = self.contact_oppositions_anew(&contact, attempt).await?;
                if let Some(opposition) = oppositions.of(channel, now) {
                    member.person.consents.of_mut(channel).oppose(opposition);
                }
                oppositions.check(&mut transaction, contact);
            }
            put_new_oppositions(&mut transaction, scope, &before, &member.person, now)?;
            let consents = member.person.consents.of_mut(channel);
            let rows = consents.changes;
            let changed = match change {
                ConsentChange::Consent(consent) => {
                    member.person.consent(channel, consent.clone())?
                }
                ConsentChange::Oppose(opposition) => consents.oppose(*opposition),
                ConsentChange::Bounce(bounce) => consents.bounce(*bounce),
            };
            if !changed && member.person.consents == before {
                return Ok(Attempt::Done(member));
            }
            if member.person.consents.of(channel).changes != rows {
                transaction.add(put_change(scope, &member.person, channel, change, now)?);
            }
            // A late consent is the last row, and the opposition that stands may have none.
            let consents = member.person.consents.of_mut(channel);
            if let (ConsentChange::Consent(_), true) = (change, changed)
                && let Some(stands) = consents.standing_opposition()
            {
                consents.changes += 1;
                let stands = ConsentChange::Oppose(stands);
                transaction.add(put_change(scope, &member.person, channel, &stands, now)?);
            }
            member.person.version += 1;
            transaction.add(put_person(scope, &member.person)?);
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

    /// As [`Store::members_at`], read strongly: 1 query. A mobile leads to the member who had it first, and after a
    /// merge to its survivor: a mobile costs 1 query more, and 1 for each merge that is followed. The present holder of
    /// the mobile comes first, then the member who had it first, then the others of the merge, one of whom may have
    /// had it in between.
    pub async fn members_at_strongly(
        &self,
        scope: &Scope,
        address: &MessageAddress,
    ) -> Result<Vec<MemberId>, StoreError> {
        let contact = address.opposed_key(scope);
        let mut members = self.members_of_contact(contact.pk, Consistency::Strong).await?;
        if let (MessageAddress::Mobile(_), &[holder]) = (address, &*members) {
            let person = match self.member(scope, holder).await {
                Ok(member) => member.person,
                Err(StoreError::NotFound(_)) => return Ok(members),
                Err(error) => return Err(error),
            };
            members.extend(person.absorbed.iter().copied().filter(|id| *id != holder));
            if person.id != holder {
                let place = if address.is_of(&person) { 0 } else { members.len() };
                members.insert(place, person.id);
            }
        }
        Ok(members)
    }

    /// Stores an opposition for every member who has an address now or later, and returns the number of
    /// the present members: 1 write unit for the address, 1 strong query, and
    /// [`Store::change_consent`] for each member.
    pub async fn oppose_at(
        &self,
        scope: &Scope,
        address: &MessageAddress,
        opposition: Opposition,
        now: Instant,
    ) -> Result<usize, StoreError> {
        let contact = address.opposed_key(scope);
        self.oppose_from(scope, contact, None, address.channel(), opposition, now).await
    }

    /// Stores the opposition of a contact, and of every member who has the contact, and of the member `also`.
    /// Returns the number of these members. They are read after the write of the contact: a member who gets
    /// the contact later finds the opposition.
    pub(crate) async fn oppose_from(
        &self,
        scope: &Scope,
        contact: Key,
        also: Option<MemberId>,
        channel: Channel,
        opposition: Opposition,
        now: Instant,
    ) -> Result<usize, StoreError> {
        self.oppose_contact(&contact, channel, opposition, now).await?;
        let sharing = self.members_of_contact(contact.pk, Consistency::Strong).await?;
        let members: BTreeSet<MemberId> = sharing.into_iter().chain(also).collect();
        for member in &members {
            self.oppose(scope, *member, channel, opposition, now).await?;
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
        found(self.change_consent(scope, member, channel, &change, now).await)
    }

    /// Stores a bounce for every member whose present address it is. The cost is that of
    /// [`Store::members_at`], and that of [`Store::change_consent`] for each member.
    pub async fn bounce_at(
        &self,
        scope: &Scope,
        address: &MessageAddress,
        bounce: Bounce,
        now: Instant,
    ) -> Result<(), StoreError> {
        let (channel, change) = (address.channel(), ConsentChange::Bounce(bounce));
        let has_address = |person: &Person| address.is_of(person);
        for member in self.members_at(scope, address).await? {
            let holds = &has_address;
            found(self.change_consent_where(scope, member, channel, &change, now, holds).await)?;
        }
        Ok(())
    }
}

/// A change of a member who was erased changes nothing.
fn found(changed: Result<Member, StoreError>) -> Result<(), StoreError> {
    match changed {
        Ok(_) | Err(StoreError::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The key of the oppositions of a person's address for a channel.
fn opposed_contact_key(scope: &Scope, person: &Person, channel: Channel) -> Option<Key> {
    match channel {
        Channel::Email => person.details.email.as_ref().map(|email| scope.opposed_email_key(email)),
        Channel::Sms => Some(scope.opposed_key(&Contact::Mobile(person.mobile.clone()))),
        Channel::Postal => None,
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

    /// Whether it is the present address of a person.
    fn is_of(&self, person: &Person) -> bool {
        match self {
            Self::Email(email) => person.details.email.as_ref() == Some(email),
            Self::Mobile(mobile) => person.mobile == *mobile,
        }
    }

    /// The key of the oppositions of the address.
    fn opposed_key(&self, scope: &Scope) -> Key {
        match self {
            Self::Email(email) => scope.opposed_email_key(email),
            Self::Mobile(mobile) => scope.opposed_key(&Contact::Mobile(mobile.clone())),
        }
    }
}
