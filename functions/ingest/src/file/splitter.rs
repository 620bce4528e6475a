//! The splitter of bytes into rows. The planner and the readers of ranges share this splitter, so they agree on
//! every boundary, however the file is cut into chunks.
//!
//! The splitter holds at most [`LIMIT`] bytes of a row in memory. A physical line over the limit is skipped. A row
//! over the limit that spans lines has a quote that is not closed: only its first line is at fault, and reading
//! continues on the next physical line.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The most bytes of a row in the file, without its line end.
pub(crate) const LIMIT: usize = 64 * 1024;

/// The sign for the end of a file.
const END_OF_FILE: u8 = 0x1a;

/// Why a row cannot be split into fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A physical line over [`LIMIT`]. Its fields are lost.
    TooLong,
    /// A quote that opens on this line and is not closed within [`LIMIT`].
    QuoteNotClosed,
    /// A NUL byte.
    Nul,
}

/// A row: its fields, unquoted and not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The physical line on which the row begins, from 1.
    pub(crate) line: u64,
    /// The offset of the first byte in the file.
    pub(crate) start: u64,
    pub(crate) fault: Option<Fault>,
    /// All fields, one after the other.
    pub(crate) bytes: &'a [u8],
    /// The end of each field in `bytes`.
    pub(crate) ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// A field; empty where the row has fewer fields.
    pub(crate) fn field(&self, index: usize) -> &'a [u8] {
        let start = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        match (start, self.ends.get(index)) {
            (Some(&start), Some(&end)) => &self.bytes[start..end],
            _ => &[],
        }
    }

    /// The bytes of a copy of the row.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val(self.ends)
    }

    /// Whether a field after the first `width` fields is not empty. Many exporters leave delimiters at the end of
    /// a line, which are empty fields.
    pub(crate) fn is_wider_than(&self, width: usize) -> bool {
        let end = width.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        self.ends.len() > width && end.is_none_or(|end| end < self.bytes.len())
    }
}

/// The splitter. A line of only white space and delimiters is no row, nor is the sign for the end of a file that
/// programs of MS-DOS write.
pub(crate) struct Splitter {
    reader: Reader,
    limit: usize,
    /// The bytes of the row in progress. They are read again where a quote is not closed.
    raw: Vec<u8>,
    fields: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    ended: usize,
    /// The offset of the row in progress or, between rows, of the next byte.
    offset: u64,
    /// The physical line at `offset`.
    line: u64,
    /// Whether the last byte was a carriage return. A line feed after it belongs to the same line end.
    after_return: bool,
    /// Whether the rest of a line over the limit is being skipped.
    skipping: bool,
}

impl Splitter {
    /// A splitter of bytes that begin at `offset` of the file, on the physical line `line`.
    pub(crate) fn new(delimiter: u8, offset: u64, line: u64) -> Self {
        Self::with_limit(delimiter, offset, line, LIMIT)
    }

    fn with_limit(delimiter: u8, offset: u64, line: u64, limit: usize) -> Self {
        let mut splitter = Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            limit,
            raw: Vec::new(),
            fields: vec![0; limit + 2],
            written: 0,
            ends: vec![0; 64],
            ended: 0,
            offset,
            line,
            after_return: false,
            skipping: false,
        };
        splitter.restart();
        splitter
    }

    /// Reads a chunk, and passes complete rows to `sink`.
    pub(crate) fn feed(&mut self, chunk: &[u8], sink: &mut dyn FnMut(&Row<'_>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            if self.skipping {
                rest = self.skip(rest);
            } else if self.raw.is_empty() && matches!(rest[0], b'\n' | b'\r') {
                self.end_line(rest[0]);
                rest = &rest[1..];
            } else {
                rest = self.read(rest, sink);
            }
        }
    }

    /// Passes the last rows to `sink`: the file, or the range, ends here. Returns the offset of the end.
    pub(crate) fn finish(mut self, sink: &mut dyn FnMut(&Row<'_>)) -> u64 {
        while !self.raw.is_empty() {
            // A line feed ends the row, except within quotes.
            let result = loop {
                match self.read_into_fields(b"\n").0 {
                    ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => self.grow(),
                    result => break result,
                }
            };
            if matches!(result, ReadRecordResult::Record) {
                let raw = std::mem::take(&mut self.raw);
                self.hand_over(&raw, None, sink);
            } else {
                self.give_up_quote(sink);
            }
        }
        self.offset
    }

    /// Skips to the end of a line over the limit.
    fn skip<'c>(&mut self, rest: &'c [u8]) -> &'c [u8] {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.skipping = end.is_none();
        let skipped = end.unwrap_or(rest.len());
        self.offset += length(skipped);
        &rest[skipped..]
    }

    /// Reads the bytes of a row, up to the limit.
    fn read<'c>(&mut self, rest: &'c [u8], sink: &mut dyn FnMut(&Row<'_>)) -> &'c [u8] {
        let allowed = rest.len().min(self.limit + 1 - self.raw.len());
        let (result, taken) = self.read_into_fields(&rest[..allowed]);
        match result {
            ReadRecordResult::Record => {
                let (content, terminator) = (&rest[..taken - 1], rest[taken - 1]);
                if self.raw.is_empty() {
                    self.hand_over(content, None, sink);
                } else {
                    let mut raw = std::mem::take(&mut self.raw);
                    raw.extend_from_slice(content);
                    self.hand_over(&raw, None, sink);
                    raw.clear();
                    self.raw = raw;
                }
                self.end_line(terminator);
            }
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                self.raw.extend_from_slice(&rest[..taken]);
                if self.raw.len() > self.limit {
                    self.give_up_row(sink);
                }
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                self.raw.extend_from_slice(&rest[..taken]);
                self.grow();
            }
        }
        &rest[taken..]
    }

    fn read_into_fields(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        let (result, taken, written, ended) = self.reader.read_record(
            input,
            &mut self.fields[self.written..],
            &mut self.ends[self.ended..],
        );
        self.written += written;
        self.ended += ended;
        (result, taken)
    }

    fn grow(&mut self) {
        self.ends.resize(self.ends.len() * 2, 0);
        if self.written == self.fields.len() {
            self.fields.resize(self.fields.len() * 2, 0);
        }
    }

    /// Gives up a row over the limit.
    fn give_up_row(&mut self, sink: &mut dyn FnMut(&Row<'_>)) {
        if self.raw.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            self.give_up_quote(sink);
        } else {
            let raw = std::mem::take(&mut self.raw);
            self.restart();
            self.hand_over(&raw, Some(Fault::TooLong), sink);
            self.skipping = true;
        }
    }

    /// Gives up a row whose quote is not closed: its first line is at fault, and the bytes after that line are read
    /// again.
    fn give_up_quote(&mut self, sink: &mut dyn FnMut(&Row<'_>)) {
        let raw = std::mem::take(&mut self.raw);
        let end = raw.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(raw.len());
        let (first_line, others) = raw.split_at(end);
        self.restart();
        self.read_alone(first_line);
        self.hand_over(first_line, Some(Fault::QuoteNotClosed), sink);
        self.restart();
        self.feed(others, sink);
    }

    /// Reads a line as if the file ended after it.
    fn read_alone(&mut self, line: &[u8]) {
        let mut rest = line;
        loop {
            let (result, taken) = self.read_into_fields(rest);
            rest = &rest[taken..];
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => self.grow(),
            }
        }
    }

    fn hand_over(&mut self, content: &[u8], fault: Option<Fault>, sink: &mut dyn FnMut(&Row<'_>)) {
        let bytes = &self.fields[..self.written];
        let (line_ends, nul) = inspect(content);
        let fault = fault.or(nul.then_some(Fault::Nul));
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == END_OF_FILE;
        if fault.is_some() || !bytes.iter().all(is_blank) {
            sink(&Row {
                line: self.line,
                start: self.offset,
                fault,
                bytes,
                ends: &self.ends[..self.ended],
            });
        }
        self.written = 0;
        self.ended = 0;
        self.offset += length(content.len());
        self.line += line_ends;
        self.after_return = false;
    }

    fn end_line(&mut self, terminator: u8) {
        self.line += u64::from(!(terminator == b'\n' && self.after_return));
        self.after_return = terminator == b'\r';
        self.offset += 1;
    }

    /// Clears the row in progress. The line feed prevents the CSV reader from removing a byte order mark in the
    /// middle of a file, as it does at the beginning.
    fn restart(&mut self) {
        self.written = 0;
        self.ended = 0;
        self.reader.reset();
        self.reader.read_record(b"\n", &mut self.fields, &mut self.ends);
    }
}

/// Returns the number of line ends in the row, and whether the row has a NUL byte. The first pass has no branch, so
/// a row with neither costs almost no time.
fn inspect(content: &[u8]) -> (u64, bool) {
    let control = content
        .iter()
        .fold(0, |found, &byte| found | (u8::from(byte <= b'\r') & u8::from(byte != b'\t')));
    if control == 0 {
        return (0, false);
    }
    let (mut line_ends, mut nul, mut after_return) = (0, false, false);
    for &byte in content {
        line_ends += u64::from(byte == b'\r' || (byte == b'\n' && !after_return));
        nul |= byte == 0;
        after_return = byte == b'\r';
    }
    (line_ends, nul)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A row that does not borrow from the splitter.
    #[derive(Debug, PartialEq, Eq)]
    struct OwnedRow {
        line: u64,
        start: u64,
        fault: Option<Fault>,
        fields: Vec<Vec<u8>>,
    }

    fn owned(row: &Row<'_>) -> OwnedRow {
        let fields = (0..row.ends.len()).map(|index| row.field(index).to_vec()).collect();
        OwnedRow { line: row.line, start: row.start, fault: row.fault, fields }
    }

    fn split(bytes: &[u8], chunk: usize, limit: usize) -> Vec<OwnedRow> {
        let mut rows = Vec::new();
        let mut splitter = Splitter::with_limit(b';', 0, 1, limit);
        for chunk in bytes.chunks(chunk) {
            splitter.feed(chunk, &mut |row| rows.push(owned(row)));
        }
        let end = splitter.finish(&mut |row| rows.push(owned(row)));
        assert_eq!(end, length(bytes.len()));
        rows
    }

    fn lines_and_faults(text: &str, limit: usize) -> Vec<(u64, Option<Fault>)> {
        split(text.as_bytes(), 1, limit).into_iter().map(|row| (row.line, row.fault)).collect()
    }

    #[test]
    fn lines_are_counted_as_in_an_editor() {
        let text = "a\n\nb\r\n\r\nc\rd\n\"x\ny\r\nz\re\"\nf";
        let lines: Vec<_> = lines_and_faults(text, 64).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 3, 5, 6, 7, 11]);
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_is_read() {
        let text = format!("{}\n{}\nc", "a".repeat(16), "b".repeat(17));
        assert_eq!(lines_and_faults(&text, 16), [(1, None), (2, Some(Fault::TooLong)), (3, None)]);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_a_fault_of_its_line_only() {
        let open = Some(Fault::QuoteNotClosed);
        assert_eq!(lines_and_faults("a;\"b\nc\nd", 64), [(1, open), (2, None), (3, None)]);
        assert_eq!(
            lines_and_faults("a;\"b\nc\nddddddddd\ne", 8),
            [(1, open), (2, None), (3, Some(Fault::TooLong)), (4, None)]
        );
        assert_eq!(lines_and_faults("a\n\"b", 64), [(1, None), (2, open)]);
    }

    #[test]
    fn a_row_may_have_more_fields_than_any_row_before() {
        const SEPARATORS: usize = 300;
        let text = "1;".repeat(SEPARATORS);
        assert_eq!(split(text.as_bytes(), 7, 4096)[0].fields.len(), SEPARATORS + 1);
    }

    proptest! {
        #[test]
        fn rows_do_not_depend_on_the_chunks(
            text in "[a;\"\n\r\0 \u{feff}]{0,200}",
            chunk in 1_usize..20,
            limit in 4_usize..40,
        ) {
            let bytes = text.as_bytes();
            let whole = split(bytes, bytes.len().max(1), limit);
            prop_assert_eq!(&split(bytes, chunk, limit), &whole);
        }

        #[test]
        fn a_file_cut_before_a_row_gives_the_same_rows(
            text in "[a;\"\n\r\u{feff}]{0,200}",
            limit in 4_usize..40,
            at in any::<prop::sample::Index>(),
        ) {
            let bytes = text.as_bytes();
            let whole = split(bytes, bytes.len().max(1), limit);
            prop_assume!(!whole.is_empty());
            let cut = at.index(whole.len());
            let (line, start) = (whole[cut].line, whole[cut].start);
            let (before, after) = bytes.split_at(usize::try_from(start).unwrap());
            let mut rows = split(before, before.len().max(1), limit);
            let mut splitter = Splitter::with_limit(b';', start, line, limit);
            splitter.feed(after, &mut |row| rows.push(owned(row)));
            splitter.finish(&mut |row| rows.push(owned(row)));
            prop_assert_eq!(&rows, &whole);
        }
    }
}
