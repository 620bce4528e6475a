//! The refusals that operations share, added to the OpenAPI document by rule. An operation states its own
//! answers and its conflicts (409); the caller, the parameters and the body decide the rest.

use crate::documented::{callers, operations};
use domain::rights::Callers;
use http_edge::ProblemBody;
use http_edge::headers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa::{Modify, ToSchema as _};

/// A refusal of several operations.
struct Refusal {
    status: &'static str,
    name: &'static str,
    description: &'static str,
}

const MALFORMED: Refusal = Refusal {
    status: "400",
    name: "Malformed",
    description: "The request cannot be read (`malformed`), the software of a till does not name itself \
                  (`software_not_named`), or a parameter or a header is not accepted: see `errors`.",
};
const UNAUTHENTICATED: Refusal = Refusal {
    status: "401",
    name: "Unauthenticated",
    description: "The request has no key, or a key that is not in use.",
};
const FORBIDDEN: Refusal = Refusal {
    status: "403",
    name: "Forbidden",
    description: "The key has another scope (`scope_not_allowed`) or is another caller's (`forbidden`), its \
                  merchant's contract has ended, or the key does not list the origin of the page \
                  (`origin_not_allowed`).",
};
const NOT_FOUND: Refusal = Refusal {
    status: "404",
    name: "NotFound",
    description: "No such resource exists, or the resource is another merchant's.",
};
const BODY_TOO_LARGE: Refusal =
    Refusal { status: "413", name: "BodyTooLarge", description: "The body is over 1 MB." };
const UNSUPPORTED_MEDIA_TYPE: Refusal = Refusal {
    status: "415",
    name: "UnsupportedMediaType",
    description: "The `Content-Type` of the body is not the one that the operation reads.",
};
const INVALID_FIELDS: Refusal = Refusal {
    status: "422",
    name: "InvalidFields",
    description: "Fields are not accepted: see `errors`. It names at most 20 fields of another type, missing or \
        unknown, and in a body over 64 KB only the first of these. Of a body without such fields, it names at most \
        100 fields whose values are not accepted.",
};
const DEFECT: Refusal = Refusal {
    status: "500",
    name: "Defect",
    description: "The service has a defect, which was reported.",
};
const UNAVAILABLE: Refusal = Refusal {
    status: "503",
    name: "Unavailable",
    description: "The service cannot answer now: send the same request again after `Retry-After`.",
};

const ALL: [&Refusal; 9] = [
    &MALFORMED,
    &UNAUTHENTICATED,
    &FORBIDDEN,
    &NOT_FOUND,
    &BODY_TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &INVALID_FIELDS,
    &DEFECT,
    &UNAVAILABLE,
];

impl Refusal {
    fn response(&self) -> Response {
        let response = problem(self.description);
        match self.status {
            "401" => response.header("www-authenticate", header("The schemes: `Token, Bearer`.")),
            "503" => response.header("retry-after", header("The seconds to wait: `1`.")),
            _ => response,
        }
        .build()
    }
}

fn problem(description: &str) -> ResponseBuilder {
    let schema = RefOr::Ref(Ref::from_schema_name(ProblemBody::name()));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content)
}

fn header(description: &str) -> utoipa::openapi::header::Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(text)).description(Some(description)).build()
}

/// Adds to each operation the refusals that its caller, its parameters and its body can bring.
pub(crate) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut OpenApi) {
        let responses = &mut document.components.get_or_insert_default().responses;
        for refusal in ALL {
            responses.insert(refusal.name.to_owned(), RefOr::T(refusal.response()));
        }
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                add_shared(path, operation);
                complete_stated(operation);
            }
        }
    }
}

fn has_parameter(operation: &Operation, is_wanted: impl Fn(&ParameterIn, &str) -> bool) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => is_wanted(&parameter.parameter_in, &parameter.name),
        // Only the software of a till is described by reference.
        RefOr::Ref(_) => is_wanted(&ParameterIn::Header, "X-Till-Software"),
    })
}

fn add_shared(path: &str, operation: &mut Operation) {
    let has_body = operation.request_body.is_some();
    let is_malformable = has_body || has_parameter(operation, |at, _| *at != ParameterIn::Path);
    let needs_key = callers(operation) != Callers::Everybody;
    let shared = [
        (is_malformable, MALFORMED),
        (needs_key, UNAUTHENTICATED),
        (needs_key, FORBIDDEN),
        (path.contains('{'), NOT_FOUND),
        (has_body, BODY_TOO_LARGE),
        (has_body, UNSUPPORTED_MEDIA_TYPE),
        (has_body, INVALID_FIELDS),
        (path != "/v1/health", DEFECT),
        (needs_key, UNAVAILABLE),
    ];
    for (_, refusal) in shared.into_iter().filter(|(is_possible, _)| *is_possible) {
        let responses = operation.responses.responses.entry(refusal.status.to_owned());
        responses.or_insert_with(|| RefOr::Ref(Ref::from_response_name(refusal.name)));
    }
}

/// Gives each stated refusal the body of a problem, and each success of a keyed request its header.
fn complete_stated(operation: &mut Operation) {
    let is_keyed = has_parameter(operation, |_, name| name == IDEMPOTENCY_KEY);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with('2') {
            if is_keyed {
                response.headers.insert(
                    IDEMPOTENCY_REPLAYED.to_string(),
                    RefOr::T(header(
                        "`true` where an earlier request with the same key was carried out.",
                    )),
                );
            }
        } else if response.content.is_empty() {
            response.content = problem("").build().content;
        }
    }
}
