//! A member's details corrected, and the mobile changed.

use crate::context::App;
use crate::member::address::Address;
use crate::member::details::{birth_date, name};
use crate::member::response::MemberAnswer;
use crate::parameters::MemberPath;
use crate::schema::{
    CardNumber as CardNumberText, Date, EmailAddress, MobileNumber, OptionalText60,
};
use axum::Json;
use axum::extract::State;
use domain::CardNumber;
use domain::member::{self, Email};
use domain::{Day, Mobile};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Deserializer};
use store::{Correction, StoreError};
use utoipa::ToSchema;

/// A field of a correction: an absent field does not change, and `null` clears the field.
#[derive(Default)]
pub(crate) enum Change<T> {
    #[default]
    Leave,
    To(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::To)
    }
}

/// A correction of a member's details. An absent field does not change, and `null` clears the field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectMember {
    #[serde(default)]
    #[schema(value_type = Option<OptionalText60>)]
    last_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<OptionalText60>)]
    first_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<EmailAddress>)]
    email: Change<String>,
    /// The birth date: after 1 January 1900, today at the latest.
    #[serde(default)]
    #[schema(value_type = Option<Date>)]
    birth_date: Change<String>,
    /// The new address, which replaces the old one as a whole.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    address: Change<Address>,
    #[serde(default)]
    #[schema(value_type = Option<CardNumberText>)]
    card_number: Change<String>,
}

/// A new mobile number of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMobile {
    #[schema(value_type = MobileNumber)]
    mobile: String,
}

impl CorrectMember {
    fn read(&self, today: Day) -> Result<Correction, Problem> {
        let mut fields = Fields::default();
        let mut correction = Correction::default();
        if let Change::To(given) = &self.last_name {
            correction.last_name = fields.check("/last_name", name(given.as_deref()));
        }
        if let Change::To(given) = &self.first_name {
            correction.first_name = fields.check("/first_name", name(given.as_deref()));
        }
        if let Change::To(given) = &self.email {
            correction.email = fields.check_given("/email", given.as_deref(), Email::parse);
        }
        if let Change::To(given) = &self.birth_date {
            let read = |given: &str| birth_date(given, today);
            correction.birth_date = fields.check_given("/birth_date", given.as_deref(), read);
        }
        if let Change::To(given) = &self.address {
            correction.address = match given {
                Some(address) => address.read(&mut fields),
                None => Some(member::Address::default()),
            };
        }
        if let Change::To(given) = &self.card_number {
            correction.card =
                fields.check_given("/card_number", given.as_deref(), CardNumber::parse);
        }
        if fields.all_accepted() { Ok(correction) } else { Err(fields.refuse()) }
    }
}

/// Correct a member's details.
#[utoipa::path(
    operation_id = "correct_member",
    patch, path = "/v1/members/{member_id}", tag = "members",
    params(MemberPath),
    request_body = CorrectMember,
    responses(
        (status = 200, description = "The corrected member.", body = MemberAnswer),
        (status = 409, description = "Another member has the card (`card_taken`)."),
    ),
)]
pub(crate) async fn correct(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(correction): JsonBody<CorrectMember>,
) -> Result<Json<MemberAnswer>, Problem> {
    let now = app.now();
    let correction = correction.read(till.day(now))?;
    let corrected = app.store().correct_member(&till.scope, path.member_id, &correction, now).await;
    let member = corrected.map_err(|error| match error {
        StoreError::Refused(_) => Problem::from(error).at("/card_number"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}

/// Change a member's mobile number.
///
/// The old number is free at once.
#[utoipa::path(
    operation_id = "change_mobile",
    put, path = "/v1/members/{member_id}/mobile", tag = "members",
    params(MemberPath),
    request_body = NewMobile,
    responses(
        (status = 200, description = "The member with the new number.", body = MemberAnswer),
        (status = 409, description = "Another member has the number."),
    ),
)]
pub(crate) async fn change_mobile(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(new): JsonBody<NewMobile>,
) -> Result<Json<MemberAnswer>, Problem> {
    let mobile = Mobile::parse(&new.mobile).map_err(|why| Problem::refused("/mobile", why))?;
    let changed = app.store().change_mobile(&till.scope, path.member_id, &mobile, app.now()).await;
    let member = changed.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::from(error).at("/mobile"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}
