//! A coupon's code: one of our own making, or one that the merchant chose.

use crate::CouponError;

/// What our own codes are written with. Gone are the characters that are taken for one another (0 O Q,
/// 1 I L, 2 Z, 5 S, 6 G of which 6 stays, 8 B, U V) and the vowels, so that no code is a word. Nineteen
/// are left, a prime, which the check character needs.
const ALPHABET: &[u8; 19] = b"34679CDFHJKMNPRTWXY";
const RADIX: u64 = 19;
/// The characters of a code of ours, the check character the last.
const LENGTH: usize = 12;
/// Characters set off from one another where a code of ours is shown.
const GROUP: usize = 4;

/// A code in the one form it is stored and looked up by: capital letters and digits.
///
/// A code of ours is 12 characters of [`ALPHABET`]. Each counts by its place, from 12 down to 1, and the
/// sum is a multiple of 19: one wrong character changes it, and so do two that were swapped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CouponCode(String);

impl CouponCode {
    /// How many codes of our own there are.
    pub const OURS: u64 = RADIX.pow(11);

    /// The code of ours by its number, under [`CouponCode::OURS`]; a larger number counts from 0 again.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let mut left = number % Self::OURS;
        let mut values = [0; LENGTH];
        for value in values[..LENGTH - 1].iter_mut().rev() {
            *value = left % RADIX;
            left /= RADIX;
        }
        values[LENGTH - 1] = (RADIX - weighed(values)) % RADIX;
        let characters = values.into_iter().filter_map(|value| {
            let place = usize::try_from(value).ok()?;
            ALPHABET.get(place).copied().map(char::from)
        });
        Self(characters.collect())
    }

    /// Reads a code as it is typed: in capitals or not; spaces and hyphens, which people add, are
    /// dropped.
    ///
    /// # Errors
    /// [`CouponError::Mistyped`] for a code of ours whose check character does not agree,
    /// [`CouponError::Code`] unless it is 4 to 24 letters and digits.
    pub fn parse(text: &str) -> Result<Self, CouponError> {
        let code: String = text
            .chars()
            .filter(|character| !matches!(character, ' ' | '-' | '\u{a0}' | '\u{2011}'))
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let fits =
            (4..=24).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(CouponError::Code);
        }
        match values(&code) {
            Some(values) if weighed(values) != 0 => Err(CouponError::Mistyped),
            _ => Ok(Self(code)),
        }
    }

    /// Whether it has the form of the codes that we make.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        values(&self.0).is_some()
    }

    /// The code as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it is shown: `7KHP-M3CD-RTWX` for a code of ours.
impl std::fmt::Display for CouponCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.is_ours() {
            return f.write_str(&self.0);
        }
        let (first, rest) = self.0.split_at(GROUP);
        let (second, third) = rest.split_at(GROUP);
        write!(f, "{first}-{second}-{third}")
    }
}

/// The places in [`ALPHABET`] of a text that has the form of our codes.
fn values(code: &str) -> Option<[u64; LENGTH]> {
    let bytes: [u8; LENGTH] = code.as_bytes().try_into().ok()?;
    let mut values = [0; LENGTH];
    for (value, byte) in values.iter_mut().zip(bytes) {
        let place = ALPHABET.iter().position(|letter| *letter == byte)?;
        *value = u64::try_from(place).ok()?;
    }
    Some(values)
}

fn weighed(values: [u64; LENGTH]) -> u64 {
    let weighed = values.iter().rev().zip(1..).map(|(value, weight): (&u64, u64)| value * weight);
    weighed.sum::<u64>() % RADIX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    proptest! {
        #[test]
        fn a_code_of_ours_reads_back_however_it_is_typed(number in 0..CouponCode::OURS) {
            let code = CouponCode::of_number(number);
            prop_assert!(code.is_ours());
            prop_assert_eq!(CouponCode::parse(code.as_str()), Ok(code.clone()));
            let shown = code.to_string();
            prop_assert_eq!(shown.len(), 14);
            prop_assert_eq!(CouponCode::parse(&shown.to_lowercase().replace('-', " ")), Ok(code));
        }

        #[test]
        fn codes_of_different_numbers_differ(a in 0..CouponCode::OURS, b in 0..CouponCode::OURS) {
            prop_assert_eq!(a == b, CouponCode::of_number(a) == CouponCode::of_number(b));
        }

        #[test]
        fn a_wrong_character_never_leads_to_another_code_of_ours(
            number in 0..CouponCode::OURS,
            place in 0..LENGTH,
            typed in proptest::sample::select(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".to_vec()),
        ) {
            let code = CouponCode::of_number(number);
            let mut wrong = code.as_str().as_bytes().to_vec();
            prop_assume!(wrong[place] != typed);
            wrong[place] = typed;
            let read = CouponCode::parse(std::str::from_utf8(&wrong).unwrap());
            if ALPHABET.contains(&typed) {
                prop_assert_eq!(read, Err(CouponError::Mistyped));
            } else {
                prop_assert!(!read.unwrap().is_ours());
            }
        }

        #[test]
        fn two_neighbours_swapped_are_told(number in 0..CouponCode::OURS, place in 1..LENGTH) {
            let code = CouponCode::of_number(number);
            let mut swapped = code.as_str().as_bytes().to_vec();
            prop_assume!(swapped[place - 1] != swapped[place]);
            swapped.swap(place - 1, place);
            let read = CouponCode::parse(std::str::from_utf8(&swapped).unwrap());
            prop_assert_eq!(read, Err(CouponError::Mistyped));
        }
    }

    #[rstest]
    #[case("BIENVENUE10", "BIENVENUE10")]
    #[case("bienvenue-10", "BIENVENUE10")]
    #[case(" Noël 2026", "")]
    #[case("Noel 2026", "NOEL2026")]
    #[case("abc", "")]
    #[case("----", "")]
    #[case("ABCDEFGHIJKLMNOPQRSTUVWXY", "")]
    #[case("10%", "")]
    #[case("A#B#C", "")]
    fn a_chosen_code_is_letters_and_digits(#[case] typed: &str, #[case] code: &str) {
        let read = CouponCode::parse(typed);
        if code.is_empty() {
            assert_eq!(read, Err(CouponError::Code));
        } else {
            let read = read.unwrap();
            assert_eq!((read.as_str(), read.is_ours()), (code, false));
            assert_eq!(read.to_string(), code);
        }
    }

    #[test]
    fn the_alphabet_has_no_letter_twice_and_none_that_is_taken_for_another() {
        for place in 1..ALPHABET.len() {
            assert!(ALPHABET[place - 1] < ALPHABET[place]);
        }
        assert!(b"01258ABEGILOQSUVZ".iter().all(|letter| !ALPHABET.contains(letter)));
    }
}
