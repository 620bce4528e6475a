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

/// The columns of days and times, by their place.
#[derive(Default)]
pub(super) struct Moments(Vec<(usize, Kind)>);

impl Moments {
    pub(super) fn of(columns: &Columns) -> Self {
        let kinds = [
            (Column::Date, Kind::Day),
            (Column::ReturnedDate, Kind::Day),
            (Column::BirthDate, Kind::Day),
            (Column::Time, Kind::Time),
        ];
        let place = |(column, kind)| columns.position(column).map(|place| (place, kind));
        Self(kinds.into_iter().filter_map(place).collect())
    }

    /// The day or the time that a number without such a format means in a column.
    pub(super) fn read(&self, column: u32, number: f64, from_1904: bool) -> Option<String> {
        let column = usize::try_from(column).ok()?;
        let (_, kind) = self.0.iter().find(|(place, _)| *place == column)?;
        let is_moment = match kind {
            Kind::Day => DAYS.contains(&number),
            Kind::Time => (0.0..1.0).contains(&number),
        };
        is_moment.then(|| value::date_time(number, false, from_1904, NumberFormat::default()))
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
