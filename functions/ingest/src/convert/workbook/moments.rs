//! The columns of days and times. A number in such a column is a day or a time even where the cell has no format of
//! a day: scripts write such workbooks.

use super::number_format::NumberFormat;
use super::value;
use crate::file::{Column, Columns};
use std::ops::Range;

/// The serial numbers that are days: from 1908 to 2119. `20261124` and the year 2026 are none.
const DAYS: Range<f64> = 3_000.0..80_000.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Day,
    Time,
}

/// The columns of days and times, and those that a merged cell fills, by their place.
#[derive(Default)]
pub(super) struct Moments {
    kinds: Vec<(usize, Kind)>,
    keys: Vec<usize>,
}

/// The columns that say which receipt a row belongs to, and whose it is. A merged cell of such a column counts for each
/// of its rows. An amount, an article or a quantity counts once.
const KEYS: [Column; 16] = [
    Column::Receipt,
    Column::Date,
    Column::Time,
    Column::Register,
    Column::Mobile,
    Column::Card,
    Column::LastName,
    Column::FirstName,
    Column::Email,
    Column::BirthDate,
    Column::CardRequested,
    Column::CardActivated,
    Column::DocumentType,
    Column::ReturnedReceipt,
    Column::ReturnedDate,
    Column::ReturnedRegister,
];

impl Moments {
    pub(super) fn of(columns: &Columns) -> Self {
        let kinds = [
            (Column::Date, Kind::Day),
            (Column::ReturnedDate, Kind::Day),
            (Column::BirthDate, Kind::Day),
            (Column::Time, Kind::Time),
        ];
        let place = |(column, kind)| columns.position(column).map(|place| (place, kind));
        Self {
            kinds: kinds.into_iter().filter_map(place).collect(),
            keys: KEYS.into_iter().filter_map(|column| columns.position(column)).collect(),
        }
    }

    /// Whether a merged cell of a column counts for each of its rows.
    pub(super) fn is_key(&self, column: u32) -> bool {
        usize::try_from(column).is_ok_and(|column| self.keys.contains(&column))
    }

    /// The day or the time that a number means in a column, where its cell has no such format or shows only a part of
    /// the day.
    pub(super) fn read(&self, column: u32, number: f64, from_1904: bool) -> Option<String> {
        let column = usize::try_from(column).ok()?;
        let (_, kind) = self.kinds.iter().find(|(place, _)| *place == column)?;
        let (is_moment, time_only) = match kind {
            Kind::Day => (DAYS.contains(&number), false),
            Kind::Time => ((0.0..1.0).contains(&number) || DAYS.contains(&number), true),
        };
        let format = NumberFormat { time_only, ..NumberFormat::default() };
        is_moment.then(|| value::date_time(number, false, from_1904, format))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(1, 46_350.0, Some("2026-11-24"))]
    #[case(1, 46_350.586_805_555_55, Some("2026-11-24 14:05:00"))]
    #[case(1, 20_261_124.0, None)]
    #[case(1, 2026.0, None)]
    #[case(2, 0.586_805_555_555, Some("14:05:00"))]
    #[case(2, 46_350.586_805_555_55, Some("14:05:00"))]
    #[case(2, 14.0, None)]
    #[case(3, 46_350.0, None)]
    fn a_number_is_a_day_or_a_time_in_their_columns_only(
        #[case] column: u32,
        #[case] number: f64,
        #[case] text: Option<&str>,
    ) {
        let columns = Columns::find(["ticket", "date", "heure", "total"].into_iter()).unwrap();
        assert_eq!(Moments::of(&columns).read(column, number, false).as_deref(), text);
    }
}
