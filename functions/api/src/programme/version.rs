//! The operator sets the programme that holds from a day. A day that has begun keeps its programme, so that
//! one programme applies to every sale of a day.

use crate::context::App;
use crate::parameters::ProgrammePath;
use crate::programme::terms::{DatedTerms, Terms};
use axum::Json;
use axum::extract::State;
use domain::values::calendar;
use domain::{Credential, Day, DomainError, Instant, ProgrammeError};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use store::Settings;

/// How long before the start of a day its programme is fixed: the clock of a till may be 10 minutes ahead,
/// and an instance may cache settings for a minute.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// Set the programme that holds from a day.
///
/// The programme replaces one that begins on the same day.
///
/// A programme is refused, with the field, if a rule could give without limit, contradicts another rule
/// or ends before it begins.
#[utoipa::path(
    operation_id = "put_programme",
    put, path = "/v1/merchants/{merchant_id}/programmes/{valid_from}", tag = "merchants",
    params(ProgrammePath),
    request_body = Terms,
    responses((status = 200, description = "The programme with its first day.", body = DatedTerms)),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<ProgrammePath>,
    JsonBody(terms): JsonBody<Terms>,
) -> Result<Json<DatedTerms>, Problem> {
    let (now, merchant) = (app.now(), path.merchant_id);
    let settings = app.store().settings_fresh(merchant, now).await?;
    let mut fields = Fields::default();
    let ahead = Day::parse(&path.valid_from)
        .map_err(DomainError::from)
        .and_then(|day| ahead(day, &settings, now));
    let valid_from = fields.check_parameter("valid_from", ahead);
    let establishments: BTreeSet<_> = settings.establishments.keys().cloned().collect();
    let programme = terms
        .read(&mut fields, "", settings.merchant.sector, &establishments)
        .and_then(|programme| {
            let has_unit = programme.terms().unit == settings.programmes.unit();
            let checked = if has_unit { Ok(programme) } else { Err(ProgrammeError::UnitChanged) };
            fields.check("/unit", checked)
        });
    let (Some(valid_from), Some(programme)) = (valid_from, programme) else {
        return Err(fields.refuse());
    };
    let by = Credential::Operator;
    app.store().put_programme(merchant, valid_from, &programme, by).await?;
    Ok(Json(DatedTerms::of(valid_from, &programme, by)))
}

/// The day, if it begins after the margin in every time zone of the merchant.
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
