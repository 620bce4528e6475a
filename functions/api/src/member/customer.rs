//! The customer that a till names: by identifier, mobile, card number or QR code.

use crate::codes;
use crate::schema::{
    CardNumber as CardNumberText, Form, Identifier, MobileNumber, QrText, one_of, reference,
};
use domain::CardNumber;
use domain::member::qr;
use domain::{MemberId, Mobile};
use http_edge::Fields;
use serde::Deserialize;
use store::Contact;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A member, by exactly one of three fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberNamed {
    member_id: Option<String>,
    mobile: Option<String>,
    card_number: Option<String>,
}

impl PartialSchema for MemberNamed {
    fn schema() -> RefOr<Schema> {
        one_of(
            "A member, by exactly one of `member_id`, `mobile` and `card_number`.",
            [
                Form::new().with("member_id", reference::<Identifier>()),
                Form::new().with("mobile", reference::<MobileNumber>()),
                Form::new().with("card_number", reference::<CardNumberText>()),
            ],
        )
    }
}

impl ToSchema for MemberNamed {}

/// A member, by exactly one of three contacts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactNamed {
    mobile: Option<String>,
    card_number: Option<String>,
    qr: Option<String>,
}

impl PartialSchema for ContactNamed {
    fn schema() -> RefOr<Schema> {
        one_of(
            "A member, by exactly one of `mobile`, `card_number` and `qr`.",
            [
                Form::new().with("mobile", reference::<MobileNumber>()),
                Form::new().with("card_number", reference::<CardNumberText>()),
                Form::new().with("qr", reference::<QrText>()),
            ],
        )
    }
}

impl ToSchema for ContactNamed {}

/// A customer, read from a request.
pub(crate) enum Named {
    Member(MemberId),
    Contact(Contact),
}

/// A contact, with the pointer of the field that names it.
pub(super) struct NamedContact {
    pub(super) contact: Contact,
    pub(super) pointer: &'static str,
}

impl MemberNamed {
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<Named> {
        self.read_at(fields, "")
    }

    /// As [`MemberNamed::read`], of a customer at `pointer` in the body.
    pub(crate) fn read_at(&self, fields: &mut Fields, pointer: &str) -> Option<Named> {
        let given = [&self.member_id, &self.mobile, &self.card_number];
        named(fields, pointer, given.map(Option::as_deref))
    }
}

impl ContactNamed {
    pub(super) fn read(&self, fields: &mut Fields) -> Option<NamedContact> {
        match (self.mobile.as_deref(), self.card_number.as_deref(), self.qr.as_deref()) {
            (Some(mobile), None, None) => {
                let mobile = fields.check("/mobile", Mobile::parse(mobile))?;
                Some(NamedContact { contact: Contact::Mobile(mobile), pointer: "/mobile" })
            }
            (None, Some(card), None) => {
                let card = fields.check("/card_number", CardNumber::parse(card))?;
                Some(NamedContact { contact: Contact::Card(card), pointer: "/card_number" })
            }
            (None, None, Some(scanned)) => {
                let card = fields.check("/qr", qr::card_number(scanned))?;
                Some(NamedContact { contact: Contact::Card(card), pointer: "/qr" })
            }
            given => {
                let is_absent = given == (None, None, None);
                note_not_one(fields, "", is_absent, "mobile, card_number and qr");
                None
            }
        }
    }
}

/// Reads the one that is given of an identifier, a mobile and a card number.
pub(crate) fn named(fields: &mut Fields, pointer: &str, given: [Option<&str>; 3]) -> Option<Named> {
    let at = |name: &str| format!("{pointer}/{name}");
    match given {
        [Some(id), None, None] => {
            fields.check(&at("member_id"), MemberId::parse(id)).map(Named::Member)
        }
        [None, Some(mobile), None] => {
            let mobile = fields.check(&at("mobile"), Mobile::parse(mobile))?;
            Some(Named::Contact(Contact::Mobile(mobile)))
        }
        [None, None, Some(card)] => {
            let card = fields.check(&at("card_number"), CardNumber::parse(card))?;
            Some(Named::Contact(Contact::Card(card)))
        }
        given => {
            let is_absent = given == [None, None, None];
            note_not_one(fields, pointer, is_absent, "member_id, mobile and card_number");
            None
        }
    }
}

/// Notes that not exactly one of the fields `names` is given: none (`missing`), or several (`one_of`).
pub(crate) fn note_not_one(fields: &mut Fields, pointer: &str, is_absent: bool, names: &str) {
    let code = if is_absent { http_edge::codes::MISSING } else { codes::ONE_OF };
    fields.note(pointer, code, format!("must hold exactly one of {names}"));
}
