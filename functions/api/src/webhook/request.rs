//! An endpoint, as the operator writes it.

use crate::context::App;
use crate::merchant::mode::Mode;
use domain::WebhookError;
use domain::webhook::{EventType, EventTypes, WebhookUrl};
use http_edge::{Fields, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A type of event.
#[derive(Serialize, ToSchema)]
#[schema(as = EventType)]
#[expect(
    dead_code,
    reason = "describes the words that `domain::webhook::EventType` reads and writes"
)]
pub(crate) enum EventTypeWord {
    /// A purchase was recorded.
    #[serde(rename = "purchase.created")]
    PurchaseCreated,
    /// A purchase was cancelled.
    #[serde(rename = "purchase.cancelled")]
    PurchaseCancelled,
    /// A purchase was attached to a member or moved to another one.
    #[serde(rename = "purchase.attached")]
    PurchaseAttached,
    /// Points were given or taken without a purchase.
    #[serde(rename = "points.changed")]
    PointsChanged,
    /// A person became a member.
    #[serde(rename = "member.created")]
    MemberCreated,
    /// Two members were merged.
    #[serde(rename = "member.merged")]
    MemberMerged,
    /// A member was erased.
    #[serde(rename = "member.erased")]
    MemberErased,
}

/// An endpoint to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct CreateWebhook {
    pub(super) mode: Mode,
    /// The address that events are posted to: `https`, with a host that has a public address.
    #[schema(
        max_length = 500,
        pattern = "^https://[^/@#\\s]+(/[^#\\s]*)?$",
        examples("https://shop.example.com/hooks/zerosix")
    )]
    pub(super) url: String,
    /// The types of events that are posted.
    #[schema(min_items = 1, value_type = Vec<EventTypeWord>)]
    pub(super) events: Vec<String>,
    /// Whether the events of a merchant's files are posted too. A file may hold millions of purchases.
    #[serde(default)]
    pub(super) file_events: bool,
}

/// A change of an endpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Webhook)]
pub(crate) struct PutWebhook {
    /// The address that events are posted to: `https`, with a host that has a public address.
    #[schema(
        max_length = 500,
        pattern = "^https://[^/@#\\s]+(/[^#\\s]*)?$",
        examples("https://shop.example.com/hooks/zerosix")
    )]
    pub(super) url: String,
    /// The types of events that are posted.
    #[schema(min_items = 1, value_type = Vec<EventTypeWord>)]
    pub(super) events: Vec<String>,
    /// Whether the events of a merchant's files are posted too. A file may hold millions of purchases.
    #[serde(default)]
    pub(super) file_events: bool,
    /// Whether events are posted. `true` turns on again an endpoint that was given up.
    pub(super) enabled: bool,
}

/// The address of an endpoint and the types of its events.
pub(super) struct Target {
    pub(super) url: WebhookUrl,
    pub(super) events: EventTypes,
}

impl Target {
    /// Reads a target, and looks up the address of its host: 1 round trip to a name server.
    pub(super) async fn read(app: &App, url: &str, events: &[String]) -> Result<Self, Problem> {
        let mut fields = Fields::default();
        let url = fields.check("/url", app.webhooks.url(url).await);
        let types = events.iter().enumerate().filter_map(|(number, word)| {
            fields.check(
                &format!("/events/{number}"),
                EventType::parse(word).ok_or(WebhookError::EventType),
            )
        });
        let types: Vec<_> = types.collect();
        if events.is_empty() || types.len() == events.len() {
            let types = fields.check("/events", EventTypes::new(types));
            if let (Some(url), Some(events)) = (url, types) {
                return Ok(Self { url, events });
            }
        }
        Err(fields.refuse())
    }
}
