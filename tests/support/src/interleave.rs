//! Two operations in a chosen order: one stops before one of its calls, the other runs to its end, and the
//! first goes on.

use crate::crash::{Calls, is_write};
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;

type Other = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Plan {
    calls: Calls,
    /// Calls that are still sent before the stop.
    left: u32,
    other: Other,
}

/// An interceptor for the DynamoDB client of the operation that stops. It needs a runtime of several
/// threads. Clones share the plan.
#[derive(Clone, Default)]
pub struct Interleave(Arc<Mutex<Option<Plan>>>);

impl std::fmt::Debug for Interleave {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interleave")
    }
}

impl Interleave {
    /// Runs `other` before the call that follows `left` calls. `other` uses a client of its own.
    pub fn before_call(
        &self,
        left: u32,
        calls: Calls,
        other: impl Future<Output = ()> + Send + 'static,
    ) {
        let plan = Plan { calls, left, other: Box::pin(other) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
    }

    /// Whether the other operation has run. Where the operation ended before the stop, the other one has not.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn take_due(&self, is_write: bool) -> Option<Other> {
        let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match plan.as_mut() {
            Some(Plan { calls: Calls::Writes, .. }) if !is_write => None,
            Some(Plan { left: 0, .. }) => plan.take().map(|plan| plan.other),
            Some(plan) => {
                plan.left -= 1;
                None
            }
            None => None,
        }
    }
}

impl Intercept for Interleave {
    fn name(&self) -> &'static str {
        "Interleave"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if let Some(other) = self.take_due(is_write(request.method(), target)) {
            tokio::task::block_in_place(|| Handle::current().block_on(other));
        }
        Ok(())
    }
}
