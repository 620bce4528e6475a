//! A function that crashes at a call: the calls before it are carried out, and no later one is.

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The calls at which a function can crash or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Every call.
    All,
    /// Only calls that write, to whichever service.
    Writes,
}

/// When the function crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the call.
    BeforeCall,
    /// After the call is carried out, and before its answer arrives.
    BeforeAnswer,
}

#[derive(Debug)]
struct Plan {
    calls: Calls,
    moment: Moment,
    /// Calls that are still carried out.
    left: u32,
    crashed: bool,
}

/// An interceptor for the AWS clients of one instance. Clones share the plan.
#[derive(Debug, Clone, Default)]
pub struct Crash(Arc<Mutex<Option<Plan>>>);

/// Marks the call whose answer is lost.
#[derive(Debug)]
struct AnswerIsLost;

impl Storable for AnswerIsLost {
    type Storer = StoreReplace<Self>;
}

impl Crash {
    /// Crashes at the call after `left` calls.
    pub fn after(&self, left: u32, calls: Calls, moment: Moment) {
        *self.plan() = Some(Plan { calls, moment, left, crashed: false });
    }

    /// Never crashes.
    pub fn never(&self) {
        *self.plan() = None;
    }

    /// Whether the function has crashed.
    #[must_use]
    pub fn has_happened(&self) -> bool {
        self.plan().as_ref().is_some_and(|plan| plan.crashed)
    }

    fn plan(&self) -> MutexGuard<'_, Option<Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a call writes, to whichever service.
pub(crate) fn is_write(method: &str, target: &str) -> bool {
    let writes = [
        "BatchWriteItem",
        "TransactWriteItems",
        "UpdateItem",
        "PutItem",
        "DeleteItem",
        "SendMessage",
    ];
    method == "PUT" || writes.iter().any(|operation| target.ends_with(operation))
}

impl Intercept for Crash {
    fn name(&self) -> &'static str {
        "Crash"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut plan = self.plan();
        let Some(plan) = plan.as_mut() else { return Ok(()) };
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if plan.calls == Calls::Writes && !is_write(request.method(), target) {
            return Ok(());
        }
        if plan.left > 0 {
            plan.left -= 1;
            return Ok(());
        }
        if !plan.crashed && plan.moment == Moment::BeforeAnswer {
            plan.crashed = true;
            bag.interceptor_state().store_put(AnswerIsLost);
            return Ok(());
        }
        plan.crashed = true;
        Err("crashed".into())
    }

    fn read_before_deserialization(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if bag.load::<AnswerIsLost>().is_some() { Err("crashed".into()) } else { Ok(()) }
    }
}
