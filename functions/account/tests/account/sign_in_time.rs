//! The calls of a sign-in, which decide its time: they are the same for a member and for a mobile that nobody has.

use crate::browser::Browser;
use crate::fixture::{Fixture, PASSWORD};
use account::{App, router};
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use platform::queue::QueueClient;
use std::sync::{Arc, Mutex};
use store::{MasterKey, Store};
use support::Queue;

/// The names of the calls to DynamoDB, in order.
#[derive(Debug, Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let (_, name) = target.split_once('.').unwrap_or_default();
        self.0.lock().unwrap().push(name.to_owned());
        Ok(())
    }
}

/// The calls of a sign-in.
async fn calls_of(fixture: &Fixture, mobile: &str, password: &str) -> Vec<String> {
    let calls = Calls::default();
    let client = fixture.table.client().config().to_builder().interceptor(calls.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let store =
        Store::new(client, fixture.table.name(), MasterKey::derive("the secret of the tests"));
    let queue = Queue::start().await;
    let (sqs, now) = (queue.client(), fixture.now());
    let app = App {
        store,
        notices: Arc::new(QueueClient::new(move || sqs, "http://queue/notices")),
        clock: Arc::new(move || now),
        origin: "https://carte.example.com".into(),
        codes_of_day: 500,
    };
    let mut browser = Browser::new(router(app));
    browser.get(&fixture.sign_in_path()).await;
    calls.take();
    browser.post(&fixture.sign_in_path(), &[("login", mobile), ("password", password)]).await;
    calls.take()
}

#[tokio::test]
async fn a_sign_in_takes_five_calls_of_which_three_write() {
    let fixture = Fixture::open().await;
    fixture.join(&mut fixture.browser(), "0639980012").await;
    let mut calls = calls_of(&fixture, "0639980012", PASSWORD).await;
    calls[..2].sort();
    assert_eq!(calls, ["GetItem", "UpdateItem", "GetItem", "PutItem", "PutItem"]);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_mobile_take_the_same_calls() {
    let fixture = Fixture::open().await;
    fixture.join(&mut fixture.browser(), "0639980012").await;
    let mut known = calls_of(&fixture, "0639980012", "Velo-rouge-1").await;
    let mut unknown = calls_of(&fixture, "0639980099", "Velo-rouge-1").await;
    known[..2].sort();
    unknown[..2].sort();
    assert_eq!(known, unknown);
}
