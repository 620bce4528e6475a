//! The subject of an e-mail: one line, of a length that providers accept.

use domain::ValueError;
use domain::values::text;

/// The most characters of a subject.
pub const MAX_LENGTH: usize = 200;

/// Reads a subject, its placeholders included: 1 to 200 characters on one line. Control characters, line
/// and paragraph separators, and the marks that turn the direction of writing are
/// [`ValueError::ControlCharacters`].
pub fn subject(text: &str) -> Result<&str, ValueError> {
    let breaks = |character| matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text::bounded(text, MAX_LENGTH)? {
        text if text.contains(breaks) => Err(ValueError::ControlCharacters),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "  Vos points, {{first_name|cher client}} ",
        Ok("Vos points, {{first_name|cher client}}")
    )]
    #[case("", Err(ValueError::Empty))]
    #[case("Vos points\r\nBcc: a@example.com", Err(ValueError::ControlCharacters))]
    #[case("Vos\u{2028}points", Err(ValueError::ControlCharacters))]
    #[case("Vos \u{202e}stniop", Err(ValueError::ControlCharacters))]
    #[case(&"é".repeat(201), Err(ValueError::TooLong { limit: 200 }))]
    fn a_subject_is_one_line(#[case] text: &str, #[case] read: Result<&str, ValueError>) {
        assert_eq!(subject(text), read);
    }

    #[test]
    fn a_subject_has_200_characters_at_most() {
        assert!(subject(&"é".repeat(200)).is_ok());
    }
}
