//! The counts of a range, and its refused rows.

use crate::file::{FileReceipt, RefusedRow, RowRefusal};
use domain::{DomainError, MemberError};
use store::{Outcome, RangeReport, Recorded, Rows, Source, StoreError};

/// The counts of a range so far.
#[derive(Default)]
pub(crate) struct Tally {
    /// The counts.
    pub(crate) report: RangeReport,
    /// Refused rows that were not written yet.
    pub(crate) refused: Vec<RefusedRow>,
}

impl Tally {
    /// Counts a refused row.
    pub(crate) fn refuse(&mut self, row: RefusedRow) {
        self.report.rows.read += 1;
        self.report.rows.refused += 1;
        self.refused.push(row);
    }

    /// Counts the rows of a receipt that names no customer.
    pub(super) fn without_customer(&mut self, receipt: &FileReceipt) {
        self.count(receipt.rows, |rows| &mut rows.without_customer);
    }

    /// Counts the rows of a receipt by the outcome of its purchase. `own` is the source of this row: a purchase
    /// that is known from the same row was recorded by an earlier attempt of this range, and counts as
    /// accepted.
    pub(super) fn settle(
        &mut self,
        receipt: FileReceipt,
        outcome: Result<Recorded, DomainError>,
        own: Source,
    ) {
        match outcome {
            Err(DomainError::Member(MemberError::Suppressed)) => {
                self.count(receipt.rows, |rows| &mut rows.erased);
            }
            Err(DomainError::Member(MemberError::NotEnrolled)) => {
                self.count(receipt.rows, |rows| &mut rows.not_enrolled);
            }
            Err(error) => {
                for row in receipt.refused(RowRefusal::Ledger(error)) {
                    self.refuse(row);
                }
            }
            Ok(recorded)
                if recorded.outcome == Outcome::New || recorded.outcome == Outcome::Known(own) =>
            {
                self.count(receipt.rows, |rows| &mut rows.accepted);
                self.report.points += recorded.points.get();
                self.report.members_created += u64::from(recorded.enrolled);
            }
            Ok(_) => self.count(receipt.rows, |rows| &mut rows.already_known),
        }
    }

    /// As [`Tally::settle`], for the result of a write. An error that is no refusal is returned.
    pub(super) fn settle_written(
        &mut self,
        receipt: FileReceipt,
        outcome: Result<Recorded, StoreError>,
        own: Source,
    ) -> Result<(), StoreError> {
        match outcome {
            Ok(recorded) => self.settle(receipt, Ok(recorded), own),
            Err(StoreError::Refused(error)) => self.settle(receipt, Err(error), own),
            // The member of the contact entry was erased a moment ago.
            Err(StoreError::NotFound(_)) => {
                self.settle(receipt, Err(MemberError::NotEnrolled.into()), own);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    fn count(&mut self, rows: u32, counter: impl FnOnce(&mut Rows) -> &mut u64) {
        let rows = u64::from(rows);
        self.report.rows.read += rows;
        *counter(&mut self.report.rows) += rows;
    }
}
