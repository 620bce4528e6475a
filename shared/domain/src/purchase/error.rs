//! Why a purchase is not recorded.

use crate::error::error_codes;

/// Why a purchase is not recorded.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PurchaseError {
    /// A sale older than the till's replay window.
    #[error("is older than 7 days: send older sales by file")]
    TooOld,
    /// More lines than a basket may have.
    #[error("has too many lines: {} at most", crate::purchase::MOST_LINES)]
    TooManyLines,
    /// Coupons with goods that come back.
    #[error("goes with the type sale only")]
    CouponsOfReturn,
    /// More coupons than a purchase takes.
    #[error("holds too many coupons: {} at most", crate::purchase::MOST_COUPONS)]
    TooManyCoupons,
    /// One coupon twice in a purchase.
    #[error("holds one code twice")]
    CouponTwice,
    /// A return that names a sale not known (yet).
    #[error("names a sale that is not known: send the sale first, then this return again")]
    ReturnedSaleUnknown,
    /// A return of more money than its sale has left.
    #[error("returns more than what is left of its sale")]
    ReturnExceedsSale,
    /// A return that names a document which is itself a return, or was cancelled.
    #[error("names a document that is not a sale in force")]
    ReturnedSaleNotInForce,
    /// A return that names a sale of somebody else.
    #[error("names a sale of another customer")]
    ReturnedSaleOfAnother,
    /// A receipt that is known with another content.
    #[error("is already known with another content: cancel it, then send it anew")]
    ReceiptConflict,
}

error_codes! {
    PurchaseError {
        TooOld => Invalid, "too_old";
        TooManyLines => Invalid, "too_many_lines";
        CouponsOfReturn => Invalid, "coupons_of_return";
        TooManyCoupons => Invalid, "too_many_coupons";
        CouponTwice => Invalid, "coupon_twice";
        ReturnedSaleUnknown => Invalid, "returned_sale_unknown";
        ReturnExceedsSale => Invalid, "return_exceeds_sale";
        ReturnedSaleNotInForce => Invalid, "returned_sale_not_in_force";
        ReturnedSaleOfAnother => Invalid, "returned_sale_of_another";
        ReceiptConflict => Conflict, "receipt_conflict";
    }
}
