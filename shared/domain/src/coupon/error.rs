//! Why an offer, a batch or a coupon is not accepted.

use crate::coupon::offer::Usage;
use crate::coupon::refusal::Refusal;
use crate::error::class::error_codes;

/// Why an offer, a batch or a coupon is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CouponError {
    /// A text that is not a coupon's code.
    #[error("must be 8 to 24 letters and digits")]
    Code,
    /// A generated code whose check character is wrong.
    #[error("was mistyped: one character is wrong, or two were swapped")]
    Mistyped,
    /// A chosen code with the form of a generated code.
    #[error("has the form of the codes that the service generates: choose another")]
    MadeHere,
    /// A code of another offer.
    #[error("is a code of another offer: choose another")]
    Taken,
    /// A coupon that takes nothing off.
    #[error("{0}")]
    Refused(Refusal),
    /// A share of a basket that is zero, or more than the whole basket.
    #[error("must be 1 to 10000 hundredths of a percent")]
    OfferShare,
    /// An offer that ends before it begins.
    #[error("must not be before the first day")]
    OfferDays,
    /// An offer without an end.
    #[error(
        "must be given: an offer ends by a limit of uses, or by a last day and a limit per member"
    )]
    OfferWithoutEnd,
    /// A limit of zero uses.
    #[error("must be 1 or more: disable the offer to stop it")]
    OfferLimitZero,
    /// A limit of more uses than one code may count.
    #[error(
        "must be at most {} uses: make a batch of codes, or leave out the limit and set a limit per member",
        Usage::MOST_SHARED_USES
    )]
    OfferLimitHigh,
    /// A limit per member above the limit of all uses.
    #[error("must not be more than the limit of all uses")]
    OfferLimits,
    /// An optician's offer on an article.
    #[error("must not be an article: an optician's baskets are stored without articles")]
    OfferArticle,
    /// A batch of no codes, or of too many codes.
    #[error("must be 1 to 1000000 codes: make several batches for more")]
    BatchCount,
}

error_codes! {
    CouponError by Office {
        Code => Invalid, "coupon_code", Cashier;
        Mistyped => Invalid, "coupon_mistyped", Cashier;
        MadeHere => Invalid, "coupon_made_here";
        Taken => Conflict, "coupon_taken";
        OfferShare => Invalid, "offer_share";
        OfferDays => Invalid, "offer_days";
        OfferWithoutEnd => Invalid, "offer_without_end";
        OfferLimitZero => Invalid, "offer_limit_zero";
        OfferLimitHigh => Invalid, "offer_limit_high";
        OfferLimits => Invalid, "offer_limits";
        OfferArticle => Invalid, "offer_article";
        BatchCount => Invalid, "batch_count";
        => Refused(refusal);
    }
}
