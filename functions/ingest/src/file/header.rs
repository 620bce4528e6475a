//! The header of a file, and its delimiter. The header is the first row that names a receipt, a date and an amount;
//! titles may stand above. The delimiter is the character that gives the most known column names.
//!
//! A title is no CSV: its quote may be one that is never closed. So a row above the header that spans several lines is
//! also read line by line, and the rows of the file begin with the header.

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
    /// The offset of its first byte in the file.
    pub(crate) start: usize,
    pub(crate) byte_order_mark: bool,
}

/// Reads the header in the first bytes of a file. An error never repeats the text of the file: the first row of a
/// file without a header is personal data.
pub(crate) fn find(head: &[u8]) -> Result<Header, FileRefusal> {
    let byte_order_mark = head.starts_with(BYTE_ORDER_MARK);
    let mark = if byte_order_mark { BYTE_ORDER_MARK.len() } else { 0 };
    let text = &head[mark..];
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(FileRefusal::Empty);
    }
    let is_cut = head.len() >= LIMIT;
    let mut check = EncodingCheck::new();
    check.feed(text);
    let encoding = check.finish();
    let mut best: Option<Candidate> = None;
    let whole_lines = if is_cut { until_last_line_end(text) } else { text };
    for delimiter in DELIMITERS {
        for candidate in candidates(whole_lines, delimiter, encoding) {
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
    let Candidate { delimiter, line, start, names, columns, .. } = best;
    let unguarded = |name: &String| refused::unguarded(name.into(), &names).into_owned();
    let names = names.iter().map(unguarded).collect();
    let columns = columns.map_err(|column| FileRefusal::ColumnTwice { column })?;
    require(&columns)?;
    Ok(Header { delimiter, columns, names, line, start: mark + start, byte_order_mark })
}

/// The columns of the header in the first bytes of a file.
pub(crate) fn columns_of(head: &[u8]) -> Result<Columns, FileRefusal> {
    find(head).map(|header| header.columns)
}

/// A row that may be the header, split by one of the delimiters.
struct Candidate {
    delimiter: u8,
    line: u64,
    start: usize,
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
        let start = usize::try_from(row.start).unwrap_or(usize::MAX);
        Self { delimiter, line: row.line, start, names, columns, known, is_too_wide }
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

/// The text without its last line, which may be cut.
fn until_last_line_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    &text[..end.map_or(0, |end| end + 1)]
}

/// The first rows, split by a delimiter. A row that spans several lines may begin with the quote of a title, so its
/// other lines are read as rows, too.
fn candidates(text: &[u8], delimiter: u8, encoding: Encoding) -> Vec<Candidate> {
    let mut search =
        Search { delimiter, encoding, found: Vec::new(), rows: 0, last_line: u64::MAX };
    let mut next = Some(Position { start: 0, line: 1 });
    while let Some(Position { start, line }) = next.take() {
        let rest = text.get(start..).unwrap_or_default();
        let mut take = |row: &Row<'_>| {
            if next.is_none() && search.goes_on(row) {
                search.add(row);
                if line_ends(row) > 0 {
                    next = Some(Position::after_first_line(text, row));
                }
            }
        };
        let mut splitter = Splitter::new(delimiter, u64::try_from(start).unwrap_or_default(), line);
        splitter.feed(rest, &mut take);
        splitter.finish(&mut take);
    }
    search.found
}

/// The beginning of a line of the text.
struct Position {
    start: usize,
    line: u64,
}

impl Position {
    /// The line after the one on which a row begins.
    fn after_first_line(text: &[u8], row: &Row<'_>) -> Self {
        let begin = usize::try_from(row.start).unwrap_or(usize::MAX);
        let rest = text.get(begin..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let length = length.unwrap_or(rest.len());
        let line_end = if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        Self { start: begin.saturating_add(length + line_end), line: row.line + 1 }
    }
}

/// The lines after the first one that a row spans, by the line ends within its quotes.
fn line_ends(row: &Row<'_>) -> u64 {
    let (mut ends, mut after_return) = (0, false);
    for &byte in row.bytes {
        ends += u64::from(byte == b'\r' || (byte == b'\n' && !after_return));
        after_return = byte == b'\r';
    }
    ends
}

/// Whether a title with a quote is joined to the first name of the line below: the quote is closed by the quote that
/// opens the name, and the one that closes the name remains.
fn is_joined(row: &Row<'_>) -> bool {
    let has = |field: &[u8], byte| field.contains(&byte);
    let mut fields = (0..row.ends.len()).map(|index| row.field(index));
    fields.any(|field| has(field, b'"') && (has(field, b'\n') || has(field, b'\r')))
}

/// The search of the header by one delimiter.
struct Search {
    delimiter: u8,
    encoding: Encoding,
    found: Vec<Candidate>,
    rows: usize,
    /// The last line on which the header may begin, once a complete header is found.
    last_line: u64,
}

impl Search {
    /// Whether a row may be the header.
    fn goes_on(&self, row: &Row<'_>) -> bool {
        self.rows < SEARCHED_ROWS && row.line <= self.last_line
    }

    /// Adds a row. A spreadsheet's `sep=;` before the header is skipped.
    fn add(&mut self, row: &Row<'_>) {
        let is_hint = row.bytes.starts_with(b"sep=") && row.bytes.len() <= 5;
        self.rows += 1;
        if is_hint || row.fault.is_some() {
            return;
        }
        let candidate = Candidate::read(row, self.delimiter, self.encoding);
        if candidate.rank().is_complete {
            let others = if is_joined(row) { line_ends(row) } else { 0 };
            self.last_line = self.last_line.min(row.line + others);
        }
        // One known word in a title or in a row of data is no header.
        if candidate.known > 1 || self.found.is_empty() {
            self.found.push(candidate);
        }
    }
}
