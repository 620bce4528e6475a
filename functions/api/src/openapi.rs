//! The OpenAPI document. It is generated from the code by a test, kept beside it as a golden file,
//! and served from there: the generator is no part of what runs. The binary holds it compressed.

use crate::coupon::{self, check};
use crate::ledger::{adjust, balance, visit};
use crate::member::{self, consents, history, registration};
use crate::merchant::{self, contract_end, establishment, key, senders};
use crate::reward::{self, redemption};
use crate::{campaign, health, programme, purchase, retention, upload, webhook};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use flate2::read::DeflateDecoder;
use http_edge::{Problem, ProblemBody};
use std::io::Read as _;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi};

/// The document as it was generated, compressed by `build.rs`.
const COMPRESSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.deflate"));

/// This document.
#[utoipa::path(
    operation_id = "show_document",
    get, path = "/v1/openapi.json", tag = "service", security(()),
    responses((status = 200, description = "It.", body = serde_json::Value)),
)]
pub(crate) async fn show() -> Result<impl IntoResponse, Problem> {
    let mut document = Vec::new();
    let read = DeflateDecoder::new(COMPRESSED).read_to_end(&mut document);
    read.map_err(|error| Problem::defect(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], document))
}

/// What any request of a till may be refused with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum TillRefusals {
    /// The software that calls does not name itself.
    #[response(status = 400, content_type = "application/problem+json")]
    NotNamed(ProblemBody),
    /// No key in use.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// The operator's key, or a page of an origin that the key does not list.
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
    /// The body is not JSON; or, where a till calls, the software does not name itself.
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

/// What every request of a till says beside its key.
struct SoftwareName;

impl Modify for SoftwareName {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let header = ParameterBuilder::new()
            .name("X-Till-Software")
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "The software that calls. Where it is absent, `User-Agent` must be of this form, and \
                 nothing else.",
            ))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(61))))
            .example(Some("Caisse/2.4.1".into()))
            .build();
        let with_till_key = Some(vec![SecurityRequirement::new("till_key", [""; 0])]);
        for item in document.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
            for operation in operations.into_iter().flatten() {
                if operation.security == with_till_key {
                    let parameters = operation.parameters.get_or_insert_default();
                    parameters.push(RefOr::T(header.clone()));
                }
            }
        }
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
            every field that is not accepted. The codes, what to do about each and a French sentence for \
            the cashier stand in `docs/error-codes.md`, what may change in `docs/api-promise.md`.\n\n\
            **Who calls.** A till sends its key, and names its software: `User-Agent: Software/Version`, or \
            `X-Till-Software: Software/Version` where a browser forbids to set the former. The latter counts \
            where both are there.\n\n\
            **In a browser.** A key lists the origins whose pages may use it. A preflight is answered to all; the \
            request itself is refused, with 403, to a page of another origin.",
        version = "1",
        license(name = "Proprietary"),
    ),
    paths(
        health::show,
        show,
        merchant::create,
        merchant::show,
        establishment::put,
        key::create,
        key::revoke,
        programme::put,
        senders::put_email,
        senders::put_sms,
        contract_end::put,
        contract_end::delete,
        campaign::create,
        campaign::list,
        campaign::show,
        campaign::put,
        campaign::dry_run::ask,
        campaign::dry_run::show,
        campaign::steps::launch,
        campaign::steps::schedule,
        campaign::steps::pause,
        campaign::steps::resume,
        campaign::steps::cancel,
        retention::list,
        coupon::create,
        coupon::list,
        coupon::show,
        coupon::put,
        coupon::code::put,
        coupon::import::create,
        coupon::batch::create,
        coupon::batch::list,
        coupon::batch::show,
        coupon::batch::resume,
        coupon::batch::codes,
        check::check,
        reward::create,
        reward::list,
        reward::show,
        reward::put,
        reward::at_till::list,
        reward::at_till::list_for_member,
        member::enrol::create,
        member::list,
        member::find::find,
        balance::show,
        member::show,
        member::correct::correct,
        member::correct::change_mobile,
        member::merge::merge,
        member::merge::unmerge,
        member::card::block,
        member::card::unblock,
        member::card::replace,
        registration::put,
        consents::show,
        consents::put,
        history::list,
        redemption::create,
        redemption::show,
        redemption::fulfil,
        redemption::cancel,
        adjust::create,
        visit::create,
        purchase::create,
        purchase::dry_run::ask,
        purchase::show,
        purchase::cancel,
        purchase::attach,
        purchase::move_to,
        upload::create,
        upload::list,
        upload::show,
        webhook::create,
        webhook::list,
        webhook::show,
        webhook::put,
        webhook::delete,
        webhook::rotate,
        webhook::replay::ask,
    ),
    modifiers(&Security, &SoftwareName),
    tags(
        (name = "purchases", description = "What a till sold or took back."),
        (name = "members", description = "Customers who asked for the card."),
        (name = "consents", description = "What members said of being written to."),
        (name = "uploads", description = "Files of purchases."),
        (name = "campaigns", description = "Messages to a segment of a merchant's members: the operator's today, the merchant's own login's later."),
        (name = "offers", description = "What coupons give, and their codes: the operator's today, the merchant's own login's later."),
        (name = "rewards", description = "What is given for points: the catalogue is the operator's today, the merchant's own login's later; tills read it and redeem."),
        (name = "merchants", description = "The operator's: merchants and their settings."),
        (name = "webhooks", description = "The operator's: where a merchant's software is told of what happens. docs/webhooks.md tells its developer."),
        (name = "service", description = "The service itself."),
    ),
)]
pub struct Document;
