//! The texts that members sent, newest first.

use crate::context::App;
use crate::parameters::PageQuery;
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use domain::MemberId;
use http_edge::{Page, Problem, Query, Till, cursor};
use serde::Serialize;
use store::{HistoryKey, InboundText};
use utoipa::ToSchema;

/// A text that a member sent by SMS.
#[derive(Serialize, ToSchema)]
#[schema(as = InboundText)]
pub(crate) struct InboundTextAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The text of the SMS, cut after 1,600 characters.
    text: String,
    #[schema(value_type = DateTime)]
    received_at: Second,
}

/// A page of inbound texts.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboundTextPage {
    texts: Vec<InboundTextAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl InboundTextAnswer {
    fn of(received: InboundText) -> Self {
        let InboundText { member, text, received_at } = received;
        Self { member_id: member, text, received_at: received_at.into() }
    }
}

/// The name of the list in its cursors.
const LIST: &str = "inbound texts";

/// List the texts that members sent by SMS, newest first.
///
/// A text is stored for 30 days. A text that begins with a word of opposition, such as STOP, is an
/// opposition and is not stored.
#[utoipa::path(
    operation_id = "list_inbound_texts",
    get, path = "/v1/inbound-texts", tag = "members",
    params(PageQuery),
    responses((status = 200, description = "A page of inbound texts.", body = InboundTextPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Query(page): Query<Page>,
) -> Result<Json<InboundTextPage>, Problem> {
    let (after, limit) = (page.after::<HistoryKey>(&till.scope, LIST)?, page.limit);
    let page = app.store().inbound_texts(&till.scope, after.as_ref(), limit, app.now()).await?;
    Ok(Json(InboundTextPage {
        texts: page.texts.into_iter().map(InboundTextAnswer::of).collect(),
        next_cursor: cursor::next(&till.scope, LIST, page.next.as_ref())?,
    }))
}
