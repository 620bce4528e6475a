//! The operator sets the programme that holds from a day, as a whole or in part. One programme applies to every
//! sale of a day, so a programme that was used does not change.

use crate::context::App;
use crate::parameters::ProgrammePath;
use crate::programme::terms::{DatedTerms, Terms};
use axum::Json;
use axum::extract::State;
use domain::programme::SavingContext;
use domain::values::calendar;
use domain::{Credential, Day, DomainError, Instant, ProgrammeError, retention};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments, body};
use jiff::SignedDuration;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use store::{NewProgramme, Settings, StoreError};

/// How long before the start of a day its programme is fixed: the clock of a till may be 10 minutes ahead,
/// and an instance may cache settings for a minute.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// Set the programme that holds from a day.
///
/// The programme replaces one that begins on the same day. The programme that `GET` shows is accepted as it is.
///
/// A programme is refused, with the field, if a rule gives more than the smallest sale can bear, contradicts
/// another rule or has ended, and if the programme earns nothing without `ends_earning`.
#[utoipa::path(
    operation_id = "put_programme",
    put, path = "/v1/merchants/{merchant_id}/programmes/{valid_from}", tag = "merchants",
    params(ProgrammePath),
    request_body = DatedTerms,
    responses((status = 200, description = "The programme with its first day.", body = DatedTerms)),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<ProgrammePath>,
    JsonBody(document): JsonBody<Map<String, Value>>,
) -> Result<Json<DatedTerms>, Problem> {
    let now = app.now();
    let settings = app.store().settings_fresh(path.merchant_id, now).await?;
    let valid_from = read_day(&path)?;
    set(&app, &settings, valid_from, document, now).await
}

/// Change a part of the programme that holds from a day.
///
/// The body is a JSON merge patch (RFC 7396) of the programme in force on that day: `null` removes a field, and a
/// list is replaced as a whole. Rules that end before that day, or in the past, are left out. The result holds from
/// that day.
#[utoipa::path(
    operation_id = "patch_programme",
    patch, path = "/v1/merchants/{merchant_id}/programmes/{valid_from}", tag = "merchants",
    params(ProgrammePath),
    request_body(
        content((Object = "application/merge-patch+json"), (Object = "application/json")),
        description = "The fields of the programme to change.",
    ),
    responses((status = 200, description = "The programme with its first day.", body = DatedTerms)),
)]
pub(crate) async fn patch(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<ProgrammePath>,
    JsonBody(changes): JsonBody<Map<String, Value>>,
) -> Result<Json<DatedTerms>, Problem> {
    let now = app.now();
    let settings = app.store().settings_fresh(path.merchant_id, now).await?;
    let valid_from = read_day(&path)?;
    let in_force = settings.programmes.on(valid_from);
    let in_force = in_force.ok_or_else(|| Problem::not_found("programme"))?.terms().clone();
    let ends_earning = in_force.earns_nothing();
    let lasting = in_force.without_ended_rules(first_open_day(valid_from, now));
    let lasting = Terms { ends_earning, ..Terms::of(&lasting) };
    let mut document = serde_json::to_value(lasting).map_err(unwritable)?;
    json_patch::merge(&mut document, &Value::Object(changes));
    let Value::Object(document) = document else { return Err(Problem::defect("no object")) };
    set(&app, &settings, valid_from, document, now).await
}

/// Sets the programme of a document. The document may have the fields that an answer adds to a programme.
async fn set(
    app: &App,
    settings: &Settings,
    valid_from: Day,
    mut document: Map<String, Value>,
    now: Instant,
) -> Result<Json<DatedTerms>, Problem> {
    document.remove("changed_by");
    let named_day = document.remove("valid_from");
    let json = serde_json::to_vec(&document).map_err(unwritable)?;
    let terms: Terms = body::read(&json)?;
    let mut fields = Fields::default();
    let names_another = named_day.is_some_and(|named| named != valid_from.to_string());
    let differs = if names_another { Err(ProgrammeError::FirstDayDiffers) } else { Ok(()) };
    fields.check("/valid_from", differs);
    let has_begun = fields.check_parameter("valid_from", has_begun(valid_from, settings, now));
    let establishments: BTreeSet<_> = settings.establishments.keys().cloned().collect();
    let context = SavingContext {
        sector: settings.merchant.sector,
        establishments: &establishments,
        first_day: first_open_day(valid_from, now),
        ends_earning: false,
    };
    let programme = terms.read(&mut fields, "", context).and_then(|programme| {
        let has_unit = programme.terms().unit == settings.programmes.unit();
        let checked = if has_unit { Ok(programme) } else { Err(ProgrammeError::UnitChanged) };
        fields.check("/unit", checked)
    });
    let (Some(has_begun), Some(programme), true) = (has_begun, programme, fields.all_accepted())
    else {
        return Err(fields.refuse());
    };
    let by = Credential::Operator;
    let new = NewProgramme { valid_from, programme: &programme, has_begun, by };
    match app.store().put_programme(settings, new).await {
        Ok(()) => Ok(Json(DatedTerms::of(valid_from, &programme, by))),
        Err(StoreError::Refused(used)) => {
            fields.check_parameter::<(), _>("valid_from", Err(used));
            Err(fields.refuse())
        }
        Err(error) => Err(error.into()),
    }
}

fn read_day(path: &ProgrammePath) -> Result<Day, Problem> {
    let mut fields = Fields::default();
    let day = fields.check_parameter("valid_from", Day::parse(&path.valid_from));
    day.ok_or_else(|| fields.refuse())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unwritable(error: serde_json::Error) -> Problem {
    Problem::defect(error.to_string())
}

/// The first day of a programme on which a rule can still hold.
fn first_open_day(valid_from: Day, now: Instant) -> Day {
    valid_from.max(retention::day_of(now))
}

/// Whether the day has begun in a time zone of the merchant, or begins within the margin.
///
/// # Errors
/// [`ProgrammeError::RuleNotAhead`] for a day that has begun, unless the programme of the day is the one in force.
fn has_begun(day: Day, settings: &Settings, now: Instant) -> Result<bool, DomainError> {
    let soon = now.saturating_add(MARGIN).unwrap_or(Instant::MAX);
    let mut zones: Vec<_> =
        settings.establishments.values().map(|establishment| &establishment.time_zone).collect();
    if zones.is_empty() {
        zones.push(&calendar::PARIS);
    }
    if zones.iter().all(|zone| day.start(zone) >= soon) {
        return Ok(false);
    }
    let of_day = settings.programmes.first_day_on(day);
    let is_in_force =
        |at| zones.iter().any(|zone| settings.programmes.first_day_on(Day::at(at, zone)) == of_day);
    if of_day.is_some() && (is_in_force(now) || is_in_force(soon)) {
        Ok(true)
    } else {
        Err(ProgrammeError::RuleNotAhead.into())
    }
}
