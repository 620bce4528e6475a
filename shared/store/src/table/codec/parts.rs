//! The parts of what a sale earned.

use super::{from_bytes, to_bytes};
use crate::StoreError;
use domain::Points;
use domain::programme::{Part, Source};
use minicbor::{Decode, Encode};

#[derive(Encode, Decode)]
#[cbor(array)]
struct PartBody {
    /// 0 spend, 1 visit, 2 multiplier, 3 bonus, 4 cap of the day, 5 limit of the sale
    #[n(0)]
    source: u8,
    #[n(1)]
    points: i64,
    #[n(2)]
    name: Option<String>,
}

/// The parts of what a sale earned. A sale that earned only by a rule of spending without a name
/// has no bytes.
pub(crate) fn encode(parts: &[Part]) -> Vec<u8> {
    if let [] | [Part { source: Source::Spend, name: None, .. }] = parts {
        return vec![];
    }
    let bodies: Vec<PartBody> = parts
        .iter()
        .map(|part| PartBody {
            source: match part.source {
                Source::Spend => 0,
                Source::Visit => 1,
                Source::Multiplier => 2,
                Source::Bonus => 3,
                Source::DailyCap => 4,
                Source::SaleLimit => 5,
            },
            points: part.points.get(),
            name: part.name.clone(),
        })
        .collect();
    to_bytes(&bodies)
}

/// The parts of `points`.
pub(crate) fn decode(bytes: &[u8], points: Points) -> Result<Vec<Part>, StoreError> {
    if bytes.is_empty() {
        let spend = Part { source: Source::Spend, name: None, points };
        return Ok(if points > Points::ZERO { vec![spend] } else { vec![] });
    }
    let bodies: Vec<PartBody> = from_bytes(bytes, "purchase")?;
    let read = bodies.into_iter().map(|body| {
        let source = match body.source {
            0 => Source::Spend,
            1 => Source::Visit,
            2 => Source::Multiplier,
            3 => Source::Bonus,
            4 => Source::DailyCap,
            5 => Source::SaleLimit,
            _ => return Err(StoreError::Corrupt("purchase")),
        };
        Ok(Part { source, name: body.name, points: Points::new(body.points) })
    });
    read.collect()
}
