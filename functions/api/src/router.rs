//! The routes, in one list. [`router`] serves them, and [`Paths`] describes them for the OpenAPI document.
//!
//! Each handler stands beside its operation in the table of rights, which is checked before the handler runs.
//! A handler states its method and its path once, in `#[utoipa::path]`. Decision 0013 says why the router is
//! not an `OpenApiRouter`.

use crate::context::App;
use crate::{
    access_log, campaign, coupon, inbound, ledger, member, merchant, preflight, programme,
    purchase, retention, reward, service, upload, webhook,
};
use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, on};
use domain::rights::Operation;
use http_edge::problem::Kind;
use http_edge::{Gate, Guard, Problem, authorize};
use utoipa::openapi::HttpMethod;
use utoipa::{OpenApi, Path};

/// Defines `serve`, which adds each handler to a router behind the guard of its operation, and `Paths`, which
/// describes each handler.
macro_rules! routes {
    ($($operation:ident: $($segment:ident)::+),+ $(,)?) => {
        fn serve(gate: &Gate) -> Router<App> {
            let mut routes = Router::new();
            $(
                let guard = &Guard { gate: gate.clone(), operation: Operation::$operation };
                routes = route!(routes guard [] $($segment)::+);
            )+
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
    ($routes:ident $guard:ident [$($module:ident)*] $handler:ident) => {
        pastey::paste! {
            add::<$($module::)* [<__path_ $handler>], _, _>($routes, $guard, &$($module::)* $handler)
        }
    };
    ($routes:ident $guard:ident [$($module:ident)*] $next:ident :: $($rest:ident)::+) => {
        route!($routes $guard [$($module)* $next] $($rest)::+)
    };
}

routes! {
    ShowHealth: service::show_health,
    ShowDocument: service::show_document,

    CreateMerchant: merchant::create::create,
    ShowMerchant: merchant::read::show,
    PutEstablishment: merchant::establishment::put,
    CreateKey: merchant::key::create,
    RevokeKey: merchant::key::revoke,
    PutEmailSender: merchant::senders::put_email,
    PutSmsSender: merchant::senders::put_sms,
    PutCardActivation: merchant::card_activation::put,
    PutContractEnd: merchant::contract_end::put,
    DeleteContractEnd: merchant::contract_end::delete,
    PutProgramme: programme::version::put,
    PatchProgramme: programme::version::patch,
    ListErasures: retention::erasures::list,
    ListAccessLog: access_log::list::list,
    EraseMemberByOperator: member::erasure::erase_by_operator,
    SuppressContactsByOperator: retention::suppressions::create_by_operator,

    CreateCampaign: campaign::draft::create,
    ListCampaigns: campaign::draft::list,
    ShowCampaign: campaign::draft::show,
    PutCampaign: campaign::draft::put,
    AskDryRun: campaign::dry_run::request,
    ShowDryRun: campaign::dry_run::show,
    LaunchCampaign: campaign::steps::launch,
    ScheduleCampaign: campaign::steps::schedule,
    PauseCampaign: campaign::steps::pause,
    ResumeCampaign: campaign::steps::resume,
    CancelCampaign: campaign::steps::cancel,

    CreateOffer: coupon::offer::create,
    ListOffers: coupon::offer::list,
    ShowOffer: coupon::offer::show,
    PutOffer: coupon::offer::put,
    PutCouponCode: coupon::code::put,
    ImportCouponCodes: coupon::import::create,
    CreateCouponBatch: coupon::batch::create,
    ListCouponBatches: coupon::batch::list,
    ShowCouponBatch: coupon::batch::show,
    ResumeCouponBatch: coupon::batch::resume,
    ListCouponCodes: coupon::batch_codes::list,
    CheckCoupon: coupon::check::check,

    CreateReward: reward::catalogue::create,
    ListRewards: reward::catalogue::list,
    ShowReward: reward::catalogue::show,
    PutReward: reward::catalogue::put,
    ListRewardsGiven: reward::at_till::list,
    ListMemberRewards: reward::at_till::list_for_member,
    CreateRedemption: reward::redemption::create,
    ShowRedemption: reward::redemption::show,
    FulfilRedemption: reward::redemption::fulfil,
    CancelRedemption: reward::redemption::cancel,

    CreateMember: member::enrol::create,
    ListMembers: member::read::list,
    ShowMember: member::read::show,
    FindMember: member::find::find,
    CorrectMember: member::correct::correct,
    ChangeMobile: member::correct::change_mobile,
    MergeMembers: member::merge::merge,
    UnmergeMembers: member::merge::unmerge,
    BlockCard: member::card::block,
    UnblockCard: member::card::unblock,
    ReplaceCard: member::card::replace,
    PutRegistration: member::registration::put,
    EraseMember: member::erasure::erase,
    SuppressContacts: retention::suppressions::create,
    ShowConsents: member::consents::show,
    PutConsent: member::consents::put,
    ListConsentHistory: member::consent_history::list,
    ListInboundTexts: inbound::text::list,
    ListHistory: member::history::list,
    ShowBalance: ledger::balance::show,
    CreateAdjustment: ledger::adjust::create,
    CreateVisit: ledger::visit::create,

    CreatePurchase: purchase::record::create,
    DryRunPurchase: purchase::dry_run::run,
    ShowPurchase: purchase::record::show,
    CancelPurchase: purchase::record::cancel,
    AttachPurchase: purchase::transfer::attach,
    MovePurchase: purchase::transfer::move_to,

    OpenUpload: upload::open::create,
    ListUploads: upload::read::list,
    ShowUpload: upload::read::show,

    CreateWebhook: webhook::endpoint::create,
    ListWebhooks: webhook::endpoint::list,
    ShowWebhook: webhook::endpoint::show,
    PutWebhook: webhook::endpoint::put,
    DeleteWebhook: webhook::endpoint::delete,
    RotateWebhookSecret: webhook::endpoint::rotate,
    ReplayWebhook: webhook::replay::create,
}

/// The router of the function. Building it makes no call.
pub fn router(app: App) -> Router {
    serve(&app.gate)
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

fn add<P, H, T>(routes: Router<App>, guard: &Guard, handler: &H) -> Router<App>
where
    P: Path,
    H: Handler<T, App>,
    T: 'static,
{
    let methods = P::methods();
    methods.iter().fold(routes, |routes, method| {
        let guarded = on(filter(method), handler.clone())
            .route_layer(from_fn_with_state(guard.clone(), authorize));
        routes.route(&P::path(), guarded)
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
