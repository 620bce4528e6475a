//! Whom a till means: by the identifier it was given, a mobile, or a card.

use crate::codes;
use domain::CardNumber;
use domain::member::qr;
use domain::{MemberId, Mobile};
use http_edge::Fields;
use serde::Deserialize;
use store::Contact;
use utoipa::ToSchema;

/// Exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberNamed {
    member_id: Option<String>,
    #[schema(examples("06 39 98 00 12", "+33639980012"))]
    mobile: Option<String>,
    #[schema(examples("2990000012345"))]
    card_number: Option<String>,
}

/// Exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactNamed {
    #[schema(examples("06 39 98 00 12", "+33639980012"))]
    mobile: Option<String>,
    #[schema(examples("2990000012345"))]
    card_number: Option<String>,
    /// What a scanner read from a card's QR code, as it is: its number, or an address that ends in it.
    #[schema(examples("https://carte.example.com/2990000012345"))]
    qr: Option<String>,
}

/// A customer as it was named.
pub(crate) enum Named {
    Member(MemberId),
    Contact(Contact),
}

impl MemberNamed {
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<Named> {
        self.read_at(fields, "")
    }

    /// As [`MemberNamed::read`], where it stands at `pointer` of the body.
    pub(crate) fn read_at(&self, fields: &mut Fields, pointer: &str) -> Option<Named> {
        let given = [&self.member_id, &self.mobile, &self.card_number];
        named(fields, pointer, given.map(Option::as_deref))
    }
}

impl ContactNamed {
    /// The contact, and the pointer of the field that named it.
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<(Contact, &'static str)> {
        match (self.mobile.as_deref(), self.card_number.as_deref(), self.qr.as_deref()) {
            (Some(mobile), None, None) => {
                let mobile = fields.check("/mobile", Mobile::parse(mobile))?;
                Some((Contact::Mobile(mobile), "/mobile"))
            }
            (None, Some(card), None) => {
                let card = fields.check("/card_number", CardNumber::parse(card))?;
                Some((Contact::Card(card), "/card_number"))
            }
            (None, None, Some(scanned)) => {
                let card = fields.check("/qr", qr::card_number(scanned))?;
                Some((Contact::Card(card), "/qr"))
            }
            _ => {
                let detail = "must hold exactly one of mobile, card_number and qr";
                fields.note("", codes::ONE_OF, detail);
                None
            }
        }
    }
}

/// Reads the one that is given of an identifier, a mobile and a card's number.
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
        _ => {
            let detail = "must hold exactly one of member_id, mobile and card_number";
            fields.note(pointer, codes::ONE_OF, detail);
            None
        }
    }
}
