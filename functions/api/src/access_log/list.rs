//! The access log of a merchant, which the operator reads.

use super::query::{AccessQuery, Wanted};
use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope;
use crate::parameters::{MerchantPath, ModeQuery, PageQuery};
use crate::schema::{ActorText, DateTime, Identifier};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use domain::MemberId;
use domain::access_log::Access;
use http_edge::{Operator, Page, Problem, Query, Segments, cursor};
use serde::Serialize;
use store::AccessPosition;
use utoipa::ToSchema;

/// An entry of the access log.
#[derive(Serialize, ToSchema)]
#[schema(as = Access)]
pub(crate) struct AccessItem {
    #[schema(value_type = DateTime)]
    at: Second,
    #[schema(value_type = ActorText)]
    actor: String,
    /// The kind of the event: `joined`, `code_sent`, `code_refused`, `signed_in`, `sign_in_refused`,
    /// `sign_in_limited` or `signed_out`. More kinds may follow.
    event: &'static str,
    /// The network address that the request came from. Absent where the address is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// The members whose data the access showed, at most 100. Signing in shows nobody.
    #[schema(value_type = Vec<Identifier>)]
    members: Vec<MemberId>,
}

impl AccessItem {
    fn of(access: Access) -> Self {
        let Access { at, actor, event, source, members } = access;
        Self {
            at: at.into(),
            actor: actor.to_string(),
            event: event.as_str(),
            source: source.map(|address| address.as_text()),
            members: members.iter().collect(),
        }
    }
}

/// A page of the access log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessLogPage {
    accesses: Vec<AccessItem>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List the accesses to a merchant's data by persons, newest first.
///
/// Every attempt of a member to sign in is an entry, whether it succeeds or not. The requests of keys are not
/// logged. An entry is stored for 12 months. A page for one member may be empty and have a next page.
#[utoipa::path(
    operation_id = "list_access_log",
    get, path = "/v1/merchants/{merchant_id}/access-log", tag = "merchants",
    params(MerchantPath, AccessQuery, ModeQuery, PageQuery),
    responses((status = 200, description = "A page of the access log.", body = AccessLogPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query((wanted, (DataMode(mode), page))): Query<(Wanted, (DataMode, Page))>,
) -> Result<Json<AccessLogPage>, Problem> {
    let (store, now) = (app.store(), app.now());
    let period = wanted.period(now)?;
    let scope = scope(&app, path.merchant_id, mode).await?;
    let list = wanted.list();
    let after: Option<AccessPosition> = page.after(&scope, &list)?;
    let found =
        store.accesses(&scope, period, wanted.member, after.as_ref(), page.limit, now).await?;
    Ok(Json(AccessLogPage {
        accesses: found.accesses.into_iter().map(AccessItem::of).collect(),
        next_cursor: cursor::next(&scope, &list, found.next.as_ref())?,
    }))
}
