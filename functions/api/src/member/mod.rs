//! Members, at the till: shown and listed here; enrolled, found, corrected and merged below.

mod address;
pub(crate) mod card;
pub(crate) mod consents;
pub(crate) mod correct;
pub(crate) mod customer;
pub(crate) mod enrol;
pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod merge;
pub(crate) mod misses;
pub(crate) mod registration;

use crate::ledger::balance::Balance;
use crate::openapi::TillRefusals;
use crate::{App, identifiers};
use address::Address;
use axum::Json;
use axum::extract::State;
use domain::member::{self, NAME_LENGTH};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::values::{calendar, text};
use domain::{Day, DomainError, Enrolment, Instant, ValueError};
use http_edge::problem::Kind;
use http_edge::{Page, Problem, Segments, Till, cursor, page};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// Cards blocked as lost, which find nobody; `card_number` may be among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocked_card_numbers: Vec<String>,
    #[serde(flatten)]
    balance: Balance,
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
    fn of(member: &store::Member, till: &Till, now: Instant) -> Self {
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
            blocked_card_numbers: person
                .blocked_cards
                .iter()
                .map(|card| card.as_str().to_owned())
                .collect(),
            balance: Balance::of(account, till, now),
            points_earned: account.earned.get(),
            spend_cents: account.spend.get(),
            visits: account.visits,
            enrolled_by: match person.enrolment {
                Enrolment::Till => EnrolledBy::Till,
                Enrolment::FileRow => EnrolledBy::FileRow,
                Enrolment::Attestation => EnrolledBy::Attestation,
            },
            created_at: calendar::whole_second(person.created_at),
            invited_at: person.invited_at,
            activated_at: person.activated_at,
            last_activity_at: account.last_activity,
        }
    }
}

fn name(given: Option<&str>) -> Result<Option<String>, ValueError> {
    text::optional(given.unwrap_or_default(), NAME_LENGTH)
}

fn birth_date(given: &str, today: Day) -> Result<Day, DomainError> {
    Ok(member::birth_date(Day::parse(given)?, today)?)
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
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
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
    let now = app.now();
    let next_cursor = page.next.map(|next| cursor::encode(&next)).transpose();
    Ok(Json(MemberPage {
        members: page.members.iter().map(|member| MemberAnswer::of(member, &till, now)).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}
