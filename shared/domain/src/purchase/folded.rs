//! The lines of a long receipt that are stored as sums.

use super::line::Line;

/// Lines of a receipt that are stored as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedLines<'a> {
    /// The sum. The amount and the whole pieces are those of the lines together. The price of one piece is an
    /// average.
    pub line: &'a Line,
    /// The number of lines.
    pub count: u32,
}

/// A sum of lines, to be stored.
pub(crate) struct Sum {
    pub(crate) line: Line,
    pub(crate) count: u32,
}
