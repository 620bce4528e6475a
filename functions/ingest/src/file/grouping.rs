//! The rows of one receipt, in files with one row a line: consecutive rows with the same receipt number, day and
//! register. The planner and the readers of ranges share this code, so a range never cuts a receipt.

use crate::file::cell;
use crate::file::columns::Column;
use crate::file::dates::WrittenDate;
use crate::file::dialect::Dialect;
use crate::file::splitter::Row;
use crate::file::totals::Totals;
use domain::Day;

/// The relation of a row to the receipt before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The row is another line of the same receipt.
    Continues,
    /// The row is the first line of a receipt, and the previous receipt ends.
    Begins {
        /// The hash of the previous receipt.
        ended: Option<u64>,
    },
    /// The row names totals, and belongs to no receipt.
    Totals,
    /// The row may belong to the previous receipt or to the next one.
    Unattributed,
}

/// The receipt in progress.
#[derive(Default)]
pub(crate) struct Grouper {
    open: bool,
    number: Vec<u8>,
    /// The day, once a row has a readable date.
    day: Option<Day>,
    /// The register, once a row names one.
    register: Vec<u8>,
}

impl Grouper {
    /// Adds a row. An empty date or register is that of the previous row. A row with an unreadable date stays
    /// with its receipt, since the whole receipt must be refused.
    pub(crate) fn step(&mut self, row: &Row<'_>, dialect: &Dialect) -> Step {
        if Totals::of(row, dialect) == Some(Totals::Named) {
            return Step::Totals;
        }
        let number = key(dialect.bytes(row, Column::Receipt));
        let register = key(dialect.bytes(row, Column::Register));
        let day = WrittenDate::day_of(cell::trimmed(dialect.bytes(row, Column::Date)));
        let continues = self.open
            && self.number == number
            && (register.is_empty() || self.register.is_empty() || self.register == register)
            && (day.is_none() || self.day.is_none() || self.day == day);
        if number.is_empty() || (dialect.misshapen(row).is_some() && !continues) {
            return Step::Unattributed;
        }
        if continues {
            if self.register.is_empty() {
                self.register.extend_from_slice(register);
            }
            self.day = self.day.or(day);
            return Step::Continues;
        }
        let ended = self.finish();
        self.open = true;
        self.number.clear();
        self.number.extend_from_slice(number);
        self.register.clear();
        self.register.extend_from_slice(register);
        self.day = day;
        Step::Begins { ended }
    }

    /// The hash of the receipt in progress, which ends here.
    pub(crate) fn finish(&self) -> Option<u64> {
        self.open.then(|| {
            let register = if self.register.is_empty() { b"1" } else { self.register.as_slice() };
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            let mut add = |byte: u8| {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            };
            self.number.iter().copied().for_each(&mut add);
            add(0);
            register.iter().copied().for_each(&mut add);
            add(0);
            let day = self.day.map_or(i32::MIN, Day::ordinal);
            day.to_le_bytes().into_iter().for_each(&mut add);
            scatter(hash)
        })
    }
}

/// Spreads a hash over all its bits (the finaliser of `SplitMix64`). The function is written here because plans
/// store hashes: a later release must compute the same hashes.
pub(crate) const fn scatter(hash: u64) -> u64 {
    let hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A cell of a key without white space, apostrophes, a word for no value, and the fraction that a spreadsheet adds to a
/// number (see [`cell`]): so that the rows of a receipt belong together however each was written.
fn key(bytes: &[u8]) -> &[u8] {
    let trimmed = cell::trimmed(bytes);
    if cell::is_nothing(trimmed) {
        return b"";
    }
    cell::without_fraction(trimmed).unwrap_or(trimmed)
}
