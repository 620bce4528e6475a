//! A lost card blocked, used again or replaced: the contact's entry, the person and a note, at once.

use crate::member::contacts::{block_contact, put_contact};
use crate::member::notes;
use crate::member::read::{CARD_TAKEN, put_person};
use crate::table::items::{self, ABSENT, Reason, Transaction};
use crate::table::keys::Key;
use crate::table::retry;
use crate::vault::Field;
use crate::{Contact, Member, Scope, Source, Store, StoreError};
use aws_sdk_dynamodb::types::TransactWriteItem;
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
        for attempt in 0..retry::ATTEMPTS {
            let mut member = self.member_itself(scope, id).await?;
            let before = member.person.clone();
            if step.take(&mut member.person)? {
                member.person.version += 1;
                let mut actions =
                    vec![put_person(self, scope, &member.person, Some(before.version))?];
                actions.extend(self.card_entries(scope, &before, &member.person, now)?);
                actions.push(self.card_note(scope, &before, step, by, now)?);
                match self.transact(actions).await? {
                    Transaction::Committed => {}
                    Transaction::Cancelled(reasons)
                        if matches!(step, CardStep::Replace(_))
                            && matches!(reasons.get(1), Some(Reason::Condition(_))) =>
                    {
                        return Err(CARD_TAKEN);
                    }
                    Transaction::Cancelled(_) => {
                        retry::wait(attempt).await;
                        continue;
                    }
                }
            }
            return match member.person.merged_into {
                Some(kept) => self.member(scope, kept).await,
                None => Ok(member),
            };
        }
        Err(StoreError::Busy)
    }

    /// The writes of the cards' entries: the card there is first, where it can be used.
    fn card_entries(
        &self,
        scope: &Scope,
        before: &Person,
        after: &Person,
        now: Instant,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let key = |card: &CardNumber| scope.contact_key(&Contact::Card(card.clone()));
        let mut actions = vec![];
        if let Some(card) = after.details.card.as_ref().filter(|_| !after.card_is_blocked()) {
            actions.push(put_contact(self, key(card), after.id, Some(after.id))?);
        }
        let newly = after.blocked_cards.iter().filter(|card| !before.blocked_cards.contains(card));
        for card in newly {
            actions.push(block_contact(self, &key(card), after.id, &items::instant_text(now))?);
        }
        Ok(actions)
    }

    fn card_note(
        &self,
        scope: &Scope,
        before: &Person,
        step: &CardStep,
        by: &Source,
        now: Instant,
    ) -> Result<TransactWriteItem, StoreError> {
        let (Key { pk, sk }, instant) = notes::new_note(scope, before.id, now)?;
        let seal =
            |card: &CardNumber| scope.settings.vault.seal(before.id, Field::Card, card.as_str());
        let note = CardNote {
            pk,
            sk,
            member: before.id.to_string(),
            instant,
            kind: step.kind().to_owned(),
            source: by.to_string(),
            card: before.details.card.as_ref().map(seal).transpose()?,
        };
        items::put(&self.table, items::to_item(&note)?, ABSENT, vec![])
    }
}
