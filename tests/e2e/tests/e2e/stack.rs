//! The stack under test, and the requests of its clients.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The name of the tests' till.
const SOFTWARE: &str = "zerosix-e2e/1";
/// How long an asynchronous step may take until the test fails.
const DEADLINE: Duration = Duration::from_mins(2);

/// The deployed stack, as `stack.json` describes it.
pub(crate) struct Stack {
    description: Value,
    agent: ureq::Agent,
}

/// An answer: its status and its JSON, or the text of another type.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) content_type: String,
    pub(crate) replayed: bool,
}

impl Stack {
    pub(crate) fn deployed() -> Self {
        let path = std::env::var("ZEROSIX_STACK").expect("ZEROSIX_STACK names stack.json");
        let description = std::fs::read_to_string(path).expect("stack.json can be read");
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        Self {
            description: serde_json::from_str(&description).expect("stack.json is JSON"),
            agent: config.into(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.description[name].as_str().unwrap_or_else(|| panic!("{name} in stack.json"))
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.description["outputs"][name].as_str().unwrap_or_else(|| panic!("output {name}"))
    }

    pub(crate) fn ask(&self, key: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
        let json = [("content-type", "application/json")];
        let headers: &[_] = if body.is_some() { &json } else { &[] };
        self.ask_with(key, method, path, headers, body.unwrap_or_default())
    }

    pub(crate) fn ask_with(
        &self,
        key: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let url = format!("{}{path}", self.get("api_url"));
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        request = request.header("user-agent", SOFTWARE);
        if !key.is_empty() {
            request = request.header("authorization", format!("Token {key}"));
        }
        for (name, value) in headers.iter().copied() {
            request = request.header(name, value);
        }
        let sent = request.body(body.to_owned()).expect("a request");
        let mut answer = self.agent.run(sent).expect("the API answers");
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let content_type = header("content-type").unwrap_or_default();
        let replayed = header("idempotency-replayed").is_some();
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, body, content_type, replayed }
    }

    /// Calls an AWS service of the stack with its JSON protocol, as its owner.
    pub(crate) fn aws(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        self.signed(service, "/", &headers, body)
    }

    /// The items of a partition of the table, as DynamoDB returns them.
    pub(crate) fn items(&self, partition: &str) -> Vec<Value> {
        let request = json!({
            "TableName": self.output("TableName"),
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        });
        let answer = self.aws("dynamodb", "DynamoDB_20120810.Query", &request);
        answer["Items"].as_array().expect("items").clone()
    }

    /// Calls a function as a schedule does, and waits for its answer.
    pub(crate) fn invoke(&self, function: &str, payload: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.signed("lambda", &path, &[("content-type", "application/json")], payload)
    }

    fn signed(&self, service: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
        let url = format!("{}{path}", self.get("endpoint_url"));
        let body = body.to_string();
        let request = SignableRequest::new(
            "POST",
            &url,
            headers.iter().copied(),
            SignableBody::Bytes(body.as_bytes()),
        )
        .expect("a request that can be signed");
        let identity = Credentials::new("test", "test", None, None, "tests").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-3")
            .name(service)
            .time(std::time::SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .expect("all that a signature needs");
        let signed = sign(request, &parameters.into()).expect("a signature");
        let (instructions, _) = signed.into_parts();
        let mut request = self.agent.post(&url);
        for (name, value) in headers.iter().copied().chain(instructions.headers()) {
            request = request.header(name, value);
        }
        let mut answer = request.send(body).expect("the stack answers");
        let text = answer.body_mut().read_to_string().expect("a body");
        assert!(answer.status().is_success(), "{service}{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(crate) fn fetch(&self, url: &str) -> String {
        let mut answer = self.agent.get(url).call().expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer.body_mut().read_to_string().expect("a text")
    }

    /// Posts a text as a provider, a browser or a mail program would, and gives the status.
    pub(crate) fn post_text(&self, url: &str, authorization: &str, text: &str) -> u16 {
        let mut request = self.agent.post(url);
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        request.send(text).expect("an answer").status().as_u16()
    }

    /// Posts to a control path of the providers' sandbox.
    pub(crate) fn control_sandbox(&self, path: &str, body: &Value) {
        let url = format!("{}/control/{path}", self.get("sandbox_url"));
        assert_eq!(self.post_text(&url, "", &body.to_string()), 200, "{body}");
    }

    pub(crate) fn operator_key(&self) -> String {
        let request = json!({"SecretId": self.output("OperatorSecretArn")});
        let answer = self.aws("secretsmanager", "secretsmanager.GetSecretValue", &request);
        answer["SecretString"].as_str().expect("the operator's key").to_owned()
    }

    /// Uploads a file by the presigned form that the API answered.
    pub(crate) fn post_form(&self, form: &Value, content: &[u8]) -> u16 {
        let boundary = "a-boundary-that-no-file-holds";
        let mut body = Vec::new();
        for (name, value) in form["fields"].as_object().expect("fields") {
            let value = value.as_str().expect("a text");
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let answer = self
            .agent
            .post(form["url"].as_str().expect("an address"))
            .header("content-type", format!("multipart/form-data; boundary={boundary}"))
            .send(&body[..])
            .expect("the bucket answers");
        answer.status().as_u16()
    }
}

/// Today in Paris, or so many days later.
pub(crate) fn day(later: i64) -> String {
    let today = in_paris(jiff::Timestamp::now());
    today.saturating_add(jiff::ToSpan::days(later)).to_string()
}

/// The day in Paris of an instant in the format of the API. Late in the evening it is not the day in UTC.
pub(crate) fn day_of(instant: &str) -> String {
    in_paris(instant.parse().expect("an instant")).to_string()
}

fn in_paris(instant: jiff::Timestamp) -> jiff::civil::Date {
    let paris = jiff::tz::TimeZone::get("Europe/Paris").expect("the zone of Paris");
    paris.to_datetime(instant).date()
}

/// This instant, or so many seconds later, in the format of the API.
pub(crate) fn instant(later: i64) -> String {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now + later).expect("an instant").to_string()
}

/// Polls until there is an answer. The test fails after the deadline.
pub(crate) fn eventually<T>(awaited: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = poll() {
            return answer;
        }
        assert!(began.elapsed() < DEADLINE, "{awaited}: not within {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The merchant of one test, at its establishment `paris` and with its keys.
pub(crate) struct Shop {
    pub(crate) stack: Stack,
    pub(crate) merchant: String,
    /// The key with the scope back office, which the calls of the tests send.
    pub(crate) key: String,
    /// The key with the scope till.
    pub(crate) till_key: String,
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::of(true, "retail")
    }

    /// A merchant with this programme.
    pub(crate) fn running(programme: &Value) -> Self {
        Self::entered(true, "retail", programme)
    }

    /// A merchant of this sector, with or without the attestation that all customers asked for the card.
    pub(crate) fn of(attested: bool, sector: &str) -> Self {
        Self::entered(attested, sector, &json!({"spend": [{"points": 1, "per_cents": 100}]}))
    }

    fn entered(attested: bool, sector: &str, programme: &Value) -> Self {
        let stack = Stack::deployed();
        let operator = stack.operator_key();
        let signed =
            json!({"version": "2026-01", "signed_on": "2026-01-05", "signatory": "A. Gérant"});
        let mut merchant = json!({
            "reference": format!("test-{:016x}", fastrand::u64(..)),
            "name": "Boutique Exemple", "sector": sector,
            "terms": signed, "processing_contract": signed,
            "programme": programme,
        });
        if attested {
            merchant["enrolment_attestation"] = signed;
        }
        let created = stack.ask(&operator, "POST", "/v1/merchants", Some(&merchant.to_string()));
        assert_eq!(created.status, 201, "{created:?}");
        let merchant = created.body["merchant_id"].as_str().expect("an identifier").to_owned();
        Self::at(stack, merchant, "paris")
    }

    /// Creates an establishment of the merchant, with its keys.
    fn at(stack: Stack, merchant: String, establishment: &str) -> Self {
        let operator = stack.operator_key();
        let place = format!("/v1/merchants/{merchant}/establishments/{establishment}");
        let named = json!({"name": establishment, "time_zone": "Europe/Paris"}).to_string();
        let opened = stack.ask(&operator, "PUT", &place, Some(&named));
        assert!(matches!(opened.status, 200 | 201), "{opened:?}");
        let key = |scope: &str| {
            let wanted = json!({"mode": "live", "scope": scope, "label": "caisse"}).to_string();
            let key = stack.ask(&operator, "POST", &format!("{place}/keys"), Some(&wanted));
            assert_eq!(key.status, 201, "{key:?}");
            key.body["key"].as_str().expect("a key").to_owned()
        };
        let (key, till_key) = (key("back_office"), key("till"));
        Self { stack, merchant, key, till_key }
    }

    /// A second establishment of the merchant.
    pub(crate) fn second(&self, establishment: &str) -> Self {
        Self::at(Stack::deployed(), self.merchant.clone(), establishment)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.stack.ask(&self.key, "GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.stack.ask(&self.key, "POST", path, Some(&body.to_string()))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.stack.ask(&self.key, "PUT", path, Some(&body.to_string()))
    }

    /// A request of the operator, on a path under the merchant.
    pub(crate) fn operate(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let path = format!("/v1/merchants/{}{path}", self.merchant);
        let body = body.map(Value::to_string);
        self.stack.ask(&self.stack.operator_key(), method, &path, body.as_deref())
    }

    /// Creates an offer of 10 % from today on, and gives its identifier.
    pub(crate) fn offer(&self, usage: &Value) -> String {
        let offer = json!({
            "name": "Bienvenue", "first_day": day(0), "usage": usage,
            "benefit": {"type": "percentage", "percent_hundredths": 1_000},
        });
        let written = self.operate("POST", "/offers", Some(&offer));
        assert_eq!(written.status, 201, "{written:?}");
        written.body["offer_id"].as_str().expect("an identifier").to_owned()
    }

    /// The entries of a member's history, newest first.
    pub(crate) fn history(&self, member: &str) -> Vec<Value> {
        let history = self.get(&format!("/v1/members/{member}/history"));
        assert_eq!(history.status, 200, "{history:?}");
        history.body["entries"].as_array().expect("entries").clone()
    }

    /// Creates a member, and gives the identifier.
    pub(crate) fn member(&self, mobile: &str, more: &Value) -> String {
        let mut person = json!({"mobile": mobile, "card_requested": true});
        for (name, value) in more.as_object().into_iter().flatten() {
            person[name] = value.clone();
        }
        let created = self.post("/v1/members", &person);
        assert_eq!(created.status, 201, "{created:?}");
        created.body["member_id"].as_str().expect("an identifier").to_owned()
    }

    pub(crate) fn consents(&self, member: &str, channel: &str) {
        let given = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
        let noted = self.put(&format!("/v1/members/{member}/consents/{channel}"), &given);
        assert_eq!(noted.status, 200, "{noted:?}");
    }

    pub(crate) fn is_permitted(&self, member: &str, channel: &str) -> bool {
        let consents = self.get(&format!("/v1/members/{member}/consents")).body;
        let channels = consents["channels"].as_array().expect("channels");
        channels.iter().any(|one| one["channel"] == channel && one["permitted"] == true)
    }

    pub(crate) fn balance(&self, mobile: &str) -> Option<i64> {
        let found = self.post("/v1/members/find", &json!({"mobile": mobile}));
        found.body["balance"].as_i64()
    }

    /// Uploads a file by the API's presigned form and waits for its report.
    pub(crate) fn send(&self, name: &str, content: &[u8]) -> Value {
        let upload = self.post("/v1/uploads", &json!({"file_name": name}));
        assert_eq!(upload.status, 201, "{upload:?}");
        let sent = self.stack.post_form(&upload.body, content);
        assert!(matches!(sent, 200 | 201 | 204), "the bucket answered {sent}");
        self.report(upload.body["upload_id"].as_str().expect("an identifier"))
    }

    /// Waits until a file is finished or refused, and gives its report.
    pub(crate) fn report(&self, upload: &str) -> Value {
        eventually("the report", || {
            let report = self.get(&format!("/v1/uploads/{upload}")).body;
            matches!(report["status"].as_str(), Some("finished" | "refused")).then_some(report)
        })
    }
}

/// An object that is stored in a bucket.
pub(crate) struct StoredObject {
    pub(crate) version: String,
    /// Without quotes.
    pub(crate) etag: String,
}

/// Clients with AWS credentials, like those of a merchant with an AWS account.
pub(crate) struct Aws {
    runtime: tokio::runtime::Runtime,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
}

impl Aws {
    pub(crate) fn of(stack: &Stack) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(stack.get("endpoint_url"))
            .region(aws_config::Region::new("eu-west-3"));
        let config = runtime.block_on(loader.load());
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let sqs = aws_sdk_sqs::Client::new(&config);
        Self { runtime, s3: aws_sdk_s3::Client::from_conf(s3), sqs }
    }

    /// Stores an object.
    pub(crate) fn put(&self, bucket: &str, key: &str, content: &[u8]) -> StoredObject {
        let put = self.s3.put_object().bucket(bucket).key(key).body(content.to_vec().into());
        let answer = self.runtime.block_on(put.send()).expect("the object is put");
        let etag = answer.e_tag().unwrap_or_default().trim_matches('"').to_owned();
        StoredObject { version: answer.version_id().unwrap_or_default().to_owned(), etag }
    }

    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let list = self.s3.list_objects_v2().bucket(bucket).prefix(prefix);
        let answer = self.runtime.block_on(list.send()).expect("the bucket is listed");
        answer.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    pub(crate) fn tags(&self, bucket: &str, key: &str) -> Vec<(String, String)> {
        let ask = self.s3.get_object_tagging().bucket(bucket).key(key);
        let answer = self.runtime.block_on(ask.send()).expect("the tags");
        let pair = |tag: &aws_sdk_s3::types::Tag| (tag.key().to_owned(), tag.value().to_owned());
        answer.tag_set().iter().map(pair).collect()
    }

    pub(crate) fn message(&self, queue: &str, body: &str) {
        let send = self.sqs.send_message().queue_url(queue).message_body(body);
        self.runtime.block_on(send.send()).expect("the message is sent");
    }

    pub(crate) fn receive(&self, queue: &str) -> Vec<String> {
        let ask = self.sqs.receive_message().queue_url(queue).max_number_of_messages(10);
        let answer = self.runtime.block_on(ask.send()).expect("the queue answers");
        let taken = answer.messages().iter().filter_map(|message| {
            let receipt = message.receipt_handle()?;
            let delete = self.sqs.delete_message().queue_url(queue).receipt_handle(receipt);
            self.runtime.block_on(delete.send()).expect("the message is deleted");
            message.body().map(str::to_owned)
        });
        taken.collect()
    }

    /// The number of messages that wait or are in flight.
    pub(crate) fn depth(&self, queue: &str) -> u32 {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let names =
            [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesNotVisible];
        let ask = self
            .sqs
            .get_queue_attributes()
            .queue_url(queue)
            .set_attribute_names(Some(names.to_vec()));
        let answer = self.runtime.block_on(ask.send()).expect("the queue answers");
        let counts = answer.attributes().into_iter().flatten();
        counts.map(|(_, count)| count.parse::<u32>().unwrap_or_default()).sum()
    }
}
