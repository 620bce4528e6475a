//! The size of the binaries.

use crate::{
    figures::{Bound, Figures},
    places::{binary, functions},
};

#[expect(clippy::unused_async, reason = "every part of the benchmark is asynchronous")]
pub(crate) async fn measure(figures: &mut Figures) {
    let mut largest: f64 = 0.0;
    for name in functions() {
        let size = megabytes(&name);
        figures.add(&format!("size.{name}_mb"), size, "MB", Bound::None);
        largest = largest.max(size);
    }
    let bare = megabytes("bare-init");
    figures.add_beside("size.largest_mb", largest, "MB", bare, Bound::AtMost(14.0));
}

#[expect(clippy::cast_precision_loss, reason = "a file of megabytes")]
fn megabytes(name: &str) -> f64 {
    let file = std::fs::metadata(binary(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    file.len() as f64 / 1e6
}
