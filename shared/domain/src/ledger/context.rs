//! The facts that the ledger needs to apply the programmes to a purchase or a visit.

use crate::programme::{EarningContext, Programmes};
use crate::{Day, Purchase};
use jiff::tz::TimeZone;

/// The facts that the ledger needs to apply the programmes to a purchase or a visit. These facts concern
/// the merchant, the establishment and the customer.
#[derive(Debug, Clone, Copy)]
pub struct ProgrammeContext<'a> {
    /// The merchant's programmes.
    pub programmes: &'a Programmes,
    /// The establishment's time zone.
    pub zone: &'a TimeZone,
    /// The month of the customer's birthday, 1 to 12, where it is known.
    pub birth_month: Option<i8>,
}

impl<'a> ProgrammeContext<'a> {
    /// The context in which the rules are applied to a purchase, of a customer without a level.
    pub(super) fn of_purchase(&self, purchase: &'a Purchase) -> EarningContext<'a> {
        EarningContext {
            day: purchase.receipt().day,
            minute: Day::minute_at(purchase.sold_at(), self.zone),
            establishment: &purchase.receipt().establishment,
            birth_month: self.birth_month,
            level: None,
        }
    }
}
