//! The HTTP API of tills and merchants' software, and of the operator who sets merchants up.
//!
//! One file a resource: its requests and answers, and thin handlers that read a request into the
//! domain's types, call the store and answer.

mod campaign;
pub mod codes;
mod coupon;
mod health;
mod identifiers;
mod ledger;
mod member;
mod merchant;
pub mod openapi;
mod preflight;
mod programme;
mod purchase;
mod queue_client;
mod retention;
mod reward;
mod upload;
mod webhook;

pub use member::misses::Misses;
pub use queue_client::{CampaignQueue, CouponQueue, QueueClient};
pub use upload::presigner::UploadPresigner;
pub use webhook::queue_client::WebhookQueue;

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
    pub uploads: Arc<UploadPresigner>,
    /// The door to the function that takes campaigns further.
    pub campaigns: Arc<CampaignQueue>,
    /// Whom tills asked for in vain.
    pub misses: Arc<Misses>,
    /// The door to the function that makes coupons.
    pub coupons: Arc<CouponQueue>,
    /// The door to the function that posts events.
    pub webhooks: Arc<WebhookQueue>,
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
        .route("/v1/merchants", post(merchant::create))
        .route("/v1/merchants/{merchant_id}", get(merchant::show))
        .route(
            "/v1/merchants/{merchant_id}/establishments/{code}",
            put(merchant::establishment::put),
        )
        .route(
            "/v1/merchants/{merchant_id}/establishments/{code}/keys",
            post(merchant::key::create),
        )
        .route(
            "/v1/merchants/{merchant_id}/establishments/{code}/keys/{key_id}",
            delete(merchant::key::revoke),
        )
        .route("/v1/merchants/{merchant_id}/programmes/{valid_from}", put(programme::put))
        .route(
            "/v1/merchants/{merchant_id}/contract-end",
            put(merchant::contract_end::put).delete(merchant::contract_end::delete),
        )
        .route("/v1/merchants/{merchant_id}/senders/email", put(merchant::senders::put_email))
        .route("/v1/merchants/{merchant_id}/senders/sms", put(merchant::senders::put_sms))
        .route("/v1/merchants/{merchant_id}/webhooks", get(webhook::list).post(webhook::create))
        .route(
            "/v1/merchants/{merchant_id}/webhooks/{webhook_id}",
            get(webhook::show).put(webhook::put).delete(webhook::delete),
        )
        .route("/v1/merchants/{merchant_id}/webhooks/{webhook_id}/secret", post(webhook::rotate))
        .route(
            "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/replay",
            post(webhook::replay::ask),
        )
        .route("/v1/merchants/{merchant_id}/erasures", get(retention::list))
        .route("/v1/merchants/{merchant_id}/campaigns", get(campaign::list).post(campaign::create))
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}",
            get(campaign::show).put(campaign::put),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/launch",
            post(campaign::steps::launch),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/schedule",
            post(campaign::steps::schedule),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/pause",
            post(campaign::steps::pause),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/resume",
            post(campaign::steps::resume),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/cancel",
            post(campaign::steps::cancel),
        )
        .route(
            "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run",
            get(campaign::dry_run::show).post(campaign::dry_run::ask),
        )
}

/// What tills and merchants' software call.
fn till_routes() -> Router<App> {
    Router::new()
        .route("/v1/members", get(member::list).post(member::enrol::create))
        .route("/v1/members/find", post(member::find::find))
        .route("/v1/members/{member_id}", get(member::show).patch(member::correct::correct))
        .route("/v1/members/{member_id}/mobile", put(member::correct::change_mobile))
        .route("/v1/members/{member_id}/merge", post(member::merge::merge))
        .route("/v1/members/{member_id}/unmerge", post(member::merge::unmerge))
        .route("/v1/members/{member_id}/card/block", post(member::card::block))
        .route("/v1/members/{member_id}/card/unblock", post(member::card::unblock))
        .route("/v1/members/{member_id}/card/replace", post(member::card::replace))
        .merge(coupon::routes())
        .route("/v1/coupons/check", post(coupon::check::check))
        .merge(reward::routes())
        .route("/v1/members/{member_id}/adjustments", post(ledger::adjust::create))
        .route("/v1/members/{member_id}/visits", post(ledger::visit::create))
        .route("/v1/members/{member_id}/redemptions", post(reward::redemption::create))
        .route("/v1/members/{member_id}/redemptions/{redemption_id}", get(reward::redemption::show))
        .route(
            "/v1/members/{member_id}/redemptions/{redemption_id}/fulfil",
            post(reward::redemption::fulfil),
        )
        .route(
            "/v1/members/{member_id}/redemptions/{redemption_id}/cancel",
            post(reward::redemption::cancel),
        )
        .route("/v1/members/{member_id}/registration", put(member::registration::put))
        .route("/v1/members/{member_id}/consents", get(member::consents::show))
        .route("/v1/members/{member_id}/consents/{channel}", put(member::consents::put))
        .route("/v1/members/{member_id}/balance", get(ledger::balance::show))
        .route("/v1/members/{member_id}/history", get(member::history::list))
        .route("/v1/purchases", post(purchase::create))
        .route("/v1/purchases/dry-run", post(purchase::dry_run::ask))
        .route("/v1/purchases/{purchase_id}", get(purchase::show))
        .route("/v1/purchases/{purchase_id}/cancel", post(purchase::cancel))
        .route("/v1/purchases/{purchase_id}/attach", post(purchase::attach))
        .route("/v1/purchases/{purchase_id}/move", post(purchase::move_to))
        .route("/v1/uploads", get(upload::list).post(upload::create))
        .route("/v1/uploads/{upload_id}", get(upload::show))
}
