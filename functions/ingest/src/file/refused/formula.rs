//! The guard against formulas. A spreadsheet that splits the file at another separator sees several cells in one cell,
//! because a quote protects a cell only at the cell's beginning. So an apostrophe, which marks text, precedes every
//! part that the spreadsheet would run as a formula. A part that has such an apostrophe gets one more, so that the
//! guard can be taken away again without a trace.

/// The characters at which spreadsheets split a line into cells, and a file into lines.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\n', '\r'];

/// A cell with its guard.
pub(super) fn guarded(cell: &str) -> String {
    let mut guarded = String::with_capacity(cell.len());
    for part in cell.split_inclusive(SEPARATORS) {
        let is_line_end = !guarded.is_empty() && matches!(part, "\r" | "\n");
        if is_formula_of_text(part) && !is_line_end {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    guarded
}

/// A cell without its guard.
pub(super) fn unguarded(cell: &str) -> String {
    let parts = cell.split_inclusive(SEPARATORS);
    parts
        .map(|part| part.strip_prefix('\'').filter(|_| is_formula_of_text(part)).unwrap_or(part))
        .collect()
}

/// Whether a part of a cell is a formula, or one behind apostrophes.
fn is_formula_of_text(part: &str) -> bool {
    may_be_formula(part.trim_start_matches('\''))
}

/// Whether a spreadsheet would evaluate a part of a cell, with its separator, as a formula. A signed number or a
/// telephone number is not a formula. The full-width forms of a sign are read as the sign.
fn may_be_formula(part: &str) -> bool {
    let is_skipped = |c: char| {
        matches!(c, '"' | '\u{200b}' | '\u{feff}')
            || (c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n'))
    };
    let part = part.trim_start_matches(is_skipped);
    let signs =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let Some(rest) = part.strip_prefix(signs) else { return false };
    let number = part.starts_with(['+', '-'])
        && rest.contains(|c: char| c.is_ascii_digit())
        && rest.chars().all(|c| c.is_ascii_digit() || ",.;|\t\r\n \u{a0}\u{202f}%€".contains(c));
    !number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_guard_is_taken_away_without_a_trace(cell in "[-=+@'\"a1 ,;|%€\t\r\n\u{ff1d}\u{a0}]{0,12}") {
            prop_assert_eq!(unguarded(&guarded(&cell)), cell);
        }
    }
}
