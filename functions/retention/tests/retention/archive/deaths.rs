//! A function that is killed at a write: what it wrote before stands, and nothing after it happens.

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// When a function dies, whichever service it writes to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deaths(Arc<Mutex<Fate>>);

#[derive(Debug, Default)]
struct Fate {
    /// Writes that still go through.
    left: Option<u32>,
    /// Whether the write that kills is carried out, and only its answer is lost.
    late: bool,
}

/// Notes that the answer of the call under way is lost.
#[derive(Debug)]
struct IsLost;

impl Storable for IsLost {
    type Storer = StoreReplace<Self>;
}

impl Deaths {
    /// Dies at the write after so many.
    pub(crate) fn after(&self, writes: u32, late: bool) {
        *self.classify_response() = Fate { left: Some(writes), late };
    }

    /// Lives on.
    pub(crate) fn never(&self) {
        *self.classify_response() = Fate::default();
    }

    fn classify_response(&self) -> MutexGuard<'_, Fate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_write(method: &str, target: &str) -> bool {
    let written = ["BatchWriteItem", "TransactWriteItems", "UpdateItem", "PutItem", "SendMessage"];
    method == "PUT" || written.iter().any(|operation| target.ends_with(operation))
}

impl Intercept for Deaths {
    fn name(&self) -> &'static str {
        "Deaths"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let mut fate = self.classify_response();
        match fate.left {
            Some(0) if is_write(request.method(), target) && fate.late => {
                // Carried out, and the last thing that happens.
                fate.late = false;
                bag.interceptor_state().store_put(IsLost);
                Ok(())
            }
            Some(0) if is_write(request.method(), target) => Err("killed".into()),
            Some(left) if is_write(request.method(), target) => {
                fate.left = Some(left - 1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn read_before_deserialization(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if bag.load::<IsLost>().is_some() { Err("killed".into()) } else { Ok(()) }
    }
}
