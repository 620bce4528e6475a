//! The header of a file, and its delimiter. The delimiter is the character that gives the most known column
//! names.

use crate::file::columns::{Column, Columns};
use crate::file::encoding::{BYTE_ORDER_MARK, Encoding, Utf8Check, refuse_foreign};
use crate::file::refusal::{FileRefusal, Missing};
use crate::file::splitter::{Row, Splitter};

const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// A header.
pub(crate) struct Header {
    pub(crate) delimiter: u8,
    pub(crate) columns: Columns,
    pub(crate) names: Vec<String>,
    /// The physical line of the header.
    pub(crate) line: u64,
    pub(crate) byte_order_mark: bool,
}

/// Reads the header in the first bytes of a file. An error never repeats the text of the file: the first row of a
/// file without a header is personal data.
pub(crate) fn find(head: &[u8]) -> Result<Header, FileRefusal> {
    refuse_foreign(head)?;
    let byte_order_mark = head.starts_with(BYTE_ORDER_MARK);
    let text = if byte_order_mark { &head[BYTE_ORDER_MARK.len()..] } else { head };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(FileRefusal::Empty);
    }
    let mut best: Option<Candidate> = None;
    for candidate in DELIMITERS.iter().filter_map(|delimiter| Candidate::read(text, *delimiter)) {
        if candidate.known() > best.as_ref().map_or(0, Candidate::known) {
            best = Some(candidate);
        }
    }
    let Candidate { delimiter, line, names, columns } = best.ok_or(FileRefusal::HeaderUnknown)?;
    let columns = columns.map_err(|column| FileRefusal::ColumnTwice { column })?;
    require(&columns)?;
    Ok(Header { delimiter, columns, names, line, byte_order_mark })
}

/// The first row, split by one of the delimiters.
struct Candidate {
    delimiter: u8,
    line: u64,
    names: Vec<String>,
    /// The known columns, or a column that is there twice.
    columns: Result<Columns, Column>,
}

impl Candidate {
    fn read(text: &[u8], delimiter: u8) -> Option<Self> {
        let (line, names) = first_row(text, delimiter)?;
        let columns = Columns::find(names.iter().map(String::as_str));
        Some(Self { delimiter, line, names, columns })
    }

    /// The number of known columns.
    fn known(&self) -> usize {
        self.columns.as_ref().map_or(1, Columns::known)
    }
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

/// The physical line and the cells of the first row. A spreadsheet's `sep=;` before the row is skipped.
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
