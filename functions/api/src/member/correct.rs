//! A member's details corrected, and the mobile changed.

use crate::member::address::Address;
use crate::member::{MemberAnswer, birth_date, name};
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::CardNumber;
use domain::member::{self, Email};
use domain::{Day, Mobile};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Deserializer};
use store::Correction;
use utoipa::ToSchema;

/// A field of a correction: absent leaves it, `null` clears it.
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

/// What to change of a member: absent leaves a field as it is, `null` clears it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectMember {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    last_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    first_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email)]
    email: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    birth_date: Change<String>,
    /// The whole address, in the place of the one there was.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    address: Change<Address>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    card_number: Change<String>,
}

/// Another mobile number for a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMobile {
    #[schema(examples("06 39 98 00 12"))]
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
    patch, path = "/v1/members/{member_id}", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = CorrectMember,
    responses(
        (status = 200, description = "The member as corrected.", body = MemberAnswer),
        (status = 409, description = "The card is another member's.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn correct(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(correction): JsonBody<CorrectMember>,
) -> Result<Json<MemberAnswer>, Problem> {
    let id = identifiers::member(&id)?;
    let correction = correction.read(Day::at(app.now(), &till.establishment.time_zone))?;
    let corrected = app.store().correct_member(&till.scope, id, &correction).await;
    let member = corrected.map_err(|error| match error {
        store::StoreError::Refused(_) => Problem::from(error).at("/card_number"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}

/// Give a member another mobile number. The old one is free at once.
#[utoipa::path(
    operation_id = "change_mobile",
    put, path = "/v1/members/{member_id}/mobile", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = NewMobile,
    responses(
        (status = 200, description = "The member with the new number.", body = MemberAnswer),
        (status = 409, description = "The number is another member's.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn change_mobile(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(new): JsonBody<NewMobile>,
) -> Result<Json<MemberAnswer>, Problem> {
    let id = identifiers::member(&id)?;
    let mobile = Mobile::parse(&new.mobile).map_err(|why| Problem::refused("/mobile", why))?;
    let changed = app.store().change_mobile(&till.scope, id, &mobile).await;
    let member = changed.map_err(|error| match error {
        store::StoreError::Conflict(_) => Problem::from(error).at("/mobile"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}
