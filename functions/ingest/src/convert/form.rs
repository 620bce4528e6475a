//! The form of a file, by its first bytes.

use crate::file::{BYTE_ORDER_MARK, FileRefusal};
use encoding_rs::{UTF_16BE, UTF_16LE};

/// The first bytes of a file that show its form.
pub(crate) const SNIFFED_BYTES: usize = 4096;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text whose separators and line ends are those of ASCII.
    Text,
    /// UTF-16, which spreadsheets call "Unicode text".
    Utf16,
    /// A gzip file.
    Gzip,
    /// A zip archive. A workbook is one, too.
    Zip,
}

impl Form {
    /// The form of the file that begins with these bytes.
    pub(crate) fn of(head: &[u8]) -> Result<Self, FileRefusal> {
        const NOT_TEXT: [&[u8]; 4] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!"];
        const ZIPS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
        let begins_with = |magic: &&[u8]| head.starts_with(magic);
        if head.starts_with(b"\x1f\x8b") {
            Ok(Self::Gzip)
        } else if ZIPS.iter().any(begins_with) {
            Ok(Self::Zip)
        } else if head.starts_with(b"\xd0\xcf\x11\xe0") || is_markup(head) {
            Err(FileRefusal::WorkbookOld)
        } else if NOT_TEXT.iter().any(begins_with) {
            Err(FileRefusal::NotText)
        } else {
            Ok(if utf16(head)?.is_some() { Self::Utf16 } else { Self::Text })
        }
    }
}

/// Whether a file is a page or a workbook of 2003 in XML. Some programs name such a file `.xls`, and spreadsheets open
/// it.
fn is_markup(head: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 4] = [b"<html", b"<table", b"<?xml", b"<!doc"];
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head).trim_ascii_start();
    let begins_with = |beginning: &&[u8]| {
        text.get(..beginning.len()).is_some_and(|text| text.eq_ignore_ascii_case(beginning))
    };
    BEGINNINGS.iter().any(begins_with)
}

/// The byte order of UTF-16, by its mark or by its NUL bytes: every other byte of Latin letters is NUL. `None` for
/// other text.
pub(super) fn utf16(head: &[u8]) -> Result<Option<&'static encoding_rs::Encoding>, FileRefusal> {
    if head.starts_with(b"\xff\xfe") {
        return Ok(Some(UTF_16LE));
    }
    if head.starts_with(b"\xfe\xff") {
        return Ok(Some(UTF_16BE));
    }
    let sample = &head[..head.len().min(SNIFFED_BYTES)];
    let mut nuls = [0_usize; 2];
    for (place, &byte) in sample.iter().enumerate() {
        nuls[place % 2] += usize::from(byte == 0);
    }
    let [even, odd] = nuls;
    if (even + odd) * 3 < sample.len().max(1) {
        Ok(None)
    } else if even.max(odd) > 9 * even.min(odd) {
        Ok(Some(if even > odd { UTF_16BE } else { UTF_16LE }))
    } else {
        Err(FileRefusal::NotText)
    }
}
