//! The code that a mobile was sent last. An item for each mobile holds the keyed hash of the code, its tries, and the
//! instants of the last codes.

use crate::sign_in::notice::{NewNotice, put_notice};
use crate::sign_in::source::SourceLimit;
use crate::sign_in::ticket::put_ticket;
use crate::table::attributes::{self, instant_of, instant_text};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::{Write, Written};
use crate::{Consistency, Contact, Scope, Store, StoreError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::sign_in::code::{CODE_SECONDS, CODE_TRIES, CODES_PER_HOUR};
use domain::sign_in::{CodeText, SignInCode};
use domain::{Instant, Mobile, NoticeId, retention};
use hmac::Mac as _;
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

const HOUR_SECONDS: i64 = 3_600;
/// The seconds for which the count of a day's codes is stored after the day.
const COUNT_KEPT_SECONDS: i64 = 3 * 86_400;

/// A code to send.
pub struct NewCode<'a> {
    /// The mobile.
    pub mobile: &'a Mobile,
    /// The code.
    pub code: &'a SignInCode,
    /// The SMS, which holds the code.
    pub text: &'a str,
    /// The source address of the request.
    pub source: &'a str,
    /// The most codes that the merchant sends in a day.
    pub codes_of_day: u32,
}

/// The outcome of a request for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRequest {
    /// The code is stored, and this notice is to be queued.
    Stored(NoticeId),
    /// The mobile was sent the most codes of an hour. The next one may be asked for from this instant.
    MobileLimit(Instant),
    /// The source address has asked for the most codes of an hour.
    SourceLimit,
    /// The merchant has sent the most codes of a day.
    DayLimit,
}

/// The outcome of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    /// The code is right. It cannot be used again.
    Right,
    /// The code is wrong, and so many tries are left.
    Wrong(u32),
    /// There is no code that can be tried: it was used, is older than ten minutes, or was tried five times.
    Ended,
}

#[derive(Serialize, Deserialize)]
struct CodeRecord {
    pk: String,
    sk: String,
    v: u64,
    /// The instants of the codes of the last hour.
    sent: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_bytes")]
    code: Option<Vec<u8>>,
    expires_at: String,
    tries: u32,
    ttl: i64,
}

impl Scope {
    fn code_key(&self, mobile: &Mobile) -> Key {
        let (_, hash) = self.contact_hash(&Contact::Mobile(mobile.clone()));
        keys::sign_in_code(self.tenant(), &hash)
    }

    /// The keyed hash of a code: who reads the table cannot try the million codes.
    fn code_hash(&self, mobile: &Mobile, code: &CodeText) -> Vec<u8> {
        let mut hashing = self.settings.vault.hashing_for(b"zerosix/sign-in-code/1");
        hashing.update(mobile.as_str().as_bytes());
        hashing.update(b"\0");
        hashing.update(code.as_str().as_bytes());
        hashing.finalize().into_bytes().to_vec()
    }
}

impl Store {
    /// Stores a code and the notice that carries it, after all limits were counted: at most 4 round trips and 6 write
    /// units. The code before cannot be used any more.
    pub async fn request_code(
        &self,
        scope: &Scope,
        new: &NewCode<'_>,
        now: Instant,
    ) -> Result<CodeRequest, StoreError> {
        if !self.claim_for_source(scope, new.source, SourceLimit::Codes, now).await? {
            return Ok(CodeRequest::SourceLimit);
        }
        let key = scope.code_key(new.mobile);
        let key = &key;
        let counted = &std::sync::atomic::AtomicBool::new(false);
        retry(|_| async move {
            let before: Option<CodeRecord> = self.get_item(key, Consistency::Strong).await?;
            let (version, mut sent) = match before {
                Some(record) => (Some(record.v), record.sent),
                None => (None, vec![]),
            };
            let hour_ago = instant_text(now - HOUR_SECONDS.seconds());
            sent.retain(|at| *at > hour_ago);
            if sent.len() >= CODES_PER_HOUR {
                let first = sent.iter().min().map(|at| instant_of(at)).transpose()?;
                let until = first.unwrap_or(now) + HOUR_SECONDS.seconds();
                return Ok(Attempt::Done(CodeRequest::MobileLimit(until)));
            }
            if !counted.load(std::sync::atomic::Ordering::Relaxed) {
                if !self.count_code_of_day(scope, new.codes_of_day, now).await? {
                    return Ok(Attempt::Done(CodeRequest::DayLimit));
                }
                counted.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            sent.push(instant_text(now));
            let Key { pk, sk } = key.clone();
            let record = CodeRecord {
                pk,
                sk,
                v: version.unwrap_or_default() + 1,
                sent,
                code: Some(scope.code_hash(new.mobile, &new.code.text())),
                expires_at: instant_text(now + CODE_SECONDS.seconds()),
                tries: 0,
                ttl: now.as_second() + HOUR_SECONDS,
            };
            let id = NoticeId::mint(now, scope.random().identifier()?);
            let expires_at = now + CODE_SECONDS.seconds();
            let notice = NewNotice { id, to: new.mobile, text: new.text, expires_at };
            let mut transaction = self.transaction();
            transaction.add(Write::put(&record)?.over(version));
            transaction.add(put_notice(scope, &notice)?);
            Ok(transaction.commit().await?.done(CodeRequest::Stored(id)))
        })
        .await
    }

    /// Counts a code of a merchant's day in Europe/Paris: 1 write unit. `false` where the day has no more codes.
    async fn count_code_of_day(
        &self,
        scope: &Scope,
        most: u32,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let key = keys::codes_of_day(scope.tenant(), retention::day_of(now));
        let count = Write::update(&key, "SET #ttl = :end ADD codes :one")
            .condition("attribute_not_exists(pk) OR codes < :most")
            .name("#ttl", "ttl")
            .value(":end", attributes::number(now.as_second() + COUNT_KEPT_SECONDS))
            .value(":one", attributes::number(1))
            .value(":most", attributes::number(most));
        Ok(self.write(count).await?.is_done())
    }

    /// Checks a typed code. Each check is counted before its result is known: 1 write unit, and where the code is right
    /// 1 transaction of 4 write units, which ends the code and stores the ticket with this secret hash.
    pub async fn check_code(
        &self,
        scope: &Scope,
        mobile: &Mobile,
        typed: &CodeText,
        ticket_hash: &str,
        now: Instant,
    ) -> Result<CodeCheck, StoreError> {
        let key = scope.code_key(mobile);
        let try_once = Write::update(&key, "ADD tries :one")
            .condition("attribute_exists(code) AND tries < :most AND expires_at > :now")
            .value(":one", attributes::number(1))
            .value(":most", attributes::number(CODE_TRIES))
            .value(":now", attributes::text(instant_text(now)))
            .returning_new();
        let Written::Done(item) = self.write(try_once).await? else {
            return Ok(CodeCheck::Ended);
        };
        let record: CodeRecord = items::from_item(item.unwrap_or_default(), "code")?;
        let stored = record.code.unwrap_or_default();
        if !same(&stored, &scope.code_hash(mobile, typed)) {
            return Ok(match CODE_TRIES.saturating_sub(record.tries) {
                0 => CodeCheck::Ended,
                left => CodeCheck::Wrong(left),
            });
        }
        let mut transaction = self.transaction();
        let end = Write::update(&key, "SET v = v + :one REMOVE code")
            .condition("code = :code")
            .value(":one", attributes::number(1))
            .value(":code", AttributeValue::B(Blob::new(stored)));
        transaction.add(end);
        transaction.add(put_ticket(scope, ticket_hash, mobile, now)?);
        let is_first = transaction.commit().await?.is_committed();
        Ok(if is_first { CodeCheck::Right } else { CodeCheck::Ended })
    }
}

/// Compares in a time that does not depend on the place of the first difference.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |found, (a, b)| found | (a ^ b));
    one.len() == other.len() && differences == 0
}
