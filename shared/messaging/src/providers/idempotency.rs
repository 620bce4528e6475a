//! Idempotency keys: a provider recognises a repeated call by its key.

use sha2::{Digest, Sha256};
use std::ops::Range;
use uuid::Builder;

/// The key of a piece of a batch. The whole batch has the batch's own key; a smaller piece has a key derived
/// from the batch's key and the piece's position. The same piece has the same key at every attempt.
pub(crate) fn piece_key(batch: u128, range: &Range<usize>, recipients: usize) -> u128 {
    if *range == (0..recipients) {
        return batch;
    }
    let digest = Sha256::new()
        .chain_update(batch.to_be_bytes())
        .chain_update((range.start as u64).to_be_bytes())
        .chain_update((range.end as u64).to_be_bytes())
        .finalize();
    digest.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}

/// Formats a key as a UUID of version 5 (a hash). The version and the variant replace six bits of the key.
pub(crate) fn uuid(key: u128) -> String {
    Builder::from_sha1_bytes(key.to_be_bytes()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_formatted_as_a_uuid() {
        assert_eq!(uuid(0), "00000000-0000-5000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-5fff-bfff-ffffffffffff");
        assert_eq!(
            uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            "01234567-89ab-5def-8123-456789abcdef"
        );
    }

    proptest! {
        #[test]
        fn each_piece_has_its_own_key_and_the_whole_batch_the_batchs_key(
            batch: u128,
            start in 0_usize..100,
            length in 1_usize..100,
        ) {
            prop_assert_eq!(piece_key(batch, &(0..500), 500), batch);
            let key = piece_key(batch, &(start..start + length), 500);
            prop_assert_eq!(piece_key(batch, &(start..start + length), 500), key);
            prop_assert_ne!(key, batch);
            prop_assert_ne!(piece_key(batch, &(start..start + length + 1), 500), key);
            prop_assert_ne!(piece_key(batch ^ 1, &(start..start + length), 500), key);
        }
    }
}
