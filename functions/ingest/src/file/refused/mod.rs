//! The file of refused rows: separated by `;`, in UTF-8 with a byte order mark, so that a French spreadsheet opens
//! the file directly. The line and the reason precede the columns of the row.

mod formula;

use crate::file::columns::Column;
use crate::file::dialect::Dialect;
use crate::file::encoding::BYTE_ORDER_MARK;
use crate::file::raw::RawRow;
use crate::file::refusal::RowRefusal;
use domain::{Language, Receipt};
use std::borrow::Cow;

/// A refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// The physical line on which the row begins.
    pub line: u64,
    /// The reason.
    pub reason: RowRefusal,
    /// The receipt of the row, where the row was read.
    pub receipt: Option<Receipt>,
    /// The row as the file writes it.
    pub raw: RawRow,
}

impl RefusedRow {
    /// A row refused for a reason.
    #[must_use]
    pub const fn new(reason: RowRefusal, raw: RawRow) -> Self {
        Self { line: raw.line(), reason, receipt: None, raw }
    }
}

/// The columns before those of the merchant.
const OWN_COLUMNS: [&str; 2] = ["ligne", "motif"];

/// The number of this file's own columns in a header: a merchant corrects the refused rows and sends the file again.
pub(crate) fn own_columns(header: &[String]) -> usize {
    let is_own = header.len() >= OWN_COLUMNS.len()
        && OWN_COLUMNS.iter().zip(header).all(|(own, name)| own == name);
    if is_own { OWN_COLUMNS.len() } else { 0 }
}

/// A cell as the merchant's first file had it, where a header is that of this file.
pub(crate) fn unguarded<'c>(cell: Cow<'c, str>, header: &[String]) -> Cow<'c, str> {
    if own_columns(header) > 0 && cell.contains('\'') {
        Cow::Owned(formula::unguarded(&cell))
    } else {
        cell
    }
}

/// Writes the byte order mark and the header, which precede all rows.
pub fn write_header(dialect: &Dialect, out: &mut Vec<u8>) {
    out.extend_from_slice(BYTE_ORDER_MARK);
    out.extend_from_slice(OWN_COLUMNS.join(";").as_bytes());
    for name in &dialect.header[own_columns(&dialect.header)..] {
        out.push(b';');
        write_cell(name, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes a row, with as many cells as the merchant's file has in that row: a file of short rows below a wide header
/// makes no large file of refused rows. The rows of several ranges may follow one header.
pub fn write_row(dialect: &Dialect, row: &RefusedRow, out: &mut Vec<u8>) {
    out.extend_from_slice(row.line.to_string().as_bytes());
    out.push(b';');
    let language = Language::French;
    let name = |column| dialect.name(column, language);
    write_cell(&row.reason.sentence(language, &name, row.receipt.as_ref()), out);
    let is_hidden = |position| {
        let column = dialect.columns.at(position);
        row.reason.hides_person() && column.is_none_or(Column::is_of_customer)
    };
    for (position, cell) in row.raw.cells().enumerate().skip(own_columns(&dialect.header)) {
        out.push(b';');
        write_cell(if is_hidden(position) { "" } else { cell }, out);
    }
    out.extend_from_slice(b"\r\n");
}

fn write_cell(cell: &str, out: &mut Vec<u8>) {
    let guarded = formula::guarded(cell);
    if guarded.contains(['"', ';', '\n', '\r']) {
        out.extend_from_slice(format!("\"{}\"", guarded.replace('"', "\"\"")).as_bytes());
    } else {
        out.extend_from_slice(guarded.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case(
        "=HYPERLINK(\"http://example.com\";\"x\")",
        "\"'=HYPERLINK(\"\"http://example.com\"\";\"\"x\"\")\""
    )]
    #[case("+33 6 39 98 00 12", "+33 6 39 98 00 12")]
    #[case("-3,20", "-3,20")]
    #[case("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\t=1", "'\t'=1")]
    #[case("-", "'-")]
    #[case("Écran 24\"", "\"Écran 24\"\"\"")]
    #[case("12,50", "12,50")]
    #[case("12,-50", "12,-50")]
    #[case("Remise, -10%", "Remise, -10%")]
    #[case("-3,20 €", "-3,20 €")]
    #[case("+10 %", "+10 %")]
    #[case("-10% sur tout", "'-10% sur tout")]
    #[case("\u{ff1d}1+1", "'\u{ff1d}1+1")]
    #[case("a,\u{ff0b}1", "a,'\u{ff0b}1")]
    #[case("\u{ff0d}1", "'\u{ff0d}1")]
    #[case("\u{ff20}SUM(A1)", "'\u{ff20}SUM(A1)")]
    #[case("\u{2009}=1", "'\u{2009}=1")]
    #[case("'=1", "''=1")]
    #[case("'t Hooft", "'t Hooft")]
    #[case("Dupont,=1+1", "Dupont,'=1+1")]
    #[case("Dupont\t=1+1", "Dupont\t'=1+1")]
    #[case("Dupont|@SUM(A1)", "Dupont|'@SUM(A1)")]
    #[case("a;=1;-b", "\"a;'=1;'-b\"")]
    #[case("a\n=1", "\"a\n'=1\"")]
    #[case("a, =1", "a,' =1")]
    #[case("a,\"=1\"", "\"a,'\"\"=1\"\"\"")]
    #[case("a,\tb", "a,'\tb")]
    #[case("a,b=c", "a,b=c")]
    #[case("a\r\n\r\nb", "\"a\r\n\r\nb\"")]
    fn a_cell_is_never_written_as_a_formula(#[case] cell: &str, #[case] written: &str) {
        let mut out = Vec::new();
        write_cell(cell, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), written);
    }
}
