//! Why a purchase is not recorded.

use crate::error::class::error_codes;
use crate::purchase::limits::{MOST_COUPONS, MOST_LINES};

/// Why a purchase is not recorded.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PurchaseError {
    /// A sale that is older than the days for which a till may be offline.
    #[error("is older than 7 days: send older sales by file")]
    TooOld,
    /// More lines than a basket can have.
    #[error("has too many lines: {MOST_LINES} at most")]
    TooManyLines,
    /// A return with coupons.
    #[error("goes with the type sale only: a return uses no coupons")]
    CouponsOfReturn,
    /// More coupons than a purchase can use.
    #[error("has too many coupons: {MOST_COUPONS} at most")]
    TooManyCoupons,
    /// The same coupon twice in a purchase.
    #[error("has the same code twice: send each coupon once")]
    CouponTwice,
    /// A return of a sale that is not known, perhaps not yet.
    #[error("names a sale that is not known: send the sale first, then this return again")]
    ReturnedSaleUnknown,
    /// A return of more money than what is left of its sale.
    #[error("returns more than what is left of its sale: check the amount")]
    ReturnExceedsSale,
    /// A return of a purchase that is itself a return, or was cancelled.
    #[error("names a purchase that is not a sale in force: it is a return, or it was cancelled")]
    ReturnedSaleNotInForce,
    /// A return of another customer's sale.
    #[error("names a sale of another customer: check the sale and the customer")]
    ReturnedSaleOfAnother,
    /// A receipt that is known with another content.
    #[error("is already known with another content: cancel it, then send it again")]
    ReceiptConflict,
}

error_codes! {
    PurchaseError by Cashier {
        TooOld => Invalid, "too_old", Till;
        TooManyLines => Invalid, "too_many_lines", Till;
        CouponsOfReturn => Invalid, "coupons_of_return", Till;
        TooManyCoupons => Invalid, "too_many_coupons";
        CouponTwice => Invalid, "coupon_twice";
        ReturnedSaleUnknown => Invalid, "returned_sale_unknown";
        ReturnExceedsSale => Invalid, "return_exceeds_sale";
        ReturnedSaleNotInForce => Invalid, "returned_sale_not_in_force";
        ReturnedSaleOfAnother => Invalid, "returned_sale_of_another";
        ReceiptConflict => Conflict, "receipt_conflict";
    }
}
