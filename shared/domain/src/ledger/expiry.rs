//! The expiry of points.

use crate::ledger::account::Account;
use crate::ledger::lots::Lot;
use crate::programme::Programmes;
use crate::{Day, Points};

/// Takes out the lots that expired before `today`, and returns them.
pub fn expire(account: &mut Account, today: Day, programmes: &Programmes) -> Vec<Lot> {
    let last_active = account.last_active_day();
    let ended = account.lots.draw(Points::new(i64::MAX), |lot| {
        let last_day = programmes.expires_on(lot, last_active)?;
        (last_day < today).then_some((last_day, lot.day))
    });
    let granted = ended.iter().filter(|lot| lot.granted);
    account.gifts.expire(granted.map(|lot| lot.remaining).sum());
    ended
}
