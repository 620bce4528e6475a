//! Finds the header, and by its shape the delimiter: the one that makes the most known names.

use crate::file::columns::{Column, Columns};
use crate::file::encoding::{BYTE_ORDER_MARK, Encoding, Utf8Check, refuse_foreign};
use crate::file::reason::{FileRefusal, Missing};
use crate::file::record::{Row, Splitter};

const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// A header that was found.
pub(crate) struct Header {
    pub(crate) delimiter: u8,
    pub(crate) columns: Columns,
    pub(crate) names: Vec<String>,
    /// The physical line it is on.
    pub(crate) line: u64,
    pub(crate) byte_order_mark: bool,
}

/// Reads the header in the first bytes of a file.
///
/// # Errors
/// What is missing or wrong, never with the file's own text: the first row of a file without a
/// header is somebody's data.
pub(crate) fn find(head: &[u8]) -> Result<Header, FileRefusal> {
    refuse_foreign(head)?;
    let byte_order_mark = head.starts_with(BYTE_ORDER_MARK);
    let text = if byte_order_mark { &head[BYTE_ORDER_MARK.len()..] } else { head };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(FileRefusal::Empty);
    }
    let candidates = DELIMITERS.map(|delimiter| first_row(text, delimiter));
    let mut best: Option<(usize, Result<Columns, Column>, usize)> = None;
    for (index, candidate) in candidates.iter().enumerate() {
        let Some((_, names)) = candidate else {
            continue;
        };
        let found = Columns::find(names.iter().map(String::as_str));
        let known = found.as_ref().map_or(1, Columns::known);
        if known > best.as_ref().map_or(0, |(most, ..)| *most) {
            best = Some((known, found, index));
        }
    }
    let Some((_, found, index)) = best else {
        return Err(FileRefusal::HeaderUnknown);
    };
    let columns = found.map_err(|column| FileRefusal::ColumnTwice { column })?;
    require(&columns)?;
    let (line, names) = candidates.into_iter().nth(index).flatten().unwrap_or_default();
    Ok(Header { delimiter: DELIMITERS[index], columns, names, line, byte_order_mark })
}

fn require(columns: &Columns) -> Result<(), FileRefusal> {
    let amount = columns.have(Column::Total)
        || columns.have(Column::LineAmount)
        || (columns.have(Column::Quantity) && columns.have(Column::UnitPrice));
    let missing = Missing {
        receipt: !columns.have(Column::Receipt),
        date: !columns.have(Column::Date),
        amount: !amount,
    };
    if missing == Missing::default() { Ok(()) } else { Err(FileRefusal::HeaderIncomplete(missing)) }
}

/// The first row and its line, a spreadsheet's `sep=;` before it passed over.
fn first_row(text: &[u8], delimiter: u8) -> Option<(u64, Vec<String>)> {
    let mut first = None;
    let mut seen = false;
    let mut take = |row: &Row<'_>| {
        let hint = !seen && row.bytes.starts_with(b"sep=") && row.bytes.len() <= 5;
        if !hint && !seen {
            seen = true;
            if row.fault.is_none() {
                let mut check = Utf8Check::new();
                check.feed(row.bytes);
                let encoding = check.finish();
                first = Some((row.line, names(row, encoding)));
            }
        }
    };
    let mut splitter = Splitter::new(delimiter, 0, 1);
    splitter.feed(text, &mut take);
    splitter.finish(&mut take);
    first
}

fn names(row: &Row<'_>, encoding: Encoding) -> Vec<String> {
    (0..row.ends.len()).map(|index| encoding.decode(row.field(index)).0.trim().to_owned()).collect()
}
