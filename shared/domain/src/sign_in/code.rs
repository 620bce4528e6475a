//! A code that is sent by SMS and proves that the person holds the mobile.

use crate::values::text::is_invisible;

/// The seconds for which a code can be used.
pub const CODE_SECONDS: i64 = 600;
/// How often a code can be tried.
pub const CODE_TRIES: u32 = 5;
/// The most codes that are sent to one mobile in an hour.
pub const CODES_PER_HOUR: usize = 3;
/// The most codes that one source address asks for in an hour. Many members of a shop share the address of its network.
pub const CODES_PER_SOURCE: u32 = 30;
/// The seconds in which a person who has proved a mobile completes the next form.
pub const TICKET_SECONDS: i64 = 1_800;

/// A code: six digits.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInCode(u32);

/// A code as a person types it.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeText(String);

impl SignInCode {
    /// The code of random bits: each of the million codes is as likely as the others, to one part in four thousand.
    #[must_use]
    pub const fn of_random(bits: u32) -> Self {
        Self(bits % 1_000_000)
    }

    /// The six digits.
    #[must_use]
    pub fn text(&self) -> CodeText {
        CodeText(format!("{:06}", self.0))
    }
}

impl CodeText {
    /// Reads six digits, with or without spaces between them. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_space = |c: &char| c.is_whitespace() || is_invisible(*c);
        let digits: String = text.chars().filter(|c| !is_space(c)).take(7).collect();
        let fits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then_some(Self(digits))
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(7, "000007")]
    #[case(123_456, "123456")]
    #[case(4_294_967_295, "967295")]
    fn a_code_has_six_digits(#[case] bits: u32, #[case] digits: &str) {
        assert_eq!(SignInCode::of_random(bits).text().as_str(), digits);
    }

    #[rstest]
    #[case("012345", Some("012345"))]
    #[case(" 012 345\r\n", Some("012345"))]
    #[case("012\u{202f}345", Some("012345"))]
    #[case("12345", None)]
    #[case("0123456", None)]
    #[case("01234a", None)]
    #[case("", None)]
    fn a_typed_code_is_six_digits_with_or_without_spaces(
        #[case] typed: &str,
        #[case] read: Option<&str>,
    ) {
        let code = CodeText::parse(typed);
        assert_eq!(code.as_ref().map(CodeText::as_str), read);
    }
}
