//! Sends SMS by Sinch (XMS REST).
//!
//! Sources: developers.sinch.com/docs/sms (api-reference batches, delivery-reports, rate-limits) and the SDKs
//! `sinch` 2.3.0 and `@sinch/sms` 1.4.0. No source confirms two points: that a 429 has a `Retry-After` header
//! (used where present), and that Sinch does not replace a `${…}` inside a value.
//!
//! Sinch has no idempotency key. So a batch is never sent again before a look-up by its reference.

use crate::providers::base_url::BaseUrl;
use crate::providers::bisect::{CallFailure, bisect};
use crate::providers::client::{
    Batch, Found, Message, ProviderClient, Recipient, SendError, SmsMessage, Verdict,
};
use crate::providers::secret::Secret;
use crate::providers::slots::Slots;
use crate::providers::transport::{error_code, header_seconds};
use crate::text::fold::fold;
use crate::text::values::Style;
use bytes::Bytes;
use domain::Instant;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, StatusCode};
use http_body_util::Full;
use https_client::{HttpsClient, Response};
use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The most recipients of a call: half of Sinch's limit.
const MAX_RECIPIENTS: usize = 500;

/// The most characters of a body, placeholders included.
const MAX_BODY_LENGTH: usize = 2_000;

/// The time after the beginning of an attempt after which a batch that Sinch does not list was not accepted. Sinch
/// lists an accepted batch within five minutes of its call, and the last call of an attempt comes at most two and a
/// half minutes after its beginning.
const ABSENCE_PROVES: SignedDuration = SignedDuration::from_mins(8);

/// The largest difference between our clock and Sinch's.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// The batches of a page of the list: the most that Sinch returns.
const PAGE_SIZE: usize = 100;
/// The most pages that are read.
const MAX_PAGES: usize = 10;

/// The parameter that replaces a dollar sign of the merchant's own text.
const DOLLAR: &str = "dollar";

/// The client of a service plan at Sinch.
pub(crate) struct SinchClient {
    https: HttpsClient,
    base: BaseUrl,
    plan: String,
    token: Secret,
}

impl SinchClient {
    /// The client of the plan with this id and API token.
    pub(crate) const fn new(
        https: HttpsClient,
        base: BaseUrl,
        plan: String,
        token: Secret,
    ) -> Self {
        Self { https, base, plan, token }
    }

    fn batches(&self, query: &str) -> String {
        let plan = utf8_percent_encode(&self.plan, NON_ALPHANUMERIC);
        self.base.join(&format!("/xms/v1/{plan}/batches{query}"))
    }

    async fn call(
        &self,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> Result<Response, CallFailure> {
        let request = request
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| CallFailure::Failed(SendError::account("key_unreadable")))?;
        Ok(self.https.call(request).await?)
    }

    /// The accepted batches with a reference since an instant, as a map from each recipient's number to the id of
    /// its batch. `None` where the list cannot be read to its end.
    async fn listed(
        &self,
        reference: &str,
        since: Instant,
    ) -> Result<Option<HashMap<String, String>>, SendError> {
        let reference = utf8_percent_encode(reference, NON_ALPHANUMERIC);
        let since = since.saturating_sub(MAX_CLOCK_SKEW).unwrap_or(Instant::MIN);
        let mut found = HashMap::new();
        let mut read = 0;
        for page in 0..MAX_PAGES {
            let query = format!(
                "?client_reference={reference}&start_date={since:.0}&page={page}&page_size={PAGE_SIZE}"
            );
            let request = Request::get(self.batches(&query));
            let response = match self.call(request, Vec::new()).await {
                Ok(response) => response,
                Err(CallFailure::Failed(error @ SendError::Account { .. })) => return Err(error),
                Err(_) => return Ok(None),
            };
            match response.status {
                status if status.is_success() => {}
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    return Err(SendError::Account { code: error_code(&response) });
                }
                _ => return Ok(None),
            }
            let Ok(list) = serde_json::from_slice::<List>(&response.body) else { return Ok(None) };
            read += list.batches.len();
            let is_last = read >= list.count || list.batches.is_empty();
            for batch in list.batches {
                for number in batch.to {
                    found.insert(digits(&number).to_owned(), batch.id.clone());
                }
            }
            if is_last {
                return Ok((read >= list.count).then_some(found));
            }
        }
        Ok(None)
    }
}

impl ProviderClient for SinchClient {
    fn remembers(&self) -> Duration {
        Duration::ZERO
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, SendError>> {
        async move {
            let Message::Sms(message) = &batch.message else {
                return Err(SendError::account("wrong_channel"));
            };
            let text = &SinchText::of(message);
            if text.body.chars().count() > MAX_BODY_LENGTH {
                return Err(SendError::account("body_too_long"));
            }
            bisect(batch.recipients.len(), MAX_RECIPIENTS, |piece| {
                let recipients = &batch.recipients[piece];
                async move {
                    let body = text.call(batch, message, recipients)?;
                    let response = self.call(Request::post(self.batches("")), body).await?;
                    classify_response(&response, recipients.len())
                }
                .boxed()
            })
            .await
        }
        .boxed()
    }

    fn find<'a>(
        &'a self,
        batch: &'a Batch,
        since: Instant,
        now: Instant,
    ) -> BoxFuture<'a, Result<Found, SendError>> {
        async move {
            let Some(listed) = self.listed(&batch.reference, since).await? else {
                return Ok(Found::CannotTell);
            };
            let verdicts = verdicts(&batch.recipients, listed);
            let is_whole = verdicts.iter().all(|one| matches!(one, Verdict::Accepted { .. }));
            Ok(if !is_whole && now.duration_since(since) < ABSENCE_PROVES {
                Found::CannotTell
            } else if verdicts.iter().all(|one| *one == Verdict::NotSent) {
                Found::Absent
            } else {
                Found::Sent(verdicts)
            })
        }
        .boxed()
    }
}

/// The verdicts of the accepted numbers on the recipients of a batch. A recipient may have another number since: an
/// accepted number that is nobody's now was the number of one of the recipients who are not found.
fn verdicts(recipients: &[Recipient], mut accepted: HashMap<String, String>) -> Vec<Verdict> {
    let found = recipients.iter().map(|recipient| accepted.remove(digits(&recipient.address)));
    let found: Vec<Option<String>> = found.collect();
    let missing = found.iter().filter(|id| id.is_none()).count();
    let of_missing = match accepted.len() {
        0 => Verdict::NotSent,
        former if former >= missing => Verdict::Accepted { provider_id: None },
        _ => Verdict::Uncertain,
    };
    let verdict = |id: Option<String>| match id {
        Some(id) => Verdict::Accepted { provider_id: Some(id) },
        None => of_missing.clone(),
    };
    found.into_iter().map(verdict).collect()
}

/// The verdicts of a response on the recipients of its call. A redirection and the statuses 401 to 406 concern the
/// account or our configuration, and not the recipients.
fn classify_response(response: &Response, recipients: usize) -> Result<Vec<Verdict>, CallFailure> {
    #[derive(Deserialize)]
    struct Accepted {
        id: String,
    }
    if response.status.is_success() {
        let provider_id = serde_json::from_slice(&response.body).ok().map(|Accepted { id }| id);
        return Ok(vec![Verdict::Accepted { provider_id }; recipients]);
    }
    let code = error_code(response);
    let failed = |error| Err(CallFailure::Failed(error));
    match (code.as_str(), response.status.as_u16()) {
        (_, 408 | 500..) => failed(SendError::Unknown),
        (_, 429) => {
            let retry_after = header_seconds(response, "retry-after");
            failed(SendError::NotSent { retry_after, code })
        }
        ("illegal_number_type", _) | (_, 400 | 413 | 422) => Err(CallFailure::Rejected { code }),
        (_, 407..500) => Ok(vec![Verdict::Refused { code }; recipients]),
        _ => failed(SendError::Account { code }),
    }
}

/// The digits of a number, which Sinch writes with or without its plus.
fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

#[derive(Deserialize)]
struct List {
    count: usize,
    batches: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    to: Vec<String>,
}

/// A message in Sinch's template language. Each value that differs from recipient to recipient is `${name}`.
struct SinchText {
    body: String,
    slots: Slots,
    has_dollar: bool,
}

impl SinchText {
    fn of(message: &SmsMessage) -> Self {
        let style = if message.folded { Style::SmsFolded } else { Style::Sms };
        let mut slots = Slots::default();
        let own = |text: &str| {
            let text = if message.folded { fold(text) } else { text.to_owned() };
            text.replace("${", &format!("{}{{", parameter(DOLLAR)))
        };
        let body = slots.write(&message.body, style, own, parameter);
        let has_dollar = body.contains(&parameter(DOLLAR));
        Self { body, slots, has_dollar }
    }

    fn call(
        &self,
        batch: &Batch,
        message: &SmsMessage,
        recipients: &[Recipient],
    ) -> Result<Vec<u8>, CallFailure> {
        let mut parameters: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for recipient in recipients {
            for (name, value) in self.slots.values(&recipient.values) {
                parameters.entry(name).or_default().insert(&recipient.address, value);
            }
        }
        if self.has_dollar {
            parameters.insert(DOLLAR, BTreeMap::from([("default", "$".to_owned())]));
        }
        let call = Call {
            from: message.sender.as_str(),
            to: recipients.iter().map(|recipient| recipient.address.as_str()).collect(),
            body: &self.body,
            parameters,
            kind: "mt_text",
            delivery_report: "per_recipient",
            client_reference: &batch.reference,
        };
        serde_json::to_vec(&call).map_err(|_| CallFailure::Failed(SendError::account("no_json")))
    }
}

fn parameter(name: &str) -> String {
    format!("${{{name}}}")
}

#[derive(Serialize)]
struct Call<'a> {
    from: &'a str,
    to: Vec<&'a str>,
    body: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<&'a str, BTreeMap<&'a str, String>>,
    #[serde(rename = "type")]
    kind: &'static str,
    delivery_report: &'static str,
    client_reference: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::scripted_server::{Reply, ScriptedServer, Seen, impatient, nowhere};
    use crate::sms::stop_mention::sms_with_stop;
    use crate::text::template::Template;
    use crate::text::values::{Field, Values};
    use domain::merchant::sender::{SenderId, StopNumber};
    use rstest::rstest;
    use serde_json::json;

    fn sinch(base: BaseUrl) -> SinchClient {
        SinchClient::new(impatient(), base, "plan".to_owned(), Secret::new("t0ken".to_owned()))
    }

    fn batch(body: &str, folded: bool, names: &[Option<&str>]) -> Batch {
        let recipient = |(place, name): (usize, Option<&str>)| Recipient {
            address: format!("+3363998{place:04}"),
            values: Values {
                first_name: name.map(str::to_owned),
                points: 1250,
                merchant: "L’Ami".to_owned(),
                ..Values::default()
            },
        };
        let body = Template::parse(body, &Field::ALL).unwrap();
        Batch {
            key: 7,
            reference: "merchant/live/campaign/batch 1".to_owned(),
            message: Message::Sms(SmsMessage {
                sender: SenderId::parse("Boutique").unwrap(),
                body: sms_with_stop(&body, &StopNumber::parse("36200").unwrap()),
                folded,
            }),
            recipients: names.iter().copied().enumerate().map(recipient).collect(),
        }
    }

    fn simple() -> Batch {
        batch("Bonjour", false, &[Some("Zoë")])
    }

    fn accepted(id: &str) -> Verdict {
        Verdict::Accepted { provider_id: Some(id.to_owned()) }
    }

    fn refused(code: &str) -> Verdict {
        Verdict::Refused { code: code.to_owned() }
    }

    fn not_sent(code: &str, seconds: Option<u64>) -> SendError {
        SendError::NotSent { retry_after: seconds.map(Duration::from_secs), code: code.to_owned() }
    }

    #[rstest]
    #[case("as_written", false)]
    #[case("folded", true)]
    #[tokio::test]
    async fn a_batch_is_one_call_with_parameters_by_number(
        #[case] name: &str,
        #[case] folded: bool,
    ) {
        let server = ScriptedServer::start(|_| Reply::of(201, r#"{"id":"01ABC"}"#)).await;
        let text = "Fête chez {{merchant}} : {{first_name|cher client}}, {{points}} points (${5} offerts) {{first_name}}";
        let batch = batch(text, folded, &[Some("Zoë"), None]);
        let verdicts = sinch(server.base.clone()).send(&batch).await;
        assert_eq!(verdicts, Ok(vec![accepted("01ABC"), accepted("01ABC")]));
        let seen = server.seen();
        let [call] = seen.as_slice() else { panic!("{} calls", seen.len()) };
        assert_eq!(call.line, "POST /xms/v1/plan/batches");
        assert_eq!(call.headers["authorization"], "Bearer t0ken");
        insta::assert_json_snapshot!(name, call.body);
    }

    #[rstest]
    #[case(201, r#"{"id":"01ABC"}"#, Ok(accepted("01ABC")))]
    #[case(201, "", Ok(Verdict::Accepted { provider_id: None }))]
    #[case(
        400,
        r#"{"code":"syntax_constraint_violation"}"#,
        Ok(refused("syntax_constraint_violation"))
    )]
    #[case(
        400,
        r#"{"code":"syntax_invalid_parameter_format"}"#,
        Ok(refused("syntax_invalid_parameter_format"))
    )]
    #[case(401, "", Err(SendError::account("http_401")))]
    #[case(403, r#"{"code":"blocked_account"}"#, Err(SendError::account("blocked_account")))]
    #[case(403, r#"{"code":"illegal_number_type"}"#, Ok(refused("illegal_number_type")))]
    #[case(404, "", Err(SendError::account("http_404")))]
    #[case(429, "", Err(not_sent("http_429", None)))]
    #[case(500, "", Err(SendError::Unknown))]
    #[case(503, "", Err(SendError::Unknown))]
    #[tokio::test]
    async fn a_response_has_a_verdict(
        #[case] status: u16,
        #[case] body: &'static str,
        #[case] expected: Result<Verdict, SendError>,
    ) {
        let server = ScriptedServer::start(move |_| Reply::of(status, body)).await;
        let answer = sinch(server.base.clone()).send(&simple()).await;
        assert_eq!(answer, expected.map(|verdict| vec![verdict]));
    }

    #[tokio::test]
    async fn a_lost_response_is_unknown_and_a_failed_connection_is_not_sent() {
        let lost = ScriptedServer::start(|_| Reply::Lost).await;
        let answer = sinch(lost.base.clone()).send(&simple()).await;
        assert_eq!(answer, Err(SendError::Unknown));
        assert_eq!(lost.seen().len(), 1);
        let answer = sinch(nowhere().await).send(&simple()).await;
        assert_eq!(answer, Err(not_sent("unreachable", None)));
    }

    #[tokio::test]
    async fn a_refused_number_is_found_among_the_others() {
        let server = ScriptedServer::start(|seen| {
            if seen.body["to"].to_string().contains("+33639980002") {
                Reply::of(400, r#"{"code":"syntax_invalid_parameter_format"}"#)
            } else {
                Reply::of(201, json!({ "id": seen.body["to"][0] }).to_string())
            }
        })
        .await;
        let verdicts = sinch(server.base.clone()).send(&batch("Bonjour", false, &[None; 4])).await;
        assert_eq!(
            verdicts.unwrap(),
            [
                accepted("+33639980000"),
                accepted("+33639980000"),
                refused("syntax_invalid_parameter_format"),
                accepted("+33639980003"),
            ]
        );
    }

    #[tokio::test]
    async fn a_text_that_is_too_long_is_not_sent() {
        let server = ScriptedServer::start(|_| Reply::of(201, "{}")).await;
        let long = batch(&"a".repeat(1_999), false, &[None]);
        let answer = sinch(server.base.clone()).send(&long).await;
        assert_eq!(answer, Err(SendError::account("body_too_long")));
        assert_eq!(server.seen().len(), 0);
    }

    fn page(count: usize, batches: &[(&str, &[&str])]) -> Reply {
        let batches: Vec<_> =
            batches.iter().map(|(id, to)| json!({ "id": id, "to": to, "body": "…" })).collect();
        Reply::of(200, json!({ "count": count, "page": 0, "batches": batches }).to_string())
    }

    /// Asks `minutes` after the first attempt for a batch to two numbers.
    async fn find(
        minutes: i64,
        script: fn(&Seen) -> Reply,
    ) -> (Result<Found, SendError>, Vec<Seen>) {
        let server = ScriptedServer::start(script).await;
        let since: Instant = "2026-11-24T10:15:00Z".parse().unwrap();
        let now = since.saturating_add(SignedDuration::from_mins(minutes)).unwrap();
        let batch = batch("Bonjour", false, &[None, None]);
        let found = sinch(server.base.clone()).find(&batch, since, now).await;
        (found, server.seen())
    }

    #[tokio::test]
    async fn a_batch_is_found_by_its_reference() {
        let (found, seen) =
            find(0, |_| page(1, &[("01ABC", &["+33639980000", "33639980001"])])).await;
        assert_eq!(found, Ok(Found::Sent(vec![accepted("01ABC"), accepted("01ABC")])));
        assert_eq!(
            seen[0].line,
            "GET /xms/v1/plan/batches?client_reference=merchant%2Flive%2Fcampaign%2Fbatch%201\
             &start_date=2026-11-24T10:14:00Z&page=0&page_size=100"
        );
    }

    #[tokio::test]
    async fn pages_are_read_to_the_last() {
        let (found, seen) = find(9, |seen| {
            if seen.line.contains("&page=0&") {
                page(2, &[("01ABC", &["+33639980000"])])
            } else {
                page(2, &[("01DEF", &["+33639980001"])])
            }
        })
        .await;
        assert_eq!(found, Ok(Found::Sent(vec![accepted("01ABC"), accepted("01DEF")])));
        assert_eq!(seen.len(), 2);
    }

    #[tokio::test]
    async fn absence_proves_nothing_in_the_first_8_minutes() {
        assert_eq!(find(7, |_| page(0, &[])).await.0, Ok(Found::CannotTell));
        assert_eq!(find(8, |_| page(0, &[])).await.0, Ok(Found::Absent));
        let half: fn(&Seen) -> Reply = |_| page(1, &[("01ABC", &["+33639980001"])]);
        assert_eq!(find(7, half).await.0, Ok(Found::CannotTell));
        let found = Found::Sent(vec![Verdict::NotSent, accepted("01ABC")]);
        assert_eq!(find(8, half).await.0, Ok(found));
    }

    #[tokio::test]
    async fn a_number_that_was_changed_since_is_not_sent_to_again() {
        let changed: fn(&Seen) -> Reply =
            |_| page(1, &[("01ABC", &["33639980001", "33639980099"])]);
        let both = vec![Verdict::Accepted { provider_id: None }, accepted("01ABC")];
        assert_eq!(find(0, changed).await.0, Ok(Found::Sent(both)));
        let one_of_two: fn(&Seen) -> Reply = |_| page(1, &[("01ABC", &["33639980099"])]);
        assert_eq!(find(7, one_of_two).await.0, Ok(Found::CannotTell));
        let neither = vec![Verdict::Uncertain, Verdict::Uncertain];
        assert_eq!(find(8, one_of_two).await.0, Ok(Found::Sent(neither)));
    }

    #[tokio::test]
    async fn a_question_that_fails_proves_nothing() {
        let scripts: [fn(&Seen) -> Reply; 5] = [
            |_| Reply::Lost,
            |_| Reply::of(429, ""),
            |_| Reply::of(503, ""),
            |_| Reply::of(200, "no JSON"),
            |_| page(7, &[]),
        ];
        for script in scripts {
            assert_eq!(find(9, script).await.0, Ok(Found::CannotTell));
        }
        let refused = find(9, |_| Reply::of(401, "")).await.0;
        assert_eq!(refused, Err(SendError::account("http_401")));
    }
}
