//! Days, as a reader of a language writes them.

use domain::Day;
use web::Page;

/// `24/11/2026` in French, and `2026-11-24` in English, where the order of day and month differs from country to country.
pub(crate) fn text(page: &Page, day: Day) -> String {
    match page.visit().locale() {
        web::Locale::French => domain::Language::French.day(day),
        web::Locale::English => day.to_string(),
    }
}
