//! From whom a merchant's messages come: the operator sets it, since accounts at the providers are
//! the operator's to open.

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::member::Email;
use domain::merchant::sender::{AccountCode, EmailSender, Senders, SmsSender, UnitPrice};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From whom e-mails come, by Brevo.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmailSender)]
pub(crate) struct Emails {
    /// The account's code; its credentials are a secret of the deployment.
    #[schema(max_length = 40, examples("main"))]
    account: String,
    /// An address of a domain that Brevo knows.
    #[schema(format = Email, examples("boutique@example.com"))]
    address: String,
    /// The name beside it.
    #[schema(max_length = 70)]
    name: String,
    /// What one e-mail costs, in millionths of a euro; dry runs use this price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000, examples(900))]
    price_microeuros: Option<u32>,
}

/// From whom SMS come, by Sinch.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsSender)]
pub(crate) struct Sms {
    /// The account's code; its credentials are a secret of the deployment.
    #[schema(max_length = 40, examples("main"))]
    account: String,
    /// What the telephone shows: 3 to 11 letters, digits and spaces, a letter first; or a short code.
    #[schema(examples("Boutique"))]
    shown: String,
    /// The short code that takes the word STOP.
    #[schema(examples("36200"))]
    stop_number: String,
    /// What one part of an SMS costs, in millionths of a euro; dry runs use this price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000, examples(45_000))]
    price_microeuros: Option<u32>,
}

/// A merchant's senders; a channel without one sends nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct SendersAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Emails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<Sms>,
}

impl SendersAnswer {
    pub(crate) fn of(senders: &Senders) -> Self {
        Self {
            email: senders.email.as_ref().map(|sender| Emails {
                account: sender.account.as_str().to_owned(),
                address: sender.address.as_str().to_owned(),
                name: sender.name.clone(),
                price_microeuros: sender.price.map(UnitPrice::microeuros),
            }),
            sms: senders.sms.as_ref().map(|sender| Sms {
                account: sender.account.as_str().to_owned(),
                shown: sender.shown.clone(),
                stop_number: sender.stop_number.clone(),
                price_microeuros: sender.price.map(UnitPrice::microeuros),
            }),
        }
    }
}

/// Set from whom a merchant's e-mails come.
#[utoipa::path(
    operation_id = "put_email_sender",
    put, path = "/v1/merchants/{merchant_id}/senders/email", tag = "merchants",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    request_body = Emails,
    responses(
        (status = 200, description = "The merchant's senders.", body = SendersAnswer),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put_email(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    JsonBody(put): JsonBody<Emails>,
) -> Result<Json<SendersAnswer>, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let mut fields = Fields::default();
    let account = fields.check("/account", AccountCode::parse(&put.account));
    let address = fields.check("/address", Email::parse(&put.address));
    let name = fields.check("/name", EmailSender::name(&put.name));
    let price = fields.check_given("/price_microeuros", put.price_microeuros, UnitPrice::new);
    let (Some(account), Some(address), Some(name), Some(price)) = (account, address, name, price)
    else {
        return Err(fields.refuse());
    };
    let sender = EmailSender { account, address, name: name.to_owned(), price };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store().put_email_sender(merchant, &sender).await?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Json(SendersAnswer::of(&settings.senders)))
}

/// Set from whom a merchant's SMS come.
#[utoipa::path(
    operation_id = "put_sms_sender",
    put, path = "/v1/merchants/{merchant_id}/senders/sms", tag = "merchants",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    request_body = Sms,
    responses(
        (status = 200, description = "The merchant's senders.", body = SendersAnswer),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put_sms(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    JsonBody(put): JsonBody<Sms>,
) -> Result<Json<SendersAnswer>, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let mut fields = Fields::default();
    let account = fields.check("/account", AccountCode::parse(&put.account));
    let shown = fields.check("/shown", SmsSender::shown(&put.shown));
    let stop_number = fields.check("/stop_number", SmsSender::stop_number(&put.stop_number));
    let price = fields.check_given("/price_microeuros", put.price_microeuros, UnitPrice::new);
    let (Some(account), Some(shown), Some(stop_number), Some(price)) =
        (account, shown, stop_number, price)
    else {
        return Err(fields.refuse());
    };
    let (shown, stop_number) = (shown.to_owned(), stop_number.to_owned());
    let sender = SmsSender { account, shown, stop_number, price };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store().put_sms_sender(merchant, &sender).await?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Json(SendersAnswer::of(&settings.senders)))
}
