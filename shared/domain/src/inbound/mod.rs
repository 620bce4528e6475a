//! Texts that persons send to the number of a merchant, and that are no opposition.

use crate::Instant;
use jiff::ToSpan as _;

/// The days for which a text is stored.
pub const STORED_DAYS: i64 = 30;
/// The most characters of a text that are stored: more than ten parts of an SMS.
const LONGEST: usize = 1_600;

/// The text that is stored: without control characters, and cut after 1,600 characters. `None` for a blank text.
#[must_use]
pub fn stored_text(text: &str) -> Option<String> {
    let is_text = |one: &char| !one.is_control() || *one == '\n';
    let text: String = text.trim().chars().filter(is_text).take(LONGEST).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// The instant from which a text is no longer stored.
#[must_use]
pub fn stored_until(received_at: Instant) -> Instant {
    received_at + (24 * STORED_DAYS).hours()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_has_no_control_characters() {
        assert_eq!(stored_text(" Bonjour,\n\u{7}merci "), Some("Bonjour,\nmerci".to_owned()));
        assert_eq!(stored_text(" \u{7} "), None);
        assert_eq!(stored_text(&"é".repeat(2_000)).map(|text| text.chars().count()), Some(LONGEST));
    }
}
