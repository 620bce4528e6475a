//! The suppression of contacts of a person who is no member, because the person asked for it.

use crate::context::App;
use crate::member::erasure::ErasureReason;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope;
use crate::parameters::{MerchantPath, ModeQuery};
use crate::schema::{CardNumber as CardNumberText, Date, EmailAddress, MobileNumber};
use axum::Json;
use axum::extract::State;
use domain::member::Email;
use domain::{CardNumber, Day, Mobile, retention};
use http_edge::{Fields, JsonBody, Operator, Problem, Query, Segments, Till, codes};
use serde::{Deserialize, Serialize};
use store::{AnyContact, Conflict, Scope, StoreError};
use utoipa::ToSchema;

/// The contacts of a person who asked for the erasure or objected: at least one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 2)]
pub(crate) struct NewSuppression {
    reason: ErasureReason,
    #[schema(value_type = Option<MobileNumber>)]
    mobile: Option<String>,
    #[schema(value_type = Option<CardNumberText>)]
    card_number: Option<String>,
    /// The e-mail address of the person. Members who have the same address stay.
    #[schema(value_type = Option<EmailAddress>)]
    email: Option<String>,
}

/// The suppression of contacts: no row of a file enrols a person with one of these contacts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suppression {
    /// The first day of the suppression in the time zone Europe/Paris.
    #[schema(value_type = Date)]
    suppressed_on: Day,
    /// The last day of the suppression in the time zone Europe/Paris.
    #[schema(value_type = Date)]
    suppressed_until: Day,
}

impl NewSuppression {
    fn read(&self) -> Result<Vec<AnyContact>, Problem> {
        let mut fields = Fields::default();
        let mobile = fields.check_given("/mobile", self.mobile.as_deref(), Mobile::parse);
        let card =
            fields.check_given("/card_number", self.card_number.as_deref(), CardNumber::parse);
        let email = fields.check_given("/email", self.email.as_deref(), Email::parse);
        if self.mobile.is_none() && self.card_number.is_none() && self.email.is_none() {
            let detail = "must hold at least one of mobile, card_number and email";
            fields.note("", codes::MISSING, detail);
        }
        match (fields.all_accepted(), mobile, card, email) {
            (true, Some(mobile), Some(card), Some(email)) => {
                let (mobile, card) = (mobile.map(AnyContact::mobile), card.map(AnyContact::card));
                Ok(mobile.into_iter().chain(card).chain(email.map(AnyContact::Email)).collect())
            }
            _ => Err(fields.refuse()),
        }
    }
}

async fn suppress_for(
    app: &App,
    scope: &Scope,
    new: &NewSuppression,
) -> Result<Json<Suppression>, Problem> {
    let (contacts, now) = (new.read()?, app.now());
    let suppressed = app.store().suppress_contacts(scope, &contacts, new.reason.read(), now).await;
    suppressed.map_err(|error| match error {
        StoreError::Conflict(Conflict::MobileOfMember) => Problem::from(error).at("/mobile"),
        StoreError::Conflict(Conflict::CardOfMember) => Problem::from(error).at("/card_number"),
        _ => error.into(),
    })?;
    let suppressed_on = retention::day_of(now);
    let suppressed_until = suppressed_on.plus_months(retention::SUPPRESSED_MONTHS);
    Ok(Json(Suppression { suppressed_on, suppressed_until }))
}

/// Suppress the contacts of a person who is no member, because the person asked for it or objected.
///
/// The route is for a person whose member is erased already, or who never was a member: no row of a file that comes
/// later enrols the person. A person who asks for a card can still become a member. A member is erased with
/// `erase_member`, which suppresses the contacts too.
#[utoipa::path(
    operation_id = "suppress_contacts",
    post, path = "/v1/suppressions", tag = "members",
    request_body = NewSuppression,
    responses(
        (status = 200, description = "The suppression of the contacts.", body = Suppression),
        (status = 409, description = "A member has the mobile or the card: nothing is stored."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewSuppression>,
) -> Result<Json<Suppression>, Problem> {
    suppress_for(&app, &till.scope, &new).await
}

/// Suppress the contacts of a person who is no member of a merchant, because the person asked for it or objected.
///
/// The operator does for a merchant what the merchant can do with a key.
#[utoipa::path(
    operation_id = "suppress_contacts_of_merchant",
    post, path = "/v1/merchants/{merchant_id}/suppressions", tag = "merchants",
    params(MerchantPath, ModeQuery),
    request_body = NewSuppression,
    responses(
        (status = 200, description = "The suppression of the contacts.", body = Suppression),
        (status = 409, description = "A member has the mobile or the card: nothing is stored."),
    ),
)]
pub(crate) async fn create_by_operator(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query(DataMode(mode)): Query<DataMode>,
    JsonBody(new): JsonBody<NewSuppression>,
) -> Result<Json<Suppression>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    suppress_for(&app, &scope, &new).await
}
