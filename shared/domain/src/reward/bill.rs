//! Points taken off a bill. A point takes one cent off, in a programme of points and in one of cents.

use crate::{Cents, DomainError, Points, RewardError};

/// Checks the amount of a bill: 1 cent to [`Cents::LARGEST`].
///
/// # Errors
/// [`RewardError::Bill`].
pub fn bill(cents: i64) -> Result<Cents, DomainError> {
    match Cents::of_document(cents) {
        Ok(bill) if bill > Cents::ZERO => Ok(bill),
        _ => Err(RewardError::Bill.into()),
    }
}

/// The points to spend, where a customer wants to spend `wanted` on a bill: never more than the bill.
#[must_use]
pub fn points_off(wanted: Points, bill: Cents) -> Points {
    wanted.min(Points::new(bill.get()))
}

/// The amount that points take off a bill.
#[must_use]
pub const fn taken_off(points: Points) -> Cents {
    Cents::new(points.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(50, 4_990, 50)]
    #[case(50, 50, 50)]
    #[case(5_000, 4_990, 4_990)]
    #[case(1_000_000, 1, 1)]
    fn points_never_take_more_off_a_bill_than_its_amount(
        #[case] wanted: i64,
        #[case] cents: i64,
        #[case] spent: i64,
    ) {
        let points = points_off(Points::new(wanted), bill(cents).unwrap());
        assert_eq!(points, Points::new(spent));
        assert_eq!(taken_off(points), Cents::new(spent));
    }

    #[rstest]
    #[case(0)]
    #[case(-1)]
    #[case(i64::MAX)]
    fn an_amount_that_no_bill_has_is_refused(#[case] cents: i64) {
        assert_eq!(bill(cents), Err(RewardError::Bill.into()));
    }
}
