//! A person becomes a member: the person, the account and the contacts, at once.

use crate::ledger::entry::welcome;
use crate::member::contacts::{ContactRecord, put_contact};
use crate::member::read::{CARD_TAKEN, member_id, put_account, put_person};
use crate::table::items;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::{Contact, Member, NewMember, Scope, Store, StoreError};
use domain::member::Person;
use domain::{Account, Consents, Instant, MemberId, retention};

impl NewMember {
    pub(crate) fn person(&self, now: Instant) -> Result<Person, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
        Ok(Person {
            id: MemberId::mint(now, u128::from_be_bytes(random)),
            mobile: self.mobile.clone(),
            details: self.details.clone(),
            consents: Consents::default(),
            enrolment: self.enrolment,
            created_at: now,
            invited_at: None,
            activated_at: None,
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: Some(retention::never_activated_due(retention::day_of(now))),
            version: 1,
        })
    }
}

/// Adds the writes that make a person a member, but for the account: contacts, person, and the welcome
/// gift, which is given to `account`.
pub(crate) fn enrol(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    person: &Person,
    account: &mut Account,
    now: Instant,
) -> Result<(), StoreError> {
    let mobile = scope.contact_key(&Contact::Mobile(person.mobile.clone()));
    transaction.add_in(Slot::Mobile, put_contact(mobile, person.id, None)?.returning_stored());
    transaction.add(put_person(scope, person, None)?);
    if let Some(card) = &person.details.card {
        let card = scope.contact_key(&Contact::Card(card.clone()));
        transaction.add_in(Slot::Card, put_contact(card, person.id, None)?);
    }
    if let Some(email) = &person.details.email {
        transaction.add(put_contact(scope.email_key(email, person.id), person.id, None)?);
    }
    if let Some(gift) = welcome(scope, person.id, account, now)? {
        transaction.add(gift);
    }
    Ok(())
}

impl Store {
    /// Makes a person a member: 1 transaction, 7 write units, 2 more for a card and 2 for an e-mail
    /// address, 3 for a gift of welcome. Who is one already stays as is, told by `false`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`MemberError::CardTaken`].
    pub async fn create_member(
        &self,
        scope: &Scope,
        new: &NewMember,
        now: Instant,
    ) -> Result<(Member, bool), StoreError> {
        retry(|_| async move {
            let person = new.person(now)?;
            let mut account = Account::default();
            let mut transaction = self.transaction();
            enrol(&mut transaction, scope, &person, &mut account, now)?;
            transaction.add(put_account(scope, person.id, &account, None)?);
            match transaction.commit().await? {
                TransactionOutcome::Committed => {
                    Ok(Attempt::Done((Member { person, account, account_version: 1 }, true)))
                }
                TransactionOutcome::Cancelled(cancelled) => {
                    if let Some(item) = cancelled.stored(Slot::Mobile) {
                        let known: ContactRecord = items::from_item(item.clone(), "contact")?;
                        let id = member_id(&known.holder)?;
                        return Ok(Attempt::Done((self.member(scope, id).await?, false)));
                    }
                    if cancelled.failed(Slot::Card) {
                        return Err(CARD_TAKEN);
                    }
                    Ok(Attempt::Again)
                }
            }
        })
        .await
    }
}
