//! The table of rights, applied to the routes: a route names its operation, and this layer lets the callers of the
//! operation through.

use crate::context::App;
use crate::session::signed_in;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use domain::rights::{PageCallers, PageOperation};
use std::collections::HashMap;
use web::Visit;

/// The routes of an operation. For an operation of members, the request gets the extension
/// [`crate::session::SignedIn`], or is redirected to the sign-in page.
pub(crate) fn allow(
    app: &App,
    operation: PageOperation,
    routes: MethodRouter<App>,
) -> MethodRouter<App> {
    match operation.callers() {
        PageCallers::Everybody => routes,
        PageCallers::Member => routes.route_layer(from_fn_with_state(app.clone(), members_only)),
    }
}

async fn members_only(
    State(app): State<App>,
    Path(path): Path<HashMap<String, String>>,
    visit: Visit,
    mut request: Request,
    next: Next,
) -> Response {
    let merchant = path.get("merchant").map_or("", String::as_str);
    match signed_in(&app, &visit, merchant, request.headers()).await {
        Ok(member) => {
            request.extensions_mut().insert(member);
            next.run(request).await
        }
        Err(refusal) => refusal,
    }
}
