//! The alphabet of a short SMS (3GPP TS 23.038, default alphabet and its extension).

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The number of septets of a character, or `None` for a character outside the alphabet.
pub(crate) fn septets(character: char) -> Option<usize> {
    if character.is_ascii_alphanumeric() || character == ' ' || BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_127_characters_and_10_that_count_double() {
        // 128 codes, one of which is the escape to the extension.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let widths: Vec<_> = ('\0'..='\u{ffff}').filter_map(septets).collect();
        let count = |width| widths.iter().filter(|one| **one == width).count();
        assert_eq!(count(1), 127);
        assert_eq!(count(2), 10);
    }
}
