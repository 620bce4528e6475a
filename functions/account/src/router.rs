//! The routes of the function, each with its operation of the table of rights.

use crate::context::App;
use crate::page::PAGES;
use crate::rights::allow;
use crate::{
    card, deletion, details, history, install, join, messages, preferences, rewards, sessions,
    sign_in, sign_out,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use domain::rights::PageOperation;
use web::origin::{OwnForms, only_own_forms};
use web::{Page, Visit};

/// The most bytes of a form. A name of a megabyte is refused before it is read.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// Every route. Building the router makes no call.
pub fn router(app: App) -> Router {
    let own_forms = OwnForms::new(app.origin.clone(), &PAGES);
    let routes = [
        (
            "/join/{merchant}/{establishment}",
            PageOperation::JoinAtCounter,
            get(join::number::ask).post(join::number::send_code),
        ),
        (
            "/join/{merchant}/{establishment}/code",
            PageOperation::JoinAtCounter,
            get(join::code::ask).post(join::code::check),
        ),
        (
            "/join/{merchant}/{establishment}/details",
            PageOperation::JoinAtCounter,
            get(join::details::ask).post(join::details::complete),
        ),
        ("/sign-in/{merchant}", PageOperation::SignIn, get(sign_in::ask).post(sign_in::check)),
        ("/card/{merchant}", PageOperation::ShowOwnCard, get(card::show)),
        ("/history/{merchant}", PageOperation::ShowOwnHistory, get(history::show)),
        ("/rewards/{merchant}", PageOperation::ShowOwnRewards, get(rewards::show)),
        ("/messages/{merchant}", PageOperation::ShowOwnMessages, get(messages::show)),
        (
            "/preferences/{merchant}",
            PageOperation::ChangeOwnPreferences,
            get(preferences::ask).post(preferences::save),
        ),
        (
            "/details/{merchant}",
            PageOperation::CorrectOwnDetails,
            get(details::ask).post(details::correct),
        ),
        (
            "/deletion/{merchant}",
            PageOperation::DeleteOwnAccount,
            get(deletion::show).post(deletion::ask),
        ),
        ("/deletion/{merchant}/cancel", PageOperation::DeleteOwnAccount, post(deletion::cancel)),
        (
            "/sessions/{merchant}",
            PageOperation::EndOwnSessions,
            get(sessions::list).post(sessions::end_others),
        ),
        ("/sign-out/{merchant}", PageOperation::SignOut, post(sign_out::end)),
    ];
    let cached = [
        ("/manifest/{merchant}", PageOperation::InstallCard, get(install::manifest::show)),
        ("/card/worker.js", PageOperation::InstallCard, get(install::worker::show)),
        ("/card/offline", PageOperation::InstallCard, get(install::offline::show)),
    ];
    let add = |router: Router<App>, (path, operation, methods)| {
        router.route(path, allow(&app, operation, methods))
    };
    routes
        .into_iter()
        .fold(Router::new(), add)
        .fallback(async |visit: Visit| Page::new(visit, &PAGES).not_found())
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn_with_state(own_forms, only_own_forms))
        .layer(from_fn(http_edge::requests::observe))
        // Outside of `observe`, which forbids caching.
        .merge(cached.into_iter().fold(Router::new(), add))
        .with_state(app)
        .merge(web::assets::routes(&PAGES))
}
