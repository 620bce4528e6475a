//! The customer that a receipt names.

use crate::file::cell::{read, read_code};
use crate::file::columns::Column;
use crate::file::dates;
use crate::file::refusal::RowRefusal;
use domain::CardNumber;
use domain::member::{Details, Email};
use domain::values::text;
use domain::{Day, Mobile, ValueError};

/// The key by which a customer is found. It has no `Debug`, since it is personal data.
#[derive(Clone, PartialEq, Eq)]
pub enum CustomerKey {
    /// The mobile number.
    Mobile(Mobile),
    /// The card number, where the receipt has no mobile number.
    Card(CardNumber),
}

/// The customer that a receipt names.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// The key of the customer: the mobile number, where the receipt has both.
    pub identity: CustomerKey,
    /// Other details of the person.
    pub details: Details,
    /// Whether a row states that the person asked for the card.
    pub card_requested: bool,
    /// Whether a row states that the person was present and activated the card.
    pub card_activated: bool,
}

/// The customer of a receipt, gathered from its rows. For each detail the first row that has it counts; all rows
/// with a mobile number or a card must have the same.
#[derive(Default)]
pub(crate) struct CustomerDraft {
    mobile: Option<Mobile>,
    details: Details,
    card_requested: bool,
    card_activated: bool,
}

impl CustomerDraft {
    pub(crate) fn add<'c>(
        &mut self,
        cell: &impl Fn(Column) -> &'c str,
        today: Day,
    ) -> Result<(), RowRefusal> {
        if let Some(mobile) = read_code(cell, Column::Mobile, Mobile::parse)? {
            same(&mut self.mobile, mobile)?;
        }
        if let Some(card) = read_code(cell, Column::Card, CardNumber::parse)? {
            same(&mut self.details.card, card)?;
        }
        self.card_requested |= is_yes(cell, Column::CardRequested)?;
        self.card_activated |= is_yes(cell, Column::CardActivated)?;
        let details = &mut self.details;
        let birth_date = |text: &str| dates::birth_date(text, today);
        first(&mut details.last_name, read(cell, Column::LastName, name)?.flatten());
        first(&mut details.first_name, read(cell, Column::FirstName, name)?.flatten());
        first(&mut details.email, read(cell, Column::Email, Email::parse)?);
        first(&mut details.birth_date, read(cell, Column::BirthDate, birth_date)?);
        Ok(())
    }

    /// The customer; `None` where no row has a mobile number or a card.
    pub(crate) fn finish(self) -> Option<Customer> {
        let identity = match (self.mobile, &self.details.card) {
            (Some(mobile), _) => CustomerKey::Mobile(mobile),
            (None, Some(card)) => CustomerKey::Card(card.clone()),
            (None, None) => return None,
        };
        let Self { details, card_requested, card_activated, .. } = self;
        Some(Customer { identity, details, card_requested, card_activated })
    }
}

fn same<T: PartialEq>(known: &mut Option<T>, named: T) -> Result<(), RowRefusal> {
    match known {
        Some(known) if *known != named => Err(RowRefusal::CustomersDiffer),
        _ => {
            *known = Some(named);
            Ok(())
        }
    }
}

fn first<T>(known: &mut Option<T>, read: Option<T>) {
    if known.is_none() {
        *known = read;
    }
}

fn name(text: &str) -> Result<Option<String>, ValueError> {
    text::optional(text, domain::member::NAME_LENGTH)
}

/// Whether a cell says yes. An empty cell says no, and a word that says neither refuses the row: a wish must not be
/// guessed.
fn is_yes<'c>(cell: &impl Fn(Column) -> &'c str, column: Column) -> Result<bool, RowRefusal> {
    const YES: [&str; 11] = ["oui", "o", "yes", "y", "true", "vrai", "1", "1.0", "1,0", "x", "ok"];
    const NO: [&str; 11] = ["", "non", "n", "no", "false", "faux", "0", "0.0", "0,0", "-", "ko"];
    let is_among =
        |words: &[&str]| words.iter().any(|word| cell(column).eq_ignore_ascii_case(word));
    if is_among(&YES) {
        Ok(true)
    } else if is_among(&NO) {
        Ok(false)
    } else {
        Err(RowRefusal::NeitherYesNorNo { column })
    }
}
