//! A member's balance: what can be spent, what waits, what ends soonest, and the level.

use crate::openapi::TillRefusals;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::language::french::ticket;
use domain::{Account, Day, Instant, Points};
use http_edge::{Problem, Segments, Till};
use serde::Serialize;
use utoipa::ToSchema;

/// What ends soonest.
#[derive(Serialize, ToSchema)]
pub(crate) struct Expiring {
    points: i64,
    /// The last day they can be spent.
    #[schema(format = Date, examples("2026-11-30"))]
    on: String,
}

/// A member's level.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberLevel {
    #[schema(examples("gold"))]
    code: String,
    /// What members read.
    #[schema(examples("Or"))]
    name: String,
    /// Since when; it is reviewed a year later.
    #[schema(format = Date)]
    since: String,
}

/// A balance today. In a programme of cents (*cagnotte*) every number of points is one of cents.
#[derive(Serialize, ToSchema)]
pub(crate) struct Balance {
    /// What can be spent; below zero where more came back than was left.
    #[serde(rename = "balance")]
    available: i64,
    /// What waits for the time of returns to pass.
    pending: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiring: Option<Expiring>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<MemberLevel>,
}

/// A balance as a till shows and prints it.
#[derive(Serialize, ToSchema)]
pub(crate) struct BalanceAnswer {
    member_id: String,
    #[serde(flatten)]
    balance: Balance,
    /// Lines for the ticket, in French, of at most 40 characters.
    #[schema(examples(json!(["Votre solde : 120 points", "30 points jusqu'au 30/11/2026"])))]
    ticket: Vec<String>,
}

impl Balance {
    pub(crate) fn of(account: &Account, till: &Till, now: Instant) -> Self {
        let today = Day::at(now, &till.establishment.time_zone);
        let programmes = &till.scope.settings.programmes;
        let balance = account.balance_on(today, programmes);
        let terms = programmes.on(today).map(domain::Programme::terms);
        let level = terms.and_then(|terms| account.level_in(&terms.levels));
        let since = account.level.as_ref().map(|standing| standing.since);
        Self {
            available: balance.available.get(),
            pending: balance.pending.get(),
            expiring: balance
                .expiring
                .map(|(on, points)| Expiring { points: points.get(), on: on.to_string() }),
            level: level.zip(since).map(|(level, since)| MemberLevel {
                code: level.code.as_str().to_owned(),
                name: level.name.clone(),
                since: since.to_string(),
            }),
        }
    }
}

/// A member's balance, as the ticket prints it.
#[utoipa::path(
    operation_id = "show_balance",
    get, path = "/v1/members/{member_id}/balance", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    responses((status = 200, description = "The balance.", body = BalanceAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<BalanceAnswer>, Problem> {
    let (id, now) = (identifiers::member(&id)?, app.now());
    let member = app.store().member(&till.scope, id).await?;
    let today = Day::at(now, &till.establishment.time_zone);
    let programmes = &till.scope.settings.programmes;
    let printed = member.account.balance_on(today, programmes);
    Ok(Json(BalanceAnswer {
        member_id: member.person.id.to_string(),
        balance: Balance::of(&member.account, &till, now),
        ticket: ticket::lines(programmes.unit(), None::<Points>, &printed),
    }))
}
