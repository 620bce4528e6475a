//! A purchase (*achat*): a sale or a return, as its receipt describes it.

pub(crate) mod error;
mod folded;
mod limits;
mod line;

pub mod id;
pub mod optician;
pub mod receipt;

pub use error::PurchaseError;
pub use folded::FoldedLines;
pub(crate) use folded::Sum;
pub use limits::{CATEGORY_LENGTH, KEPT_LINES, LABEL_LENGTH, MOST_COUPONS, MOST_LINES, SKU_LENGTH};
pub use line::{Line, LineTexts, line_texts};

use crate::purchase::receipt::Operator;
use crate::{Cents, CouponCode, DomainError, Instant, Receipt, Sector};

/// Whether a purchase is a sale or a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseKind {
    /// The customer bought the goods.
    Sale,
    /// The customer returned the goods.
    Return {
        /// The returned sale, where the receipt names it.
        of: Option<Receipt>,
    },
}

/// A coupon that a sale uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedCoupon {
    /// The code of the coupon.
    pub code: CouponCode,
    /// The discount that the till gave for the coupon. The total of the purchase is after the discount.
    pub discount: Cents,
}

/// A purchase as the till or the file describes it. [`Purchase::new`] builds and checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    receipt: Receipt,
    kind: PurchaseKind,
    sold_at: Instant,
    total: Cents,
    lines: Vec<Line>,
    /// How many lines each of the last lines sums up.
    folded: Vec<u32>,
    operator: Option<Operator>,
    coupons: Vec<UsedCoupon>,
}

impl Purchase {
    /// A purchase of a merchant of `sector`. An optician's lines are reduced to families and amounts, so
    /// that no health data are stored.
    ///
    /// # Errors
    /// [`PurchaseError::TooManyLines`], or the error of [`Cents::of_document`] for the total.
    pub fn new(
        sector: Sector,
        receipt: Receipt,
        kind: PurchaseKind,
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
        let (folded, coupons) = (vec![], vec![]);
        Ok(Self { receipt, kind, sold_at, total, lines, folded, operator, coupons })
    }

    /// The same purchase with its first `listed` lines, and these sums of the others.
    #[must_use]
    pub(crate) fn with_sums_beyond(&self, listed: usize, sums: Vec<Sum>) -> Self {
        let folded = sums.iter().map(|sum| sum.count).collect();
        let sums = sums.into_iter().map(|sum| sum.line);
        let lines = self.lines.iter().take(listed).cloned().chain(sums).collect();
        Self { lines, folded, ..self.clone() }
    }

    /// The same purchase as it was stored: its last lines are sums of `folded` lines each.
    #[must_use]
    pub fn with_folded_lines(self, folded: Vec<u32>) -> Self {
        debug_assert!(folded.len() <= self.lines.len());
        Self { folded, ..self }
    }

    /// The same sale with the coupons that it uses.
    ///
    /// # Errors
    /// [`PurchaseError::CouponsOfReturn`], [`PurchaseError::TooManyCoupons`], [`PurchaseError::CouponTwice`], or
    /// the error of [`Cents::of_document`] for a discount.
    pub fn with_coupons(self, coupons: Vec<UsedCoupon>) -> Result<Self, DomainError> {
        if matches!(self.kind, PurchaseKind::Return { .. }) && !coupons.is_empty() {
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
        for used in &coupons {
            Cents::of_document(used.discount.get())?;
        }
        Ok(Self { coupons, ..self })
    }

    /// The coupons that it uses.
    #[must_use]
    pub fn coupons(&self) -> &[UsedCoupon] {
        &self.coupons
    }

    /// The amount before the discounts of its coupons.
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
    pub const fn kind(&self) -> &PurchaseKind {
        &self.kind
    }

    /// When it was sold.
    #[must_use]
    pub const fn sold_at(&self) -> Instant {
        self.sold_at
    }

    /// The amount paid or paid back, without sign, as the till states it.
    #[must_use]
    pub const fn total(&self) -> Cents {
        self.total
    }

    /// The lines of the basket as the rules read them, perhaps none. The last lines of a purchase from the store may
    /// be sums of lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines that are no sums.
    #[must_use]
    pub fn listed_lines(&self) -> &[Line] {
        &self.lines[..self.listed()]
    }

    /// The sums of lines, in a long purchase from the store.
    pub fn folded_lines(&self) -> impl Iterator<Item = FoldedLines<'_>> {
        let sums = self.lines[self.listed()..].iter().zip(&self.folded);
        sums.map(|(line, count)| FoldedLines { line, count: *count })
    }

    fn listed(&self) -> usize {
        self.lines.len().saturating_sub(self.folded.len())
    }

    /// The till's operator.
    #[must_use]
    pub const fn operator(&self) -> Option<&Operator> {
        self.operator.as_ref()
    }

    /// Whether the gross amount differs from the sum of the lines by more than a cent a line: rounding
    /// explains a cent a line. Such a purchase is flagged, and never refused.
    #[must_use]
    pub fn total_differs(&self) -> bool {
        let folded: i64 = self.folded.iter().copied().map(i64::from).sum();
        let Ok(listed) = i64::try_from(self.listed()) else { return true };
        let tolerance = listed + folded;
        let sum: Cents = self.lines.iter().map(Line::amount).sum();
        !self.lines.is_empty() && (sum - self.gross()).get().abs() > tolerance
    }
}
