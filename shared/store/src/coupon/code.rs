//! The codes of a merchant's batches: each number of a merchant's counter gives one code, and no
//! two numbers give the same code.
//!
//! A Feistel network over the merchant's own key (the scheme of NIST SP 800-38G, FF1, with
//! HMAC-SHA256 as its function and ten rounds) is a permutation of all codes. So codes are computed
//! and not looked up. The codes are unique, and nobody can guess one code from another.

use crate::{Mode, Scope};
use domain::CouponCode;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The number is even, because each round exchanges the two halves: after the last round both
/// halves are in their own places.
const ROUNDS: u8 = 10;
/// The number of values of each half of a code: the left half has five characters, and the right
/// half has six.
const HALVES: [u64; 2] = [19_u64.pow(5), 19_u64.pow(6)];

/// Makes the codes of a merchant's live or test data.
pub struct CodeMaker {
    hashing: Hmac<Sha256>,
}

impl Scope {
    /// The code maker of this data.
    #[must_use]
    pub fn code_maker(&self) -> CodeMaker {
        let purpose: &[u8] = match self.mode {
            Mode::Live => b"zerosix/coupon/1",
            Mode::Test => b"zerosix/coupon-test/1",
        };
        CodeMaker { hashing: self.settings.vault.hashing_for(purpose) }
    }
}

impl CodeMaker {
    /// The code of a number. The computation takes some ten microseconds.
    #[must_use]
    pub fn code(&self, number: u64) -> CouponCode {
        let number = number % CouponCode::OURS;
        let (mut left, mut right) = (number / HALVES[1], number % HALVES[1]);
        for round in 0..ROUNDS {
            let values = HALVES[usize::from(round % 2)];
            let moved = (left + self.hash(round, right) % values) % values;
            (left, right) = (right, moved);
        }
        CouponCode::of_number(left * HALVES[1] + right)
    }

    /// A code outside of every batch. `random` selects it among the codes of the upper half of the numbers; the
    /// batches take their numbers from 0 on. Two random codes can be the same, if seldom: a million of them meet
    /// with a chance of one in a hundred, so each is written on condition that it is free.
    #[must_use]
    pub fn single_code(&self, random: u64) -> CouponCode {
        const BATCHES: u64 = CouponCode::OURS / 2;
        self.code(BATCHES + random % (CouponCode::OURS - BATCHES))
    }

    fn hash(&self, round: u8, half: u64) -> u64 {
        let mut hashing = self.hashing.clone();
        hashing.update(&[round]);
        hashing.update(&half.to_be_bytes());
        let hash: [u8; 32] = hashing.finalize().into_bytes().into();
        hash[..8].iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MerchantKey, Random};
    use domain::{Instant, MerchantId};
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn maker() -> CodeMaker {
        let merchant = MerchantId::mint(Instant::UNIX_EPOCH, 1);
        let key = MerchantKey::generate(merchant, Random::default()).unwrap();
        CodeMaker { hashing: key.hashing_for(b"a test") }
    }

    #[test]
    fn no_two_numbers_of_many_have_one_code() {
        let maker = maker();
        let (first, last) = (0..20_000, CouponCode::OURS - 20_000..CouponCode::OURS);
        let numbers: Vec<u64> = first.chain(last).collect();
        let codes: HashSet<_> = numbers.iter().map(|number| maker.code(*number)).collect();
        assert_eq!(codes.len(), numbers.len());
    }

    #[test]
    fn a_single_code_is_never_one_of_a_batch() {
        let maker = maker();
        let batch: HashSet<_> = (0..20_000).map(|number| maker.code(number)).collect();
        for random in (0..20_000).chain([u64::MAX, CouponCode::OURS, CouponCode::OURS / 2]) {
            assert!(!batch.contains(&maker.single_code(random)));
        }
    }

    proptest! {
        #[test]
        fn a_number_has_one_code_which_another_number_or_key_has_not(
            a in 0..CouponCode::OURS,
            b in 0..CouponCode::OURS,
        ) {
            let maker = maker();
            prop_assert_eq!(maker.code(a), maker.code(a));
            prop_assert_eq!(a == b, maker.code(a) == maker.code(b));
            prop_assert_ne!(maker.code(a), super::tests::maker().code(a));
        }
    }
}
