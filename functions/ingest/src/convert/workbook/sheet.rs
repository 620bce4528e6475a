//! The cells of a sheet become lines of text: one line for a row, separated by semicolons.

use crate::convert::stop::Stop;
use crate::file::{Columns, FileRefusal, MAX_COLUMNS, MAX_ROW_BYTES};

/// The most rows of a sheet.
const MAX_ROWS: u32 = 1_048_576;

/// Writes the cells of a sheet, which come row by row.
pub(super) struct SheetWriter<F> {
    sink: F,
    line: Vec<u8>,
    row: u32,
    column: usize,
    spans: Vec<Span>,
}

/// A merged cell whose text counts for each of its rows.
struct Span {
    column: usize,
    last_row: u32,
    text: String,
}

impl<F: FnMut(&[u8]) -> Result<(), Stop>> SheetWriter<F> {
    /// A writer that passes lines to `sink`.
    pub(super) const fn new(sink: F) -> Self {
        Self { sink, line: Vec::new(), row: 0, column: 0, spans: Vec::new() }
    }

    /// Writes a cell; `row` and `column` count from 0. All cells beyond the widest header are one more column: the
    /// row is refused all the same.
    pub(super) fn put(&mut self, row: u32, column: u32, text: &str) -> Result<(), Stop> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX).min(MAX_COLUMNS);
        if row < self.row || row >= MAX_ROWS || (row == self.row && column + 1 < self.column) {
            return Err(FileRefusal::WorkbookUnreadable.into());
        }
        while self.row < row {
            self.end_row()?;
        }
        if self.column == MAX_COLUMNS + 1 || self.line.len() > 2 * MAX_ROW_BYTES {
            return Ok(());
        }
        while self.column < column {
            self.write_merged();
        }
        if self.column == column {
            self.next_cell();
        }
        write_cell(text, &mut self.line);
        Ok(())
    }

    /// Repeats the cell that was written last, in its column, down to `last_row`: in rows that have a cell of their own
    /// there. The name of a column is no value of the rows below it.
    pub(super) fn span(&mut self, last_row: u32, column: u32, text: &str) {
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let is_name = || Columns::find([text].into_iter()).is_ok_and(|columns| columns.known() > 0);
        if column < MAX_COLUMNS && text.len() <= MAX_ROW_BYTES && !is_name() {
            self.spans.retain(|span| span.column != column);
            self.spans.push(Span { column, last_row, text: text.to_owned() });
        }
    }

    fn next_cell(&mut self) {
        if self.column > 0 {
            self.line.push(b';');
        }
        self.column += 1;
    }

    /// Writes the next cell, which is empty or part of a merged cell.
    fn write_merged(&mut self) {
        let column = self.column;
        self.next_cell();
        if let Some(span) = self.spans.iter().find(|span| span.column == column) {
            write_cell(&span.text, &mut self.line);
        }
    }

    /// Ends the sheet.
    pub(super) fn finish(mut self) -> Result<(), Stop> {
        self.end_row()
    }

    fn end_row(&mut self) -> Result<(), Stop> {
        let last = self.spans.iter().map(|span| span.column).max();
        while self.column > 0 && last.is_some_and(|last| self.column <= last) {
            self.write_merged();
        }
        self.line.push(b'\n');
        (self.sink)(&self.line)?;
        self.line.clear();
        self.spans.retain(|span| span.last_row > self.row);
        self.row += 1;
        self.column = 0;
        Ok(())
    }
}

/// Writes a cell on one line, so that a line of the text is a row of the sheet.
fn write_cell(text: &str, line: &mut Vec<u8>) {
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.contains([';', '"']) {
        line.push(b'"');
        line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[(u32, u32, &str)]) -> Result<String, Stop> {
        let mut text = Vec::new();
        let mut writer = SheetWriter::new(|line: &[u8]| {
            text.extend_from_slice(line);
            Ok(())
        });
        for (row, column, cell) in cells {
            writer.put(*row, *column, cell)?;
        }
        writer.finish()?;
        Ok(String::from_utf8(text).unwrap())
    }

    #[test]
    fn a_row_of_the_sheet_is_a_line_of_the_text() {
        let cells =
            [(0, 0, "Titre"), (2, 1, "a;b"), (2, 3, "deux\r\nlignes"), (3, 0, "24\""), (3, 1, " ")];
        assert_eq!(written(&cells).unwrap(), "Titre\n\n;\"a;b\";;deux  lignes\n\"24\"\"\"\n");
    }

    #[test]
    fn cells_that_do_not_come_row_by_row_are_no_workbook() {
        for cells in [
            [(1, 0, "a"), (0, 0, "b")],
            [(0, 2, "a"), (0, 0, "b")],
            [(0, 0, "a"), (MAX_ROWS, 0, "b")],
        ] {
            let stopped = written(&cells);
            assert!(matches!(stopped, Err(Stop::Refused(FileRefusal::WorkbookUnreadable))));
        }
    }

    #[test]
    fn a_row_wider_than_any_header_is_one_column_wider() {
        let line = written(&[(0, 16_000, "a"), (0, 16_001, "b")]).unwrap();
        assert_eq!(line, format!("{}a\n", ";".repeat(MAX_COLUMNS)));
    }
}
