//! Sends e-mails by Brevo.
//!
//! Sources: developers.brevo.com (sendtransacemail, batch-send-transactional-emails,
//! heterogenous-versions-batch-emails, api-limits, limit-headers) and the models of Brevo's Python SDK 5.1.0. No
//! source confirms two points. The first is how long Brevo remembers a key: 30 minutes, or 15 by an older
//! changelog; we rely on 10. The second is whether Brevo's template language interprets `{%` and `{#` in our HTML;
//! we replace both by a parameter.

use crate::providers::base_url::BaseUrl;
use crate::providers::bisect::{CallFailure, bisect};
use crate::providers::client::{
    Batch, EmailMessage, Found, Message, ProviderClient, Recipient, SendError, Verdict,
};
use crate::providers::idempotency::{piece_key, uuid};
use crate::providers::secret::Secret;
use crate::providers::slots::Slots;
use crate::providers::transport::{error_code, header_seconds};
use crate::text::template::Template;
use crate::text::values::Style;
use bytes::Bytes;
use domain::Instant;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, StatusCode};
use http_body_util::Full;
use https_client::{HttpsClient, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The most recipients of a call: half of Brevo's limit. 500 recipients with their values stay far below Brevo's
/// other limit, 1,000 KB of parameters.
const MAX_RECIPIENTS: usize = 500;

const REMEMBERS: Duration = Duration::from_mins(10);

/// The parameter that replaces a brace of the merchant's own text.
const BRACE: &str = "brace";

/// The client of an account at Brevo.
pub(crate) struct BrevoClient {
    https: HttpsClient,
    base: BaseUrl,
    api_key: Secret,
}

impl BrevoClient {
    /// The client of the account with this API key.
    pub(crate) const fn new(https: HttpsClient, base: BaseUrl, api_key: Secret) -> Self {
        Self { https, base, api_key }
    }

    async fn post(&self, body: Vec<u8>, recipients: usize) -> Result<Vec<Verdict>, CallFailure> {
        let request = Request::post(self.base.join("/v3/smtp/email"))
            .header("api-key", self.api_key.expose())
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| CallFailure::Failed(SendError::account("key_unreadable")))?;
        let response = self.https.call(request).await?;
        classify_response(&response, recipients)
    }
}

impl ProviderClient for BrevoClient {
    fn remembers(&self) -> Duration {
        REMEMBERS
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, SendError>> {
        async move {
            let Message::Email(message) = &batch.message else {
                return Err(SendError::account("wrong_channel"));
            };
            let template = &BrevoTemplate::of(message);
            let total = batch.recipients.len();
            bisect(total, MAX_RECIPIENTS, |piece| {
                let key = piece_key(batch.key, &piece, total);
                let recipients = &batch.recipients[piece];
                async move {
                    let body = template.body(batch, message, key, recipients)?;
                    self.post(body, recipients.len()).await
                }
                .boxed()
            })
            .await
        }
        .boxed()
    }

    /// Brevo cannot look up a batch by our reference.
    fn find<'a>(
        &'a self,
        _batch: &'a Batch,
        _since: Instant,
        _now: Instant,
    ) -> BoxFuture<'a, Result<Found, SendError>> {
        futures::future::ready(Ok(Found::CannotTell)).boxed()
    }
}

/// The verdicts of a response on the recipients of its call. A redirection and the statuses 401 to 406 concern the
/// account or our configuration, and not the recipients.
fn classify_response(response: &Response, recipients: usize) -> Result<Vec<Verdict>, CallFailure> {
    if response.status.is_success() {
        return Ok(accepted(&response.body, recipients));
    }
    let code = error_code(response);
    let failed = |error| Err(CallFailure::Failed(error));
    match (code.as_str(), response.status) {
        // The first attempt was accepted. This repeat sent nothing.
        ("duplicate_parameter" | "duplicate_request", _) => {
            Ok(vec![Verdict::Accepted { provider_id: None }; recipients])
        }
        (_, status) if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            failed(SendError::Unknown)
        }
        (_, StatusCode::TOO_MANY_REQUESTS) => {
            let retry_after = header_seconds(response, "x-sib-ratelimit-reset")
                .or_else(|| header_seconds(response, "retry-after"));
            failed(SendError::NotSent { retry_after, code })
        }
        (
            "unauthorized"
            | "permission_denied"
            | "not_enough_credits"
            | "account_under_validation",
            _,
        ) => failed(SendError::Account { code }),
        _ => match response.status.as_u16() {
            400 | 413 | 422 => Err(CallFailure::Rejected { code }),
            407..500 => Ok(vec![Verdict::Refused { code }; recipients]),
            _ => failed(SendError::Account { code }),
        },
    }
}

/// The identifiers of an accepted call, where the response has one for each recipient.
fn accepted(body: &[u8], recipients: usize) -> Vec<Verdict> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Ids {
        message_id: Option<String>,
        message_ids: Vec<String>,
    }
    let Ids { message_id, mut message_ids } = serde_json::from_slice(body).unwrap_or_default();
    message_ids.extend(message_id);
    if message_ids.len() == recipients {
        message_ids.into_iter().map(|id| Verdict::Accepted { provider_id: Some(id) }).collect()
    } else {
        vec![Verdict::Accepted { provider_id: None }; recipients]
    }
}

/// A message in Brevo's template language. Each value that differs from recipient to recipient is a parameter.
struct BrevoTemplate {
    subject: String,
    html: String,
    text: Option<String>,
    slots: Slots,
    has_brace: bool,
}

impl BrevoTemplate {
    fn of(message: &EmailMessage) -> Self {
        let mut slots = Slots::default();
        let mut write =
            |template: &Template, style| slots.write(template, style, without_tags, parameter);
        let subject = write(&message.subject, Style::Text);
        let html = write(&message.html, Style::Html);
        let text = message.text.as_ref().map(|text| write(text, Style::Text));
        let brace = parameter(BRACE);
        let has_brace = [Some(&subject), Some(&html), text.as_ref()]
            .into_iter()
            .flatten()
            .any(|text| text.contains(&brace));
        Self { subject, html, text, slots, has_brace }
    }

    fn params(&self, recipient: &Recipient) -> BTreeMap<&str, String> {
        let mut params = self.slots.values(&recipient.values);
        if self.has_brace {
            params.insert(BRACE, "{".to_owned());
        }
        params
    }

    fn body<'a>(
        &'a self,
        batch: &'a Batch,
        message: &'a EmailMessage,
        key: u128,
        recipients: &'a [Recipient],
    ) -> Result<Vec<u8>, CallFailure> {
        let version = |recipient: &'a Recipient| Version {
            to: [Address { email: &recipient.address }],
            params: self.params(recipient),
        };
        let call = Call {
            sender: Sender { email: &message.sender_email, name: &message.sender_name },
            reply_to: message.reply_to.as_deref().map(|email| Address { email }),
            subject: &self.subject,
            html_content: &self.html,
            text_content: self.text.as_deref(),
            headers: Headers { idempotency_key: uuid(key), reference: &batch.reference },
            tags: [&message.tag],
            message_versions: recipients.iter().map(version).collect(),
        };
        serde_json::to_vec(&call).map_err(|_| CallFailure::Failed(SendError::account("no_json")))
    }
}

fn parameter(name: &str) -> String {
    format!("{{{{params.{name}}}}}")
}

/// The merchant's own text, with `{%` and `{#` replaced so that they are not tags of the template language.
fn without_tags(text: &str) -> String {
    let brace = parameter(BRACE);
    text.replace("{%", &format!("{brace}%")).replace("{#", &format!("{brace}#"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    sender: Sender<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<Address<'a>>,
    subject: &'a str,
    html_content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_content: Option<&'a str>,
    headers: Headers<'a>,
    tags: [&'a str; 1],
    message_versions: Vec<Version<'a>>,
}

#[derive(Serialize)]
struct Sender<'a> {
    email: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Address<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct Headers<'a> {
    #[serde(rename = "idempotencyKey")]
    idempotency_key: String,
    #[serde(rename = "X-Mailin-custom")]
    reference: &'a str,
}

#[derive(Serialize)]
struct Version<'a> {
    to: [Address<'a>; 1],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<&'a str, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::scripted_server::{Reply, ScriptedServer, Seen, impatient, nowhere};
    use crate::text::values::{Field, Values};
    use rstest::rstest;
    use std::collections::BTreeSet;

    fn brevo(base: BaseUrl) -> BrevoClient {
        BrevoClient::new(impatient(), base, Secret::new("xkeysib-test".to_owned()))
    }

    fn template(text: &str) -> Template {
        Template::parse(text, &Field::ALL).unwrap()
    }

    fn batch(names: &[&str]) -> Batch {
        let recipient = |(place, name): (usize, &&str)| Recipient {
            address: format!("{name}{place}@example.com"),
            values: Values {
                first_name: (*name != "anonymous").then(|| (*name).to_owned()),
                points: 1250,
                merchant: "Chez L'Ami & fils".to_owned(),
                unsubscribe_url: Some(format!("https://example.com/u/{place}?a=1&b=2")),
                ..Values::default()
            },
        };
        Batch {
            key: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
            reference: "merchant/live/campaign/batch".to_owned(),
            message: Message::Email(EmailMessage {
                sender_email: "contact@example.com".to_owned(),
                sender_name: "Chez L'Ami".to_owned(),
                reply_to: Some("boutique@example.com".to_owned()),
                subject: template("{{first_name|Bonjour}}, vos points"),
                html: template(
                    "<style>@media print{#x{%y}}</style><p>Bonjour {{ first_name | cher client }}, \
                     {{first_name|vous}} avez {{points}} points chez {{merchant}}. \
                     <a href=\"{{unsubscribe_url}}\">Se désabonner</a></p>",
                ),
                text: Some(template("{{points}} points. Se désabonner : {{unsubscribe_url}}")),
                tag: "c7".to_owned(),
            }),
            recipients: names.iter().enumerate().map(recipient).collect(),
        }
    }

    fn ids(seen: &Seen) -> Reply {
        let versions = seen.body["messageVersions"].as_array().unwrap();
        let ids: Vec<_> =
            versions.iter().map(|one| format!("id of {}", one["to"][0]["email"])).collect();
        Reply::of(201, serde_json::json!({ "messageIds": ids }).to_string())
    }

    fn accepted() -> Verdict {
        Verdict::Accepted { provider_id: None }
    }

    #[tokio::test]
    async fn a_batch_is_one_call_with_a_version_a_recipient() {
        let server = ScriptedServer::start(ids).await;
        let verdicts =
            brevo(server.base.clone()).send(&batch(&["zoe", "anonymous", "<b>"])).await.unwrap();
        let first =
            Verdict::Accepted { provider_id: Some("id of \"zoe0@example.com\"".to_owned()) };
        assert_eq!(verdicts.len(), 3);
        assert_eq!(&verdicts[0], &first);
        let seen = server.seen();
        let [call] = seen.as_slice() else { panic!("{} calls", seen.len()) };
        assert_eq!(call.line, "POST /v3/smtp/email");
        assert_eq!(call.headers["api-key"], "xkeysib-test");
        assert_eq!(call.headers["content-type"], "application/json");
        insta::assert_json_snapshot!(call.body);
    }

    #[tokio::test]
    async fn a_message_without_anything_personal_has_no_parameters() {
        let server = ScriptedServer::start(ids).await;
        let mut batch = batch(&["zoe"]);
        batch.message = Message::Email(EmailMessage {
            sender_email: "contact@example.com".to_owned(),
            sender_name: "Chez L'Ami".to_owned(),
            reply_to: None,
            subject: template("Fermeture"),
            html: template("<p>Nous sommes fermés.</p>"),
            text: None,
            tag: "c7".to_owned(),
        });
        brevo(server.base.clone()).send(&batch).await.unwrap();
        insta::assert_json_snapshot!(server.seen()[0].body);
    }

    fn not_sent(code: &str, seconds: Option<u64>) -> SendError {
        SendError::NotSent { retry_after: seconds.map(Duration::from_secs), code: code.to_owned() }
    }

    fn refused(code: &str) -> Verdict {
        Verdict::Refused { code: code.to_owned() }
    }

    #[rstest]
    #[case(200, "", Ok(accepted()))]
    #[case(201, r#"{"messageId":"<1@example>"}"#, Ok(Verdict::Accepted { provider_id: Some("<1@example>".to_owned()) }))]
    #[case(201, r#"{"messageIds":["<1@example>","<2@example>"]}"#, Ok(accepted()))]
    #[case(202, "no JSON", Ok(accepted()))]
    #[case(400, r#"{"code":"duplicate_parameter","message":"m"}"#, Ok(accepted()))]
    #[case(400, r#"{"code":"duplicate_request"}"#, Ok(accepted()))]
    #[case(400, r#"{"code":"invalid_parameter"}"#, Ok(refused("invalid_parameter")))]
    #[case(400, r#"{"code":"missing_parameter"}"#, Ok(refused("missing_parameter")))]
    #[case(400, r#"{"code":"not_enough_credits"}"#, Err(SendError::account("not_enough_credits")))]
    #[case(
        400,
        r#"{"code":"account_under_validation"}"#,
        Err(SendError::account("account_under_validation"))
    )]
    #[case(401, r#"{"code":"unauthorized"}"#, Err(SendError::account("unauthorized")))]
    #[case(402, "", Err(SendError::account("http_402")))]
    #[case(403, r#"{"code":"permission_denied"}"#, Err(SendError::account("permission_denied")))]
    #[case(404, "", Err(SendError::account("http_404")))]
    #[case(302, "", Err(SendError::account("http_302")))]
    #[case(410, "", Ok(refused("http_410")))]
    #[case(422, "", Ok(refused("http_422")))]
    #[case(429, "", Err(not_sent("http_429", None)))]
    #[case(408, "", Err(SendError::Unknown))]
    #[case(500, "", Err(SendError::Unknown))]
    #[case(503, r#"{"code":"unauthorized"}"#, Err(SendError::Unknown))]
    #[tokio::test]
    async fn a_response_has_a_verdict(
        #[case] status: u16,
        #[case] body: &'static str,
        #[case] expected: Result<Verdict, SendError>,
    ) {
        let server = ScriptedServer::start(move |_| Reply::of(status, body)).await;
        let answer = brevo(server.base.clone()).send(&batch(&["zoe"])).await;
        assert_eq!(answer, expected.map(|verdict| vec![verdict]));
    }

    #[tokio::test]
    async fn a_rate_limit_has_the_time_to_wait() {
        let server = ScriptedServer::start(|_| Reply::Answer {
            status: 429,
            headers: "x-sib-ratelimit-reset: 17\r\n",
            body: r#"{"code":"too_many_requests"}"#.to_owned(),
        })
        .await;
        let answer = brevo(server.base.clone()).send(&batch(&["zoe"])).await;
        assert_eq!(answer, Err(not_sent("too_many_requests", Some(17))));
    }

    #[tokio::test]
    async fn a_lost_response_is_unknown_and_a_failed_connection_is_not_sent() {
        let lost = ScriptedServer::start(|_| Reply::Lost).await;
        let answer = brevo(lost.base.clone()).send(&batch(&["zoe"])).await;
        assert_eq!(answer, Err(SendError::Unknown));
        assert_eq!(lost.seen().len(), 1);
        let silent = ScriptedServer::start(|_| Reply::Silent).await;
        let answer = brevo(silent.base.clone()).send(&batch(&["zoe"])).await;
        assert_eq!(answer, Err(SendError::Unknown));
        let answer = brevo(nowhere().await).send(&batch(&["zoe"])).await;
        assert_eq!(answer, Err(not_sent("unreachable", None)));
    }

    #[tokio::test]
    async fn an_acceptance_whose_body_is_cut_short_is_an_acceptance() {
        let server = ScriptedServer::start(|_| Reply::CutShort).await;
        let answer = brevo(server.base.clone()).send(&batch(&["zoe"])).await;
        assert_eq!(answer, Ok(vec![accepted()]));
    }

    #[tokio::test]
    async fn a_refused_recipient_is_found_and_a_repeat_has_the_same_keys() {
        let server = ScriptedServer::start(|seen| {
            if seen.body.to_string().contains("refused") {
                Reply::of(400, r#"{"code":"invalid_parameter","message":"email is not valid"}"#)
            } else {
                ids(seen)
            }
        })
        .await;
        let names = ["a", "b", "refused", "c", "d"];
        let batch = batch(&names);
        let brevo = brevo(server.base.clone());
        let verdicts = brevo.send(&batch).await.unwrap();
        assert_eq!(verdicts[2], refused("invalid_parameter"));
        let is_accepted =
            |one: &&Verdict| matches!(one, Verdict::Accepted { provider_id: Some(_) });
        assert_eq!(verdicts.iter().filter(is_accepted).count(), names.len() - 1);

        let keys = |calls: &[Seen]| -> Vec<_> {
            calls.iter().map(|call| call.body["headers"]["idempotencyKey"].clone()).collect()
        };
        let first = keys(&server.seen());
        assert_eq!(first[0], "01234567-89ab-5def-8123-456789abcdef");
        assert_eq!(
            first.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(),
            first.len()
        );
        brevo.send(&batch).await.unwrap();
        assert_eq!(keys(&server.seen()[first.len()..]), first);
    }

    #[tokio::test]
    async fn brevo_cannot_find_a_batch_and_carries_no_sms() {
        let server = ScriptedServer::start(ids).await;
        let brevo = brevo(server.base.clone());
        let mut batch = batch(&["zoe"]);
        let epoch = Instant::UNIX_EPOCH;
        assert_eq!(brevo.find(&batch, epoch, epoch).await, Ok(Found::CannotTell));
        batch.message = Message::Sms(crate::providers::client::SmsMessage {
            sender: domain::merchant::sender::SenderId::parse("Boutique").unwrap(),
            body: template("Bonjour"),
            folded: false,
        });
        assert_eq!(brevo.send(&batch).await, Err(SendError::account("wrong_channel")));
        assert!(server.seen().is_empty());
    }
}
