//! Offers: what a merchant's coupons give. The operator calls these routes today; a merchant's own login
//! will come to the same ones.

pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod import;
mod import_file;

use crate::campaign::steps::in_force;
use crate::merchant::mode::{InMode, PageInMode};
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post, put as route_put};
use domain::coupon::offer::{self, Share, Terms};
use domain::values::{sensitive, text};
use domain::{Cents, Day, EstablishmentId, Offer, OfferId, purchase};
use http_edge::idempotency::{Replayed, told};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, KeyedBody, Operator, Page, Problem, Segments, cursor, page};
use serde::{Deserialize, Serialize};
use store::{Mode, Scope, Settings};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// The routes of offers and of their codes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/merchants/{merchant_id}/offers", get(list).post(create))
        .route("/v1/merchants/{merchant_id}/offers/{offer_id}", get(show).put(put))
        .route("/v1/merchants/{merchant_id}/offers/{offer_id}/codes/{code}", route_put(code::put))
        .route("/v1/merchants/{merchant_id}/offers/{offer_id}/imports", post(import::create))
        .route(
            "/v1/merchants/{merchant_id}/offers/{offer_id}/batches",
            get(batch::list).post(batch::create),
        )
        .route("/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}", get(batch::show))
        .route(
            "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/resume",
            post(batch::resume),
        )
        .route(
            "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/codes",
            get(batch::codes),
        )
}

/// What kind of thing a coupon takes off.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BenefitType {
    /// An amount.
    Value,
    /// A share of the basket before all discounts.
    Percentage,
    /// One piece of an article, the cheapest in the basket. Not for opticians.
    Product,
}

/// What a coupon takes off; never more than the basket.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Benefit {
    r#type: BenefitType,
    /// Of a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000_000, examples(1000))]
    value_cents: Option<i64>,
    /// Of a percentage, in hundredths of a percent: 1000 is 10 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000, examples(1000))]
    percent_hundredths: Option<i64>,
    /// Of a product: the merchant's code of the article.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    sku: Option<String>,
    /// Of a percentage or a product: at most so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000_000)]
    most_cents: Option<i64>,
}

/// Whether a code is used once.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UsageType {
    /// With one purchase.
    Single,
    /// With several: by a limit, or by a last day and a limit a member.
    Multi,
}

/// How often a code gives.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    r#type: UsageType,
    /// Of several uses: how many a code has in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    limit: Option<u32>,
    /// Of several uses: how many of the offer a member has, who must then be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    limit_member: Option<u32>,
}

/// An offer as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutOffer {
    /// What the merchant calls it.
    #[schema(max_length = 100, examples("Bienvenue"))]
    name: String,
    benefit: Benefit,
    /// The least that the basket comes to before all discounts.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000_000, examples(2000))]
    minimum_spend_cents: i64,
    /// The first day it holds, in the establishment's zone.
    #[schema(format = Date, examples("2026-11-01"))]
    first_day: String,
    /// The last day it holds, that day included; absent for no end.
    #[schema(format = Date, examples("2026-11-30"))]
    last_day: Option<String>,
    /// Codes of the establishments where it holds. Empty: everywhere.
    #[serde(default)]
    establishments: Vec<String>,
    usage: Usage,
    /// Whether it gives nothing for the time being.
    #[serde(default)]
    disabled: bool,
}

/// An offer.
#[derive(Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferAnswer {
    offer_id: String,
    name: String,
    benefit: Benefit,
    minimum_spend_cents: i64,
    #[schema(format = Date)]
    first_day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    last_day: Option<String>,
    establishments: Vec<String>,
    usage: Usage,
    disabled: bool,
}

/// A page of offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferPage {
    offers: Vec<OfferAnswer>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl Benefit {
    fn of(benefit: &offer::Benefit) -> Self {
        let none = |r#type| Self {
            r#type,
            value_cents: None,
            percent_hundredths: None,
            sku: None,
            most_cents: None,
        };
        match benefit {
            offer::Benefit::Value(value) => {
                Self { value_cents: Some(value.get()), ..none(BenefitType::Value) }
            }
            offer::Benefit::Percentage { share, most } => Self {
                percent_hundredths: Some(i64::from(share.hundredths())),
                most_cents: most.map(Cents::get),
                ..none(BenefitType::Percentage)
            },
            offer::Benefit::Product { sku, most } => Self {
                sku: Some(sku.clone()),
                most_cents: most.map(Cents::get),
                ..none(BenefitType::Product)
            },
        }
    }

    fn read(&self, fields: &mut Fields) -> Option<offer::Benefit> {
        let has_other = match self.r#type {
            BenefitType::Value => [
                ("percent_hundredths", self.percent_hundredths.is_some()),
                ("sku", self.sku.is_some()),
                ("most_cents", self.most_cents.is_some()),
            ],
            BenefitType::Percentage => [
                ("value_cents", self.value_cents.is_some()),
                ("sku", self.sku.is_some()),
                ("value_cents", false),
            ],
            BenefitType::Product => [
                ("value_cents", self.value_cents.is_some()),
                ("percent_hundredths", self.percent_hundredths.is_some()),
                ("value_cents", false),
            ],
        };
        for (name, is_given) in has_other {
            if is_given {
                let detail = "goes with another type of benefit";
                fields.note(&format!("/benefit/{name}"), crate::codes::OTHER_TYPE, detail);
            }
        }
        let most =
            fields.check_given("/benefit/most_cents", self.most_cents, Cents::of_document)?;
        match self.r#type {
            BenefitType::Value => {
                let value = given(fields, "/benefit/value_cents", self.value_cents)?;
                let value = fields.check("/benefit/value_cents", Cents::of_document(value))?;
                Some(offer::Benefit::Value(value))
            }
            BenefitType::Percentage => {
                let pointer = "/benefit/percent_hundredths";
                let share = given(fields, pointer, self.percent_hundredths)?;
                let share = fields.check(pointer, Share::new(share))?;
                Some(offer::Benefit::Percentage { share, most })
            }
            BenefitType::Product => {
                let sku = given(fields, "/benefit/sku", self.sku.as_deref())?;
                let sku = text::bounded(sku, purchase::SKU_LENGTH);
                let sku = fields.check("/benefit/sku", sku)?.to_owned();
                Some(offer::Benefit::Product { sku, most })
            }
        }
    }
}

/// A field that its type of benefit needs.
fn given<T>(fields: &mut Fields, pointer: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        fields.note(pointer, http_edge::codes::MISSING, "must be given with this type of benefit");
    }
    value
}

impl Usage {
    const fn of(usage: offer::Usage) -> Self {
        match usage {
            offer::Usage::Single => {
                Self { r#type: UsageType::Single, limit: None, limit_member: None }
            }
            offer::Usage::Multi { limit, limit_member } => {
                Self { r#type: UsageType::Multi, limit, limit_member }
            }
        }
    }

    fn read(&self, fields: &mut Fields) -> offer::Usage {
        let (limit, limit_member) = (self.limit, self.limit_member);
        match self.r#type {
            UsageType::Multi => offer::Usage::Multi { limit, limit_member },
            UsageType::Single => {
                for (name, given) in [("limit", limit), ("limit_member", limit_member)] {
                    if given.is_some() {
                        let detail = "goes with the type multi only";
                        fields.note(&format!("/usage/{name}"), crate::codes::OTHER_TYPE, detail);
                    }
                }
                offer::Usage::Single
            }
        }
    }
}

impl PutOffer {
    fn read(&self, id: OfferId, settings: &Settings) -> Result<Offer, Problem> {
        let mut fields = Fields::default();
        let name = fields.check("/name", sensitive::name(&self.name, NAME_LENGTH));
        let benefit = self.benefit.read(&mut fields);
        let minimum = Cents::of_document(self.minimum_spend_cents);
        let minimum_spend = fields.check("/minimum_spend_cents", minimum);
        let first_day = fields.check("/first_day", Day::parse(&self.first_day));
        let last_day = fields.check_given("/last_day", self.last_day.as_deref(), Day::parse);
        let establishments = self.establishments(settings, &mut fields);
        let usage = self.usage.read(&mut fields);
        let (Some(name), Some(benefit), Some(minimum_spend), Some(first_day), Some(last_day), true) =
            (name, benefit, minimum_spend, first_day, last_day, fields.all_accepted())
        else {
            return Err(fields.refuse());
        };
        let name = name.to_owned();
        let terms =
            Terms { name, benefit, minimum_spend, first_day, last_day, establishments, usage };
        Offer::new(id, terms, self.disabled, settings.merchant.sector).map_err(|field| {
            fields.note_invalid("", &field);
            fields.refuse()
        })
    }

    fn establishments(&self, settings: &Settings, fields: &mut Fields) -> Vec<EstablishmentId> {
        let mut known = Vec::with_capacity(self.establishments.len());
        for (index, code) in self.establishments.iter().enumerate() {
            match EstablishmentId::parse(code) {
                Ok(id) if settings.establishments.contains_key(&id) => known.push(id),
                _ => fields.note(
                    &format!("/establishments/{index}"),
                    domain::ProgrammeError::EstablishmentUnknown.into(),
                    "is not the code of an establishment of this merchant",
                ),
            }
        }
        known
    }
}

impl OfferAnswer {
    fn of(offer: &Offer) -> Self {
        let terms = offer.terms();
        Self {
            offer_id: offer.id.to_string(),
            name: terms.name.clone(),
            benefit: Benefit::of(&terms.benefit),
            minimum_spend_cents: terms.minimum_spend.get(),
            first_day: terms.first_day.to_string(),
            last_day: terms.last_day.map(|day| day.to_string()),
            establishments: terms.establishments.iter().map(ToString::to_string).collect(),
            usage: Usage::of(terms.usage),
            disabled: offer.disabled,
        }
    }
}

/// A merchant's data, live or of its tests: 1 round trip.
pub(crate) async fn scope(app: &App, merchant: &str, mode: Mode) -> Result<Scope, Problem> {
    let merchant = identifiers::merchant(merchant)?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Scope { settings, mode })
}

/// As [`scope`], of a merchant whose contract is in force.
pub(crate) async fn scope_in_force(
    app: &App,
    merchant: &str,
    mode: Mode,
) -> Result<Scope, Problem> {
    let scope = scope(app, merchant, mode).await?;
    in_force(&scope.settings, app.now())?;
    Ok(scope)
}

/// Write an offer. Its coupons come after: by a batch, a file, or one by one. With the header `Idempotency-Key`
/// the same request again within 24 hours writes none, and is answered with the offer as it stands then.
#[utoipa::path(
    operation_id = "create_offer",
    post, path = "/v1/merchants/{merchant_id}/offers", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key an offer, a UUID for example."),
    ),
    request_body = PutOffer,
    responses(
        (status = 201, description = "Written; before, where the header `idempotency-replayed` is `true`.",
         body = OfferAnswer),
        (status = 409, description = "The merchant's contract has ended, or the key came with another \
         request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    InMode(mode): InMode,
    KeyedBody { key, body: put }: KeyedBody<PutOffer>,
) -> Result<(StatusCode, Replayed, Json<OfferAnswer>), Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, &merchant, mode).await?);
    let offer = put.read(OfferId::mint(now, identifiers::random()?), &scope.settings)?;
    let answered = app.store().create_offer(&scope, &offer, key.as_ref(), now).await?;
    let (offer, replayed) = told(answered);
    Ok((StatusCode::CREATED, replayed, Json(OfferAnswer::of(&offer))))
}

/// A merchant's offers, newest first.
#[utoipa::path(
    operation_id = "list_offers",
    get, path = "/v1/merchants/{merchant_id}/offers", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = OfferPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    PageInMode { mode, page: Page { limit, after } }: PageInMode<String>,
) -> Result<Json<OfferPage>, Problem> {
    let scope = scope(&app, &merchant, mode).await?;
    let after = after
        .map(|after| OfferId::parse(&after))
        .transpose()
        .map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))?;
    let (offers, next) = app.store().offers(scope.tenant(), after, limit).await?;
    let next_cursor = next.map(|id| cursor::encode(&id.to_string())).transpose();
    Ok(Json(OfferPage {
        offers: offers.iter().map(OfferAnswer::of).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}

/// An offer.
#[utoipa::path(
    operation_id = "show_offer",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    responses((status = 200, description = "It.", body = OfferAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer)): Segments<(String, String)>,
    InMode(mode): InMode,
) -> Result<Json<OfferAnswer>, Problem> {
    let (scope, id) = (scope(&app, &merchant, mode).await?, identifiers::offer(&offer)?);
    let offer = app.store().offer(scope.tenant(), id).await?;
    Ok(Json(OfferAnswer::of(&offer)))
}

/// Write an offer anew, whole. What its coupons give changes with it, at every till within a minute;
/// uses that were made stand.
#[utoipa::path(
    operation_id = "put_offer",
    put, path = "/v1/merchants/{merchant_id}/offers/{offer_id}", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    request_body = PutOffer,
    responses(
        (status = 200, description = "Written.", body = OfferAnswer),
        (status = 409, description = "The merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer)): Segments<(String, String)>,
    InMode(mode): InMode,
    JsonBody(put): JsonBody<PutOffer>,
) -> Result<Json<OfferAnswer>, Problem> {
    let scope = scope_in_force(&app, &merchant, mode).await?;
    let offer = put.read(identifiers::offer(&offer)?, &scope.settings)?;
    app.store().rewrite_offer(scope.tenant(), &offer).await?;
    Ok(Json(OfferAnswer::of(&offer)))
}
