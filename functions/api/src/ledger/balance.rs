//! A member's balance: points to spend, pending points, points that expire soonest, and the level.

use crate::context::App;
use crate::parameters::MemberPath;
use crate::schema::{Date, Identifier, LevelCode};
use axum::Json;
use axum::extract::State;
use domain::language::french::ticket;
use domain::{Account, Day, Instant, MemberId, Points};
use http_edge::{Problem, Segments, Till};
use serde::Serialize;
use utoipa::ToSchema;

/// The points that expire soonest.
#[derive(Serialize, ToSchema)]
pub(crate) struct Expiring {
    points: i64,
    /// The last day on which the points can be spent.
    #[schema(value_type = Date)]
    on: Day,
}

/// The level of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberLevel {
    #[schema(value_type = LevelCode)]
    code: String,
    /// The name that members read.
    #[schema(examples("Or"))]
    name: String,
    /// The day on which the member reached the level. The level is reviewed one year later.
    #[schema(value_type = Date)]
    since: Day,
}

/// The balance of a member today. In a programme of cents (*cagnotte*) points are cents.
#[derive(Serialize, ToSchema)]
pub(crate) struct Balance {
    /// The points that the member can spend. Below zero where returns took more than was left.
    #[serde(rename = "balance")]
    available: i64,
    /// The points that cannot be spent before the time for returns has passed.
    pending: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiring: Option<Expiring>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<MemberLevel>,
}

/// A balance as a till shows and prints it.
#[derive(Serialize, ToSchema)]
pub(crate) struct BalanceAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[serde(flatten)]
    balance: Balance,
    /// The lines for the ticket, in French, of at most 40 characters each.
    #[schema(examples(json!(["Votre solde : 120 points", "30 points jusqu’au 30/11/2026"])))]
    ticket: Vec<String>,
}

impl Balance {
    pub(crate) fn of(account: &Account, till: &Till, now: Instant) -> Self {
        let today = till.day(now);
        let programmes = &till.scope.settings.programmes;
        let balance = account.balance_on(today, programmes);
        let terms = programmes.on(today).map(domain::Programme::terms);
        let level = terms.and_then(|terms| account.level_in(&terms.levels));
        let since = account.level.as_ref().map(|standing| standing.since);
        Self {
            available: balance.available.get(),
            pending: balance.pending.get(),
            expiring: balance.expiring.map(|(on, points)| Expiring { points: points.get(), on }),
            level: level.zip(since).map(|(level, since)| MemberLevel {
                code: level.code.as_str().to_owned(),
                name: level.name.clone(),
                since,
            }),
        }
    }
}

/// Show a member's balance, with the lines that a ticket prints.
#[utoipa::path(
    operation_id = "show_balance",
    get, path = "/v1/members/{member_id}/balance", tag = "members",
    params(MemberPath),
    responses((status = 200, description = "The member's balance.", body = BalanceAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<BalanceAnswer>, Problem> {
    let now = app.now();
    let member = app.store().member(&till.scope, path.member_id).await?;
    let programmes = &till.scope.settings.programmes;
    let printed = member.account.balance_on(till.day(now), programmes);
    Ok(Json(BalanceAnswer {
        member_id: member.person.id,
        balance: Balance::of(&member.account, &till, now),
        ticket: ticket::lines(programmes.unit(), None::<Points>, &printed),
    }))
}
