//! A code that a till scans, as an image: dark modules on a light ground, with the light margin that its standard asks.

pub(crate) mod barcode;

/// The image of a code, in modules. The page draws `path` in one colour.
pub(crate) struct CodeImage {
    /// The width with the margins.
    pub(crate) width: usize,
    /// The height with the margins.
    pub(crate) height: usize,
    /// The dark rectangles, as the data of an SVG path.
    pub(crate) path: String,
}

impl CodeImage {
    /// An image without dark modules.
    pub(crate) const fn new(width: usize, height: usize) -> Self {
        Self { width, height, path: String::new() }
    }

    /// Adds a dark rectangle.
    pub(crate) fn rectangle(&mut self, x: usize, y: usize, width: usize, height: usize) {
        use std::fmt::Write as _;
        // Writing to a string never fails.
        let _ = write!(self.path, "M{x} {y}h{width}v{height}h-{width}z");
    }

    /// Adds a row of modules: each run of dark ones is a rectangle.
    pub(crate) fn row(&mut self, x: usize, y: usize, height: usize, dark: &[bool]) {
        let mut at = 0;
        for run in dark.chunk_by(|one, next| one == next) {
            if run[0] {
                self.rectangle(x + at, y, run.len(), height);
            }
            at += run.len();
        }
    }
}
