//! Random bytes: for keys, nonces, tokens and new identifiers.

use crate::StoreError;
use std::sync::Arc;

type Fill = dyn Fn(&mut [u8]) -> Result<(), StoreError> + Send + Sync;

/// A source of random bytes. Clones share the source.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

impl Default for Random {
    /// The system's generator, which suits keys and nonces.
    fn default() -> Self {
        Self::of(|bytes| getrandom::fill(bytes).map_err(StoreError::unavailable))
    }
}

impl Random {
    /// The bytes that `fill` writes. Keys and nonces of real data need a source that nobody can predict.
    pub fn of(fill: impl Fn(&mut [u8]) -> Result<(), StoreError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// Fills a buffer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the system gives no random bytes.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        (self.0)(bytes)
    }

    /// So many bytes.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The random part of a new identifier.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn identifier(&self) -> Result<u128, StoreError> {
        Ok(u128::from_be_bytes(self.bytes()?))
    }
}
