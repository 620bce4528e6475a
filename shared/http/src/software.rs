//! The name of the software that calls, as the software sends it. The name tells the operator which
//! maker of software to write to.

use crate::codes;
use crate::headers::X_TILL_SOFTWARE;
use crate::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

/// The most characters of a name.
pub const NAME_LENGTH: usize = 40;
/// The most characters of a version.
pub const VERSION_LENGTH: usize = 20;

/// A name and a version that may be logged: `Caisse/2.4.1`.
///
/// The name begins with a letter and has at most four digits. The version has at most four numbers of at
/// most eight digits. So neither can be a telephone number, the number of a card or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software(String);

impl Software {
    /// Reads `Name/Version`; `None` for any other text, such as the `User-Agent` of a browser.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = text.split_once('/')?;
        (is_name(name) && is_version(version)).then(|| Self(text.to_owned()))
    }

    /// The software that a request names by `X-Till-Software`, or by `User-Agent` where that is absent.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        headers
            .get(X_TILL_SOFTWARE)
            .or_else(|| headers.get(USER_AGENT))
            .and_then(|value| value.to_str().ok())
            .and_then(Self::parse)
            .ok_or_else(not_named)
    }

    /// The name and the version, as they were sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME_LENGTH).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(is_plain)
        && name.bytes().filter(u8::is_ascii_digit).count() <= 4
}

fn is_version(version: &str) -> bool {
    let numbers = || version.split(|character: char| !character.is_ascii_digit());
    (1..=VERSION_LENGTH).contains(&version.len())
        && version.starts_with(|first: char| first.is_ascii_alphanumeric())
        && version.bytes().all(is_plain)
        && numbers().filter(|number| !number.is_empty()).count() <= 4
        && numbers().all(|number| number.len() <= 8)
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn not_named() -> Problem {
    let detail = format!(
        "Name the software that calls: send the header User-Agent: Software/Version, or \
         X-Till-Software: Software/Version from a browser. Use letters, digits and . _ - only, \
         {NAME_LENGTH} characters and {VERSION_LENGTH} at most, as in Caisse/2.4.1."
    );
    Problem::new(Kind::Malformed, detail).coded(codes::SOFTWARE_NOT_NAMED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Caisse/2.4.1")]
    #[case("ma-caisse_2000/20261124")]
    #[case("curl/8.5.0")]
    #[case("python-requests/2.31.0")]
    #[case("till/v3-beta.2")]
    fn software_is_a_name_and_a_version(#[case] text: &str) {
        assert_eq!(Software::parse(text).unwrap().as_str(), text);
    }

    #[rstest]
    #[case("")]
    #[case("Caisse")]
    #[case("Caisse/")]
    #[case("/2.4.1")]
    #[case("Caisse 2.4.1")]
    #[case("Caisse/2.4.1 (Windows)")]
    #[case("Caisse/2/4")]
    #[case("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    #[case("camille@example.com/1.0")]
    #[case("Caisse/camille@example.com")]
    #[case("Clothilde Zéphirin/1.0")]
    #[case("0639980012/1.0")]
    #[case("T0639980012/1.0")]
    #[case("Caisse/0639980012")]
    #[case("Caisse/06.39.98.00.12")]
    #[case("Caisse/06-39-98-00-12")]
    #[case("Caisse/2990000012345")]
    #[case(&format!("{}/1", "a".repeat(41)))]
    #[case(&format!("Caisse/1.{}", "a".repeat(19)))]
    fn what_names_no_software_or_may_name_a_person_is_not_read(#[case] text: &str) {
        assert_eq!(Software::parse(text), None);
    }
}
