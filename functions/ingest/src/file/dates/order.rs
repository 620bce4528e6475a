//! The order of day and month in the dates of a column. A cell such as `11/05/2026` does not show it, but other cells of
//! the column do: `24/11/2026` or `11/24/2026`.

use super::day::Parts;
use crate::file::cell;
use crate::file::columns::Column;
use crate::file::dialect::Dialect;
use crate::file::splitter::Row;

/// The columns of dates.
const DATES: [Column; 3] = [Column::Date, Column::ReturnedDate, Column::BirthDate];

/// How many dates of each column show their order.
#[derive(Default)]
pub(crate) struct Evidence([Count; DATES.len()]);

#[derive(Clone, Copy, Default)]
struct Count {
    day_first: u64,
    month_first: u64,
}

impl Evidence {
    /// Adds the dates of a row.
    pub(crate) fn add(&mut self, row: &Row<'_>, dialect: &Dialect) {
        for (column, count) in DATES.into_iter().zip(&mut self.0) {
            if let Some((parts, _)) = Parts::read(cell::trimmed(dialect.bytes(row, column))) {
                count.day_first += u64::from(parts.is_day_first());
                count.month_first += u64::from(parts.is_month_first());
            }
        }
    }

    /// Decides the order of each column. Where all telling dates have the month first, the column has. A column without
    /// a telling date is as the other columns. Where dates contradict each other, the day is first if most dates say so;
    /// otherwise the order stays undecided.
    pub(crate) fn decide(&self, dialect: &mut Dialect) {
        let is_month_first = |count: Count| count.month_first > 0 && count.day_first == 0;
        let file = self.0.iter().fold(Count::default(), |file, count| Count {
            day_first: file.day_first + count.day_first,
            month_first: file.month_first + count.month_first,
        });
        for (column, own) in DATES.into_iter().zip(self.0) {
            let is_silent = own.month_first + own.day_first == 0;
            if is_month_first(if is_silent { file } else { own }) {
                dialect.month_first.push(column);
            } else if own.month_first > 0 && own.month_first >= own.day_first {
                dialect.undecided.push(column);
            }
        }
    }
}

/// Whether a date is another day where the month stands before the day: `11-05-2026`.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    Parts::read(text.trim().as_bytes()).is_some_and(|(parts, _)| parts.is_ambiguous())
}

/// A date with the month first as a date with the day first: `11/24/2026 14:05` as `24/11/2026 14:05`. `None` where the
/// date has no such order.
pub(crate) fn swapped(text: &str) -> Option<String> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    let (parts, length) = Parts::read(&text.as_bytes()[start..])?;
    if parts.is_certain {
        return None;
    }
    let (date, rest) = text[start..].split_at(length);
    let separator = date.chars().find(|character| !character.is_ascii_digit())?;
    let mut numbers = date.splitn(3, separator);
    let (month, day, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
    Some(format!("{}{day}{separator}{month}{separator}{year}{rest}", &text[..start]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("11/24/2026", Some("24/11/2026"))]
    #[case(" '11-5-26 2:05 PM", Some(" '5-11-26 2:05 PM"))]
    #[case("Tue 11/24/2026", Some("Tue 24/11/2026"))]
    #[case("2026-11-24", None)]
    #[case("Nov 24, 2026", None)]
    #[case("hier", None)]
    #[case("", None)]
    fn a_date_with_the_month_first_is_rewritten(
        #[case] text: &str,
        #[case] day_first: Option<&str>,
    ) {
        assert_eq!(swapped(text).as_deref(), day_first);
    }
}
