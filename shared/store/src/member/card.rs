//! A lost card blocked, used again or replaced: the contact's entry, the person and a note, at once.

use crate::member::contacts::{block_contact, put_contact};
use crate::member::notes;
use crate::member::read::{CARD_TAKEN, put_person};
use crate::table::items;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::vault::Field;
use crate::{Contact, Member, Scope, Source, Store, StoreError};
use domain::CardNumber;
use domain::{Instant, MemberError, MemberId, Person};
use serde::{Deserialize, Serialize};

/// What is done about a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardStep {
    /// The number finds nobody any more, and nobody else can have it.
    Block,
    /// The card was found again.
    Unblock,
    /// Another card takes its place.
    Replace(CardNumber),
}

impl CardStep {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Block => CARD_BLOCKED,
            Self::Unblock => CARD_UNBLOCKED,
            Self::Replace(_) => CARD_REPLACED,
        }
    }

    fn take(&self, person: &mut Person) -> Result<bool, MemberError> {
        match self {
            Self::Block => person.block_card(),
            Self::Unblock => person.unblock_card(),
            Self::Replace(card) => person.replace_card(card),
        }
    }
}

pub(crate) const CARD_BLOCKED: &str = "card_blocked";
pub(crate) const CARD_UNBLOCKED: &str = "card_unblocked";
pub(crate) const CARD_REPLACED: &str = "card_replaced";

/// The ledger's note of a step: no points, and the card that the member had before it.
#[derive(Serialize, Deserialize)]
pub(crate) struct CardNote {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) source: String,
    /// Sealed.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    card: Option<Vec<u8>>,
}

impl Store {
    /// Takes a step about the card of the member that is named: one that was merged into another still
    /// has its own. 1 query read strongly and, where it changes something, 1 transaction of 3 items, 7
    /// write units, 2 more where the card is replaced. Answers the member, followed to the one it was
    /// merged into, by 1 query more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`MemberError::NoCard`],
    /// [`MemberError::CardTaken`] or [`MemberError::TooManyBlockedCards`].
    pub async fn step_card(
        &self,
        scope: &Scope,
        id: MemberId,
        step: &CardStep,
        by: &Source,
        now: Instant,
    ) -> Result<Member, StoreError> {
        retry(|_| async move {
            let mut member = self.member_itself(scope, id).await?;
            let before = member.person.clone();
            if step.take(&mut member.person)? {
                member.person.version += 1;
                let mut transaction = self.transaction();
                transaction.add(put_person(scope, &member.person, Some(before.version))?);
                move_cards(&mut transaction, scope, &before, &member.person, now)?;
                transaction.add(card_note(scope, &before, step, by, now)?);
                match transaction.commit().await? {
                    TransactionOutcome::Committed => {}
                    TransactionOutcome::Cancelled(cancelled)
                        if matches!(step, CardStep::Replace(_)) && cancelled.failed(Slot::Card) =>
                    {
                        return Err(CARD_TAKEN);
                    }
                    TransactionOutcome::Cancelled(_) => return Ok(Attempt::Again),
                }
            }
            Ok(Attempt::Done(match member.person.merged_into {
                Some(kept) => self.member(scope, kept).await?,
                None => member,
            }))
        })
        .await
    }
}

/// Adds the writes of the cards' entries: the card there is, where it can be used, and those newly blocked.
fn move_cards(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    before: &Person,
    after: &Person,
    now: Instant,
) -> Result<(), StoreError> {
    let key = |card: &CardNumber| scope.contact_key(&Contact::Card(card.clone()));
    if let Some(card) = after.details.card.as_ref().filter(|_| !after.card_is_blocked()) {
        transaction.add_in(Slot::Card, put_contact(key(card), after.id, Some(after.id))?);
    }
    for card in after.blocked_cards.iter().filter(|card| !before.blocked_cards.contains(card)) {
        transaction.add(block_contact(&key(card), after.id, &items::instant_text(now)));
    }
    Ok(())
}

fn card_note(
    scope: &Scope,
    before: &Person,
    step: &CardStep,
    by: &Source,
    now: Instant,
) -> Result<Write, StoreError> {
    let (Key { pk, sk }, instant) = notes::new_note(scope, before.id, now)?;
    let seal = |card: &CardNumber| scope.settings.vault.seal(before.id, Field::Card, card.as_str());
    let note = CardNote {
        pk,
        sk,
        member: before.id.to_string(),
        instant,
        kind: step.kind().to_owned(),
        source: by.to_string(),
        card: before.details.card.as_ref().map(seal).transpose()?,
    };
    Ok(Write::put(&note)?.if_absent())
}
