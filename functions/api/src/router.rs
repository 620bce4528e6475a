//! The routes, in one list. [`router`] serves them, and [`Paths`] describes them for the OpenAPI document.
//!
//! A handler states its method and its path once, in `#[utoipa::path]`. Decision 0013 says why the router is
//! not an `OpenApiRouter`.

use crate::context::App;
use crate::{
    campaign, coupon, ledger, member, merchant, preflight, programme, purchase, retention, reward,
    service, upload, webhook,
};
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, on};
use http_edge::Problem;
use http_edge::problem::Kind;
use utoipa::openapi::HttpMethod;
use utoipa::{OpenApi, Path};

/// Defines `serve`, which adds each handler to a router, and `Paths`, which describes each handler.
macro_rules! routes {
    ($($($segment:ident)::+),+ $(,)?) => {
        fn serve() -> Router<App> {
            let mut routes = Router::new();
            $(routes = route!(routes [] $($segment)::+);)+
            routes
        }

        /// The generator of the document's paths, and of the schemas that they use.
        #[derive(OpenApi)]
        #[openapi(paths($($($segment)::+),+))]
        pub(crate) struct Paths;
    };
}

/// Adds a handler to a router, at the method and path of its `#[utoipa::path]`: `utoipa` defines the type
/// `__path_show` for the handler `show`.
macro_rules! route {
    ($routes:ident [$($module:ident)*] $handler:ident) => {
        pastey::paste! {
            add::<$($module::)* [<__path_ $handler>], _, _>($routes, &$($module::)* $handler)
        }
    };
    ($routes:ident [$($module:ident)*] $next:ident :: $($rest:ident)::+) => {
        route!($routes [$($module)* $next] $($rest)::+)
    };
}

routes! {
    service::show_health,
    service::show_document,

    merchant::create::create,
    merchant::read::show,
    merchant::establishment::put,
    merchant::key::create,
    merchant::key::revoke,
    merchant::senders::put_email,
    merchant::senders::put_sms,
    merchant::card_activation::put,
    merchant::contract_end::put,
    merchant::contract_end::delete,
    programme::version::put,
    retention::erasures::list,
    member::erasure::erase_by_operator,

    campaign::draft::create,
    campaign::draft::list,
    campaign::draft::show,
    campaign::draft::put,
    campaign::dry_run::request,
    campaign::dry_run::show,
    campaign::steps::launch,
    campaign::steps::schedule,
    campaign::steps::pause,
    campaign::steps::resume,
    campaign::steps::cancel,

    coupon::offer::create,
    coupon::offer::list,
    coupon::offer::show,
    coupon::offer::put,
    coupon::code::put,
    coupon::import::create,
    coupon::batch::create,
    coupon::batch::list,
    coupon::batch::show,
    coupon::batch::resume,
    coupon::batch_codes::list,
    coupon::check::check,

    reward::catalogue::create,
    reward::catalogue::list,
    reward::catalogue::show,
    reward::catalogue::put,
    reward::at_till::list,
    reward::at_till::list_for_member,
    reward::redemption::create,
    reward::redemption::show,
    reward::redemption::fulfil,
    reward::redemption::cancel,

    member::enrol::create,
    member::read::list,
    member::read::show,
    member::find::find,
    member::correct::correct,
    member::correct::change_mobile,
    member::merge::merge,
    member::merge::unmerge,
    member::card::block,
    member::card::unblock,
    member::card::replace,
    member::registration::put,
    member::erasure::erase,
    member::consents::show,
    member::consents::put,
    member::history::list,
    ledger::balance::show,
    ledger::adjust::create,
    ledger::visit::create,

    purchase::record::create,
    purchase::dry_run::run,
    purchase::record::show,
    purchase::record::cancel,
    purchase::transfer::attach,
    purchase::transfer::move_to,

    upload::open::create,
    upload::read::list,
    upload::read::show,

    webhook::endpoint::create,
    webhook::endpoint::list,
    webhook::endpoint::show,
    webhook::endpoint::put,
    webhook::endpoint::delete,
    webhook::endpoint::rotate,
    webhook::replay::create,
}

/// The router of the function. Building it makes no call.
pub fn router(app: App) -> Router {
    serve()
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

fn add<P, H, T>(routes: Router<App>, handler: &H) -> Router<App>
where
    P: Path,
    H: Handler<T, App>,
    T: 'static,
{
    let methods = P::methods();
    methods.iter().fold(routes, |routes, method| {
        routes.route(&P::path(), on(filter(method), handler.clone()))
    })
}

const fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}
