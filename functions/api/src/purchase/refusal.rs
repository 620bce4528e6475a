//! The refusals of a purchase, each with the field that it is about.

use domain::{CouponError, DomainError, PurchaseError};
use http_edge::Problem;
use store::StoreError;

/// The answer to a refused purchase.
pub(super) fn refusal(error: StoreError) -> Problem {
    let pointer = match &error {
        StoreError::Refused(invalid) => match invalid {
            DomainError::Purchase(PurchaseError::ReceiptConflict) => "/receipt_number",
            DomainError::Purchase(PurchaseError::ReturnExceedsSale) => "/total_cents",
            DomainError::Purchase(
                PurchaseError::ReturnedSaleUnknown | PurchaseError::ReturnedSaleNotInForce,
            ) => "/returned_sale",
            DomainError::Coupon(CouponError::Refused(_)) => "/coupons",
            _ => "/member",
        },
        StoreError::NotFound(_) => "/member",
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}
