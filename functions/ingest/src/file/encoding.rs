//! The encoding of a file: UTF-8 where the whole file is valid UTF-8, else Windows-1252. Formats that are no text
//! are recognised and refused.

use crate::file::refusal::FileRefusal;
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
}

impl Encoding {
    /// Decodes bytes. The flag is set where some bytes are not text of this encoding.
    pub(crate) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        let encoding = match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        encoding.decode_without_bom_handling(bytes)
    }
}

/// Refuses a file in a format that is not supported. The first bytes of the file show the format.
pub(crate) fn refuse_foreign(head: &[u8]) -> Result<(), FileRefusal> {
    const NOT_TEXT: [&[u8]; 3] = [b"%PDF", b"\x1f\x8b", b"\x89PNG"];
    const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];
    let begins_with = |magic: &&[u8]| head.starts_with(magic);
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(FileRefusal::Utf16);
    }
    if SPREADSHEETS.iter().any(begins_with) {
        return Err(FileRefusal::Spreadsheet);
    }
    if NOT_TEXT.iter().any(begins_with) {
        return Err(FileRefusal::NotText);
    }
    let sample = &head[..head.len().min(4096)];
    // NUL bytes at even and at odd positions.
    let mut nuls = [0_usize; 2];
    for (place, &byte) in sample.iter().enumerate() {
        nuls[place % 2] += usize::from(byte == 0);
    }
    let [even, odd] = nuls;
    if (even + odd) * 3 < sample.len().max(1) {
        Ok(())
    } else if even.max(odd) > 9 * even.min(odd) {
        // Every other byte is NUL: Latin letters in UTF-16 without its mark.
        Err(FileRefusal::Utf16)
    } else {
        Err(FileRefusal::NotText)
    }
}

/// Checks whether all bytes are UTF-8. A character may be cut by the end of a chunk.
pub(crate) struct Utf8Check {
    valid: bool,
    /// The first bytes of a character whose other bytes are in the next chunk.
    cut: [u8; 4],
    cut_length: usize,
}

impl Utf8Check {
    pub(crate) const fn new() -> Self {
        Self { valid: true, cut: [0; 4], cut_length: 0 }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while self.valid && self.cut_length > 0 && !rest.is_empty() {
            self.cut[self.cut_length] = rest[0];
            self.cut_length += 1;
            rest = &rest[1..];
            match std::str::from_utf8(&self.cut[..self.cut_length]) {
                Ok(_) => self.cut_length = 0,
                Err(error) => self.valid = error.error_len().is_none(),
            }
        }
        if !self.valid {
            return;
        }
        if let Err(error) = std::str::from_utf8(rest) {
            self.valid = error.error_len().is_none();
            let cut = &rest[error.valid_up_to()..];
            if self.valid {
                self.cut[..cut.len()].copy_from_slice(cut);
                self.cut_length = cut.len();
            }
        }
    }

    pub(crate) const fn finish(&self) -> Encoding {
        if self.valid && self.cut_length == 0 { Encoding::Utf8 } else { Encoding::Windows1252 }
    }
}
