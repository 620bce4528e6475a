//! Dates with words: `24 nov. 2026`. Only the ASCII letters of a word count, so a word is known in every encoding:
//! `déc` and `fév` in any of them are `dc` and `fv`.

use super::day::Parts;
use super::number;

/// The months in French, in French without letters with accents, and in English.
const MONTHS: [&[&str]; 12] = [
    &["janvier", "january"],
    &["fevrier", "fvrier", "february"],
    &["mars", "march"],
    &["avril", "april"],
    &["mai", "may"],
    &["juin", "june"],
    &["juillet", "july", "jul"],
    &["aout", "aot", "august"],
    &["septembre", "september"],
    &["octobre", "october"],
    &["novembre", "november"],
    &["decembre", "dcembre", "december"],
];

/// The days of the week in French and in English.
const WEEKDAYS: [&str; 14] = [
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What follows the number of a day: `1er mai`, `1st May`.
const ORDINALS: [&str; 5] = ["er", "st", "nd", "rd", "th"];

/// The least letters of an abbreviation. In French without letters with accents, `fv` and `dc` have two.
const SHORTEST: usize = 3;

/// A number or a word of a date.
enum Token<'t> {
    Number(&'t [u8]),
    Word(String),
}

struct Tokens<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Tokens<'t> {
    fn next(&mut self) -> Option<Token<'t>> {
        let is_joint =
            |byte: &u8| byte.is_ascii_whitespace() || b".,-/".contains(byte) || !byte.is_ascii();
        let rest = &self.bytes[self.at..];
        let start = self.at + rest.iter().position(|byte| !is_joint(byte))?;
        let rest = &self.bytes[start..];
        let is_number = rest[0].is_ascii_digit();
        let is_of_token = |byte: &u8| {
            if is_number {
                byte.is_ascii_digit()
            } else {
                byte.is_ascii_alphabetic() || !byte.is_ascii()
            }
        };
        let length = rest.iter().position(|byte| !is_of_token(byte)).unwrap_or(rest.len());
        let token = &rest[..length];
        self.at = start + length;
        match (is_number, token.is_empty()) {
            (true, _) => Some(Token::Number(token)),
            (false, false) => Some(Token::Word(letters(token))),
            (false, true) => None,
        }
    }

    fn next_number(&mut self) -> Option<&'t [u8]> {
        match self.next()? {
            Token::Number(digits) => Some(digits),
            Token::Word(word) if ORDINALS.contains(&word.as_str()) => match self.next()? {
                Token::Number(digits) => Some(digits),
                Token::Word(_) => None,
            },
            Token::Word(_) => None,
        }
    }

    fn next_month(&mut self) -> Option<i16> {
        match self.next()? {
            Token::Word(word) if ORDINALS.contains(&word.as_str()) => match self.next()? {
                Token::Word(word) => month(&word),
                Token::Number(_) => None,
            },
            Token::Word(word) => month(&word),
            Token::Number(_) => None,
        }
    }
}

fn letters(word: &[u8]) -> String {
    word.iter()
        .filter(|byte| byte.is_ascii())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// The month of a word or of its abbreviation; `None` where several months begin so.
fn month(word: &str) -> Option<i16> {
    let begins = |name: &&str| {
        name.starts_with(word) && (word.len() >= SHORTEST || matches!(word, "fv" | "dc"))
    };
    let mut months = (1_i16..).zip(MONTHS).filter(|(_, names)| names.iter().any(begins));
    let (month, _) = months.next()?;
    months.next().is_none().then_some(month)
}

fn is_weekday(word: &str) -> bool {
    word.len() >= SHORTEST && WEEKDAYS.iter().any(|name| name.starts_with(word))
}

/// Whether a word may be in a date.
pub(crate) fn is_word(word: &str) -> bool {
    let word = letters(word.as_bytes());
    word == "le" || month(&word).is_some() || is_weekday(&word) || ORDINALS.contains(&word.as_str())
}

/// The number of bytes before the date that are an article or name a day of the week: `le mardi`.
pub(super) fn introduction(bytes: &[u8]) -> usize {
    let is_article = bytes.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"le "));
    let article = if is_article { 3 } else { 0 };
    article + weekday(&bytes[article..])
}

/// The number of bytes before the date that name a day of the week.
fn weekday(bytes: &[u8]) -> usize {
    if !bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return 0;
    }
    let mut tokens = Tokens { bytes, at: 0 };
    match tokens.next() {
        Some(Token::Word(word)) if is_weekday(&word) => {
            let is_digit = |byte: &u8| byte.is_ascii_alphanumeric();
            let rest = &bytes[tokens.at..];
            tokens.at + rest.iter().position(is_digit).unwrap_or(rest.len())
        }
        _ => 0,
    }
}

/// Reads a day whose month is a word, and counts its bytes.
pub(super) fn date(bytes: &[u8]) -> Option<(Parts, usize)> {
    let mut tokens = Tokens { bytes, at: 0 };
    let (first, month, last) = match tokens.next()? {
        Token::Number(first) => (first, tokens.next_month()?, tokens.next_number()?),
        Token::Word(word) => {
            let month = month(&word)?;
            (tokens.next_number()?, month, tokens.next_number()?)
        }
    };
    let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
    let short_year = year.len() == 2;
    let century = if short_year { 2000 } else { 0 };
    if !matches!(year.len(), 2 | 4) {
        return None;
    }
    let (day, year) = (number(day, 1..=2)?, century + number(year, 2..=4)?);
    Some((Parts { year, month, day, short_year, is_certain: true }, tokens.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("janv", Some(1))]
    #[case("fvr", Some(2))]
    #[case("fv", Some(2))]
    #[case("mar", Some(3))]
    #[case("jui", None)]
    #[case("jun", Some(6))]
    #[case("juil", Some(7))]
    #[case("jul", Some(7))]
    #[case("ao", None)]
    #[case("aot", Some(8))]
    #[case("sept", Some(9))]
    #[case("dc", Some(12))]
    #[case("ma", None)]
    #[case("", None)]
    fn a_month_is_known_by_its_first_letters(#[case] word: &str, #[case] read: Option<i16>) {
        assert_eq!(month(word), read);
    }

    #[rstest]
    #[case(b"24 d\xe9cembre 2026")]
    #[case(b"24 d\x82c. 2026")]
    #[case("24 décembre 2026".as_bytes())]
    #[case("24\u{a0}déc.\u{a0}2026".as_bytes())]
    fn a_month_is_known_in_every_encoding(#[case] bytes: &[u8]) {
        let (parts, length) = date(bytes).unwrap();
        assert_eq!((parts.day, parts.month, parts.year), (24, 12, 2026));
        assert_eq!(length, bytes.len());
    }
}
