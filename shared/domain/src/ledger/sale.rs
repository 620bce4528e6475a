//! A sale: the points that it gives.

use crate::ledger::account::{Account, Given};
use crate::ledger::context::ProgrammeContext;
use crate::programme::{Basket, Earning, EarningContext, LevelCode, Programme, Programmes};
use crate::{Day, Points, Purchase};

/// Enters a sale into the account: its points, by the programme of its day, its amount and its visit.
/// Returns the points with their reasons.
pub fn enter_sale(
    account: &mut Account,
    purchase: &Purchase,
    context: &ProgrammeContext<'_>,
) -> Earning {
    let earning_context = context.of_purchase(purchase);
    let earning = earn_for_sale(account, basket(purchase), &earning_context, context.programmes);
    count_sale(account, purchase);
    earning
}

/// Gives the account the points of a basket, by the programme of its day and the level of the account.
/// Returns the points with their reasons. A dry run of a sale calls this function too.
pub fn earn_for_sale(
    account: &mut Account,
    basket: Basket<'_>,
    context: &EarningContext<'_>,
    programmes: &Programmes,
) -> Earning {
    let day = context.day;
    let Some(programme) = programmes.on(day) else { return Earning::default() };
    let level = level_of(account, programme);
    let context = EarningContext { level: level.as_ref(), ..*context };
    let earning = programme.earn(basket, &context, account.day_so_far(day));
    earn(account, Given::by_sale(day), earning.total(), programme);
    earning
}

/// The level of the account in a programme.
pub(super) fn level_of(account: &Account, programme: &Programme) -> Option<LevelCode> {
    account.level_in(&programme.terms().levels).map(|level| level.code.clone())
}

/// Gives the points of a sale or a visit, counts them into their day, and raises the level where the
/// account reaches one. A sale or a visit counts as a visit of its day if it earned points.
pub(super) fn earn(account: &mut Account, given: Given, points: Points, programme: &Programme) {
    account.give(given, points);
    count_earned(account, given.day(), points, i32::from(points > Points::ZERO), programme);
}

/// Counts points and visits into a day, and raises the level where the account reaches one.
pub(super) fn count_earned(
    account: &mut Account,
    day: Day,
    points: Points,
    visits: i32,
    programme: &Programme,
) {
    if programme.counts_days() {
        account.count_in_day(day, points, visits);
    }
    account.raise_level(&programme.terms().levels, day);
}

/// Counts the amount and the visit of a sale, and its activity.
pub(super) fn count_sale(account: &mut Account, purchase: &Purchase) {
    let day = purchase.receipt().day;
    account.count(day, purchase.total(), 1);
    account.bought(day, &purchase.receipt().establishment);
    account.active_at(purchase.sold_at());
}

/// The basket of a purchase.
pub(super) fn basket(purchase: &Purchase) -> Basket<'_> {
    Basket { total: purchase.total(), lines: purchase.lines() }
}
