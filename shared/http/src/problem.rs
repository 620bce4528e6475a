//! Refusals of the HTTP functions, as `application/problem+json` (RFC 9457).
//!
//! A problem has a code for programs and a detail for the caller's developers. A failure of the service also
//! has an internal message, which is logged and never sent. [`crate::requests::observe`] writes the body,
//! because only that layer knows the identifier of the request.

use crate::codes::{self, Code};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{
    Cause, CouponError, DomainError, ErrorClass, Language, LedgerError, MemberError, PurchaseError,
    RequestError, RewardError,
};
use serde::Serialize;
use std::borrow::Cow;
use store::{ErrorChain, StoreError};
use utoipa::ToSchema;

/// The kind of a refusal: a status, which can only be 4xx or 5xx, and a default code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is not valid HTTP or JSON, or a parameter or header is not accepted.
    Malformed,
    /// The request has no key, or a key that is not in use.
    Unauthenticated,
    /// The key is for other operations.
    Forbidden,
    /// No such resource exists, or it is another merchant's. The caller cannot tell which.
    NotFound,
    /// The route exists, but not with this method.
    MethodNotAllowed,
    /// The present state does not allow the request.
    Conflict,
    /// The body is larger than [`crate::body::LARGEST`].
    BodyTooLarge,
    /// The `Content-Type` of the body is not the expected one.
    UnsupportedMediaType,
    /// A value of the request is not accepted.
    Unprocessable,
    /// The service has a defect.
    Defect,
    /// The same request may be accepted later.
    Unavailable,
}

impl Kind {
    /// The status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn code(self) -> Code {
        match self {
            Self::Malformed => codes::MALFORMED,
            Self::Unauthenticated => codes::UNAUTHENTICATED,
            Self::Forbidden => codes::FORBIDDEN,
            Self::NotFound => codes::NOT_FOUND,
            Self::MethodNotAllowed => codes::METHOD_NOT_ALLOWED,
            Self::Conflict => codes::CONFLICT,
            Self::BodyTooLarge => codes::BODY_TOO_LARGE,
            Self::UnsupportedMediaType => codes::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => codes::INVALID_FIELDS,
            Self::Defect => codes::DEFECT,
            Self::Unavailable => codes::UNAVAILABLE,
        }
    }
}

/// A field that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place of the field in the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("/lines/0/quantity"))]
    pointer: Option<String>,
    /// The name of the field in the path, the query or the headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("limit"))]
    parameter: Option<String>,
    /// A stable code, for programs and for translation.
    #[schema(value_type = String, examples("quantity_out_of_range"))]
    code: Code,
    /// The reason, to be read after the name of the field.
    #[schema(examples("must be more than 0 and at most 100000"))]
    detail: String,
    /// The sentence for the cashier, where a cashier can bring the error about.
    #[serde(skip)]
    cashier: Option<Cow<'static, str>>,
}

impl FieldError {
    /// A field of the body, by its pointer.
    #[must_use]
    pub fn of_body(pointer: impl Into<String>, code: Code, detail: impl Into<String>) -> Self {
        Self { pointer: Some(cut(pointer.into())), ..Self::unplaced(code, detail.into()) }
    }

    /// A parameter of the path or the query.
    #[must_use]
    pub fn of_parameter(name: &str, code: Code, detail: impl Into<String>) -> Self {
        Self { parameter: Some(cut(name.to_owned())), ..Self::unplaced(code, detail.into()) }
    }

    pub(crate) fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    pub(crate) const fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether the error is at the place of `other`, or below.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let rest =
            self.pointer().zip(other.pointer()).and_then(|(own, other)| own.strip_prefix(other));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The same error of a rule of the domain, with the sentence of its values.
    #[must_use]
    pub(crate) fn explained(self, error: DomainError) -> Self {
        let is_of_cashier = error.cause() == Cause::Cashier;
        let cashier = is_of_cashier.then(|| Cow::Owned(Language::French.explain(error)));
        Self { cashier, ..self }
    }

    fn unplaced(code: Code, detail: String) -> Self {
        let cashier = code.cashier_message().map(Cow::Borrowed);
        Self { pointer: None, parameter: None, code, detail, cashier }
    }
}

/// The most bytes of a field's name in an answer. The caller chose the name of an unknown field.
const LONGEST_NAME: usize = 200;

fn cut(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    internal: Option<String>,
}

impl Problem {
    /// A refusal of a kind, with a sentence that says what to do.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, code: kind.code(), detail: detail.into(), errors: vec![], internal: None }
    }

    /// Fields of the body, the path or the query that are not accepted.
    #[must_use]
    pub fn fields(kind: Kind, errors: Vec<FieldError>) -> Self {
        let detail = match &errors[..] {
            [error] => named(error),
            _ => "Several fields are not accepted: see errors.".to_owned(),
        };
        Self { errors, ..Self::new(kind, detail) }
    }

    /// A field of the body that breaks a rule of the domain.
    #[must_use]
    pub fn refused(pointer: &str, error: impl Into<DomainError>) -> Self {
        Self::from(error.into()).at(pointer)
    }

    /// A resource that does not exist, or is another merchant's.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {what}."))
    }

    /// A defect of the service. `internal` is logged and not sent.
    #[must_use]
    pub fn defect(internal: impl Into<String>) -> Self {
        Self {
            internal: Some(internal.into()),
            ..Self::new(Kind::Defect, "This is a defect of ours, and it was reported.")
        }
    }

    /// A service that this one needs did not answer. `internal` is logged and not sent.
    #[must_use]
    pub fn unavailable(internal: impl Into<String>) -> Self {
        Self {
            internal: Some(internal.into()),
            ..Self::new(Kind::Unavailable, "Send the same request again in a moment.")
        }
    }

    /// Names the field of the body that the refusal is about. A failure of the service is about no field.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Self {
        if matches!(self.kind, Kind::Defect | Kind::Unavailable) {
            return self;
        }
        let error = match self.errors.pop() {
            Some(error) => error,
            None => FieldError::unplaced(self.code, self.detail.clone()),
        };
        let error = FieldError { pointer: Some(pointer.to_owned()), parameter: None, ..error };
        if self.kind == Kind::Unprocessable {
            self.detail = named(&error);
        }
        self.errors = vec![error];
        self
    }

    /// Names the segment of the path that the refusal is about, with its own error.
    #[must_use]
    pub fn at_parameter(self, name: &str, code: Code, detail: &str) -> Self {
        let error = FieldError::of_parameter(name, code, detail);
        let detail = format!("{} {}.", self.detail, named(&error));
        Self { detail, errors: vec![error], ..self }
    }

    /// The refusal with a code of its own, by which programs tell it from others of its kind.
    #[must_use]
    pub fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// The sentence of the first field that a cashier can correct, else the sentence of the code.
    fn cashier_message(&self) -> Option<Cow<'static, str>> {
        let of_fields = self.errors.iter().find_map(|error| error.cashier.clone());
        of_fields.or_else(|| self.code.cashier_message().map(Cow::Borrowed))
    }

    pub(crate) fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    pub(crate) fn body(&self, request_id: Option<String>) -> ProblemBody {
        let status = self.kind.status();
        ProblemBody {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            errors: self.errors.clone(),
            cashier_message: self.cashier_message(),
            request_id,
        }
    }
}

fn named(error: &FieldError) -> String {
    match error.pointer.as_deref().or(error.parameter.as_deref()) {
        None | Some("") => format!("The body {}", error.detail),
        Some(name) => format!("{name} {}", error.detail),
    }
}

/// The body of a refusal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The text `about:blank`, always: `code` tells problems apart.
    #[schema(value_type = String, examples("about:blank"))]
    r#type: &'static str,
    /// The status in words, in English.
    #[schema(value_type = String, examples("Unprocessable Entity"))]
    title: &'static str,
    /// The status as a number.
    #[schema(examples(422))]
    status: u16,
    /// The reason and the remedy, for developers.
    #[schema(examples("/lines/0/quantity must be more than 0 and at most 100000"))]
    detail: String,
    /// A stable code, for programs and for translation.
    #[schema(value_type = String, examples("invalid_fields"))]
    code: Code,
    /// The fields that are not accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// A sentence for the cashier, in French. Every refusal that a cashier can bring about has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    cashier_message: Option<Cow<'static, str>>,
    /// The identifier of the request, which the logs of the service have too.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl From<DomainError> for Problem {
    fn from(error: DomainError) -> Self {
        let (code, detail) = (Code::from(error), error.to_string());
        let kind = match error.class() {
            ErrorClass::Invalid => Kind::Unprocessable,
            ErrorClass::Conflict => Kind::Conflict,
        };
        if let DomainError::Request(RequestError::IdempotencyKeyReused) = error {
            let error = FieldError::of_parameter(crate::headers::IDEMPOTENCY_KEY, code, detail);
            return Self::fields(kind, vec![error]).coded(code);
        }
        let sentence = format!("{} {detail}.", subject(error));
        let errors = vec![FieldError::unplaced(code, detail).explained(error)];
        Self { code, errors, ..Self::new(kind, sentence) }
    }
}

/// The subject of the sentence of a refusal that names no field.
const fn subject(error: DomainError) -> &'static str {
    match error {
        DomainError::Purchase(PurchaseError::ReceiptConflict) => "The receipt",
        DomainError::Member(
            MemberError::CardTaken | MemberError::CardBlocked | MemberError::HasCard,
        ) => "The number",
        DomainError::Member(MemberError::NoCard | MemberError::TooManyBlockedCards) => "The member",
        DomainError::Member(MemberError::OppositionStands) => "The consent",
        DomainError::Member(MemberError::ParentalConsentMissing) => "The consent of a parent",
        DomainError::Coupon(CouponError::Taken) => "The code",
        DomainError::Coupon(CouponError::Refused(_)) => "The coupon",
        DomainError::Ledger(LedgerError::NotEnoughPoints | LedgerError::AdjustedEnough) => {
            "The number of points"
        }
        DomainError::Reward(RewardError::Refused(_)) => "The reward",
        DomainError::Reward(
            RewardError::RedemptionFulfilled
            | RewardError::RedemptionCancelled
            | RewardError::RedemptionCouponUsed,
        ) => "The redemption",
        _ => "A value",
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(invalid) => invalid.into(),
            StoreError::NotFound(entity) => Self::not_found(&entity.to_string()),
            StoreError::Conflict(conflict) => {
                Self::new(Kind::Conflict, conflict.to_string()).coded(codes::of_conflict(conflict))
            }
            StoreError::Busy => {
                Self { code: codes::BUSY, ..Self::unavailable(ErrorChain(&error).to_string()) }
            }
            StoreError::Unavailable(_) => Self::unavailable(ErrorChain(&error).to_string()),
            StoreError::Corrupt(_) => Self::defect(ErrorChain(&error).to_string()),
        }
    }
}

impl IntoResponse for Problem {
    /// The status, and the problem as an extension for [`crate::requests::observe`] to write out.
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
