//! The HTTP API of tills and merchants' software, and of the operator who sets merchants up.
//!
//! One file a resource: its requests and answers, and thin handlers that read a request into the
//! domain's types, call the store and answer.

mod adjustments;
mod balance;
mod campaigns;
pub mod codes;
mod consents;
mod contract_end;
mod coupon_check;
mod customer;
mod erasures;
mod establishments;
mod health;
mod history;
mod identifiers;
mod keys;
mod members;
mod merchants;
mod misses;
mod offers;
pub mod openapi;
mod preflight;
mod programmes;
mod purchase_id;
mod purchases;
mod queue_door;
mod redemptions;
mod registration;
mod rewards;
mod senders;
mod till_clock;
mod upload_door;
mod uploads;
mod visits;
mod webhook_door;
mod webhooks;

pub use misses::Misses;
pub use queue_door::{CampaignDoor, CouponDoor, QueueDoor};
pub use upload_door::UploadDoor;
pub use webhook_door::WebhookDoor;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post, put};
use domain::Instant;
use http_edge::problem::Kind;
use http_edge::{Gate, Problem};
use std::sync::Arc;
use store::Store;

/// What the handlers work with.
#[derive(Clone)]
pub struct App {
    /// Who calls, and the store.
    pub gate: Gate,
    /// The door through which files come in and refused rows go out.
    pub uploads: Arc<UploadDoor>,
    /// The door to the function that takes campaigns further.
    pub campaigns: Arc<CampaignDoor>,
    /// Whom tills asked for in vain.
    pub misses: Arc<Misses>,
    /// The door to the function that makes coupons.
    pub coupons: Arc<CouponDoor>,
    /// The door to the function that posts events.
    pub webhooks: Arc<WebhookDoor>,
}

impl App {
    const fn store(&self) -> &Store {
        &self.gate.store
    }

    fn now(&self) -> Instant {
        (self.gate.clock)()
    }
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}

/// Every route. Building it makes no call.
pub fn router(app: App) -> Router {
    operator_routes()
        .merge(till_routes())
        .fallback(async || Problem::not_found("resource"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                Kind::MethodNotAllowed,
                "See the header Allow for the methods of this route.",
            )
        })
        .layer(from_fn(preflight::answer))
        .layer(from_fn(http_edge::requests::observe))
        .with_state(app)
}

/// What the operator sets up, and what nobody needs a key for.
fn operator_routes() -> Router<App> {
    Router::new()
        .route("/v1/health", get(health::show))
        .route("/v1/openapi.json", get(openapi::show))
        .route("/v1/merchants", post(merchants::create))
        .route("/v1/merchants/{merchant_id}", get(merchants::show))
        .route("/v1/merchants/{merchant_id}/establishments/{code}", put(establishments::put))
        .route("/v1/merchants/{merchant_id}/establishments/{code}/keys", post(keys::create))
        .route(
            "/v1/merchants/{merchant_id}/establishments/{code}/keys/{key_id}",
            delete(keys::revoke),
        )
        .route("/v1/merchants/{merchant_id}/programmes/{valid_from}", put(programmes::put))
        .route(
            "/v1/merchants/{merchant_id}/contract-end",
            put(contract_end::put).delete(contract_end::delete),
        )
        .route("/v1/merchants/{merchant_id}/senders/email", put(senders::put_email))
        .route("/v1/merchants/{merchant_id}/senders/sms", put(senders::put_sms))
        .route("/v1/merchants/{merchant_id}/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/v1/merchants/{merchant_id}/webhooks/{webhook_id}",
            get(webhooks::show).put(webhooks::put).delete(webhooks::delete),
        )
        .route("/v1/merchants/{merchant_id}/webhooks/{webhook_id}/secret", post(webhooks::rotate))
        .route(
            "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/replay",
            post(webhooks::replay::ask),
        )
        .route("/v1/merchants/{merchant_id}/erasures", get(erasures::list))
        .route(
            "/v1/merchants/{merchant_id}/campaigns",
            get(campaigns::list).post(campaigns::create),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}",
            get(campaigns::show).put(campaigns::put),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/launch",
            post(campaigns::steps::launch),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/schedule",
            post(campaigns::steps::schedule),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/pause",
            post(campaigns::steps::pause),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/resume",
            post(campaigns::steps::resume),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/cancel",
            post(campaigns::steps::cancel),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run",
            get(campaigns::dry_run::show).post(campaigns::dry_run::ask),
        )
}

/// What tills and merchants' software call.
fn till_routes() -> Router<App> {
    Router::new()
        .route("/v1/members", get(members::list).post(members::enrolment::create))
        .route("/v1/members/find", post(members::find::find))
        .route("/v1/members/{member_id}", get(members::show).patch(members::correction::correct))
        .route("/v1/members/{member_id}/mobile", put(members::correction::change_mobile))
        .route("/v1/members/{member_id}/merge", post(members::merge::merge))
        .route("/v1/members/{member_id}/unmerge", post(members::merge::unmerge))
        .route("/v1/members/{member_id}/card/block", post(members::card::block))
        .route("/v1/members/{member_id}/card/unblock", post(members::card::unblock))
        .route("/v1/members/{member_id}/card/replace", post(members::card::replace))
        .merge(offers::routes())
        .route("/v1/coupons/check", post(coupon_check::check))
        .merge(rewards::routes())
        .route("/v1/members/{member_id}/adjustments", post(adjustments::create))
        .route("/v1/members/{member_id}/visits", post(visits::create))
        .route("/v1/members/{member_id}/redemptions", post(redemptions::create))
        .route("/v1/members/{member_id}/redemptions/{redemption_id}", get(redemptions::show))
        .route(
            "/v1/members/{member_id}/redemptions/{redemption_id}/fulfil",
            post(redemptions::fulfil),
        )
        .route(
            "/v1/members/{member_id}/redemptions/{redemption_id}/cancel",
            post(redemptions::cancel),
        )
        .route("/v1/members/{member_id}/registration", put(registration::put))
        .route("/v1/members/{member_id}/consents", get(consents::show))
        .route("/v1/members/{member_id}/consents/{channel}", put(consents::put))
        .route("/v1/members/{member_id}/balance", get(balance::show))
        .route("/v1/members/{member_id}/history", get(history::list))
        .route("/v1/purchases", post(purchases::create))
        .route("/v1/purchases/dry-run", post(purchases::dry_run::ask))
        .route("/v1/purchases/{purchase_id}", get(purchases::show))
        .route("/v1/purchases/{purchase_id}/cancel", post(purchases::cancel))
        .route("/v1/purchases/{purchase_id}/attach", post(purchases::attach))
        .route("/v1/purchases/{purchase_id}/move", post(purchases::move_to))
        .route("/v1/uploads", get(uploads::list).post(uploads::create))
        .route("/v1/uploads/{upload_id}", get(uploads::show))
}
