//! The value of a cell, without the traces of the spreadsheet or script that wrote the cell.

use crate::file::columns::Column;
use crate::file::refusal::RowRefusal;
use domain::values::text;
use domain::{DomainError, ValueError};
use std::borrow::Cow;

/// Reads the cell of a column; `None` where the cell is empty.
pub(crate) fn read<'c, T, E: Into<DomainError>>(
    cell: &impl Fn(Column) -> &'c str,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, RowRefusal> {
    match cell(column) {
        "" => Ok(None),
        text => parse(text).map(Some).map_err(|error| RowRefusal::value(column, error)),
    }
}

/// As [`read`], for a column of codes. A code that became a number is read as it was: see [`code`].
pub(crate) fn read_code<'c, T, E: Into<DomainError>>(
    cell: &impl Fn(Column) -> &'c str,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, RowRefusal> {
    read(cell, column, |text| -> Result<T, DomainError> {
        parse(&code(text, column)?).map_err(Into::into)
    })
}

/// A cell without the white space and the invisible characters around it, and without what marks it as text. A
/// spreadsheet marks text by an apostrophe, and the file of refused rows has one before each cell that a spreadsheet
/// could run. Programs mark text by a formula: `="0639980012"`. A name such as `'t Hooft` keeps its apostrophe. A cell
/// that says that there is no value is empty.
pub(crate) fn value(cell: &str, column: Column) -> &str {
    let value = without_mark_of_text(cell, column);
    let is_day = matches!(column, Column::Date | Column::ReturnedDate | Column::BirthDate);
    if is_nothing(value.as_bytes()) || (is_day && is_day_of_zeros(value)) { "" } else { value }
}

/// The bytes of a cell that may only hold ASCII, without white space and apostrophes around them. No-break spaces of all
/// encodings are white space.
pub(crate) fn trimmed(cell: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| byte.is_ascii_control() || b" '`".contains(byte) || !byte.is_ascii();
    let start = cell.iter().position(|byte| !is_space(byte)).unwrap_or(cell.len());
    let end = cell.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    let cell = &cell[start..end];
    match cell.strip_prefix(b"=\"").and_then(|text| text.strip_suffix(b"\"")) {
        Some(text) => trimmed(text),
        None => cell,
    }
}

/// Whether a cell has the word of a database or a spreadsheet for no value.
pub(crate) fn is_nothing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"null", b"nan", b"nat", b"n/a", b"#n/a", b"#n/d", b"\\n"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Whether a cell is the day of zeros that databases write for no day, perhaps with a time: `00/00/0000`.
fn is_day_of_zeros(cell: &str) -> bool {
    let zeros = cell.bytes().filter(|byte| *byte == b'0').count();
    zeros >= 8 && cell.bytes().all(|byte| b"0/-.:T Z".contains(&byte))
}

fn without_mark_of_text(cell: &str, column: Column) -> &str {
    const MARKS: [char; 7] = ['\'', '\u{2019}', '\u{2018}', '\u{2bc}', '\u{ff07}', '`', '\u{b4}'];
    let is_blank = |c: char| c.is_whitespace() || text::is_invisible(c);
    let is_name = matches!(column, Column::LastName | Column::FirstName);
    let trimmed = cell.trim_matches(is_blank);
    if is_name && ["'t ", "'s ", "'s-"].iter().any(|particle| trimmed.starts_with(particle)) {
        return trimmed;
    }
    let value = trimmed.trim_start_matches(|c| MARKS.contains(&c) || is_blank(c));
    match value.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')) {
        // A formula that is more than a text has more quotes.
        Some(text) if !text.contains('"') => without_mark_of_text(text, column),
        _ => value,
    }
}

/// A code, such as a mobile or a receipt number, that a spreadsheet or a script may have made a number: `639980012.0`,
/// `639 980 012,00` and `6,39980012E+08` are `639980012`.
///
/// # Errors
/// [`ValueError::NumberScientific`] where digits are lost: `6,4E+08`.
fn code(text: &str, column: Column) -> Result<Cow<'_, str>, ValueError> {
    let whole = match column {
        // Neither has a point, so all zeros after one mean nothing.
        Column::Mobile | Column::Card => without_zeros(text.as_bytes()),
        _ => without_fraction(text.as_bytes()),
    };
    if let Some(whole) = whole {
        return Ok(Cow::Borrowed(&text[..whole.len()]));
    }
    if let Some(digits) = without_groups(text) {
        return Ok(Cow::Owned(digits));
    }
    match Scientific::of(text) {
        Some(number) => number.exact().map(Cow::Owned).ok_or(ValueError::NumberScientific),
        None => Ok(Cow::Borrowed(text)),
    }
}

/// The digits of a number whose fraction is one or two zeros: `12` of `12.0` and of `12,00`. `2026.000` is a code.
pub(crate) fn without_fraction(text: &[u8]) -> Option<&[u8]> {
    without_zeros(text).filter(|whole| text.len() - whole.len() <= ".00".len())
}

/// The digits of a number whose fraction is zeros.
fn without_zeros(text: &[u8]) -> Option<&[u8]> {
    let at = text.iter().rposition(|byte| matches!(byte, b'.' | b','))?;
    let (whole, zeros) = (&text[..at], &text[at + 1..]);
    let digits = whole.strip_prefix(b"+").unwrap_or(whole);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let is_fraction = !zeros.is_empty() && zeros.iter().all(|byte| *byte == b'0');
    (is_number && is_fraction).then_some(whole)
}

/// The digits of a number whose thousands are groups: `1234` of `1 234,00`. A plain space or an apostrophe separates
/// groups only before a fraction of zeros, since codes have spaces too: `100 200` stays.
fn without_groups(text: &str) -> Option<String> {
    let fraction = text.rfind(['.', ',']).filter(|at| {
        let zeros = &text[at + 1..];
        !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0')
    });
    let whole = &text[..fraction.unwrap_or(text.len())];
    let separator = whole.chars().find(|character| !character.is_ascii_digit())?;
    let is_separator = match separator {
        ' ' | '\'' | '\u{2019}' => fraction.is_some(),
        other => other.is_whitespace(),
    };
    let mut groups = whole.split(separator);
    let is_first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let is_group =
        |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    (is_separator && is_first && groups.all(is_group)).then(|| whole.replace(separator, ""))
}

/// A number in scientific notation.
struct Scientific<'t> {
    whole: &'t str,
    decimals: &'t str,
    exponent: usize,
}

impl<'t> Scientific<'t> {
    /// Reads `6,4E+08` or `6.4e8`. `6E8` is a code.
    fn of(text: &'t str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['E', 'e'])?;
        let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let unsigned = exponent.strip_prefix('+');
        let is_code = unsigned.is_none() && decimals.is_empty();
        let exponent = unsigned.unwrap_or(exponent);
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = [whole, decimals, exponent].into_iter().all(digits) && whole.len() == 1;
        if is_code || !is_number {
            return None;
        }
        Some(Self { whole, decimals, exponent: exponent.parse().ok()? })
    }

    /// The number; `None` unless it has a digit for each of its places.
    fn exact(&self) -> Option<String> {
        let (integral, fraction) = self.decimals.split_at_checked(self.exponent)?;
        fraction.bytes().all(|byte| byte == b'0').then(|| format!("{}{integral}", self.whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("639980012.0", "639980012")]
    #[case("639980012,0", "639980012")]
    #[case("639980012,00", "639980012")]
    #[case("+33639980012.0", "+33639980012")]
    #[case("6,39980012E+08", "639980012")]
    #[case("6.399800120E+08", "639980012")]
    #[case("3.3639980012e10", "33639980012")]
    #[case("06.39.98.00.12", "06.39.98.00.12")]
    #[case("2026.000", "2026.000")]
    #[case("12.5", "12.5")]
    #[case("A.0", "A.0")]
    #[case("6E8", "6E8")]
    #[case("T-12E+3", "T-12E+3")]
    fn a_code_that_became_a_number_is_read_as_it_was(#[case] text: &str, #[case] read: &str) {
        assert_eq!(code(text, Column::Receipt).as_deref(), Ok(read));
    }

    #[rstest]
    #[case("6,3998E+08")]
    #[case("3,36E+10")]
    #[case("4E+08")]
    #[case("6,39980012E+99999")]
    #[case("6,399800125E+08")]
    fn a_code_that_lost_digits_is_refused(#[case] text: &str) {
        assert_eq!(code(text, Column::Receipt), Err(ValueError::NumberScientific));
    }

    #[rstest]
    #[case(Column::Mobile, "'0639981011", "0639981011")]
    #[case(Column::Mobile, " ' +33639981012", "+33639981012")]
    #[case(Column::Total, "''-3,20", "-3,20")]
    #[case(Column::Date, "\u{2019}24/11/2026", "24/11/2026")]
    #[case(Column::Mobile, "\u{2018}0639981011", "0639981011")]
    #[case(Column::Mobile, "`0639981011", "0639981011")]
    #[case(Column::Receipt, "\u{b4}\u{2bc}\u{ff07}A1", "A1")]
    #[case(Column::LastName, "'Dupont", "Dupont")]
    #[case(Column::LastName, "'t Hooft", "'t Hooft")]
    #[case(Column::LastName, "d'Orsay", "d'Orsay")]
    #[case(Column::Label, "'=1+1", "=1+1")]
    #[case(Column::Mobile, "'NULL", "")]
    fn an_apostrophe_before_a_cell_is_a_mark_of_text(
        #[case] column: Column,
        #[case] cell: &str,
        #[case] read: &str,
    ) {
        assert_eq!(value(cell, column), read);
    }

    #[rstest]
    #[case(Column::Mobile, "=\"0639980012\"", "0639980012")]
    #[case(Column::Receipt, " '=\" 0012\" ", "0012")]
    #[case(Column::Date, "=\"24/11/2026\"", "24/11/2026")]
    #[case(Column::Label, "=\"a\"&\"b\"", "=\"a\"&\"b\"")]
    #[case(Column::Label, "=\"", "=\"")]
    #[case(Column::Mobile, "=\"NULL\"", "")]
    fn a_formula_of_a_text_alone_is_a_mark_of_text(
        #[case] column: Column,
        #[case] cell: &str,
        #[case] read: &str,
    ) {
        assert_eq!(value(cell, column), read);
        if !read.is_empty() && column != Column::Label {
            assert_eq!(trimmed(cell.as_bytes()), read.as_bytes());
        }
    }

    #[rstest]
    #[case("\u{202a}A1\u{202c}")]
    #[case("\u{feff}A1\u{200b}")]
    #[case("A1\u{1a}")]
    #[case("\u{200e} 'A1")]
    fn characters_that_are_not_seen_around_a_cell_are_no_part_of_it(#[case] cell: &str) {
        assert_eq!(value(cell, Column::Receipt), "A1");
        assert_eq!(trimmed(cell.as_bytes()), b"A1");
    }

    #[rstest]
    #[case(Column::Mobile, "NULL", "")]
    #[case(Column::Total, "NaN", "")]
    #[case(Column::Email, "n/a", "")]
    #[case(Column::Card, "#N/A", "")]
    #[case(Column::Quantity, "\\N", "")]
    #[case(Column::BirthDate, "NaT", "")]
    #[case(Column::Date, "00/00/0000", "")]
    #[case(Column::Date, "0000-00-00 00:00:00", "")]
    #[case(Column::BirthDate, "00000000", "")]
    #[case(Column::Time, "00:00:00", "00:00:00")]
    #[case(Column::Receipt, "00000000", "00000000")]
    #[case(Column::Date, "0000", "0000")]
    #[case(Column::Label, "Nan bio", "Nan bio")]
    fn a_cell_that_says_that_there_is_no_value_is_empty(
        #[case] column: Column,
        #[case] cell: &str,
        #[case] read: &str,
    ) {
        assert_eq!(value(cell, column), read);
    }
}
