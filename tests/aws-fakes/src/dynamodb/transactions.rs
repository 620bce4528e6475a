//! Transactions, each carried out once for its token.
//!
//! The SDK repeats a request that was not answered in time, under the same token. The engine recognises
//! tokens too, but it goes through all tokens of the last ten minutes for every transaction, so that a
//! transaction takes longer the more there were. Here a transaction takes the same time among any number.

use crate::locked;
use dynoxide::actions::transact_write_items::{
    TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::{Database, DynoxideError};
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// How long DynamoDB recognises a token.
const REMEMBERED: Duration = Duration::from_mins(10);

/// The tokens of the transactions that were committed.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Known>);

#[derive(Default)]
struct Known {
    tokens: HashSet<Arc<str>>,
    by_age: VecDeque<Token>,
}

struct Token {
    text: Arc<str>,
    since: Instant,
}

impl Tokens {
    /// Carries out a transaction, unless it is the repetition of one. The answer to a repetition reports no
    /// units.
    pub(super) fn transact(
        &self,
        database: &Database,
        mut request: TransactWriteItemsRequest,
    ) -> Result<TransactWriteItemsResponse, DynoxideError> {
        let Some(token) = request.client_request_token.take() else {
            return database.transact_write_items(request);
        };
        // Locked until the end, so that a repetition waits for the first request.
        let mut known = locked(&self.0);
        known.forget();
        if known.tokens.contains(token.as_str()) {
            return Ok(TransactWriteItemsResponse::default());
        }
        let response = database.transact_write_items(request)?;
        known.add(token.into());
        Ok(response)
    }
}

impl Known {
    fn add(&mut self, text: Arc<str>) {
        self.tokens.insert(Arc::clone(&text));
        self.by_age.push_back(Token { text, since: Instant::now() });
    }

    fn forget(&mut self) {
        while let Some(oldest) = self.by_age.front()
            && oldest.since.elapsed() > REMEMBERED
        {
            self.tokens.remove(&oldest.text);
            self.by_age.pop_front();
        }
    }
}
