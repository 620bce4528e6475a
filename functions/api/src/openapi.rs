//! The OpenAPI document. It is generated from the code by a test, kept beside it as a golden file,
//! and served from there: the generator is no part of what runs.

use crate::{
    balance, campaigns, consents, contract_end, erasures, establishments, health, history, keys,
    members, merchants, programmes, purchases, registration, senders, uploads, webhooks,
};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use http_edge::ProblemBody;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi};

/// The document as it was generated.
const GENERATED: &str = include_str!("../openapi.json");

/// This document.
#[utoipa::path(
    operation_id = "show_document",
    get, path = "/v1/openapi.json", tag = "service", security(()),
    responses((status = 200, description = "It.", body = serde_json::Value)),
)]
pub(crate) async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], GENERATED)
}

/// What any request of a till may be refused with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum TillRefusals {
    /// No key in use.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// The operator's key.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// No such thing, or another merchant's.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// The same request may go through in a moment.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// What any request of the operator may be refused with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum OperatorRefusals {
    /// No key in use.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// A till's key.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// No such thing.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// The same request may go through in a moment.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// What any request with a body may be refused with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum BodyRefusals {
    /// The body is not JSON.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// The body is over 1 MB.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body does not say that it is JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(ProblemBody),
    /// Fields are not accepted: each is named in `errors`.
    #[response(status = 422, content_type = "application/problem+json")]
    Fields(ProblemBody),
}

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = |description: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(description.to_owned());
            SecurityScheme::Http(http)
        };
        components.add_security_scheme(
            "till_key",
            bearer("An establishment's key, `zs_live_…` or `zs_test_…`. `Authorization: Token <key>` is read too."),
        );
        components.add_security_scheme("operator_key", bearer("The operator's key."));
    }
}

/// The generator of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "ZEROSIX",
        description = "Loyalty at the till: members, purchases, points, and files of purchases.\n\n\
            Amounts are integer euro cents, points are integers, instants carry their offset. \
            Refusals are `application/problem+json` (RFC 9457); `code` is stable, and `errors` names \
            every field that is not accepted.",
        version = "1",
        license(name = "Proprietary"),
    ),
    paths(
        health::show,
        show,
        merchants::create,
        merchants::show,
        establishments::put,
        keys::create,
        keys::revoke,
        programmes::put,
        senders::put_email,
        senders::put_sms,
        contract_end::put,
        contract_end::delete,
        campaigns::create,
        campaigns::list,
        campaigns::show,
        campaigns::put,
        campaigns::dry_run::ask,
        campaigns::dry_run::show,
        campaigns::steps::launch,
        campaigns::steps::schedule,
        campaigns::steps::pause,
        campaigns::steps::resume,
        campaigns::steps::cancel,
        erasures::list,
        members::create,
        members::list,
        members::find,
        balance::show,
        members::show,
        members::correct,
        members::change_mobile,
        members::merge,
        registration::put,
        consents::show,
        consents::put,
        history::list,
        purchases::create,
        purchases::dry_run::ask,
        purchases::show,
        purchases::cancel,
        purchases::attach,
        uploads::create,
        uploads::list,
        uploads::show,
        webhooks::create,
        webhooks::list,
        webhooks::show,
        webhooks::put,
        webhooks::delete,
        webhooks::rotate,
        webhooks::replay::ask,
    ),
    modifiers(&Security),
    tags(
        (name = "purchases", description = "What a till sold or took back."),
        (name = "members", description = "Customers who asked for the card."),
        (name = "consents", description = "What members said of being written to."),
        (name = "uploads", description = "Files of purchases."),
        (name = "campaigns", description = "Messages to a segment of a merchant's members: the operator's today, the merchant's own login's later."),
        (name = "merchants", description = "The operator's: merchants and their settings."),
        (name = "webhooks", description = "The operator's: where a merchant's software is told of what happens. docs/webhooks.md tells its developer."),
        (name = "service", description = "The service itself."),
    ),
)]
pub struct Document;
