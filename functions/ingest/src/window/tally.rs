//! The counts of a range, and its refused rows.

use super::listed::Listed;
use crate::file::{FileReceipt, RefusedRow, RowRefusal};
use domain::{DomainError, MemberError, PurchaseError, PurchaseKind};
use store::{Outcome, RangeReport, Recorded, Rows, Source, StoreError};

/// The counts of a range so far.
#[derive(Default)]
pub(crate) struct Tally {
    /// The counts.
    pub(crate) report: RangeReport,
    /// The rows of the report, each with its reason, that were not written yet: refused rows, and rows of persons who
    /// are no members or were erased.
    pub(crate) listed: Listed,
    returns: Returns,
    /// The first lines of the returns that wait.
    pub(crate) waiting: Vec<u64>,
}

/// What becomes of a return whose sale or member is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Returns {
    /// The return is listed with its reason.
    #[default]
    AreFinal,
    /// The return waits until the other parts of the file are recorded.
    MayWait,
}

impl Tally {
    /// An empty tally.
    pub(crate) fn new(returns: Returns) -> Self {
        Self { returns, ..Self::default() }
    }

    /// Counts a refused row.
    pub(crate) fn refuse(&mut self, row: RefusedRow) {
        self.report.rows.read += 1;
        self.report.rows.refused += 1;
        self.listed.add(row);
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
            Err(error) if self.may_wait(&receipt, error) => {
                self.waiting.push(receipt.line);
            }
            Err(error) => {
                self.count(receipt.rows, |rows| match error {
                    DomainError::Member(MemberError::Suppressed) => &mut rows.erased,
                    DomainError::Member(MemberError::NotEnrolled) => &mut rows.not_enrolled,
                    _ => &mut rows.refused,
                });
                for row in receipt.refused(RowRefusal::Ledger(error)) {
                    self.listed.add(row);
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

    fn may_wait(&self, receipt: &FileReceipt, error: DomainError) -> bool {
        let is_return = matches!(receipt.purchase.kind(), PurchaseKind::Return { .. });
        let needs_a_sale = matches!(
            error,
            DomainError::Member(MemberError::NotEnrolled)
                | DomainError::Purchase(PurchaseError::ReturnedSaleUnknown)
        );
        self.returns == Returns::MayWait && is_return && needs_a_sale
    }

    fn count(&mut self, rows: u32, counter: impl FnOnce(&mut Rows) -> &mut u64) {
        let rows = u64::from(rows);
        self.report.rows.read += rows;
        *counter(&mut self.report.rows) += rows;
    }
}
