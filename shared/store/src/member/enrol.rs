//! A person becomes a member: the person, the account and the contacts, at once.

use crate::member::contacts::{ContactRecord, put_contact};
use crate::member::read::{CARD_TAKEN, member_id, put_account, put_person};
use crate::table::items::{self, Reason, Transaction};
use crate::table::retry;
use crate::{Contact, Member, NewMember, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::TransactWriteItem;
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

impl Store {
    /// The writes that make a person a member, the account apart. The mobile comes first.
    pub(crate) fn enrolling(
        &self,
        scope: &Scope,
        person: &Person,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mobile = Contact::Mobile(person.mobile.clone());
        let mut actions = vec![
            put_contact(self, scope.contact_key(&mobile), person.id, None)?,
            put_person(self, scope, person, None)?,
        ];
        if let Some(card) = &person.details.card {
            let card = Contact::Card(card.clone());
            actions.push(put_contact(self, scope.contact_key(&card), person.id, None)?);
        }
        if let Some(email) = &person.details.email {
            actions.push(put_contact(self, scope.email_key(email, person.id), person.id, None)?);
        }
        Ok(actions)
    }

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
        for attempt in 0..retry::ATTEMPTS {
            let person = new.person(now)?;
            let mut account = Account::default();
            let mut actions = self.enrolling(scope, &person)?;
            actions.extend(self.welcome(scope, person.id, &mut account, now)?);
            actions.push(put_account(self, scope, person.id, &account, None)?);
            match self.transact(actions).await? {
                Transaction::Committed => {
                    return Ok((Member { person, account, account_version: 1 }, true));
                }
                Transaction::Cancelled(reasons) => match &reasons[..] {
                    [Reason::Condition(Some(item)), ..] => {
                        let known: ContactRecord = items::from_item(item.clone(), "contact")?;
                        let id = member_id(&known.holder)?;
                        return Ok((self.member(scope, id).await?, false));
                    }
                    [_, _, Reason::Condition(_), ..] => return Err(CARD_TAKEN),
                    _ => retry::wait(attempt).await,
                },
            }
        }
        Err(StoreError::Busy)
    }
}
