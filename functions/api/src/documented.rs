//! The operations of the OpenAPI document, and who may do each by the table of rights.

use domain::rights::{self, Callers};
use utoipa::openapi::path::{Operation, PathItem};

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// The callers that may do an operation. An operation that is absent from the table is for nobody.
pub(crate) fn callers(operation: &Operation) -> Callers {
    let id = operation.operation_id.as_deref().and_then(rights::Operation::parse);
    id.map_or(Callers::Keys(&[]), rights::Operation::callers)
}
