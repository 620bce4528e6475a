//! The erasures of a day: the operator's proof that expired members were erased.

use crate::context::App;
use crate::parameters::{DayQuery, MerchantPath, PageQuery};
use crate::schema::{Date, Identifier};
use axum::Json;
use axum::extract::State;
use domain::{Credential, Day, MemberId};
use http_edge::problem::Kind;
use http_edge::query::Parameters;
use http_edge::{FieldError, Operator, Page, Problem, Query, Segments, codes, cursor};
use serde::Serialize;
use store::{Mode, Scope};
use utoipa::ToSchema;

/// The erasure of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureItem {
    /// The identifier of the erased member, which finds nothing any more.
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The reason of the erasure: `never_activated`, `inactive`, `request` or `objection`.
    reason: &'static str,
    /// The credential that asked for the erasure: `service` for a deadline, `operator`, or `key:` and the
    /// identifier of a key.
    erased_by: String,
}

/// The numbers of members erased on a day, by reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureCounts {
    /// Invited members whose card was not activated within three months.
    never_activated: u64,
    /// Members who had not used the service for three years, or five at an optician's.
    inactive: u64,
    /// Members who asked for the erasure.
    request: u64,
    /// Members who objected to the processing.
    objection: u64,
}

/// A page of a day's erasures.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasurePage {
    #[schema(value_type = Date)]
    day: Day,
    /// The numbers of the whole day, on the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<ErasureCounts>,
    erasures: Vec<ErasureItem>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The query parameter `day`.
#[derive(Default)]
pub(crate) struct OfDay(Option<Day>);

impl Parameters for OfDay {
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
        if name != "day" {
            return false;
        }
        match Day::parse(value) {
            Ok(day) => self.0 = Some(day),
            Err(why) => {
                errors.push(FieldError::of_parameter("day", why.into(), why.to_string()));
            }
        }
        true
    }
}

impl OfDay {
    fn required(self) -> Result<Day, Problem> {
        self.0.ok_or_else(|| {
            let detail = "is needed: name the day of the erasures as 2026-11-24";
            let missing = FieldError::of_parameter("day", codes::MISSING, detail);
            Problem::fields(Kind::Malformed, vec![missing])
        })
    }
}

/// List the members of a merchant who were erased on a day.
///
/// A record is kept for one year.
#[utoipa::path(
    operation_id = "list_erasures",
    get, path = "/v1/merchants/{merchant_id}/erasures", tag = "merchants",
    params(MerchantPath, DayQuery, PageQuery),
    responses((status = 200, description = "A page of erasures.", body = ErasurePage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query((day, page)): Query<(OfDay, Page)>,
) -> Result<Json<ErasurePage>, Problem> {
    let day = day.required()?;
    let (store, now) = (app.store(), app.now());
    let settings = store.settings(path.merchant_id, now).await?;
    let scope = Scope { settings, mode: Mode::Live, credential: Credential::Operator };
    let (tenant, list) = (scope.tenant(), format!("erasures {day}"));
    let after: Option<MemberId> = page.after(&scope, &list)?;
    let counts = match after {
        None => Some(store.erasure_counts(tenant, day, now).await?),
        Some(_) => None,
    };
    let found = store.erasures(tenant, day, after, page.limit, now).await?;
    Ok(Json(ErasurePage {
        day,
        counts: counts.map(|counts| ErasureCounts {
            never_activated: counts.never_activated,
            inactive: counts.inactive,
            request: counts.request,
            objection: counts.objection,
        }),
        erasures: found
            .erasures
            .iter()
            .map(|erasure| ErasureItem {
                member_id: erasure.member,
                reason: erasure.reason.as_str(),
                erased_by: erasure.by.to_string(),
            })
            .collect(),
        next_cursor: cursor::next(&scope, &list, found.next.as_ref())?,
    }))
}
