//! The customer that a receipt names.

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
    /// Other details of the person. An unreadable detail (a malformed e-mail, a birth date in the future, a name
    /// of 200 letters) is left out, and does not refuse the row.
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
    card_unreadable: bool,
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
        let mobile = cell(Column::Mobile);
        if !mobile.is_empty() {
            let mobile =
                Mobile::parse(mobile).map_err(|error| RowRefusal::value(Column::Mobile, error))?;
            same(&mut self.mobile, mobile)?;
        }
        let card = cell(Column::Card);
        if !card.is_empty() {
            match CardNumber::parse(card) {
                Ok(card) => same(&mut self.details.card, card)?,
                Err(_) => self.card_unreadable = true,
            }
        }
        self.card_requested |= is_yes(cell(Column::CardRequested));
        self.card_activated |= is_yes(cell(Column::CardActivated));
        let details = &mut self.details;
        first(&mut details.last_name, cell(Column::LastName), name);
        first(&mut details.first_name, cell(Column::FirstName), name);
        first(&mut details.email, cell(Column::Email), |text| Email::parse(text).ok());
        first(&mut details.birth_date, cell(Column::BirthDate), |text| {
            dates::birth_date(text, today).ok()
        });
        Ok(())
    }

    /// The customer; `None` where no row has a mobile number or a card.
    pub(crate) fn finish(self) -> Result<Option<Customer>, RowRefusal> {
        let identity = match (self.mobile, &self.details.card) {
            (Some(mobile), _) => CustomerKey::Mobile(mobile),
            (None, Some(card)) => CustomerKey::Card(card.clone()),
            (None, None) if self.card_unreadable => {
                return Err(RowRefusal::Value {
                    column: Column::Card,
                    invalid: ValueError::CardNumber.into(),
                });
            }
            (None, None) => return Ok(None),
        };
        let Self { details, card_requested, card_activated, .. } = self;
        Ok(Some(Customer { identity, details, card_requested, card_activated }))
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

fn first<T>(known: &mut Option<T>, cell: &str, read: impl Fn(&str) -> Option<T>) {
    if known.is_none() && !cell.is_empty() {
        *known = read(cell);
    }
}

fn name(text: &str) -> Option<String> {
    text::optional(text, domain::member::NAME_LENGTH).ok().flatten()
}

fn is_yes(cell: &str) -> bool {
    const YES: [&str; 9] = ["oui", "o", "yes", "y", "true", "vrai", "1", "x", "ok"];
    YES.iter().any(|yes| cell.eq_ignore_ascii_case(yes))
}
