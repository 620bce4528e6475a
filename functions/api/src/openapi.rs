//! The OpenAPI document. A test generates it from the code and compares it with the golden file
//! `openapi.json`, which the function serves.

use crate::documented::{callers, operations};
use crate::refusals::Refusals;
use crate::router::Paths;
use crate::schema::Schemas;
use domain::KeyScope;
use domain::rights::Callers;
use http_edge::headers::X_TILL_SOFTWARE;
use http_edge::software::{NAME_LENGTH, VERSION_LENGTH};
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{Modify, OpenApi};

/// The parts of the document that belong to no operation.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "ZEROSIX",
        description = "Loyalty at the till: members, purchases, points, and files of purchases.\n\n\
            Amounts are integer euro cents, points are integers, instants have their offset. \
            Refusals are `application/problem+json` (RFC 9457); `code` is stable, and `errors` names \
            the fields that are not accepted, within the limits that the answer 422 states. `docs/error-codes.md` lists the codes, what to do about each, \
            and a French sentence for the cashier. `docs/api-promise.md` says what may change.\n\n\
            **Software.** A till sends its key, and names its software: `User-Agent: Software/Version`, or \
            `X-Till-Software: Software/Version` where a browser forbids a page to set `User-Agent`. \
            `X-Till-Software` counts where both are sent.\n\n\
            **Scopes.** A key has the scope `till`, `back_office` or `export`. The description and the security of \
            each operation list the scopes that may do it; a key of another scope is answered 403 \
            (`scope_not_allowed`).\n\n\
            **Rate.** API Gateway bounds the requests of all callers together, and answers 429 without a \
            problem in its body: send the same request again in a moment.\n\n\
            **Browsers.** A key lists the origins whose pages may use the key. Every preflight is allowed; \
            the request of a page of another origin is answered 403.",
        version = "1",
        license(name = "Proprietary"),
    ),
    components(schemas(http_edge::ProblemBody, http_edge::FieldError)),
    tags(
        (name = "purchases", description = "Sales and returns at the till."),
        (name = "members", description = "Customers who asked for the card."),
        (name = "consents", description = "Members' consents and oppositions to marketing messages, by channel."),
        (name = "uploads", description = "Files of purchases that merchants send."),
        (name = "campaigns", description = "Messages to a segment of a merchant's members. The operator uses these operations today; merchants will use them later."),
        (name = "offers", description = "Offers and the coupons that carry them. The operator uses these operations today; merchants will use them later."),
        (name = "rewards", description = "Rewards for points. The operator writes the catalogue today, merchants will write it later; tills read it and redeem points."),
        (name = "merchants", description = "Merchants and their settings, for the operator."),
        (name = "webhooks", description = "Endpoints that receive a merchant's events, for the operator. The developer of an endpoint reads `docs/webhooks.md`."),
        (name = "service", description = "The service itself: its health and its document."),
    ),
)]
struct Frame;

/// The document, generated from the code.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    document.merge(Paths::openapi());
    document.merge(Schemas::openapi());
    Rights.modify(&mut document);
    SoftwareHeader.modify(&mut document);
    Refusals.modify(&mut document);
    document
}

/// The name of the security scheme of keys of establishments.
const ESTABLISHMENT_KEY: &str = "establishment_key";
/// The name of the security scheme of the operator's key.
const OPERATOR_KEY: &str = "operator_key";

/// Describes the keys, and the keys that may do each operation, by the table of rights.
struct Rights;

impl Modify for Rights {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = |description: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(description.to_owned());
            SecurityScheme::Http(http)
        };
        components.add_security_scheme(
            ESTABLISHMENT_KEY,
            bearer(
                "The key of an establishment: `zs_live_…` or `zs_test_…`. The scheme may also be `Token`: \
                 `Authorization: Token <key>`. The role in the list of an operation is the scope that the \
                 key needs: `till`, `back_office` or `export`.",
            ),
        );
        components.add_security_scheme(OPERATOR_KEY, bearer("The key of the operator."));
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            operation.security = Some(security(callers(operation)));
            if let Callers::Keys(scopes) = callers(operation) {
                let scopes: Vec<_> =
                    scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect();
                let allowed = format!("Scopes of keys: {}.", scopes.join(", "));
                operation.description = Some(match operation.description.take() {
                    Some(description) => format!("{description}\n\n{allowed}"),
                    None => allowed,
                });
            }
        }
    }
}

fn security(callers: Callers) -> Vec<SecurityRequirement> {
    match callers {
        Callers::Everybody => vec![SecurityRequirement::default()],
        Callers::Operator => vec![SecurityRequirement::new(OPERATOR_KEY, [""; 0])],
        Callers::Keys(scopes) => {
            let of =
                |scope: &KeyScope| SecurityRequirement::new(ESTABLISHMENT_KEY, [scope.as_str()]);
            scopes.iter().map(of).collect()
        }
    }
}

/// Describes the header that names the software, for each operation of a till.
struct SoftwareHeader;

impl Modify for SoftwareHeader {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        const NAME: &str = "TillSoftware";
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[A-Za-z][A-Za-z0-9._-]{0,39}/[A-Za-z0-9][A-Za-z0-9._-]{0,19}$"))
            .max_length(Some(NAME_LENGTH + 1 + VERSION_LENGTH));
        let header = ParameterBuilder::new()
            .name(X_TILL_SOFTWARE.as_str())
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "The name and version of the software that calls. Where this header is absent, `User-Agent` \
                 must have this form, and nothing else.",
            ))
            .schema(Some(text))
            .example(Some("Caisse/2.4.1".into()))
            .build();
        let components = document.components.get_or_insert_default();
        components.parameters.insert(NAME.to_owned(), RefOr::T(header));
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            if matches!(callers(operation), Callers::Keys(_)) {
                let parameters = operation.parameters.get_or_insert_default();
                let reference = Ref::new(format!("#/components/parameters/{NAME}"));
                parameters.push(RefOr::Ref(reference));
            }
        }
    }
}
