//! Blocking, unblocking and replacing a member's card. A blocked card is a lost card.

use super::limits::MOST_BLOCKED_CARDS;
use super::{CardNumber, Person};
use crate::MemberError;

impl Person {
    /// Whether the member's present card is blocked.
    #[must_use]
    pub fn card_is_blocked(&self) -> bool {
        self.details.card.as_ref().is_some_and(|card| self.blocked_cards.contains(card))
    }

    /// Blocks the member's card. Returns `false` where the card was blocked already.
    ///
    /// # Errors
    /// [`MemberError::NoCard`], [`MemberError::TooManyBlockedCards`].
    pub fn block_card(&mut self) -> Result<bool, MemberError> {
        let card = self.details.card.clone().ok_or(MemberError::NoCard)?;
        self.keep_blocked(card)
    }

    /// Unblocks the member's card. Returns `false` where the card was not blocked.
    ///
    /// # Errors
    /// [`MemberError::NoCard`].
    pub fn unblock_card(&mut self) -> Result<bool, MemberError> {
        let card = self.details.card.as_ref().ok_or(MemberError::NoCard)?;
        let before = self.blocked_cards.len();
        self.blocked_cards.retain(|blocked| blocked != card);
        Ok(self.blocked_cards.len() < before)
    }

    /// Gives a member without a card a first one. Returns `false` where the member has that card already.
    ///
    /// # Errors
    /// [`MemberError::HasCard`] where the member has another card.
    pub fn give_card(&mut self, card: &CardNumber) -> Result<bool, MemberError> {
        match &self.details.card {
            None => self.replace_card(card),
            Some(own) if own == card => Ok(false),
            Some(_) => Err(MemberError::HasCard),
        }
    }

    /// Gives the member another card, and blocks the present one. A blocked card of the same member may be
    /// given again, which undoes its replacement. Returns `false` where the member has that card already.
    ///
    /// # Errors
    /// [`MemberError::TooManyBlockedCards`].
    pub fn replace_card(&mut self, card: &CardNumber) -> Result<bool, MemberError> {
        if self.details.card.as_ref() == Some(card) && !self.card_is_blocked() {
            return Ok(false);
        }
        self.blocked_cards.retain(|blocked| blocked != card);
        let lost = self.details.card.replace(card.clone()).filter(|lost| lost != card);
        if let Some(lost) = lost {
            self.keep_blocked(lost)?;
        }
        Ok(true)
    }

    fn keep_blocked(&mut self, card: CardNumber) -> Result<bool, MemberError> {
        if self.blocked_cards.contains(&card) {
            return Ok(false);
        }
        if self.blocked_cards.len() >= MOST_BLOCKED_CARDS {
            return Err(MemberError::TooManyBlockedCards);
        }
        self.blocked_cards.push(card);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Details;
    use crate::{Consents, Credential, Enrolment, Instant, MemberId, Mobile};

    fn card(number: &str) -> CardNumber {
        CardNumber::parse(number).unwrap()
    }

    fn person(card: Option<CardNumber>) -> Person {
        Person {
            id: MemberId::mint(Instant::UNIX_EPOCH, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details { card, ..Details::default() },
            shares_email: false,
            consents: Consents::default(),
            enrolment: Enrolment::Till,
            created_at: Instant::UNIX_EPOCH,
            created_by: Credential::Operator,
            invited: None,
            deletion: None,
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: None,
            version: 1,
        }
    }

    #[test]
    fn a_card_is_blocked_once_and_unblocked_once() {
        let mut person = person(Some(card("CARD1")));
        assert_eq!(person.block_card(), Ok(true));
        assert!(person.card_is_blocked());
        assert_eq!(person.block_card(), Ok(false));
        assert!(person.card_is_blocked());
        assert_eq!(person.unblock_card(), Ok(true));
        assert!(!person.card_is_blocked());
        assert_eq!(person.unblock_card(), Ok(false));
        assert!(!person.card_is_blocked());
    }

    #[test]
    fn a_member_without_a_card_has_none_to_block() {
        let mut person = person(None);
        assert_eq!(person.block_card(), Err(MemberError::NoCard));
        assert_eq!(person.unblock_card(), Err(MemberError::NoCard));
        assert_eq!(person.replace_card(&card("CARD1")), Ok(true));
        assert_eq!(person.details.card, Some(card("CARD1")));
        assert_eq!(person.blocked_cards, []);
    }

    #[test]
    fn a_first_card_replaces_no_other_card() {
        let mut person = person(None);
        assert_eq!(person.give_card(&card("CARD1")), Ok(true));
        assert_eq!(person.give_card(&card("CARD1")), Ok(false));
        assert_eq!(person.give_card(&card("CARD2")), Err(MemberError::HasCard));
        assert_eq!(person.details.card, Some(card("CARD1")));
        assert_eq!(person.blocked_cards, []);
    }

    #[test]
    fn a_replaced_card_stays_blocked_until_it_is_given_again() {
        let mut person = person(Some(card("CARD1")));
        assert_eq!(person.replace_card(&card("CARD2")), Ok(true));
        assert_eq!(person.replace_card(&card("CARD2")), Ok(false));
        assert_eq!(person.blocked_cards, [card("CARD1")]);
        assert!(!person.card_is_blocked());
        assert_eq!(person.replace_card(&card("CARD1")), Ok(true));
        assert_eq!(person.blocked_cards, [card("CARD2")]);
        assert_eq!(person.details.card, Some(card("CARD1")));
    }

    #[test]
    fn a_member_has_at_most_twenty_blocked_cards() {
        let mut person = person(Some(card("CARD0")));
        for number in 1..=MOST_BLOCKED_CARDS {
            assert_eq!(person.replace_card(&card(&format!("CARD{number}"))), Ok(true));
        }
        assert_eq!(person.block_card(), Err(MemberError::TooManyBlockedCards));
        assert_eq!(person.replace_card(&card("MORE")), Err(MemberError::TooManyBlockedCards));
    }
}
