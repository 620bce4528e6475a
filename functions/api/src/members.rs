//! Members, at the till: found by mobile or card, corrected, listed, merged.

use crate::customer::ContactNamed;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, codes, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::identity::{CardNumber, MEMBER_SHARDS};
use domain::member::{self, Details, Email, NAME_LENGTH};
use domain::{Day, Enrolment, Instant, Invalid, MemberId, Mobile, text};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, Page, Problem, Segments, Till, cursor, page};
use serde::{Deserialize, Deserializer, Serialize};
use store::{Contact, Correction, Source};
use utoipa::ToSchema;

const POSTCODE_LENGTH: usize = 12;

/// A postal address. Empty parts are as if they were absent.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    /// Number and street.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    street: Option<String>,
    /// What follows the street: building, floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    complement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 12)]
    postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    city: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("FR"))]
    country: Option<String>,
}

/// A person who asked for the card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    #[schema(examples("06 39 98 00 12", "+33639980012"))]
    mobile: String,
    /// That the person asked for the card. Nobody becomes a member without it.
    card_requested: bool,
    #[schema(max_length = 60)]
    last_name: Option<String>,
    #[schema(max_length = 60)]
    first_name: Option<String>,
    #[schema(format = Email)]
    email: Option<String>,
    #[schema(format = Date)]
    birth_date: Option<String>,
    address: Option<Address>,
    /// The number of a card that was handed out: 4 to 32 letters or digits.
    card_number: Option<String>,
}

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

/// The member to merge into the one of the path.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    absorbed_member_id: String,
}

/// How a member was told to have asked for the card.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnrolledBy {
    /// The till said so.
    Till,
    /// The row of a file said so.
    FileRow,
    /// The merchant's recorded attestation says so of all its files.
    Attestation,
}

/// A member.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberAnswer {
    member_id: String,
    /// In E.164.
    #[schema(examples("+33639980012"))]
    mobile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_number: Option<String>,
    /// The points the member has; below zero while points are owed.
    balance: i64,
    /// All points ever earned, those taken back with their sale taken off.
    points_earned: i64,
    /// Sales less returns, ever.
    spend_cents: i64,
    /// Sales, ever.
    visits: u32,
    enrolled_by: EnrolledBy,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When the invitation to complete the registration was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    invited_at: Option<Instant>,
    /// When the person completed the registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_activity_at: Option<Instant>,
}

/// A page of members.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberPage {
    members: Vec<MemberAnswer>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl MemberAnswer {
    fn of(member: &store::Member) -> Self {
        let store::Member { person, account, .. } = member;
        let details = &person.details;
        Self {
            member_id: person.id.to_string(),
            mobile: person.mobile.as_str().to_owned(),
            last_name: details.last_name.clone(),
            first_name: details.first_name.clone(),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()),
            birth_date: details.birth_date.map(|day| day.to_string()),
            address: Address::of(&details.address),
            card_number: details.card.as_ref().map(|card| card.as_str().to_owned()),
            balance: account.balance().get(),
            points_earned: account.earned.get(),
            spend_cents: account.spend.get(),
            visits: account.visits,
            enrolled_by: match person.enrolment {
                Enrolment::Till => EnrolledBy::Till,
                Enrolment::FileRow => EnrolledBy::FileRow,
                Enrolment::Attestation => EnrolledBy::Attestation,
            },
            created_at: person.created_at,
            invited_at: person.invited_at,
            activated_at: person.activated_at,
            last_activity_at: account.last_activity,
        }
    }
}

impl Address {
    fn of(address: &member::Address) -> Option<Self> {
        (*address != member::Address::default()).then(|| Self {
            street: address.street.clone(),
            complement: address.complement.clone(),
            postcode: address.postcode.clone(),
            city: address.city.clone(),
            country: address.country.clone(),
        })
    }

    fn read(&self, fields: &mut Fields) -> Option<member::Address> {
        let mut part = |name: &str, given: &Option<String>, limit| {
            let read = text::optional(given.as_deref().unwrap_or_default(), limit);
            fields.check(&format!("/address/{name}"), read)
        };
        let street = part("street", &self.street, NAME_LENGTH);
        let complement = part("complement", &self.complement, NAME_LENGTH);
        let postcode = part("postcode", &self.postcode, POSTCODE_LENGTH);
        let city = part("city", &self.city, NAME_LENGTH);
        let country = part("country", &self.country, NAME_LENGTH)
            .map(|country| country.map(|code| code.to_ascii_uppercase()));
        if let Some(Some(code)) = &country
            && !(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            let detail = "is not a country code: write it as FR (ISO 3166-1 alpha-2)";
            fields.note("/address/country", codes::COUNTRY, detail);
            return None;
        }
        Some(member::Address {
            street: street?,
            complement: complement?,
            postcode: postcode?,
            city: city?,
            country: country?,
        })
    }
}

fn name(given: Option<&str>) -> Result<Option<String>, Invalid> {
    text::optional(given.unwrap_or_default(), NAME_LENGTH)
}

fn birth_date(given: &str, today: Day) -> Result<Day, Invalid> {
    member::birth_date(Day::parse(given)?, today)
}

impl NewMember {
    fn read(&self, today: Day) -> Result<store::NewMember, Problem> {
        let mut fields = Fields::default();
        if !self.card_requested {
            let detail = "must be true: only a person who asked for the card becomes a member";
            fields.note("/card_requested", codes::CARD_NOT_REQUESTED, detail);
        }
        let mobile = fields.check("/mobile", Mobile::parse(&self.mobile));
        let last_name = fields.check("/last_name", name(self.last_name.as_deref()));
        let first_name = fields.check("/first_name", name(self.first_name.as_deref()));
        let email = fields.check_given("/email", self.email.as_deref(), Email::parse);
        let birth_date = fields.check_given("/birth_date", self.birth_date.as_deref(), |given| {
            birth_date(given, today)
        });
        let address = match &self.address {
            Some(address) => address.read(&mut fields),
            None => Some(member::Address::default()),
        };
        let card =
            fields.check_given("/card_number", self.card_number.as_deref(), CardNumber::parse);
        let (
            true,
            Some(mobile),
            Some(last_name),
            Some(first_name),
            Some(email),
            Some(birth_date),
            Some(address),
            Some(card),
        ) = (self.card_requested, mobile, last_name, first_name, email, birth_date, address, card)
        else {
            return Err(fields.refuse());
        };
        Ok(store::NewMember {
            mobile,
            details: Details { last_name, first_name, email, birth_date, address, card },
            enrolment: Enrolment::Till,
        })
    }
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

impl Merge {
    fn read(&self) -> Result<MemberId, Problem> {
        MemberId::parse(&self.absorbed_member_id)
            .map_err(|invalid| Problem::refused("/absorbed_member_id", invalid))
    }
}

/// Make a person who asked for the card a member. Who is one already stays as is.
#[utoipa::path(
    operation_id = "create_member",
    post, path = "/v1/members", tag = "members", security(("till_key" = [])),
    request_body = NewMember,
    responses(
        (status = 201, description = "A new member.", body = MemberAnswer),
        (status = 200, description = "The member who has this mobile, as is.", body = MemberAnswer),
        (status = 409, description = "The card is another member's.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewMember>,
) -> Result<(StatusCode, Json<MemberAnswer>), Problem> {
    let now = app.now();
    let new = new.read(Day::at(now, &till.establishment.time_zone))?;
    let (member, is_new) = app
        .store()
        .create_member(&till.scope, &new, now)
        .await
        .map_err(|error| Problem::from(error).at("/card_number"))?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(MemberAnswer::of(&member))))
}

/// Find a member by mobile or card number. A POST, so that neither ever stands in an address.
#[utoipa::path(
    operation_id = "find_member",
    post, path = "/v1/members/find", tag = "members", security(("till_key" = [])),
    request_body = ContactNamed,
    responses(
        (status = 200, description = "The member.", body = MemberAnswer),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn find(
    State(app): State<App>,
    till: Till,
    JsonBody(named): JsonBody<ContactNamed>,
) -> Result<Json<MemberAnswer>, Problem> {
    let mut fields = Fields::default();
    let Some(contact) = named.read(&mut fields) else { return Err(fields.refuse()) };
    let pointer = match contact {
        Contact::Mobile(_) => "/mobile",
        Contact::Card(_) => "/card_number",
    };
    let found = app.store().find_member(&till.scope, &contact).await?;
    let id = found.ok_or_else(|| Problem::not_found("member").at(pointer))?;
    Ok(Json(MemberAnswer::of(&app.store().member(&till.scope, id).await?)))
}

/// A member, or the one it was merged into.
#[utoipa::path(
    operation_id = "show_member",
    get, path = "/v1/members/{member_id}", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    responses((status = 200, description = "The member.", body = MemberAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<MemberAnswer>, Problem> {
    let member = app.store().member(&till.scope, identifiers::member(&id)?).await?;
    Ok(Json(MemberAnswer::of(&member)))
}

/// The merchant's members, in no order that means anything.
#[utoipa::path(
    operation_id = "list_members",
    get, path = "/v1/members", tag = "members", security(("till_key" = [])),
    params(
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = MemberPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Page { limit, after }: Page<(u8, String)>,
) -> Result<Json<MemberPage>, Problem> {
    let is_ours = |(shard, sk): &(u8, String)| {
        *shard < MEMBER_SHARDS && (sk.is_empty() || sk.starts_with("MEMBER#"))
    };
    if after.as_ref().is_some_and(|after| !is_ours(after)) {
        return Err(Problem::fields(Kind::Malformed, vec![page::refused_cursor()]));
    }
    let page = app.store().members(&till.scope, after, limit).await?;
    let next_cursor = page.next.map(|next| cursor::encode(&next)).transpose();
    Ok(Json(MemberPage {
        members: page.members.iter().map(MemberAnswer::of).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
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
    Ok(Json(MemberAnswer::of(&member)))
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
    Ok(Json(MemberAnswer::of(&member)))
}

/// Merge another member, who is the same person, into this one.
#[utoipa::path(
    operation_id = "merge_members",
    post, path = "/v1/members/{member_id}/merge", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = Merge,
    responses(
        (status = 200, description = "The member with all of both.", body = MemberAnswer),
        (status = 409, description = "The two cannot be merged.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn merge(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Json<MemberAnswer>, Problem> {
    let (kept, absorbed) = (identifiers::member(&id)?, merge.read()?);
    let source = Source::Till(till.key);
    let merged = app.store().merge_members(&till.scope, kept, absorbed, &source, app.now()).await;
    let member = merged.map_err(|error| match error {
        store::StoreError::Conflict(_) => Problem::from(error).at("/absorbed_member_id"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member)))
}
