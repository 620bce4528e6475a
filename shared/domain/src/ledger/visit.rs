//! A visit without a purchase.

use crate::ledger::account::{Account, Given};
use crate::ledger::context::ProgrammeContext;
use crate::ledger::sale::{earn, level_of};
use crate::programme::{Earning, EarningContext};
use crate::{Cents, Day, EstablishmentId, Instant};

/// Enters a visit at an establishment without a purchase: the points that the programme of its day gives
/// for a visit. Returns the points with their reasons.
pub fn enter_visit(
    account: &mut Account,
    (establishment, at): (&EstablishmentId, Instant),
    context: &ProgrammeContext<'_>,
) -> Earning {
    let day = Day::at(at, context.zone);
    account.count(day, Cents::ZERO, 1);
    account.active_at(at);
    let Some(programme) = context.programmes.on(day) else { return Earning::default() };
    let level = level_of(account, programme);
    let earning_context = EarningContext {
        day,
        minute: Day::minute_at(at, context.zone),
        establishment,
        birth_month: context.birth_month,
        level: level.as_ref(),
    };
    let earning = programme.earn_for_visit(&earning_context, account.day_so_far(day));
    earn(account, Given::by_visit(day), earning.total(), programme);
    earning
}
