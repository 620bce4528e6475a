//! The operator's key: a secret made at deployment. The function reads the secret when a request first
//! needs it, and again after five minutes, so that a rotated key takes effect without a deployment.

use domain::Instant;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;

const CACHED_SECONDS: i64 = 300;

/// The error of a secret that cannot be read.
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

type Read = dyn Fn() -> BoxFuture<'static, Result<String, ReadError>> + Send + Sync;

/// The operator's key, as its hash.
pub struct OperatorKey {
    read: Box<Read>,
    cached: Mutex<Option<(Instant, [u8; 32])>>,
}

impl OperatorKey {
    /// The key that `read` returns. `read` is called when a key is first compared.
    pub fn new<F>(read: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<String, ReadError>> + Send + Sync + 'static,
    {
        Self { read: Box::new(read), cached: Mutex::default() }
    }

    /// Whether `token` is the key. Hashes are compared, in constant time. At most 1 round trip in five
    /// minutes.
    pub(crate) async fn is(&self, token: &str, now: Instant) -> Result<bool, ReadError> {
        let expected = if let Some(hash) = self.cached(now) {
            hash
        } else {
            let hash = hash(&(self.read)().await?);
            *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, hash));
            hash
        };
        Ok(expected.ct_eq(&hash(token)).into())
    }

    fn cached(&self, now: Instant) -> Option<[u8; 32]> {
        let cached = *self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, hash) = cached?;
        let age = now.as_second() - read_at.as_second();
        (0..CACHED_SECONDS).contains(&age).then_some(hash)
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
