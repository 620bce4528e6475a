//! A card is blocked as lost, unblocked or replaced: the contact entry, the person and an entry of
//! the ledger, in one transaction.

use crate::ledger::entry_key::EntryKey;
use crate::member::contacts::CARD_TAKEN;
use crate::member::contacts::{block_contact, take_contact};
use crate::member::person::put_person;
use crate::table::attributes;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::vault::Field;
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::CardNumber;
use domain::{Credential, Day, Instant, MemberError, MemberId, Person};
use serde::{Deserialize, Serialize};

/// A step about a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardStep {
    /// Blocks the card: its number finds no member, and no other member can have it.
    Block,
    /// Unblocks the card.
    Unblock,
    /// Gives a member without a card a first one.
    Give(CardNumber),
    /// Replaces the card by another one.
    Replace(CardNumber),
}

impl CardStep {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Block => CARD_BLOCKED,
            Self::Unblock => CARD_UNBLOCKED,
            Self::Give(_) | Self::Replace(_) => CARD_REPLACED,
        }
    }

    const fn card(&self) -> Option<&CardNumber> {
        match self {
            Self::Block | Self::Unblock => None,
            Self::Give(card) | Self::Replace(card) => Some(card),
        }
    }

    fn take(&self, person: &mut Person) -> Result<bool, MemberError> {
        match self {
            Self::Block => person.block_card(),
            Self::Unblock => person.unblock_card(),
            Self::Give(card) => person.give_card(card),
            Self::Replace(card) => person.replace_card(card),
        }
    }
}

pub(crate) const CARD_BLOCKED: &str = "card_blocked";
pub(crate) const CARD_UNBLOCKED: &str = "card_unblocked";
pub(crate) const CARD_REPLACED: &str = "card_replaced";

/// The ledger's entry of a step. It has no points.
#[derive(Serialize, Deserialize)]
pub(crate) struct CardRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) by: Credential,
    /// The card before the step, sealed.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    card: Option<Vec<u8>>,
}

impl Store {
    /// Takes a step about the card of a member. A member who was merged into another one still has
    /// a card of its own, and the result is then the survivor.
    ///
    /// The cost is 1 strong query and, where the step changes something, 1 transaction of 3 items
    /// (7 write units, or 9 where the card is replaced). A new card costs 1 read unit at the same time,
    /// and a merged member 1 more query.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`MemberError::NoCard`], [`MemberError::HasCard`],
    /// [`MemberError::CardTaken`] or [`MemberError::TooManyBlockedCards`].
    pub async fn step_card(
        &self,
        scope: &Scope,
        id: MemberId,
        step: &CardStep,
        now: Instant,
    ) -> Result<Member, StoreError> {
        let new = step.card().map(|card| Contact::Card(card.clone()));
        let new = new.as_ref();
        retry(|_| async move {
            let (mut member, erased_on) =
                futures::try_join!(self.member_itself(scope, id), self.erased_on(scope, new, now))?;
            let before = member.person.clone();
            if step.take(&mut member.person)? {
                member.person.version += 1;
                let mut transaction = self.transaction();
                transaction.add(put_person(scope, &member.person)?);
                move_cards(&mut transaction, scope, &before, &member.person, erased_on, now);
                transaction.add(card_entry(scope, &before, step, now)?);
                match transaction.commit().await? {
                    TransactionOutcome::Committed => {}
                    TransactionOutcome::Cancelled(cancelled)
                        if step.card().is_some() && cancelled.failed(Slot::Card) =>
                    {
                        return Err(CARD_TAKEN);
                    }
                    TransactionOutcome::Cancelled(_) => return Ok(Attempt::Again),
                }
            }
            Ok(Attempt::Done(match member.person.merged_into {
                Some(survivor) => self.member(scope, survivor).await?,
                None => member,
            }))
        })
        .await
    }
}

/// Adds the writes of the cards' contact entries: the card in use, and the newly blocked cards.
fn move_cards(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    before: &Person,
    after: &Person,
    erased_on: Option<Day>,
    now: Instant,
) {
    let key = |card: &CardNumber| scope.contact_key(&Contact::Card(card.clone()));
    if let Some(card) = after.details.card.as_ref().filter(|_| !after.card_is_blocked()) {
        transaction.add_in(Slot::Card, take_contact(&key(card), after.id, erased_on));
    }
    for card in after.blocked_cards.iter().filter(|card| !before.blocked_cards.contains(card)) {
        transaction.add(block_contact(&key(card), after.id, &attributes::instant_text(now)));
    }
}

fn card_entry(
    scope: &Scope,
    before: &Person,
    step: &CardStep,
    now: Instant,
) -> Result<Write, StoreError> {
    let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(scope, before.id, now)?;
    let seal = |card: &CardNumber| scope.settings.vault.seal(before.id, Field::Card, card.as_str());
    let record = CardRecord {
        pk,
        sk,
        member: before.id.to_string(),
        instant,
        kind: step.kind().to_owned(),
        by: scope.credential,
        card: before.details.card.as_ref().map(seal).transpose()?,
    };
    Ok(Write::put(&record)?.if_absent())
}
