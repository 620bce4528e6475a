//! The providers of messages: the sandbox, whose callbacks go to the function `callbacks`.

use super::call::{Call, Service};
use super::function::Function;
use super::{World, clock};
use crate::faults::CallbackFault;
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use https_client::{HttpsClient, Limits, ResponseBody, Transport, TransportError};
use sandbox::Sandbox;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Weak};
use tower::ServiceExt as _;

/// The address of the sandbox.
pub(crate) const ADDRESS: &str = "https://sandbox.example";
/// The account that sends e-mail.
pub const EMAIL_ACCOUNT: &str = "sandbox-email";
/// The account that sends SMS.
pub const SMS_ACCOUNT: &str = "sandbox-sms";
/// The name of a provider's callback in the report.
pub(super) const CALLBACK: &str = "callback";
/// The secrets of both accounts.
pub(crate) const SECRETS: [(&str, &str); 4] = [
    ("zerosix/providers/sandbox-email", r#"{"api_key": "xkeysib-sandbox"}"#),
    ("zerosix/providers/sandbox-sms", r#"{"plan": "sandbox", "token": "sandbox-token"}"#),
    ("zerosix/callbacks/sandbox-email", r#"{"callback_secret": "sandbox-email-callbacks"}"#),
    ("zerosix/callbacks/sandbox-sms", r#"{"callback_secret": "sandbox-sms-callbacks"}"#),
];

/// A message that a provider accepted.
#[derive(Debug, Clone, Deserialize)]
pub struct SentMessage {
    /// Its place in the order of acceptance, from 0.
    pub number: u64,
    /// `email` or `sms`.
    pub channel: String,
    /// The recipient.
    pub to: String,
    /// The text, without HTML.
    pub text: Option<String>,
    /// The content of an e-mail.
    pub html: Option<String>,
    /// The sender's reference.
    pub reference: Option<String>,
    /// The sender's tags.
    pub tags: Vec<String>,
    /// When the provider accepted it.
    pub at: domain::Instant,
}

/// The providers.
pub(crate) struct Providers(Sandbox);

impl Providers {
    pub(super) fn new(world: Weak<World>) -> Self {
        let post = move |request: Request<Full<Bytes>>| -> BoxFuture<'static, bool> {
            let world = world.clone();
            Box::pin(async move {
                match world.upgrade() {
                    Some(world) => world.call_back(request).await,
                    None => false,
                }
            })
        };
        Self(Sandbox::with_callbacks(Arc::new(clock::now), Arc::new(post)))
    }

    pub(super) async fn start(&self) {
        let url = |provider: &str, account: &str| {
            format!("http://callbacks.example/callbacks/{provider}/{account}")
        };
        let targets = json!({
            "brevo": {"url": url("brevo", EMAIL_ACCOUNT), "secret": "sandbox-email-callbacks"},
            "sinch": {"url": url("sinch", SMS_ACCOUNT), "secret": "sandbox-sms-callbacks"},
        });
        let request = Request::post("/control/callbacks").body(targets.to_string().into());
        let response = self.ask(request.expect("a request")).await;
        assert!(response.status().is_success(), "{response:?}");
    }

    async fn ask(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Ok(response) = self.0.router().oneshot(request.map(Body::from)).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        Response::from_parts(head, body)
    }

    pub(super) async fn answer(&self, call: &Call) -> Response<Bytes> {
        self.ask(call.request.clone()).await
    }
}

impl World {
    /// The messages that the providers accepted from `first` on, oldest first.
    pub async fn sent_messages(&self) -> Vec<SentMessage> {
        let mut messages = Vec::new();
        let mut before = None;
        loop {
            let mut path = "/outbox.json?limit=5000".to_owned();
            if let Some(before) = before {
                path = format!("{path}&before={before}");
            }
            let request = Request::get(path).body(Bytes::new()).expect("a request");
            let answer = self.providers.ask(request).await;
            let page: Vec<SentMessage> =
                serde_json::from_slice(answer.body()).expect("a page of the outbox");
            before = page.last().map(|message| message.number);
            messages.extend(page);
            if before.is_none_or(|before| before == 0) {
                messages.reverse();
                return messages;
            }
        }
    }

    /// A person sends an SMS to a number of a merchant.
    pub async fn inbound_sms(&self, from: &str, to: &str, text: &str) {
        let sms = json!({"from": from, "to": to, "body": text});
        let request = Request::post("/control/inbound").body(sms.to_string().into());
        self.providers.ask(request.expect("a request")).await;
    }

    /// Posts a callback of the sandbox, and tells whether the function accepted it.
    async fn call_back(self: &Arc<Self>, request: Request<Full<Bytes>>) -> bool {
        let _work = self.in_flight.enter();
        self.panics.catch(self.carry_back(request)).await.unwrap_or_default()
    }

    /// Carries a callback to the function, late or twice where a fault wants it.
    async fn carry_back(self: &Arc<Self>, request: Request<Full<Bytes>>) -> bool {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        let request = Request::from_parts(head, body);
        match self.callback_fault(CALLBACK) {
            Some(CallbackFault::Late(late)) => tokio::time::sleep(late).await,
            Some(CallbackFault::Doubled) => {
                drop(self.request(Function::Callbacks, CALLBACK, request.clone()).await);
            }
            None => {}
        }
        let response = self.request(Function::Callbacks, CALLBACK, request).await;
        response.is_ok_and(|response| response.status.is_success())
    }

    /// The HTTPS client of a function, for calls to this kind of receiver.
    pub(crate) fn https_client(self: &Arc<Self>, service: Service, limits: Limits) -> HttpsClient {
        let network = Network { world: Arc::downgrade(self), service };
        HttpsClient::over(Arc::new(network), limits)
    }
}

/// The network as a transport of the HTTPS client.
struct Network {
    world: Weak<World>,
    service: Service,
}

impl Transport for Network {
    fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let Some(world) = self.world.upgrade() else { return Err(TransportError::BrokenOff) };
            let (head, body) = request.into_parts();
            let body = body.collect().await.expect("a body in memory").to_bytes();
            let request = Request::from_parts(head, body);
            let operation = format!("{} {}", request.method(), request.uri().path());
            let call = Call { service: self.service, operation, request };
            let answer = world.carry(call).await.map_err(|_| TransportError::BrokenOff)?;
            let body = |body: Bytes| Full::new(body).map_err(|never| match never {});
            Ok(answer.map(|content| ResponseBody::new(body(content))))
        })
    }
}
