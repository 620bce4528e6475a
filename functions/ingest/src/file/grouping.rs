//! Which rows are one receipt, in files with a row a line: consecutive rows with the same receipt
//! number, day and register. The planner and the readers of ranges share this, so that a range
//! never cuts a receipt.

use crate::file::columns::Column;
use crate::file::dates::Written;
use crate::file::dialect::Dialect;
use crate::file::record::Row;
use domain::Day;

/// What a row is to the receipt before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another line of the same receipt.
    Continues,
    /// The first line of a receipt; the hash is that of the one which ends here.
    Begins {
        /// The hash of the receipt that ends here.
        ended: Option<u64>,
    },
    /// A row that may belong to the receipt before it or to the one after it.
    Unattributed,
}

/// The receipt under way.
#[derive(Default)]
pub(crate) struct Grouper {
    open: bool,
    number: Vec<u8>,
    /// Not known while no row has a date that can be read.
    day: Option<Day>,
    /// Empty while no row names a register.
    register: Vec<u8>,
}

impl Grouper {
    /// Takes a row. A cell for the date or the register that is empty is as in the row before it,
    /// and a date that cannot be read does not part the row from its receipt: the whole of it must
    /// be refused.
    pub(crate) fn step(&mut self, row: &Row<'_>, dialect: &Dialect) -> Step {
        let number = trimmed(dialect.bytes(row, Column::Receipt));
        let register = trimmed(dialect.bytes(row, Column::Register));
        let day = Written::day_of(dialect.bytes(row, Column::Date));
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

    /// The hash of the receipt under way, which ends here.
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

/// Spreads a hash over all its bits (the finaliser of `SplitMix64`). Written out because hashes are
/// kept in plans, which must read the same after the next release.
pub(crate) const fn scatter(hash: u64) -> u64 {
    let hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A cell without the white space around it, no-break spaces of either encoding included: no byte
/// beyond ASCII is allowed in what is compared here.
fn trimmed(cell: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || !byte.is_ascii();
    let start = cell.iter().position(|byte| !is_space(byte)).unwrap_or(cell.len());
    let end = cell.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &cell[start..end]
}
