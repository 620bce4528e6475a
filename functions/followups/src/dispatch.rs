//! Handles an invocation. A request queues the daily run or proves a ledger. A message of the queue runs the
//! day for one merchant.

use crate::context::{App, FollowupsError};
use crate::daily_run;
use crate::message::FollowupsMessage;
use crate::proof;
use crate::request::Request;
use crate::response::Response;
use domain::Instant;
use platform::Deadline;
use platform::queue::{self, Failed};
use store::MEMBER_SHARDS;

/// Handles a request of the schedule, or of a person who invokes the function. After an error the schedule
/// tries again.
pub async fn handle_request(
    app: &App,
    request: &Request,
    now: Instant,
    deadline: Deadline,
) -> Result<Response, FollowupsError> {
    match &request.prove {
        Some(ledger) => Ok(Response::Proof(proof::prove(app, ledger, now, deadline).await?)),
        None => Ok(Response::Queued(daily_run::queue(app, request, now).await?)),
    }
}

/// Handles the body of one message.
pub async fn handle_message(
    app: &App,
    body: &str,
    now: Instant,
    deadline: Deadline,
) -> Result<(), Failed> {
    const NOT_A_RUN: &str = "not a daily run";
    let message: FollowupsMessage = queue::read(body, NOT_A_RUN)?;
    if message.shard >= MEMBER_SHARDS {
        return Err(Failed::Poison(NOT_A_RUN));
    }
    Ok(daily_run::run(app, message, now, deadline).await?)
}
