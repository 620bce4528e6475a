//! Authorization. Each route has its [`Operation`], and the table of rights says who may do the operation. The
//! check runs before the handler, so a handler cannot forget it. The extractors [`Operator`] and [`Till`] give
//! the handler the caller that the check let in.

use crate::access::admission;
use crate::access::authentication::Authenticated;
use crate::access::gate::{Caller, Gate, Operator, Till};
use crate::codes;
use crate::problem::{Kind, Problem};
use crate::request_details::RequestDetails;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use domain::KeyScope;
use domain::rights::{Callers, Operation};

/// The check of one route.
#[derive(Clone)]
pub struct Guard {
    /// Identifies the caller.
    pub gate: Gate,
    /// The operation of the route.
    pub operation: Operation,
}

/// Passes a request on to its handler, if the caller may do the operation of the route.
///
/// # Errors
/// `unauthenticated` (401); `forbidden`, `scope_not_allowed` and `origin_not_allowed` (403);
/// `software_not_named` (400).
pub async fn authorize(
    State(Guard { gate, operation }): State<Guard>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if operation.callers() != Callers::Everybody {
        let caller = gate.authenticate(request.headers()).await?;
        let (mut parts, body) = request.into_parts();
        let_in(&mut parts, caller, operation.callers())?;
        request = Request::from_parts(parts, body);
    }
    Ok(next.run(request).await)
}

/// Checks the caller, and gives it to the extractors.
fn let_in(parts: &mut Parts, caller: Authenticated, callers: Callers) -> Result<(), Problem> {
    match (caller, callers) {
        (Authenticated::Operator, Callers::Operator) => {
            record(&parts.extensions, Caller::Operator);
            parts.extensions.insert(Operator);
            Ok(())
        }
        (Authenticated::Operator, Callers::Keys(scopes)) => {
            record(&parts.extensions, Caller::Operator);
            let detail = format!(
                "This needs an establishment's key with the scope {}; the operator's was sent.",
                one_of(scopes)
            );
            Err(Problem::new(Kind::Forbidden, detail))
        }
        (Authenticated::Till(till), Callers::Keys(scopes)) => {
            record(&parts.extensions, till.caller());
            admission::admit(parts, &till)?;
            if !callers.include(till.key_scope) {
                return Err(scope_not_allowed("This", scopes, till.key_scope));
            }
            parts.extensions.insert(*till);
            Ok(())
        }
        (Authenticated::Till(till), Callers::Operator) => {
            record(&parts.extensions, till.caller());
            let detail = "This needs the operator's key; an establishment's key was sent.";
            Err(Problem::new(Kind::Forbidden, detail))
        }
        (_, Callers::Everybody) => Ok(()),
    }
}

impl Till {
    /// Checks that a request may hold the field `name`, which only some of the operation's callers may send.
    ///
    /// # Errors
    /// `scope_not_allowed` (403).
    pub fn check_field(&self, name: &str, callers: Callers) -> Result<(), Problem> {
        match callers {
            Callers::Keys(scopes) if !scopes.contains(&self.key_scope) => {
                Err(scope_not_allowed(&format!("The field {name}"), scopes, self.key_scope))
            }
            _ => Ok(()),
        }
    }
}

fn scope_not_allowed(subject: &str, needed: &[KeyScope], sent: KeyScope) -> Problem {
    let (needed, sent) = (one_of(needed), sent.as_str());
    let detail = format!(
        "{subject} needs a key with the scope {needed}; the key that was sent has the scope {sent}."
    );
    Problem::new(Kind::Forbidden, detail).coded(codes::SCOPE_NOT_ALLOWED)
}

/// The words of scopes: `till or back_office`.
fn one_of(scopes: &[KeyScope]) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" or ")
}

fn record(extensions: &Extensions, caller: Caller) {
    if let Some(details) = RequestDetails::of(extensions) {
        let _ = details.caller.set(caller);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(another_caller)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Till {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(another_caller)
    }
}

fn another_caller() -> Problem {
    Problem::defect("the handler expects another caller than the table of rights".to_owned())
}
