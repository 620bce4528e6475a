//! A purchase: what a receipt says was sold or returned.

mod error;

pub use error::PurchaseError;

pub mod id;
pub mod optician;
pub mod receipt;

use crate::purchase::receipt::Operator;
use crate::values::text;
use crate::{Cents, CouponCode, DomainError, Instant, Quantity, Receipt, Sector, ValueError};

/// The most lines a basket may have.
pub const MOST_LINES: usize = 200;
/// The most coupons that one purchase uses.
pub const MOST_COUPONS: usize = 5;
/// The most characters of a stock-keeping unit.
pub const SKU_LENGTH: usize = 40;
/// The most characters of a line's label.
pub const LABEL_LENGTH: usize = 60;
/// The most characters of a category.
pub const CATEGORY_LENGTH: usize = 40;

/// Which way the goods went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Sold to the customer.
    Sale,
    /// Taken back; `of` names the sale where the document does.
    Return {
        /// The sale whose goods came back.
        of: Option<Receipt>,
    },
}

/// A line of a basket. `unit_price` and `discount` are without sign, for a return too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The merchant's code of the article.
    pub sku: Option<String>,
    /// What the ticket calls it.
    pub label: Option<String>,
    /// The merchant's family of articles.
    pub category: Option<String>,
    /// Pieces, kilograms, metres.
    pub quantity: Quantity,
    /// Price of one, taxes included.
    pub unit_price: Cents,
    /// What was taken off the whole line.
    pub discount: Cents,
}

impl Line {
    /// What the line comes to: quantity times price, less the discount.
    #[must_use]
    pub fn amount(&self) -> Cents {
        self.quantity.times(self.unit_price) - self.discount
    }
}

/// A coupon that a sale uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedCoupon {
    /// Its code.
    pub code: CouponCode,
    /// What the till took off for it: the total is what was paid after it.
    pub discount: Cents,
}

/// A purchase as the till or the file tells it. Build it with [`Purchase::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    receipt: Receipt,
    kind: Kind,
    sold_at: Instant,
    total: Cents,
    lines: Vec<Line>,
    operator: Option<Operator>,
    coupons: Vec<UsedCoupon>,
}

impl Purchase {
    /// A purchase of a merchant of `sector`; an optician's lines are cut down here, so that nothing
    /// of health gets further.
    ///
    /// # Errors
    /// [`PurchaseError::TooManyLines`], or what [`Cents::of_document`] says of the total.
    pub fn new(
        sector: Sector,
        receipt: Receipt,
        kind: Kind,
        sold_at: Instant,
        total: Cents,
        lines: Vec<Line>,
        operator: Option<Operator>,
    ) -> Result<Self, DomainError> {
        let total = Cents::of_document(total.get())?;
        if lines.len() > MOST_LINES {
            return Err(PurchaseError::TooManyLines.into());
        }
        let lines = match sector {
            Sector::Optical => optician::cut_down(&lines),
            Sector::Retail => lines,
        };
        Ok(Self { receipt, kind, sold_at, total, lines, operator, coupons: vec![] })
    }

    /// The same sale with the coupons that it uses.
    ///
    /// # Errors
    /// [`PurchaseError::CouponsOfReturn`], [`PurchaseError::TooManyCoupons`], [`PurchaseError::CouponTwice`].
    pub fn with_coupons(self, coupons: Vec<UsedCoupon>) -> Result<Self, DomainError> {
        if matches!(self.kind, Kind::Return { .. }) && !coupons.is_empty() {
            return Err(PurchaseError::CouponsOfReturn.into());
        }
        if coupons.len() > MOST_COUPONS {
            return Err(PurchaseError::TooManyCoupons.into());
        }
        let is_twice = |(index, used): (usize, &UsedCoupon)| {
            coupons[..index].iter().any(|other| other.code == used.code)
        };
        if coupons.iter().enumerate().any(is_twice) {
            return Err(PurchaseError::CouponTwice.into());
        }
        Ok(Self { coupons, ..self })
    }

    /// The coupons that it uses.
    #[must_use]
    pub fn coupons(&self) -> &[UsedCoupon] {
        &self.coupons
    }

    /// What it comes to before its coupons.
    #[must_use]
    pub fn gross(&self) -> Cents {
        self.total + self.coupons.iter().map(|used| used.discount).sum()
    }

    /// Its natural key.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Sale or return.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// When it was sold.
    #[must_use]
    pub const fn sold_at(&self) -> Instant {
        self.sold_at
    }

    /// What was paid or paid back, without sign: the till's word.
    #[must_use]
    pub const fn total(&self) -> Cents {
        self.total
    }

    /// The basket, possibly empty.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The till's operator.
    #[must_use]
    pub const fn operator(&self) -> Option<&Operator> {
        self.operator.as_ref()
    }

    /// Whether what it comes to before its coupons differs from the lines by more than a cent a line, which rounding can
    /// explain. Flagged, never refused.
    #[must_use]
    pub fn total_differs(&self) -> bool {
        let Ok(tolerance) = i64::try_from(self.lines.len()) else { return true };
        let sum: Cents = self.lines.iter().map(Line::amount).sum();
        !self.lines.is_empty() && (sum - self.gross()).get().abs() > tolerance
    }
}

/// The optional texts of a line, bounded.
///
/// # Errors
/// What [`text::optional`] says, with the name of the field.
pub fn line_texts(
    sku: &str,
    label: &str,
    category: &str,
) -> Result<[Option<String>; 3], (&'static str, ValueError)> {
    Ok([
        text::optional(sku, SKU_LENGTH).map_err(|invalid| ("sku", invalid))?,
        text::optional(label, LABEL_LENGTH).map_err(|invalid| ("label", invalid))?,
        text::optional(category, CATEGORY_LENGTH).map_err(|invalid| ("category", invalid))?,
    ])
}
