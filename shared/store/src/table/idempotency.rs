//! Requests with an idempotency key (`Idempotency-Key`). The answer to such a request is stored for
//! 24 hours, in the transaction that carries the request out.
//!
//! An operation calls [`Store::answered`] before it decides anything, and adds [`Scope::answer`] to
//! its transaction. Where the transaction is cancelled, the operation calls [`Store::answered`]
//! again. The stored answer is not the response: it holds the identifiers and the figures from
//! which the response is made again, and no personal data. A refused request writes nothing, and
//! its key stays free.

use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::{Instant, RequestError};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The time for which an answer is stored.
const STORED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The kind under which the vault hashes idempotency keys.
const KIND: &str = "IDEMPOTENCY";

/// The key of a request, and a fingerprint of the request.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// The key, as the caller sent it. It is not stored and not logged.
    pub text: String,
    /// SHA-256 of the method, the path and the body.
    pub fingerprint: [u8; 32],
}

/// Whether a request was carried out now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered<T> {
    /// The request was carried out now.
    New(T),
    /// A request with the same key was carried out before.
    Replayed(T),
}

#[derive(Serialize, Deserialize)]
struct AnswerRecord {
    pk: String,
    sk: String,
    #[serde(with = "serde_bytes")]
    fingerprint: Vec<u8>,
    answer: String,
    ttl: i64,
}

impl Store {
    /// The stored answer of a request that was carried out with this key in the last 24 hours: 1
    /// strong read, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`RequestError::IdempotencyKeyReused`] where the key belongs to
    /// another request.
    pub async fn answered(
        &self,
        scope: &Scope,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Option<String>, StoreError> {
        let item: Option<AnswerRecord> =
            self.get_item(&scope.answer_key(key), Consistency::Strong).await?;
        let Some(record) = item.filter(|record| record.ttl > now.as_second()) else {
            return Ok(None);
        };
        if record.fingerprint == key.fingerprint {
            Ok(Some(record.answer))
        } else {
            Err(RequestError::IdempotencyKeyReused.into())
        }
    }

    /// Carries a request out once for its key. `attempt` carries the request out, and `replay`
    /// makes the result again from the stored answer. 1 strong read for the key, and the cost of
    /// `attempt`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`RequestError::IdempotencyKeyReused`], and the errors of
    /// `attempt`.
    pub(crate) async fn once<T, R, F>(
        &self,
        scope: &Scope,
        key: &IdempotencyKey,
        now: Instant,
        replay: impl Fn(String) -> R,
        attempt: impl Fn() -> F,
    ) -> Result<Answered<T>, StoreError>
    where
        R: Future<Output = Result<T, StoreError>>,
        F: Future<Output = Result<Attempt<T>, StoreError>>,
    {
        let (replay, attempt) = (&replay, &attempt);
        retry(|_| async move {
            if let Some(answer) = self.answered(scope, key, now).await? {
                return Ok(Attempt::Done(Answered::Replayed(replay(answer).await?)));
            }
            match attempt().await {
                Ok(Attempt::Done(result)) => Ok(Attempt::Done(Answered::New(result))),
                Ok(Attempt::Again) => Ok(Attempt::Again),
                // The same request may have been carried out in between: then the refusal does not
                // count.
                Err(refused @ StoreError::Refused(_)) => {
                    match self.answered(scope, key, now).await? {
                        Some(answer) => {
                            Ok(Attempt::Done(Answered::Replayed(replay(answer).await?)))
                        }
                        None => Err(refused),
                    }
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Creates an item under a new identifier. A repeated request with the same idempotency key
    /// creates no second item. The cost is 1 round trip and 2 write units; an idempotency key adds
    /// 1 strong read and 2 write units. Returns the identifier that was created with the same key
    /// before, or `None` where the item was created now.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the identifier is taken, or [`StoreError::Refused`] with
    /// [`RequestError::IdempotencyKeyReused`].
    pub(crate) async fn enter_once(
        &self,
        scope: &Scope,
        id: &str,
        put: &Write,
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Option<String>, StoreError> {
        retry(|_| async move {
            let mut transaction = self.transaction();
            transaction.add(put.clone());
            if let Some(key) = key {
                if let Some(before) = self.answered(scope, key, now).await? {
                    return Ok(Attempt::Done(Some(before)));
                }
                transaction.add(scope.answer(key, id.to_owned(), now)?);
            }
            let outcome = transaction.commit().await?;
            if key.is_none() && !outcome.is_committed() {
                return Err(StoreError::Busy);
            }
            Ok(outcome.done(None))
        })
        .await
    }
}

impl Scope {
    /// Writes the answer of a keyed request, 2 write units. The condition fails where another
    /// request has used the key in between.
    pub(crate) fn answer(
        &self,
        key: &IdempotencyKey,
        answer: String,
        now: Instant,
    ) -> Result<Write, StoreError> {
        let Key { pk, sk } = self.answer_key(key);
        let ttl = now.as_second() + STORED_FOR.as_secs();
        let record = AnswerRecord { pk, sk, fingerprint: key.fingerprint.to_vec(), answer, ttl };
        let put = Write::put(&record)?.condition("attribute_not_exists(pk) OR #ttl <= :now");
        Ok(put.name("#ttl", "ttl").value(":now", attributes::number(now.as_second())))
    }

    fn answer_key(&self, key: &IdempotencyKey) -> Key {
        keys::answer(self.tenant(), &self.settings.vault.contact_hash(KIND, &key.text))
    }
}
