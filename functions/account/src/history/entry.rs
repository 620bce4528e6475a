//! An entry of the history, as a member reads it. Corrections of the record, merges and steps about the card are left
//! out: they change neither purchases nor points that the member has.

use crate::amount::{Amount, euros};
use domain::ledger::entry::Cause;
use domain::reward::redemption::{self, Spent};
use domain::{Cents, PurchaseKind};
use jiff::tz::TimeZone;
use store::{HistoryEntry, Settings, StoredPurchase};
use web::Page;

/// An entry of the page.
pub(super) struct Entry {
    /// The text that says what happened.
    pub(super) kind: &'static str,
    pub(super) day: String,
    /// The name of the establishment.
    pub(super) place: Option<String>,
    pub(super) total: Option<String>,
    pub(super) points: Amount,
    pub(super) is_cancelled: bool,
    /// The codes of coupons that were used or given.
    pub(super) codes: Vec<String>,
    pub(super) lines: Vec<PurchaseLine>,
}

/// A line of a purchase.
pub(super) struct PurchaseLine {
    pub(super) label: String,
    pub(super) quantity: String,
    pub(super) amount: String,
}

impl Entry {
    /// `None` for an entry that a member does not see.
    pub(super) fn of(entry: &HistoryEntry, settings: &Settings, page: &Page) -> Option<Self> {
        let unit = settings.programmes.unit();
        let paris = &domain::values::calendar::PARIS;
        let entry = match entry {
            HistoryEntry::Purchase(stored) => Self::purchase(stored, settings, page),
            HistoryEntry::Ledger { entry, .. } => Self {
                kind: match entry.cause {
                    Cause::Welcome => "history-welcome",
                    Cause::Activation => "history-activation",
                    Cause::Birthday => "history-birthday",
                    Cause::Visit(_) => "history-visit",
                    Cause::Expiry => "history-expiry",
                    Cause::Adjustment(_) => "history-adjustment",
                },
                points: Amount::new(unit, entry.points.get()),
                ..Self::on(page, entry.at, paris)
            },
            HistoryEntry::Redemption { redemption, .. } => Self {
                kind: "history-redemption",
                points: Amount::new(unit, -redemption.points.get()),
                is_cancelled: redemption.state == redemption::State::Cancelled,
                codes: match &redemption.spent {
                    Spent::Coupon(_, code) => vec![code.to_string()],
                    Spent::Goods(_) | Spent::Bill => vec![],
                },
                ..Self::on(page, redemption.requested_at, paris)
            },
            HistoryEntry::CouponGiven { code, at, .. } => Self {
                kind: "history-coupon",
                codes: vec![code.to_string()],
                ..Self::on(page, *at, paris)
            },
            HistoryEntry::Merged { .. }
            | HistoryEntry::Unmerged { .. }
            | HistoryEntry::Moved { .. }
            | HistoryEntry::Changed { .. }
            | HistoryEntry::Card { .. } => return None,
        };
        Some(entry)
    }

    fn on(page: &Page, at: domain::Instant, zone: &TimeZone) -> Self {
        Self {
            kind: "history-sale",
            day: crate::day::text(page, domain::Day::at(at, zone)),
            place: None,
            total: None,
            points: Amount::new(domain::programme::Unit::Points, 0),
            is_cancelled: false,
            codes: vec![],
            lines: vec![],
        }
    }

    fn purchase(stored: &StoredPurchase, settings: &Settings, page: &Page) -> Self {
        let (purchase, receipt) = (&stored.purchase, stored.purchase.receipt());
        let (kind, sign) = match purchase.kind() {
            PurchaseKind::Sale => ("history-sale", 1),
            PurchaseKind::Return { .. } => ("history-return", -1),
        };
        let establishment = settings.establishments.get(&receipt.establishment);
        let lines = purchase.lines().iter().map(|line| PurchaseLine {
            label: line.label.clone().or_else(|| line.category.clone()).unwrap_or_default(),
            quantity: line.quantity.to_string(),
            amount: euros(line.amount()),
        });
        Self {
            kind,
            day: crate::day::text(page, receipt.day),
            place: establishment.map(|establishment| establishment.name.clone()),
            total: Some(euros(Cents::new(sign * purchase.total().get()))),
            points: Amount::new(settings.programmes.unit(), stored.points.get()),
            is_cancelled: stored.cancelled_at.is_some(),
            codes: purchase.coupons().iter().map(|used| used.code.to_string()).collect(),
            lines: lines.collect(),
        }
    }
}
