//! A coupon of a member that can still be used, with its code as a text and as a barcode.

use super::{List, Reader};
use crate::amount::{euros, percent};
use crate::code_image::{CodeImage, barcode};
use domain::coupon::offer::{Benefit, Terms};
use domain::{Cents, CouponCode};
use store::{StoreError, UsableCoupon};
use web::Page;

/// The coupons that a page reads. Those that were used are left out of it.
const COUPONS: usize = 100;

/// A coupon of the page.
pub(super) struct OwnCoupon {
    /// The name of the offer.
    pub(super) name: String,
    /// The discount, and the conditions that the offer has.
    pub(super) terms: Vec<String>,
    pub(super) code: CouponCode,
    /// `None` for a code that is too long for a telephone: it is typed.
    pub(super) barcode: Option<CodeImage>,
}

/// A page of the coupons.
pub(super) async fn list(
    reader: &Reader<'_>,
    place: Option<&str>,
) -> Result<List<OwnCoupon>, StoreError> {
    let Reader { app, scope, members, now, today, .. } = reader;
    let after = place.and_then(|text| reader.place("coupons", text)).unwrap_or_default();
    let read = app.store.usable_coupons(scope, members, *today, &after, COUPONS, *now).await?;
    let entries = read.coupons.into_iter().map(|coupon| OwnCoupon::of(coupon, reader));
    Ok(List { entries: entries.collect(), next: reader.next("coupons", read.next.as_ref())? })
}

impl OwnCoupon {
    fn of(coupon: UsableCoupon, reader: &Reader<'_>) -> Self {
        let terms = coupon.offer.terms();
        let mut shown = benefit(reader.page, &terms.benefit);
        shown.extend(conditions(reader, terms));
        Self {
            name: terms.name.clone(),
            terms: shown,
            barcode: barcode::image(coupon.code.as_str()),
            code: coupon.code,
        }
    }
}

/// The discount, with its limit.
fn benefit(page: &Page, benefit: &Benefit) -> Vec<String> {
    let (discount, most) = match benefit {
        Benefit::Value(value) => (page.text("coupon-value").with("amount", euros(*value)), None),
        Benefit::Percentage { share, most } => {
            (page.text("coupon-share").with("share", percent(*share)), *most)
        }
        Benefit::Product { sku, most } => (page.text("coupon-article").with("article", sku), *most),
    };
    let most = most.map(|most| page.text("coupon-most").with("amount", euros(most)).to_string());
    std::iter::once(discount.to_string()).chain(most).collect()
}

/// The conditions of an offer, and its days.
fn conditions(reader: &Reader<'_>, terms: &Terms) -> Vec<String> {
    let page = reader.page;
    let mut shown = vec![];
    if terms.minimum_spend > Cents::ZERO {
        let amount = euros(terms.minimum_spend);
        shown.push(page.text("coupon-minimum").with("amount", amount).to_string());
    }
    if !terms.establishments.is_empty() {
        let establishments = &reader.scope.settings.establishments;
        let known = terms.establishments.iter().filter_map(|id| establishments.get(id));
        let names: Vec<&str> = known.map(|establishment| &*establishment.name).collect();
        shown.push(page.text("coupon-places").with("places", names.join(", ")).to_string());
    }
    if terms.first_day > reader.today {
        let day = crate::day::text(page, terms.first_day);
        shown.push(page.text("coupon-from").with("day", day).to_string());
    }
    if let Some(last_day) = terms.last_day {
        let day = crate::day::text(page, last_day);
        shown.push(page.text("rewards-until").with("day", day).to_string());
    }
    shown
}
