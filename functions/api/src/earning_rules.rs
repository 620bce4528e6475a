//! Earning rules: points per euro, each from a day on. A day that has begun keeps its rule, so that
//! every sale of a day is reckoned by one.

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::{Cents, Day, EarningRule, Instant, Invalid, calendar};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;

/// How long before a day begins its rule stands: a till's clock may be 10 minutes ahead, and an
/// instance may keep settings for a minute.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// What becomes of a fraction of a point.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rounding {
    /// Only whole points already reached.
    Down,
    /// The nearest whole point, a half counting as one.
    Nearest,
    /// Every fraction begun is a point.
    Up,
}

/// So many points for so many cents.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EarningRule)]
pub(crate) struct Rule {
    /// The points of each `per_cents`.
    #[schema(maximum = 10_000, examples(1))]
    points: u32,
    /// The amount that gives `points`, in euro cents.
    #[schema(minimum = 1, maximum = 100_000, examples(100))]
    per_cents: i64,
    rounding: Rounding,
}

/// An earning rule with its first day.
#[derive(Serialize, ToSchema)]
#[schema(as = DatedEarningRule)]
pub(crate) struct DatedRule {
    /// The first day it holds; it holds until the next rule begins.
    #[schema(format = Date, examples("2027-01-01"))]
    valid_from: String,
    points: u32,
    per_cents: i64,
    rounding: Rounding,
}

impl Rule {
    pub(crate) fn read(self, fields: &mut Fields, pointer: &str) -> Option<EarningRule> {
        let rounding = match self.rounding {
            Rounding::Down => domain::Rounding::Down,
            Rounding::Nearest => domain::Rounding::Nearest,
            Rounding::Up => domain::Rounding::Up,
        };
        let name = if self.points > 10_000 { "points" } else { "per_cents" };
        let rule = EarningRule::new(self.points, Cents::new(self.per_cents), rounding);
        fields.check(&format!("{pointer}/{name}"), rule)
    }
}

impl DatedRule {
    pub(crate) fn of((valid_from, rule): (Day, EarningRule)) -> Self {
        Self {
            valid_from: valid_from.to_string(),
            points: rule.points(),
            per_cents: rule.per().get(),
            rounding: match rule.rounding() {
                domain::Rounding::Down => Rounding::Down,
                domain::Rounding::Nearest => Rounding::Nearest,
                domain::Rounding::Up => Rounding::Up,
            },
        }
    }
}

/// Set the rule that holds from a day on, in the place of one that begins on the same day.
#[utoipa::path(
    operation_id = "put_earning_rule",
    put, path = "/v1/merchants/{merchant_id}/earning-rules/{valid_from}", tag = "merchants",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("valid_from" = String, Path, format = Date,
         description = "A day that begins in more than 15 minutes in every zone of the merchant."),
    ),
    request_body = Rule,
    responses(
        (status = 200, description = "The rule.", body = DatedRule),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, valid_from)): Segments<(String, String)>,
    JsonBody(rule): JsonBody<Rule>,
) -> Result<Json<DatedRule>, Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let settings = app.store().settings_anew(merchant, now).await?;
    let mut fields = Fields::default();
    let ahead = Day::parse(&valid_from).and_then(|day| ahead(day, &settings, now));
    let valid_from = fields.check_parameter("valid_from", ahead);
    let rule = rule.read(&mut fields, "");
    let (Some(valid_from), Some(rule)) = (valid_from, rule) else {
        return Err(fields.refuse());
    };
    app.store().put_rule(merchant, valid_from, rule).await?;
    Ok(Json(DatedRule::of((valid_from, rule))))
}

fn ahead(day: Day, settings: &Settings, now: Instant) -> Result<Day, Invalid> {
    let from = now.saturating_add(MARGIN).unwrap_or(Instant::MAX);
    let default = calendar::parse_time_zone("Europe/Paris")?;
    let mut zones: Vec<_> =
        settings.establishments.values().map(|establishment| &establishment.time_zone).collect();
    if zones.is_empty() {
        zones.push(&default);
    }
    if zones.into_iter().all(|zone| day.start(zone) >= from) {
        Ok(day)
    } else {
        Err(Invalid::RuleNotAhead)
    }
}
