//! What a sale is made of, as the rules see it.

use crate::Cents;
use crate::purchase::Line;

/// A basket that earns points.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// The amount paid.
    pub total: Cents,
    /// The lines that the till sent, perhaps none or not all of them.
    pub lines: &'a [Line],
}
