//! Lots of points: the lots of an account, and the lots that an entry took.

use super::{from_bytes, to_bytes};
use crate::StoreError;
use domain::ledger::lots::Lot;
use domain::{Day, Points};
use minicbor::{Decode, Encode};

/// A lot in two small numbers.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct LotBody {
    /// twice the days since 1970, plus 1 for a lot that was granted without a sale
    #[n(0)]
    day: i32,
    #[n(1)]
    remaining: i64,
}

impl LotBody {
    pub(super) fn of(lot: &Lot) -> Self {
        let day = lot.day.ordinal() * 2 + i32::from(lot.granted);
        Self { day, remaining: lot.remaining.get() }
    }

    pub(super) fn read(self) -> Lot {
        let granted = self.day.rem_euclid(2) == 1;
        let day = Day::from_ordinal(self.day.div_euclid(2));
        Lot { day, granted, remaining: Points::new(self.remaining) }
    }
}

/// The lots that an entry took. Without lots there are no bytes.
pub(crate) fn encode(lots: &[Lot]) -> Vec<u8> {
    if lots.is_empty() {
        return vec![];
    }
    to_bytes(&lots.iter().map(LotBody::of).collect::<Vec<_>>())
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Lot>, StoreError> {
    if bytes.is_empty() {
        return Ok(vec![]);
    }
    let bodies: Vec<LotBody> = from_bytes(bytes, "ledger")?;
    Ok(bodies.into_iter().map(LotBody::read).collect())
}
