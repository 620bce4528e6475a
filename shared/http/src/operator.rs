//! The operator's key: a secret made at deployment, read when it is first needed and again after
//! five minutes, so that a rotation holds without a deployment.

use domain::Instant;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

const KEPT_SECONDS: i64 = 300;

/// Why a secret could not be read.
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

type Read = dyn Fn() -> BoxFuture<'static, Result<String, ReadError>> + Send + Sync;

/// The operator's key, as its hash.
pub struct OperatorKey {
    read: Box<Read>,
    kept: Mutex<Option<(Instant, [u8; 32])>>,
}

impl OperatorKey {
    /// The key that `read` gives; it is not called before a key is to be compared.
    pub fn new<F>(read: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<String, ReadError>> + Send + Sync + 'static,
    {
        Self { read: Box::new(read), kept: Mutex::default() }
    }

    /// Whether `token` is the key: hashes are compared, in constant time. At most 1 round trip in
    /// five minutes.
    ///
    /// # Errors
    /// Where the secret could not be read.
    pub(crate) async fn is(&self, token: &str, now: Instant) -> Result<bool, ReadError> {
        let wanted = if let Some(hash) = self.kept(now) {
            hash
        } else {
            let hash = hash(&(self.read)().await?);
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, hash));
            hash
        };
        Ok(wanted.ct_eq(&hash(token)).into())
    }

    fn kept(&self, now: Instant) -> Option<[u8; 32]> {
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, hash) = kept?;
        let age = now.as_second() - read_at.as_second();
        (0..KEPT_SECONDS).contains(&age).then_some(hash)
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
