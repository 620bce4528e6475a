//! Remembers which receipts may have been seen before, in memory of a fixed size.

/// The size: 4 MiB. In a file of one million receipts, about one receipt is wrongly reported as seen. In a file
/// of six million, the error is about two in a hundred.
const WORDS: usize = 1 << 19;
const PROBES: u64 = 7;

/// A Bloom filter: it may report a new receipt as seen, but never a seen receipt as new.
pub(crate) struct Bloom(Vec<u64>);

impl Bloom {
    pub(crate) fn new() -> Self {
        Self(vec![0; WORDS])
    }

    /// Adds a hash, and returns whether it may have been added before.
    pub(crate) fn insert(&mut self, hash: u64) -> bool {
        let step = hash.rotate_left(32) | 1;
        let mut seen = true;
        for probe in 0..PROBES {
            let bit = hash.wrapping_add(step.wrapping_mul(probe)) >> (64 - WORDS.ilog2() - 6);
            let index = usize::try_from(bit >> 6).unwrap_or_default();
            let mask = 1 << (bit & 63);
            seen &= self.0[index] & mask != 0;
            self.0[index] |= mask;
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::grouping::scatter;

    #[test]
    fn every_added_hash_is_found_and_almost_no_other() {
        let mut bloom = Bloom::new();
        let wrong = (0..1_000_000).filter(|&number| bloom.insert(scatter(number))).count();
        assert!(wrong < 20, "{wrong} of a million were reported as seen");
        assert!((0..1_000_000).all(|number| bloom.insert(scatter(number))));
    }
}
