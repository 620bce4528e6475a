//! The limits of a purchase.

/// The most lines of a basket. A wholesaler's receipt has about a thousand. A JSON body of 1 MB has room for 5,000
/// lines.
pub const MOST_LINES: usize = 5_000;
/// The lines of a receipt that are stored as they were sent. The other lines are stored as sums.
pub const KEPT_LINES: usize = 50;
/// The most coupons of one purchase.
pub const MOST_COUPONS: usize = 5;
/// The most characters of a stock-keeping unit.
pub const SKU_LENGTH: usize = 40;
/// The most characters of a line's label.
pub const LABEL_LENGTH: usize = 60;
/// The most characters of a category.
pub const CATEGORY_LENGTH: usize = 40;
