//! The encoding of a file's text: UTF-8 where the whole file is valid UTF-8, else code page 850 or Windows-1252,
//! whichever makes words of the bytes that are not ASCII.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The byte order mark that some programs write before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An encoding that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows-1252, which older tills and spreadsheets write.
    Windows1252,
    /// Code page 850, which programs of MS-DOS write.
    CodePage850,
}

impl Encoding {
    /// Decodes bytes. The flag is set where some bytes are not text of this encoding.
    pub(crate) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        let encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::CodePage850 => return (code_page_850(bytes), false),
        };
        encoding.decode_without_bom_handling(bytes)
    }
}

/// The characters of code page 850 from 0x80 on. Its 0xD5 is the euro sign, as in code page 858.
const CODE_PAGE_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

fn code_page_850(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()) {
        return Cow::Borrowed(text);
    }
    let character = |byte: &u8| match byte.checked_sub(0x80) {
        None => char::from(*byte),
        Some(place) => CODE_PAGE_850.chars().nth(place.into()).unwrap_or_default(),
    };
    bytes.iter().map(character).collect()
}

/// Checks whether all bytes are UTF-8, and else which of the other encodings they are. A character may be cut by the
/// end of a chunk.
pub(crate) struct EncodingCheck {
    valid: bool,
    /// The first bytes of a character whose other bytes are in the next chunk.
    cut: [u8; 4],
    cut_length: usize,
    /// The byte before these, or before the next chunk.
    before: u8,
    words: Words,
}

impl EncodingCheck {
    pub(crate) const fn new() -> Self {
        Self { valid: true, cut: [0; 4], cut_length: 0, before: 0, words: Words::new() }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while self.valid && self.cut_length > 0 && !rest.is_empty() {
            self.cut[self.cut_length] = rest[0];
            self.cut_length += 1;
            rest = &rest[1..];
            match std::str::from_utf8(&self.cut[..self.cut_length]) {
                Ok(_) => {
                    self.before = self.cut[self.cut_length - 1];
                    self.cut_length = 0;
                }
                Err(error) => {
                    self.valid = error.error_len().is_none();
                    if !self.valid {
                        self.feed_cut();
                    }
                }
            }
        }
        if !self.valid {
            self.words.feed(rest);
            return;
        }
        let checked = std::str::from_utf8(rest);
        let start =
            checked.as_ref().map_or_else(std::str::Utf8Error::valid_up_to, |text| text.len());
        if let Some(last) = start.checked_sub(1) {
            self.before = rest[last];
        }
        if let Err(error) = checked {
            self.valid = error.error_len().is_none();
            let others = &rest[start..];
            if self.valid {
                self.cut[..others.len()].copy_from_slice(others);
                self.cut_length = others.len();
            } else {
                self.words.feed(&[self.before]);
                self.words.feed(others);
            }
        }
    }

    /// Counts the bytes that are no character of UTF-8, after the byte before them.
    fn feed_cut(&mut self) {
        self.words.feed(&[self.before]);
        self.words.feed(&self.cut[..self.cut_length]);
    }

    pub(crate) fn finish(mut self) -> Encoding {
        if self.valid && self.cut_length == 0 {
            return Encoding::Utf8;
        }
        if self.valid {
            self.feed_cut();
        }
        self.words.encoding()
    }
}

/// Counts the bytes that are letters of French words in one of the encodings and nothing of the kind in the other.
struct Words {
    /// The two bytes before the next one.
    before: [u8; 2],
    windows_1252: u64,
    code_page_850: u64,
}

impl Words {
    const fn new() -> Self {
        Self { before: [0; 2], windows_1252: 0, code_page_850: 0 }
    }

    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let [before, middle] = self.before;
            if !middle.is_ascii() {
                self.count(before, middle, byte);
            }
            self.before = [middle, byte];
        }
    }

    /// Counts a byte between its neighbours. In Windows-1252 the letters with accents are from 0xC0 on, where code
    /// page 850 has frames of boxes. In code page 850 they are from 0x80 on, where Windows-1252 has punctuation.
    fn count(&mut self, before: u8, byte: u8, after: u8) {
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
        let beside = is_letter(before) || is_letter(after);
        let within_lower = before.is_ascii_lowercase() && after.is_ascii_lowercase();
        let within_upper = before.is_ascii_uppercase() && after.is_ascii_uppercase();
        match byte {
            // ü é â ç ê ë è ï É, of which Windows-1252 makes signs that never touch a French letter.
            0x81..=0x83 | 0x87..=0x8b | 0x90 if beside => self.code_page_850 += 1,
            // à î ô ö û ù: quotation marks, dashes and Œ in Windows-1252, which do not stand between small letters.
            0x85 | 0x8c | 0x93 | 0x94 | 0x96 | 0x97 if within_lower => self.code_page_850 += 1,
            // The degree sign of `N°`.
            0xf8 if matches!(before, b'N' | b'n') => self.code_page_850 += 1,
            0xb0 if matches!(before, b'N' | b'n') => self.windows_1252 += 1,
            // Small letters, which are capital ones in code page 850.
            0xe0..=0xf6 | 0xf9..=0xfd if beside && !within_upper => self.windows_1252 += 1,
            0xc0..=0xcf | 0xd1..=0xd6 | 0xd8..=0xdd if beside => self.windows_1252 += 1,
            _ => {}
        }
    }

    fn encoding(mut self) -> Encoding {
        // The last byte has no byte after it.
        self.feed(b"\n");
        if self.code_page_850 > self.windows_1252 {
            Encoding::CodePage850
        } else {
            Encoding::Windows1252
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn detected(bytes: &[u8], chunk: usize) -> Encoding {
        let mut check = EncodingCheck::new();
        bytes.chunks(chunk).for_each(|chunk| check.feed(chunk));
        check.finish()
    }

    #[rstest]
    #[case(b"Num\x82ro ticket", Encoding::CodePage850, "Numéro ticket")]
    #[case(b"N\xf8 ticket", Encoding::CodePage850, "N° ticket")]
    #[case(b"Cr\x8ame br\x96l\x82e", Encoding::CodePage850, "Crème brûlée")]
    #[case(b"Qt\x82", Encoding::CodePage850, "Qté")]
    #[case(b"h\x93tel", Encoding::CodePage850, "hôtel")]
    #[case(b"CR\xd4ME \x90T\x90", Encoding::CodePage850, "CRÈME ÉTÉ")]
    #[case(b"Num\xe9ro ticket", Encoding::Windows1252, "Numéro ticket")]
    #[case(b"N\xb0 ticket", Encoding::Windows1252, "N° ticket")]
    #[case(b"L\x92\xe9t\xe9 \x96 c\x9cur\x85 12 \x80", Encoding::Windows1252, "L’été – cœur… 12 €")]
    #[case(b"S\x96M B\x8cUF", Encoding::Windows1252, "S–M BŒUF")]
    #[case("Numéro ticket".as_bytes(), Encoding::Utf8, "Numéro ticket")]
    #[case(b"ticket", Encoding::Utf8, "ticket")]
    fn the_encoding_is_the_one_that_makes_words(
        #[case] bytes: &[u8],
        #[case] encoding: Encoding,
        #[case] text: &str,
    ) {
        for chunk in 1..=bytes.len() {
            assert_eq!(detected(bytes, chunk), encoding, "chunks of {chunk}");
        }
        assert_eq!(encoding.decode(bytes).0, text);
    }

    #[test]
    fn code_page_850_has_a_character_for_each_byte() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(Encoding::CodePage850.decode(&all).0.chars().count(), 256);
    }
}
