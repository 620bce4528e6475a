//! Programmes: the rules by which a merchant's sales earn points, each version from a day on. A day
//! that has begun keeps its programme, so that one programme applies to every sale of a day.

pub(crate) mod terms;

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::values::calendar;
use domain::{Day, DomainError, Instant, Programme, ProgrammeError};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use jiff::SignedDuration;
use serde::Serialize;
use std::collections::BTreeSet;
use store::Settings;
use terms::Terms;
use utoipa::ToSchema;

/// How long before a day begins its programme stands: a till's clock may be 10 minutes ahead, and an
/// instance may keep settings for a minute.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// A programme with its first day.
#[derive(Serialize, ToSchema)]
#[schema(as = DatedProgramme)]
pub(crate) struct Dated {
    /// The first day it holds; it holds until the next programme begins.
    #[schema(format = Date, examples("2027-01-01"))]
    valid_from: String,
    #[serde(flatten)]
    terms: Terms,
}

impl Dated {
    pub(crate) fn of((valid_from, programme): (Day, &Programme)) -> Self {
        Self { valid_from: valid_from.to_string(), terms: Terms::of(programme.terms()) }
    }
}

/// Set the programme that holds from a day on, in the place of one that begins on the same day.
/// Refused, with the field, where a rule could give without limit, contradicts another or ends before
/// it begins.
#[utoipa::path(
    operation_id = "put_programme",
    put, path = "/v1/merchants/{merchant_id}/programmes/{valid_from}", tag = "merchants",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("valid_from" = String, Path, format = Date,
         description = "A day that begins in more than 15 minutes in every zone of the merchant."),
    ),
    request_body = Terms,
    responses(
        (status = 200, description = "The programme.", body = Dated),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, valid_from)): Segments<(String, String)>,
    JsonBody(terms): JsonBody<Terms>,
) -> Result<Json<Dated>, Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let settings = app.store().settings_fresh(merchant, now).await?;
    let mut fields = Fields::default();
    let ahead = Day::parse(&valid_from)
        .map_err(DomainError::from)
        .and_then(|day| ahead(day, &settings, now));
    let valid_from = fields.check_parameter("valid_from", ahead);
    let establishments: BTreeSet<_> = settings.establishments.keys().cloned().collect();
    let programme = terms
        .read(&mut fields, "", settings.merchant.sector, &establishments)
        .and_then(|programme| {
            let unit = programme.terms().unit == settings.programmes.unit();
            let kept = if unit { Ok(programme) } else { Err(ProgrammeError::UnitChanged) };
            fields.check("/unit", kept)
        });
    let (Some(valid_from), Some(programme)) = (valid_from, programme) else {
        return Err(fields.refuse());
    };
    app.store().put_programme(merchant, valid_from, &programme).await?;
    Ok(Json(Dated::of((valid_from, &programme))))
}

fn ahead(day: Day, settings: &Settings, now: Instant) -> Result<Day, DomainError> {
    let from = now.saturating_add(MARGIN).unwrap_or(Instant::MAX);
    let mut zones: Vec<_> =
        settings.establishments.values().map(|establishment| &establishment.time_zone).collect();
    if zones.is_empty() {
        zones.push(&calendar::PARIS);
    }
    if zones.into_iter().all(|zone| day.start(zone) >= from) {
        Ok(day)
    } else {
        Err(ProgrammeError::RuleNotAhead.into())
    }
}
