//! Requests with a key of their own (`Idempotency-Key`): what was answered is kept for 24 hours, in the
//! same transaction as what the request wrote.
//!
//! An operation asks [`Store::answered`] before it decides anything, puts [`Scope::answer`] among the
//! writes of its transaction, and when that is cancelled asks again, as it would read anything else
//! anew. The answer itself is not kept, but what it is made from again: identifiers and figures of
//! ours, nothing of a person. A request that was refused wrote nothing, and its key stays free.

use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::{Instant, RequestError};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long a key is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// The kind of a key among what the vault hashes.
const KIND: &str = "IDEMPOTENCY";

/// A request's key, and what the request was.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// As the caller sent it: never stored and never logged.
    pub text: String,
    /// SHA-256 of the method, the path and the body.
    pub fingerprint: [u8; 32],
}

/// Whether a request was carried out now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered<T> {
    /// Now.
    New(T),
    /// Before, under the same key.
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
    /// What the answer to a request is made from, where it was carried out under this key within 24
    /// hours: 1 strong read, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`RequestError::IdempotencyKeyReused`] where it was another request.
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

    /// Carries a request out once for its key: `attempt` carries it out, and `replay` makes the result
    /// again from the stored answer. 1 strong read for the key, and what `attempt` costs.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`RequestError::IdempotencyKeyReused`], and what `attempt` says.
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
                // The same request may have been carried out meanwhile: then this is no refusal.
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

    /// Enters an item under an identifier of its own, once for each key where the request has one: 1 round
    /// trip, 1 strong read more with a key, and 2 write units. Answers the identifier that was entered under
    /// the same key before; `None` where the item was entered now.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the identifier is taken, or [`StoreError::Refused`] with
    /// [`RequestError::IdempotencyKeyReused`].
    pub(crate) async fn enter_once(
        &self,
        scope: &Scope,
        (id, put): (String, Write),
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Option<String>, StoreError> {
        let (id, put) = (&id, &put);
        retry(|_| async move {
            let mut transaction = self.transaction();
            transaction.add(put.clone());
            if let Some(key) = key {
                if let Some(before) = self.answered(scope, key, now).await? {
                    return Ok(Attempt::Done(Some(before)));
                }
                transaction.add(scope.answer(key, id.clone(), now)?);
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
    /// The write that keeps what an answer is made from, 2 write units. It passes where the key is free,
    /// and cancels the transaction where another request has taken it meanwhile.
    pub(crate) fn answer(
        &self,
        key: &IdempotencyKey,
        answer: String,
        now: Instant,
    ) -> Result<Write, StoreError> {
        let Key { pk, sk } = self.answer_key(key);
        let ttl = now.as_second() + KEPT.as_secs();
        let record = AnswerRecord { pk, sk, fingerprint: key.fingerprint.to_vec(), answer, ttl };
        let put = Write::put(&record)?.condition("attribute_not_exists(pk) OR #ttl <= :now");
        Ok(put.name("#ttl", "ttl").value(":now", items::number(now.as_second())))
    }

    fn answer_key(&self, key: &IdempotencyKey) -> Key {
        keys::answer(self.tenant(), &self.settings.vault.contact_hash(KIND, &key.text))
    }
}
