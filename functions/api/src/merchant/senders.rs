//! A merchant's senders. Only the operator sets them, because only the operator opens accounts at the
//! providers.

use crate::context::App;
use crate::parameters::MerchantPath;
use crate::schema::{self, CredentialText, EmailAddress, Text70};
use axum::Json;
use axum::extract::State;
use domain::member::Email;
use domain::merchant::provider::{AccountCode, ProviderAccount, ProviderName};
use domain::merchant::sender::{
    EmailSender, SenderId, SenderName, SmsSender, StopNumber, UnitPrice,
};
use domain::{Channel, Credential, MerchantId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments, codes};
use serde::{Deserialize, Serialize};
use store::Settings;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// The sender of a merchant's e-mails.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmailSender)]
pub(crate) struct EmailSenderBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = email_provider)]
    provider: Option<String>,
    #[schema(value_type = schema::AccountCode)]
    account: String,
    /// The address of the sender, in a domain that the provider has verified.
    #[schema(value_type = EmailAddress)]
    address: String,
    /// The name of the sender.
    #[schema(value_type = Text70)]
    name: String,
    /// The price of one e-mail, in millionths of a euro. Dry runs use this price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000, examples(900))]
    price_microeuros: Option<u32>,
}

/// The sender of a merchant's SMS.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsSender)]
pub(crate) struct SmsSenderBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = sms_provider)]
    provider: Option<String>,
    #[schema(value_type = schema::AccountCode)]
    account: String,
    /// The sender that the telephone shows: 3 to 11 letters, digits and spaces, a letter first; or a short
    /// code for marketing, 36xxx. A text must name the merchant where the sender does not.
    #[schema(pattern = "^([A-Za-z][0-9A-Za-z ]{2,10}|36[0-9]{3})$", examples("Boutique"))]
    shown: String,
    /// The short code that receives the word STOP: 36xxx.
    #[schema(pattern = "^36[0-9]{3}$", examples("36200"))]
    stop_number: String,
    /// The price of one part of an SMS, in millionths of a euro. Dry runs use this price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000, examples(45_000))]
    price_microeuros: Option<u32>,
}

/// A merchant's senders. A channel without a sender sends nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct SendersAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<StoredSender<EmailSenderBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<StoredSender<SmsSenderBody>>,
}

/// A sender, and the credential that set it.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoredSender<S: ToSchema> {
    #[serde(flatten)]
    sender: S,
    /// The credential that set the sender.
    #[schema(value_type = CredentialText)]
    changed_by: Credential,
}

impl SendersAnswer {
    pub(crate) fn of(settings: &Settings) -> Self {
        let Settings { senders, changes, .. } = settings;
        let email = senders.email.as_ref().map(EmailSenderBody::of);
        let sms = senders.sms.as_ref().map(SmsSenderBody::of);
        Self { email: stored(email, changes.email_sender), sms: stored(sms, changes.sms_sender) }
    }
}

fn stored<S: ToSchema>(
    sender: Option<S>,
    changed_by: Option<Credential>,
) -> Option<StoredSender<S>> {
    sender.zip(changed_by).map(|(sender, changed_by)| StoredSender { sender, changed_by })
}

impl EmailSenderBody {
    fn of(sender: &EmailSender) -> Self {
        Self {
            provider: Some(sender.account.provider.as_str().to_owned()),
            account: sender.account.code.as_str().to_owned(),
            address: sender.address.as_str().to_owned(),
            name: sender.name.as_str().to_owned(),
            price_microeuros: sender.price.map(UnitPrice::microeuros),
        }
    }
}

impl SmsSenderBody {
    fn of(sender: &SmsSender) -> Self {
        Self {
            provider: Some(sender.account.provider.as_str().to_owned()),
            account: sender.account.code.as_str().to_owned(),
            shown: sender.sender_id.as_str().to_owned(),
            stop_number: sender.stop_number.as_str().to_owned(),
            price_microeuros: sender.price.map(UnitPrice::microeuros),
        }
    }
}

fn email_provider() -> Object {
    provider_schema(Channel::Email)
}

fn sms_provider() -> Object {
    provider_schema(Channel::Sms)
}

/// The providers of a channel, as the domain lists them.
fn provider_schema(channel: Channel) -> Object {
    let names: Vec<&str> = ProviderName::of(channel).map(ProviderName::as_str).collect();
    let default = names.first().copied().unwrap_or_default();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("The provider of the account; `{default}` where absent.")))
        .enum_values(Some(names))
        .build()
}

/// Reads the provider of a channel's sender, or notes that the provider does not carry this channel.
fn read_provider(
    fields: &mut Fields,
    channel: Channel,
    given: Option<&str>,
) -> Option<ProviderName> {
    let mut providers = ProviderName::of(channel);
    let provider = match given {
        None => providers.next(),
        Some(name) => providers.find(|provider| provider.as_str() == name),
    };
    if provider.is_none() {
        let names: Vec<&str> = ProviderName::of(channel).map(ProviderName::as_str).collect();
        let detail = format!("is not a provider of this channel: send one of {}", names.join(", "));
        fields.note("/provider", codes::UNKNOWN_VALUE, detail);
    }
    provider
}

/// Set the sender of a merchant's e-mails.
#[utoipa::path(
    operation_id = "put_email_sender",
    put, path = "/v1/merchants/{merchant_id}/senders/email", tag = "merchants",
    params(MerchantPath),
    request_body = EmailSenderBody,
    responses(
        (status = 200, description = "The merchant's senders.", body = SendersAnswer),
        (status = 409, description = "The account belongs to another provider."),
    ),
)]
pub(crate) async fn put_email(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    JsonBody(body): JsonBody<EmailSenderBody>,
) -> Result<Json<SendersAnswer>, Problem> {
    let merchant = path.merchant_id;
    let mut fields = Fields::default();
    let provider = read_provider(&mut fields, Channel::Email, body.provider.as_deref());
    let code = fields.check("/account", AccountCode::parse(&body.account));
    let address = fields.check("/address", Email::parse(&body.address));
    let name = fields.check("/name", SenderName::parse(&body.name));
    let price = fields.check_given("/price_microeuros", body.price_microeuros, UnitPrice::new);
    let (Some(provider), Some(code), Some(address), Some(name), Some(price)) =
        (provider, code, address, name, price)
    else {
        return Err(fields.refuse());
    };
    let account = ProviderAccount { provider, code };
    let sender = EmailSender { account, address, name, price };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store().put_email_sender(merchant, &sender, Credential::Operator).await?;
    senders(&app, merchant).await
}

/// Set the sender of a merchant's SMS.
#[utoipa::path(
    operation_id = "put_sms_sender",
    put, path = "/v1/merchants/{merchant_id}/senders/sms", tag = "merchants",
    params(MerchantPath),
    request_body = SmsSenderBody,
    responses(
        (status = 200, description = "The merchant's senders.", body = SendersAnswer),
        (status = 409, description = "The account belongs to another provider."),
    ),
)]
pub(crate) async fn put_sms(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    JsonBody(body): JsonBody<SmsSenderBody>,
) -> Result<Json<SendersAnswer>, Problem> {
    let merchant = path.merchant_id;
    let mut fields = Fields::default();
    let provider = read_provider(&mut fields, Channel::Sms, body.provider.as_deref());
    let code = fields.check("/account", AccountCode::parse(&body.account));
    let sender_id =
        fields.check("/shown", SenderId::parse(&body.shown).and_then(SenderId::for_marketing));
    let stop_number = fields.check("/stop_number", StopNumber::parse(&body.stop_number));
    let price = fields.check_given("/price_microeuros", body.price_microeuros, UnitPrice::new);
    let (Some(provider), Some(code), Some(sender_id), Some(stop_number), Some(price)) =
        (provider, code, sender_id, stop_number, price)
    else {
        return Err(fields.refuse());
    };
    let account = ProviderAccount { provider, code };
    let sender = SmsSender { account, sender_id, stop_number, price };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store().put_sms_sender(merchant, &sender, Credential::Operator).await?;
    senders(&app, merchant).await
}

/// The merchant's senders, read again after a change.
async fn senders(app: &App, merchant: MerchantId) -> Result<Json<SendersAnswer>, Problem> {
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Json(SendersAnswer::of(&settings)))
}
