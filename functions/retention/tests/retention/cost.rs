//! The read units of a daily run, as DynamoDB bills them: they depend on the members that are due, and not on
//! all members.

use crate::fixture::{Fixture, app, scheduled_at};
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::body::SdkBody;
use domain::Sector;
use platform::Deadline;
use retention::{Request, handle, run};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use store::{MasterKey, Store};

/// Counts read units: every call asks the engine for its consumed capacity.
#[derive(Debug, Clone, Default)]
struct ReadUnits(Arc<Mutex<f64>>);

impl ReadUnits {
    fn take(&self) -> f64 {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Intercept for ReadUnits {
    fn name(&self) -> &'static str {
        "ReadUnits"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let body = request.body().bytes().unwrap_or_default();
        let mut body: Value = serde_json::from_slice(body)?;
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let body = body.to_string();
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response().body().bytes().unwrap_or_default();
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let read = ["Items", "Item", "Responses"];
        if read.iter().any(|name| answer.get(*name).is_some()) {
            // A batch has a capacity for each table.
            let capacity = &answer["ConsumedCapacity"];
            let of = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or_default();
            let tables = capacity.as_array().map_or(0.0, |tables| tables.iter().map(of).sum());
            *self.0.lock().unwrap() += of(capacity) + tables;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_reads_under_three_units_for_each_member_that_is_due() {
    const DUE: u16 = 200;
    let fixture = Fixture::open(Sector::Retail).await;
    for number in 0..DUE {
        let member = fixture.enrol(number).await;
        fixture.sell(member, &format!("a{number}"), "2026-11-24").await;
        fixture.sell(member, &format!("b{number}"), "2026-11-25").await;
    }
    // Members that are not due cost nothing.
    for number in DUE..2 * DUE {
        fixture.enrol_at(number, "2026-11-24T10:00:00Z").await;
    }
    let units = ReadUnits::default();
    let client = fixture.table.client().config().to_builder().interceptor(units.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let store =
        Store::new(client, fixture.table.name(), MasterKey::derive("the secret of the tests"));
    let counted = app(store, &fixture.queue, "test");
    // On the first day each member's login is read too: a sign-in would move the deadline.
    for (day, least, most) in [("2026-12-01", 2.4, 2.6), ("2026-12-02", 1.4, 1.6)] {
        let now = scheduled_at(day);
        run(&counted, &Request::default(), now, Deadline::never()).await.unwrap();
        let looked = units.take();
        // Two months of sixteen buckets, half a unit each, and the month where the previous run ended.
        assert!((16.0..=17.0).contains(&looked), "{day}: {looked} to find the buckets");
        let bodies = fixture.queue.sent("/retention");
        fixture.queue.clear();
        for body in &bodies {
            handle(&counted, body, now, Deadline::never()).await.unwrap();
        }
        // Without a page of the index for each bucket, and the merchant's settings.
        let (pages, settings) = (16.0, 2.0);
        let swept = units.take() - pages - settings;
        let each = swept / f64::from(DUE);
        assert!((least..=most).contains(&each), "{day}: {each} for each member");
    }
    assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, u64::from(DUE));
}
