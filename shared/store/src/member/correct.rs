//! Corrections of a member (*rectification*, GDPR art. 16), with the contact entries that change.

use crate::member::consent::history::put_new_oppositions;
use crate::member::contacts::CARD_TAKEN;
use crate::member::contacts::{delete_contact, take_contact};
use crate::member::correction_entry::correction_entry;
use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::{Conflict, Contact, Member, Scope, Store, StoreError};
use domain::CardNumber;
use domain::member::{Address, Details, Email, Person};
use domain::{Channel, Day, Instant, MemberError, MemberId, Mobile};

/// A correction of a person's details. `None` leaves a field as it is.
#[derive(Clone, Default)]
pub struct Correction {
    /// Last name. `Some(None)` clears it.
    pub last_name: Option<Option<String>>,
    /// First name.
    pub first_name: Option<Option<String>>,
    /// E-mail address.
    pub email: Option<Option<Email>>,
    /// Birth date.
    pub birth_date: Option<Option<Day>>,
    /// The whole postal address.
    pub address: Option<Address>,
    /// The number of the card.
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
    /// Corrects a person's details (*rectification*, GDPR art. 16): 1 query and 1 transaction, 5
    /// write units with the entry of the history, and 2 for each contact entry that changes. An e-mail
    /// address costs 1 query and 2 more write units for the count of its members, the old one and the
    /// new one each.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`MemberError::CardTaken`], or
    /// with [`MemberError::CardBlocked`] for a blocked card of the same member.
    pub async fn correct_member(
        &self,
        scope: &Scope,
        id: MemberId,
        correction: &Correction,
        now: Instant,
    ) -> Result<Member, StoreError> {
        let card = correction.card.clone().flatten().map(Contact::Card);
        let card = card.as_ref();
        retry(|_| async move {
            let (mut member, card_erased_on) =
                futures::try_join!(self.member(scope, id), self.erased_on(scope, card, now))?;
            let before = member.person.clone();
            correction.apply(&mut member.person.details);
            if member.person == before {
                return Ok(Attempt::Done(member));
            }
            member.person.version += 1;
            let id = before.id;
            let mut transaction = self.transaction();
            if before.details.email != member.person.details.email {
                self.change_email(&mut transaction, scope, &before, &mut member.person, now)
                    .await?;
            }
            transaction.add(put_person(scope, &member.person)?);
            transaction.add(correction_entry(scope, &before, &member.person, now)?);
            let (was, is) = (&before.details, &member.person.details);
            if was.card != is.card && member.person.card_is_blocked() {
                return Err(MemberError::CardBlocked.into());
            }
            if was.card != is.card {
                let key = |card: &CardNumber| scope.contact_key(&Contact::Card(card.clone()));
                // The entry of a blocked card stays: no other member can get its number.
                if let Some(card) = was.card.as_ref().filter(|_| !before.card_is_blocked()) {
                    transaction.add(delete_contact(&key(card), id));
                }
                if let Some(card) = &is.card {
                    let take = take_contact(&key(card), id, card_erased_on);
                    transaction.add_in(Slot::Card, take);
                }
            }
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(member)),
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Card) => {
                    Err(CARD_TAKEN)
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }

    /// Adds the writes that change a person's e-mail address: 1 strong query for the new address, and 1
    /// for an old address that the person shares. A person who has consented gets the opposition of the new
    /// address, and 2 write units check that it is the last one.
    async fn change_email(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        before: &Person,
        person: &mut Person,
        now: Instant,
    ) -> Result<(), StoreError> {
        if let Some((email, holders)) = self.email_holders_with(scope, before).await? {
            holders.leave(transaction, scope, &email, person.id);
        }
        person.shares_email = false;
        let Some(email) = &person.details.email else {
            person.consents.email.address_changed(None, now);
            return Ok(());
        };
        let holders = self.email_holders(scope, email).await?;
        person.shares_email = holders.is_taken();
        holders.join(transaction, scope, email, person.id)?;
        let opposition = holders.oppositions.of(Channel::Email, now);
        person.consents.email.address_changed(opposition, now);
        if person.consents.email.consent.is_some() {
            holders.oppositions.check(transaction, scope.opposed_email_key(email));
        }
        put_new_oppositions(transaction, scope, &before.consents, person, now)
    }

    /// Gives a member another mobile: 1 query of 1 read unit, 1 read unit at the same time for an erasure
    /// of a person with the number, and 1 transaction of 9 write units with the entry of the history.
    /// Another member can have the old number at once. For a person who has consented to SMS, 2 write
    /// units more check that nobody opposed from the new number. Where somebody did, the opposition is
    /// read (1 read unit) and becomes one of the person.
    ///
    /// A survivor may take the number of a member who was merged into it. The contact entry stays with the
    /// absorbed member. For a survivor, 2 read units find out the members of both entries.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] where another member has the number.
    pub async fn change_mobile(
        &self,
        scope: &Scope,
        id: MemberId,
        mobile: &Mobile,
        now: Instant,
    ) -> Result<Member, StoreError> {
        let contact = &Contact::Mobile(mobile.clone());
        retry(|attempt| async move {
            let opposed = scope.opposed_key(contact);
            let (mut member, erased_on, oppositions) = futures::try_join!(
                self.member(scope, id),
                self.erased_on(scope, Some(contact), now),
                self.contact_oppositions_anew(&opposed, attempt)
            )?;
            if member.person.mobile == *mobile {
                return Ok(Attempt::Done(member));
            }
            let before = member.person.clone();
            let id = before.id;
            // Read after the person: no absorbed member gets or loses a mobile while the person's version stays.
            let holder = |mobile| self.mobile_holder(scope, id, &before.absorbed, mobile);
            let (new_holder, old_holder) =
                futures::try_join!(holder(mobile), holder(&before.mobile))?;
            member.person.mobile = mobile.clone();
            member.person.version += 1;
            let opposition = oppositions.of(Channel::Sms, now);
            member.person.consents.sms.address_changed(opposition, now);
            let new = scope.contact_key(contact);
            let mut transaction = self.transaction();
            if before.consents.sms.consent.is_some() {
                oppositions.check(&mut transaction, opposed);
            }
            put_new_oppositions(&mut transaction, scope, &before.consents, &member.person, now)?;
            transaction.add_in(Slot::Mobile, take_contact(&new, new_holder, erased_on));
            if old_holder == id {
                let old = Contact::Mobile(before.mobile.clone());
                transaction.add(delete_contact(&scope.contact_key(&old), id));
            }
            transaction.add(put_person(scope, &member.person)?);
            transaction.add(correction_entry(scope, &before, &member.person, now)?);
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(member)),
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Mobile) => {
                    Err(Conflict::MobileTaken.into())
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }
}
