//! Corrections of a member (*rectification*, GDPR art. 16), and what they move among the contacts.

use crate::member::contacts::{delete_contact, put_contact};
use crate::member::read::{CARD_TAKEN, put_person};
use crate::table::items::{Reason, Transaction};
use crate::table::retry;
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::CardNumber;
use domain::member::{Address, Details, Email};
use domain::{Day, MemberError, MemberId, Mobile};

/// What to change of a person's details; `None` leaves a field as it is.
#[derive(Clone, Default)]
pub struct Correction {
    /// Last name; `Some(None)` clears it.
    pub last_name: Option<Option<String>>,
    /// First name.
    pub first_name: Option<Option<String>>,
    /// E-mail address.
    pub email: Option<Option<Email>>,
    /// Birth date.
    pub birth_date: Option<Option<Day>>,
    /// The whole postal address.
    pub address: Option<Address>,
    /// The number of the card handed out.
    pub card: Option<Option<CardNumber>>,
}

impl Correction {
    fn apply(&self, details: &mut Details) {
        let Self { last_name, first_name, email, birth_date, address, card } = self.clone();
        if let Some(last_name) = last_name {
            details.last_name = last_name;
        }
        if let Some(first_name) = first_name {
            details.first_name = first_name;
        }
        if let Some(email) = email {
            details.email = email;
        }
        if let Some(birth_date) = birth_date {
            details.birth_date = birth_date;
        }
        if let Some(address) = address {
            details.address = address;
        }
        if let Some(card) = card {
            details.card = card;
        }
    }
}

impl Store {
    /// Corrects a person's details (*rectification*, GDPR art. 16): 1 query and 1 transaction, 2
    /// write units and 2 for each contact entry that changes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`MemberError::CardTaken`], or with
    /// [`MemberError::CardBlocked`] for a blocked card of the member's own.
    pub async fn correct_member(
        &self,
        scope: &Scope,
        id: MemberId,
        correction: &Correction,
    ) -> Result<Member, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let mut member = self.member(scope, id).await?;
            let before = member.person.clone();
            correction.apply(&mut member.person.details);
            if member.person == before {
                return Ok(member);
            }
            member.person.version += 1;
            if before.details.email != member.person.details.email {
                member.person.consents.email.address_changed();
            }
            let mut actions = vec![put_person(self, scope, &member.person, Some(before.version))?];
            let id = before.id;
            let (was, is) = (&before.details, &member.person.details);
            if was.card != is.card && member.person.card_is_blocked() {
                return Err(MemberError::CardBlocked.into());
            }
            if was.email != is.email {
                if let Some(email) = &was.email {
                    actions.push(delete_contact(self, &scope.email_key(email, id), id)?);
                }
                if let Some(email) = &is.email {
                    actions.push(put_contact(self, scope.email_key(email, id), id, Some(id))?);
                }
            }
            let card_entry = if was.card == is.card {
                None
            } else {
                // A blocked number stays the member's, so that nobody else is given it.
                if let Some(card) = was.card.as_ref().filter(|_| !before.card_is_blocked()) {
                    let key = scope.contact_key(&Contact::Card(card.clone()));
                    actions.push(delete_contact(self, &key, id)?);
                }
                is.card.as_ref().map(|card| scope.contact_key(&Contact::Card(card.clone())))
            };
            if let Some(key) = card_entry {
                actions.push(put_contact(self, key, id, Some(id))?);
            }
            let last = actions.len() - 1;
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(member),
                Transaction::Cancelled(reasons)
                    if was.card != is.card && matches!(reasons[last], Reason::Condition(_)) =>
                {
                    return Err(CARD_TAKEN);
                }
                Transaction::Cancelled(_) => retry::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Gives a member another mobile number: 1 query and 1 transaction of 6 write units. The old
    /// number is free at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] where the number is another member's.
    pub async fn change_mobile(
        &self,
        scope: &Scope,
        id: MemberId,
        mobile: &Mobile,
    ) -> Result<Member, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let mut member = self.member(scope, id).await?;
            if member.person.mobile == *mobile {
                return Ok(member);
            }
            let (id, version) = (member.person.id, member.person.version);
            let old = Contact::Mobile(std::mem::replace(&mut member.person.mobile, mobile.clone()));
            member.person.version += 1;
            member.person.consents.sms.address_changed();
            let new = scope.contact_key(&Contact::Mobile(mobile.clone()));
            let actions = vec![
                put_contact(self, new, id, Some(id))?,
                delete_contact(self, &scope.contact_key(&old), id)?,
                put_person(self, scope, &member.person, Some(version))?,
            ];
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(member),
                Transaction::Cancelled(reasons) if matches!(reasons[0], Reason::Condition(_)) => {
                    return Err(StoreError::Conflict(
                        "this mobile is another member's: merge the two if they are one person",
                    ));
                }
                Transaction::Cancelled(_) => retry::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }
}
