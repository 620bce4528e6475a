//! The header of a file, and its delimiter. The header is the first row that names a receipt, a date and an amount;
//! titles may stand above. The delimiter is the character that gives the most known column names.

use crate::file::columns::{Column, Columns};
use crate::file::encoding::{BYTE_ORDER_MARK, Encoding, EncodingCheck};
use crate::file::refusal::{FileRefusal, Missing};
use crate::file::refused;
use crate::file::splitter::{LIMIT, Row, Splitter};

const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The rows in which the header is searched.
pub(crate) const SEARCHED_ROWS: usize = 50;
/// The most columns of a header.
pub(crate) const MAX_COLUMNS: usize = 1000;

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
    let byte_order_mark = head.starts_with(BYTE_ORDER_MARK);
    let text = if byte_order_mark { &head[BYTE_ORDER_MARK.len()..] } else { head };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(FileRefusal::Empty);
    }
    let is_cut = head.len() >= LIMIT;
    let mut check = EncodingCheck::new();
    check.feed(text);
    let encoding = check.finish();
    let mut best: Option<Candidate> = None;
    for delimiter in DELIMITERS {
        for candidate in candidates(text, delimiter, encoding, is_cut) {
            if best.as_ref().is_none_or(|best| candidate.rank() > best.rank()) {
                best = Some(candidate);
            }
        }
    }
    let Some(best) = best.filter(|best| best.known > 0) else {
        let is_one_line = is_cut && !text.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        let refusal =
            if is_one_line { FileRefusal::HeaderTooLong } else { FileRefusal::HeaderUnknown };
        return Err(refusal);
    };
    if best.is_too_wide {
        return Err(FileRefusal::TooManyColumns);
    }
    let Candidate { delimiter, line, names, columns, .. } = best;
    let unguarded = |name: &String| refused::unguarded(name.into(), &names).into_owned();
    let names = names.iter().map(unguarded).collect();
    let columns = columns.map_err(|column| FileRefusal::ColumnTwice { column })?;
    require(&columns)?;
    Ok(Header { delimiter, columns, names, line, byte_order_mark })
}

/// The columns of the header in the first bytes of a file.
pub(crate) fn columns_of(head: &[u8]) -> Result<Columns, FileRefusal> {
    find(head).map(|header| header.columns)
}

/// A row that may be the header, split by one of the delimiters.
struct Candidate {
    delimiter: u8,
    line: u64,
    names: Vec<String>,
    /// The known columns, or a column that is there twice.
    columns: Result<Columns, Column>,
    /// The number of known columns.
    known: usize,
    is_too_wide: bool,
}

/// How well a row fits a header. Of two equal rows the first one is the header.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_complete: bool,
    known: usize,
}

impl Candidate {
    fn read(row: &Row<'_>, delimiter: u8, encoding: Encoding) -> Self {
        let mut check = EncodingCheck::new();
        check.feed(row.bytes);
        let encoding = match check.finish() {
            Encoding::Utf8 => Encoding::Utf8,
            _ => encoding,
        };
        let mut width = row.ends.len();
        while width > MAX_COLUMNS && row.field(width - 1).trim_ascii().is_empty() {
            width -= 1;
        }
        let is_too_wide = width > MAX_COLUMNS;
        let names: Vec<String> = (0..width.min(MAX_COLUMNS))
            .map(|index| encoding.decode(row.field(index)).0.trim().to_owned())
            .collect();
        let columns = Columns::find(names.iter().map(String::as_str));
        let known = match &columns {
            Ok(columns) => columns.known(),
            Err(_) => names.iter().filter(|name| is_known(name)).count(),
        };
        Self { delimiter, line: row.line, names, columns, known, is_too_wide }
    }

    fn rank(&self) -> Rank {
        let is_complete = self.columns.as_ref().is_ok_and(|columns| require(columns).is_ok());
        Rank { is_complete, known: self.known }
    }
}

fn is_known(name: &str) -> bool {
    Columns::find(std::iter::once(name)).is_ok_and(|columns| columns.known() > 0)
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

/// The first rows, split by a delimiter. A spreadsheet's `sep=;` before them is skipped. Where the text is cut, its
/// last row is not read.
fn candidates(text: &[u8], delimiter: u8, encoding: Encoding, is_cut: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut rows = 0;
    let mut is_complete = false;
    let mut take = |row: &Row<'_>| {
        let is_hint = row.bytes.starts_with(b"sep=") && row.bytes.len() <= 5;
        rows += 1;
        if rows <= SEARCHED_ROWS && !is_complete && !is_hint && row.fault.is_none() {
            let candidate = Candidate::read(row, delimiter, encoding);
            is_complete = candidate.rank().is_complete;
            // One known word in a title or in a row of data is no header.
            if candidate.known > 1 || found.is_empty() {
                found.push(candidate);
            }
        }
    };
    let mut splitter = Splitter::new(delimiter, 0, 1);
    splitter.feed(text, &mut take);
    if !is_cut {
        splitter.finish(&mut take);
    }
    found
}
