//! Enrolment: a person becomes a member, with the account and the contacts, in one transaction.

use crate::ledger::entry::welcome_gift;
use crate::member::account::put_new_account;
use crate::member::consent::history::put_new_oppositions;
use crate::member::consent::opposed_contact::ContactOppositions;
use crate::member::contacts::CARD_TAKEN;
use crate::member::contacts::{ContactRecord, put_contact_after};
use crate::member::erasure::suppression::ErasedBefore;
use crate::member::neighbours::Member;
use crate::member::person::put_person;
use crate::member::shared_email::Holders;
use crate::table::attributes::member_id;
use crate::table::items;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::{Contact, Scope, Store, StoreError};
use domain::member::{Details, Enrolment, Person};
use domain::{
    Account, Channel, Consents, Credential, Instant, MemberError, MemberId, Mobile, retention,
};

/// A person who is to become a member.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The mobile number.
    pub mobile: Mobile,
    /// The other details.
    pub details: Details,
    /// How the person asked for the card.
    pub enrolment: Enrolment,
}

impl NewMember {
    pub(crate) fn person(&self, scope: &Scope, now: Instant) -> Result<Person, StoreError> {
        let mut person = Person {
            id: MemberId::mint(now, scope.random().identifier()?),
            mobile: self.mobile.clone(),
            details: self.details.clone(),
            shares_email: false,
            consents: Consents::default(),
            enrolment: self.enrolment,
            created_at: now,
            created_by: scope.credential,
            invited: None,
            deletion: None,
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: None,
            version: 1,
        };
        let sector = scope.settings.merchant.sector;
        person.due = Some(retention::deadline(&person, &Account::default(), sector).0);
        Ok(person)
    }
}

/// A person who becomes a member, with the members who have the same e-mail address and the oppositions of
/// the mobile.
pub(crate) struct Enrolling {
    pub(crate) person: Person,
    holders: Option<Holders>,
    erased_before: ErasedBefore,
    oppositions: ContactOppositions,
}

/// Whether a file enrols. A file has many new members, and a read costs a tenth of a check.
const fn is_by_file(scope: &Scope) -> bool {
    matches!(scope.credential, Credential::Upload(_))
}

/// Adds the writes of an enrolment: contacts, person, the oppositions that the contacts bring, and the entry
/// of the welcome gift. The points of the gift are added to `account`, which the caller writes.
pub(crate) fn enrol(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    enrolling: &Enrolling,
    account: &mut Account,
    now: Instant,
) -> Result<(), StoreError> {
    let Enrolling { person, holders, erased_before, oppositions } = enrolling;
    let mobile = Contact::Mobile(person.mobile.clone());
    if !is_by_file(scope) {
        oppositions.check(transaction, scope.opposed_key(&mobile));
    }
    put_new_oppositions(transaction, scope, &Consents::default(), person, now)?;
    let mobile = scope.contact_key(&mobile);
    let mobile = put_contact_after(mobile, person.id, None, erased_before.mobile)?;
    transaction.add_in(Slot::Mobile, mobile.returning_stored());
    transaction.add(put_person(scope, person)?);
    if let Some(card) = &person.details.card {
        let card = scope.contact_key(&Contact::Card(card.clone()));
        let card = put_contact_after(card, person.id, None, erased_before.card)?;
        transaction.add_in(Slot::Card, card);
    }
    if let (Some(email), Some(holders)) = (&person.details.email, holders) {
        holders.join(transaction, scope, email, person.id)?;
    }
    if let Some(gift) = welcome_gift(scope, person, account, now)? {
        transaction.add(gift);
    }
    Ok(())
}

impl Store {
    /// A new person, with the oppositions of the contacts. At most 1 round trip, in which all that is
    /// needed is read at the same time:
    ///
    /// * whether the person was erased before, unless the caller has read it: 1 read unit, and 1 for a card
    /// * the members who have the e-mail address too, and its oppositions: 1 strong query
    /// * by a file for a person who was erased before, and where an earlier attempt failed, the oppositions of
    ///   the mobile: 1 read unit
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`MemberError::Suppressed`] by a file, where the person asked for an
    /// erasure since the file's window was read.
    pub(crate) async fn enrolling(
        &self,
        scope: &Scope,
        new: &NewMember,
        read_before: Option<ErasedBefore>,
        attempt: u32,
        now: Instant,
    ) -> Result<Enrolling, StoreError> {
        let mut person = new.person(scope, now)?;
        let holders = async {
            match &person.details.email {
                Some(email) => self.email_holders(scope, email).await.map(Some),
                None => Ok(None),
            }
        };
        let erased_before = async {
            if let Some(read) = read_before {
                return Ok(read);
            }
            let card = person.details.card.as_ref();
            self.erased_before(scope, &person.mobile, card, now).await
        };
        let mobile = scope.opposed_key(&Contact::Mobile(person.mobile.clone()));
        let oppositions = async {
            match read_before {
                // Only an erasure leaves an opposition that holds without a consent: to letters. A file
                // brings no consent, and the first consent reads the oppositions.
                Some(ErasedBefore { mobile: None, .. }) => Ok(ContactOppositions::default()),
                _ if is_by_file(scope) => self.contact_oppositions(&mobile).await,
                _ => self.contact_oppositions_anew(&mobile, attempt).await,
            }
        };
        let (holders, erased_before, oppositions) =
            futures::try_join!(holders, erased_before, oppositions)?;
        if is_by_file(scope) && erased_before.every_row {
            return Err(MemberError::Suppressed.into());
        }
        oppositions.apply_to(&mut person.consents, now);
        person.shares_email = holders.as_ref().is_some_and(Holders::is_taken);
        let of_the_email =
            holders.as_ref().and_then(|holders| holders.oppositions.of(Channel::Email, now));
        if let Some(opposition) = of_the_email {
            person.consents.email.oppose(opposition);
        }
        Ok(Enrolling { person, holders, erased_before, oppositions })
    }

    /// Enrols a person. A person who is a member already is returned unchanged, with `false`. The
    /// cost is 1 batch of 1 read unit, 1 transaction of 9 write units, and more for:
    ///
    /// * oppositions of the mobile: 2 read units, another transaction, and 2 write units each
    /// * a card: 1 read unit and 2 write units
    /// * an e-mail address: 1 query of 1 read unit, and 4 write units, 6 where one other member has it
    /// * a welcome gift: 3 write units
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`MemberError::CardTaken`].
    pub async fn create_member(
        &self,
        scope: &Scope,
        new: &NewMember,
        now: Instant,
    ) -> Result<(Member, bool), StoreError> {
        retry(|attempt| async move {
            let enrolling = self.enrolling(scope, new, None, attempt, now).await?;
            let mut account = Account::default();
            let mut transaction = self.transaction();
            enrol(&mut transaction, scope, &enrolling, &mut account, now)?;
            let Enrolling { person, .. } = enrolling;
            transaction.add(put_new_account(scope, person.id, &account)?);
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
