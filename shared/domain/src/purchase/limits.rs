//! The limits of a purchase.

/// The most lines of a basket.
pub const MOST_LINES: usize = 200;
/// The most coupons of one purchase.
pub const MOST_COUPONS: usize = 5;
/// The most characters of a stock-keeping unit.
pub const SKU_LENGTH: usize = 40;
/// The most characters of a line's label.
pub const LABEL_LENGTH: usize = 60;
/// The most characters of a category.
pub const CATEGORY_LENGTH: usize = 40;
