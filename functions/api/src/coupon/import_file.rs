//! A file of codes as merchants write it: one code a row, with or without a header. Other columns are
//! ignored. Pure.

use domain::values::text;

/// The most rows of a file.
pub(super) const MOST_ROWS: usize = 10_000;

/// The headers of the column of codes, folded.
const HEADERS: [&str; 10] = [
    "code",
    "codes",
    "code promo",
    "code promotionnel",
    "coupon",
    "coupons",
    "bon",
    "bon de reduction",
    "code_promo",
    "voucher",
];

/// The reason why a file is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// NUL bytes: UTF-16, or the format of a spreadsheet.
    NotText,
    /// More than [`MOST_ROWS`] rows.
    TooManyRows,
}

/// The cells of the column of codes, each with its physical line from 1. Empty rows are left out.
///
/// Codes are ASCII letters and digits. So the encoding of the other columns does not matter: UTF-8, with or
/// without a byte order mark, or Windows-1252.
pub(super) fn cells(bytes: &[u8]) -> Result<Vec<(usize, String)>, Unreadable> {
    if bytes.contains(&0) || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Unreadable::NotText);
    }
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let rows = text.lines().enumerate().map(|(index, row)| (index + 1, row));
    let mut rows = rows.filter(|(_, row)| !row.trim().is_empty()).peekable();
    let first = rows.peek().map_or("", |(_, row)| row);
    let separator = [';', '\t', '|', ','].into_iter().find(|mark| first.contains(*mark));
    let is_header = |cell: &str| HEADERS.contains(&text::folded(cell).as_str());
    let column = split(first, separator).position(is_header);
    if column.is_some() {
        rows.next();
    }
    let mut cells = Vec::new();
    for (line, row) in rows {
        if cells.len() == MOST_ROWS {
            return Err(Unreadable::TooManyRows);
        }
        let cell = split(row, separator).nth(column.unwrap_or(0)).unwrap_or_default();
        cells.push((line, cell.to_owned()));
    }
    Ok(cells)
}

/// The cells of a row, without the quotes and the white space around them.
fn split(row: &str, separator: Option<char>) -> impl Iterator<Item = &str> {
    row.split(move |character| Some(character) == separator)
        .map(|cell| cell.trim().trim_matches('"').trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"AAAA1\nBBBB2\n", &[(1, "AAAA1"), (2, "BBBB2")])]
    #[case(b"\xef\xbb\xbfcode\r\nAAAA1\r\n\r\nBBBB2", &[(2, "AAAA1"), (4, "BBBB2")])]
    #[case(b"Code promo;Remise\r\n\"AAAA1\";10\r\n", &[(2, "AAAA1")])]
    #[case(b"Lib\xe9ll\xe9;Bon de r\xe9duction;Code\n\xc9t\xe9;x;AAAA1\n", &[(2, "AAAA1")])]
    #[case("libellé\tBon de réduction\nété\tAAAA1".as_bytes(), &[(2, "AAAA1")])]
    #[case(b"AAAA1;10\nBBBB2;20", &[(1, "AAAA1"), (2, "BBBB2")])]
    #[case(b"x,code\n1\n", &[(2, "")])]
    #[case(b"AAAA1\rBBBB2", &[(1, "AAAA1"), (2, "BBBB2")])]
    #[case(b"", &[])]
    fn the_column_of_codes_is_found_in_the_files_that_merchants_write(
        #[case] bytes: &[u8],
        #[case] expected: &[(usize, &str)],
    ) {
        let read = cells(bytes).unwrap();
        let read: Vec<_> = read.iter().map(|(line, cell)| (*line, cell.as_str())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_file_that_is_no_text_or_too_long_is_refused_as_a_whole() {
        assert_eq!(cells(b"\xff\xfeA\0"), Err(Unreadable::NotText));
        assert_eq!(cells(b"PK\x03\x04\0\0"), Err(Unreadable::NotText));
        assert_eq!(cells("AAAA1\n".repeat(MOST_ROWS).as_bytes()).unwrap().len(), MOST_ROWS);
        let more = "AAAA1\n".repeat(MOST_ROWS + 1);
        assert_eq!(cells(more.as_bytes()), Err(Unreadable::TooManyRows));
    }
}
