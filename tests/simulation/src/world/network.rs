//! The network between the functions and the services: it takes time, and a call on it may fail.

use super::World;
use super::call::{Call, Service};
use super::invocation::{Interruption, Invocation};
use super::table::{Late, Read};
use crate::faults::{self, Effect, TableFault};
use aws_fakes::Fake as _;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Response, header};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt as _;

/// No answer arrived: the connection ended. The call may have had its effect.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection ended")]
pub(crate) struct Lost;

impl World {
    /// Carries a call to its service and the answer back.
    pub(crate) async fn carry(self: &Arc<Self>, mut call: Call) -> Result<Response<Bytes>, Lost> {
        if self.mutant.is_some_and(|mutant| mutant.rewrite(&mut call)) {
            self.note_mutated();
        }
        let invocation = Invocation::current();
        let effect = match (&invocation, self.mutant) {
            (Some(caller), Some(mutant)) if mutant.loses_answer(&call) => {
                caller.note_fault();
                self.note_mutated();
                Some(Effect::LoseAnswer)
            }
            (Some(caller), _) => self.fault_of_call(caller, &call),
            (None, _) => None,
        };
        let head = || Self::head(invocation.as_deref(), &call);
        tokio::time::sleep(self.latency()).await;
        let late_effect = match effect {
            None => None,
            Some(Effect::Refuse(refusal)) => {
                self.history.call(head, call.request.body(), refusal.body());
                tokio::time::sleep(self.latency()).await;
                return Ok(refusal);
            }
            Some(Effect::EndBefore(interruption)) => {
                self.history.event(|| format!("{} {interruption:?} before", head()));
                interrupt(invocation.as_deref(), interruption).await;
                None
            }
            Some(Effect::LoseRequest) => {
                self.history.event(|| format!("{} lost", head()));
                return Err(Lost);
            }
            Some(other) => Some(other),
        };
        let refuses_part = matches!(late_effect, Some(Effect::RefusePart));
        let refused = refuses_part.then(|| call.refuse_part()).flatten();
        let head = || Self::head(invocation.as_deref(), &call);
        let mut answer = self.answer(&call, invocation.as_deref()).await;
        if let Some(refused) = refused {
            refused.add_to(&mut answer);
        }
        if self.mutant.is_some_and(|mutant| mutant.rewrite_answer(&call, &mut answer)) {
            self.note_mutated();
        }
        self.history.call(head, call.request.body(), answer.body());
        match late_effect {
            Some(Effect::LoseAnswer) => return Err(Lost),
            Some(Effect::Delay(time)) => tokio::time::sleep(time).await,
            Some(Effect::EndAfter(interruption)) => {
                interrupt(invocation.as_deref(), interruption).await;
            }
            _ => {}
        }
        tokio::time::sleep(self.latency()).await;
        Ok(answer)
    }

    async fn answer(self: &Arc<Self>, call: &Call, caller: Option<&Invocation>) -> Response<Bytes> {
        match call.service {
            Service::DynamoDb if call.is_write() => {
                let (answer, changes) = self.table.write(call, self.lag());
                self.stream(&changes);
                answer
            }
            Service::DynamoDb => self.read(call, caller),
            Service::S3 => self.buckets.answer(call).await,
            Service::Secrets => through(self.secrets.router(), call).await,
            Service::Sqs => self.queues.answer(call),
            Service::Provider => self.providers.answer(call).await,
            Service::Endpoint => self.endpoints.answer(call),
        }
    }

    /// Reads the table, and notes what the answer misses.
    fn read(&self, call: &Call, caller: Option<&Invocation>) -> Response<Bytes> {
        let Read { answer, late, is_stale } = self.table.read(call);
        let Some(caller) = caller else { return answer };
        let misses = match late {
            Some(Late::Read) => Some((faults::STALE_READ, is_stale)),
            Some(Late::Index) => Some((faults::INDEX_DELAY, is_stale)),
            None => None,
        };
        // DynamoDB may always give an expired item, so this explains no failure.
        let holds = holds_expired(&answer).map(|is_expired| (faults::EXPIRED_LATE, is_expired));
        if misses.is_some_and(|(_, happened)| happened) {
            caller.note_fault();
        }
        for (fault, happened) in misses.into_iter().chain(holds) {
            if happened {
                self.coverage.count(caller.operation, fault);
            } else {
                self.coverage.note_possible(caller.operation, fault);
            }
        }
        answer
    }

    /// How long the copy of the table takes to follow a write.
    fn lag(&self) -> Duration {
        let lag = self.table_fault(|fault| match fault {
            TableFault::Lags(lag) => Some(lag),
            TableFault::ExpiresLate(_) => None,
        });
        lag.unwrap_or(Duration::from_millis(self.random(|random| random.u64(1..20))))
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(self.random(|random| random.u64(1..8)))
    }

    fn head(invocation: Option<&Invocation>, call: &Call) -> String {
        let now = super::clock::now();
        match invocation {
            Some(caller) => format!("{now} {caller} {call}"),
            None => format!("{now} {call}"),
        }
    }
}

/// Ends or pauses the caller. A caller that goes on returns from here.
async fn interrupt(invocation: Option<&Invocation>, interruption: Interruption) {
    let Some(invocation) = invocation else { return };
    invocation.interrupt(interruption);
    // The invocation is not polled before its interruption is carried out: only a frozen one comes back here.
    tokio::task::yield_now().await;
    if !matches!(interruption, Interruption::Frozen(_)) {
        std::future::pending::<()>().await;
    }
}

/// Before its end, an item counts for the pairs of the report for so long: about as long as it may stay too long.
const NEAR_ITS_END: i64 = 48 * 3_600;

/// Whether an answer holds an item that has expired; `None` where it holds no item that expires soon.
fn holds_expired(answer: &Response<Bytes>) -> Option<bool> {
    let text = std::str::from_utf8(answer.body()).ok()?;
    let ends = text.split(r#""ttl":{"N":""#).skip(1);
    let seconds = ends.filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok());
    let now = super::clock::now().as_second();
    let near = seconds.filter(|end| *end < now + NEAR_ITS_END);
    near.map(|end| end < now).reduce(|one, other| one || other)
}

/// Sends the request of a call through a router.
pub(super) async fn through(router: Router, call: &Call) -> Response<Bytes> {
    let mut request = call.request.clone().map(Body::from);
    if let Some(host) = request.uri().host().and_then(|host| host.parse().ok()) {
        request.headers_mut().insert(header::HOST, host);
    }
    let Ok(response) = router.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body in memory").to_bytes();
    Response::from_parts(head, body)
}
