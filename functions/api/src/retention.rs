//! The erasures of a day: the operator's proof that what was due was done.

use crate::openapi::OperatorRefusals;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use domain::{Day, MemberId};
use http_edge::problem::Kind;
use http_edge::{FieldError, Operator, Page, Problem, Segments, codes, cursor, page};
use serde::Serialize;
use store::{Mode, Tenant};
use utoipa::ToSchema;

/// A person who was erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureItem {
    /// An identifier that leads nowhere any more.
    member_id: String,
    /// `never_activated` or `inactive`.
    reason: &'static str,
}

/// How many persons were erased on the day.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureCounts {
    /// Their registration was not completed within three months.
    never_activated: u64,
    /// They had not used the service for three years, or five at an optician's.
    inactive: u64,
}

/// A page of a day's erasures.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasurePage {
    #[schema(format = Date)]
    day: String,
    /// Of the whole day; on the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<ErasureCounts>,
    erasures: Vec<ErasureItem>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of a day.
pub(crate) struct OfDay {
    day: Day,
    page: Page<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for OfDay {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = page::pairs(parts, state).await?;
        let mut page = Page::default();
        let (mut day, mut errors) = (None, Vec::new());
        let refused = |code, detail| FieldError::of_parameter("day", code, detail);
        for (name, value) in pairs {
            match name.as_str() {
                "day" => match Day::parse(&value) {
                    Ok(read) => day = Some(read),
                    Err(why) => errors.push(refused(why.into(), why.to_string())),
                },
                _ if page.take(&name, &value, &mut errors) => {}
                _ => errors.push(page::refused_name(&name)),
            }
        }
        match day {
            Some(day) if errors.is_empty() => Ok(Self { day, page }),
            None if errors.is_empty() => {
                let detail = "is needed: name the day of the erasures as 2026-11-24".to_owned();
                Err(Problem::fields(Kind::Malformed, vec![refused(codes::MISSING, detail)]))
            }
            _ => Err(Problem::fields(Kind::Malformed, errors)),
        }
    }
}

/// The persons of a merchant who were erased on a day. Each stands here for a year.
#[utoipa::path(
    operation_id = "list_erasures",
    get, path = "/v1/merchants/{merchant_id}/erasures", tag = "merchants",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("day" = String, Query, format = Date, description = "A day of Europe/Paris."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = ErasurePage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    OfDay { day, page: Page { limit, after } }: OfDay,
) -> Result<Json<ErasurePage>, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let after = after.map(|id| MemberId::parse(&id)).transpose();
    let after =
        after.map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))?;
    let (store, now) = (app.store(), app.now());
    store.settings(merchant, now).await?;
    let tenant = Tenant { merchant, mode: Mode::Live };
    let counts = match after {
        None => Some(store.erasure_counts(tenant, day, now).await?),
        Some(_) => None,
    };
    let found = store.erasures(tenant, day, after, limit, now).await?;
    let next_cursor = found.next.map(|member| cursor::encode(&member.to_string())).transpose();
    Ok(Json(ErasurePage {
        day: day.to_string(),
        counts: counts.map(|counts| ErasureCounts {
            never_activated: counts.never_activated,
            inactive: counts.inactive,
        }),
        erasures: found
            .erasures
            .iter()
            .map(|erasure| ErasureItem {
                member_id: erasure.member.to_string(),
                reason: erasure.reason.as_str(),
            })
            .collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}
