//! The keys by which a provider recognises a repeat.

use sha2::{Digest, Sha256};
use std::ops::Range;

/// The key of a piece of a batch: the batch's own for the whole, one derived from it and from the
/// place of the piece otherwise. The same piece of the same batch has the same key at every attempt.
pub(crate) fn piece(batch: u128, range: &Range<usize>, recipients: usize) -> u128 {
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

/// A key in the form of a UUID, version 5 (a hash); six of its bits are the form's.
pub(crate) fn uuid(key: u128) -> String {
    let key = key & !(0xf << 76) & !(0x3 << 62) | 0x5 << 76 | 0x2 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        key >> 96,
        key >> 80 & 0xffff,
        key >> 64 & 0xffff,
        key >> 48 & 0xffff,
        key & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_has_the_form_of_a_uuid() {
        assert_eq!(uuid(0), "00000000-0000-5000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-5fff-bfff-ffffffffffff");
        assert_eq!(
            uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            "01234567-89ab-5def-8123-456789abcdef"
        );
    }

    proptest! {
        #[test]
        fn pieces_have_keys_of_their_own_and_the_whole_the_batchs(
            batch: u128,
            start in 0_usize..100,
            length in 1_usize..100,
        ) {
            prop_assert_eq!(piece(batch, &(0..500), 500), batch);
            let key = piece(batch, &(start..start + length), 500);
            prop_assert_eq!(piece(batch, &(start..start + length), 500), key);
            prop_assert_ne!(key, batch);
            prop_assert_ne!(piece(batch, &(start..start + length + 1), 500), key);
            prop_assert_ne!(piece(batch ^ 1, &(start..start + length), 500), key);
        }
    }
}
