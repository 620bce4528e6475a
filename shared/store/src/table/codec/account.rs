//! An account in under 1 KB.

use super::lots::LotBody;
use super::{from_bytes, instant_of, to_bytes};
use crate::StoreError;
use domain::ledger::account::{AdjustedDay, MonthBucket};
use domain::ledger::day_count::DayCount;
use domain::ledger::gift::{Gift, GiftsReceived};
use domain::ledger::lots::Lots;
use domain::programme::{LevelCode, Standing};
use domain::{
    Account, Cents, Credential, Day, EstablishmentId, Instant, MemberId, Month, Points,
    RegistrationStep,
};
use minicbor::{Decode, Encode};

/// Numbers 0 and 5 are not used any more.
#[derive(Encode, Decode)]
#[cbor(array)]
struct AccountBody {
    #[n(1)]
    owed: i64,
    #[n(2)]
    earned: i64,
    #[n(3)]
    spend: i64,
    #[n(4)]
    visits: u32,
    /// seconds since 1970
    #[n(6)]
    last_activity: Option<i64>,
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    merged_into: Option<[u8; 16]>,
    /// days since 1970
    #[n(8)]
    last_purchase: Option<i32>,
    #[n(9)]
    last_establishment: Option<String>,
    #[n(10)]
    lots: Vec<LotBody>,
    #[n(11)]
    months: Vec<MonthBody>,
    #[n(12)]
    days: Vec<DayBody>,
    #[n(13)]
    level: Option<LevelBody>,
    #[n(14)]
    birthday_year: Option<i16>,
    #[n(15)]
    activated: Option<StepBody>,
    #[n(16)]
    gifts: Option<GiftsBody>,
    #[n(17)]
    adjusted: Option<AdjustedBody>,
    #[n(18)]
    absorbed: Option<Vec<minicbor::bytes::ByteArray<16>>>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct GiftsBody {
    #[n(0)]
    welcome: GiftBody,
    #[n(1)]
    activation: GiftBody,
    #[n(2)]
    birthday: GiftBody,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct GiftBody {
    #[n(0)]
    points: i64,
    #[n(1)]
    expired: i64,
}

impl GiftBody {
    const fn of(gift: Gift) -> Self {
        Self { points: gift.points.get(), expired: gift.expired.get() }
    }

    const fn read(&self) -> Gift {
        Gift { points: Points::new(self.points), expired: Points::new(self.expired) }
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct AdjustedBody {
    /// days since 1970
    #[n(0)]
    day: i32,
    #[n(1)]
    points: i64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct StepBody {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[n(1)]
    by: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MonthBody {
    /// months since year 0
    #[n(0)]
    month: i32,
    /// cents
    #[n(1)]
    spend: i64,
    #[n(2)]
    visits: u32,
    #[n(3)]
    earned: i64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct DayBody {
    /// days since 1970
    #[n(0)]
    day: i32,
    #[n(1)]
    earned: i64,
    #[n(2)]
    visits: u32,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LevelBody {
    #[n(0)]
    code: String,
    /// days since 1970
    #[n(1)]
    since: i32,
}

pub(crate) fn encode(account: &Account) -> Vec<u8> {
    to_bytes(&AccountBody {
        owed: account.owed.get(),
        earned: account.earned.get(),
        spend: account.spend.get(),
        visits: account.visits,
        last_activity: account.last_activity.map(Instant::as_second),
        merged_into: account.merged_into.map(MemberId::to_bytes),
        last_purchase: account.last_purchase.map(Day::ordinal),
        last_establishment: account.last_establishment.as_ref().map(ToString::to_string),
        lots: account.lots.as_slice().iter().map(LotBody::of).collect(),
        months: account
            .months
            .iter()
            .map(|bucket| {
                let MonthBucket { month, spend, visits, earned } = *bucket;
                MonthBody {
                    month: month.ordinal(),
                    spend: spend.get(),
                    visits,
                    earned: earned.get(),
                }
            })
            .collect(),
        days: account
            .days
            .iter()
            .map(|count| DayBody {
                day: count.day.ordinal(),
                earned: count.earned.get(),
                visits: count.visits,
            })
            .collect(),
        level: account.level.as_ref().map(|Standing { code, since }| LevelBody {
            code: code.as_str().to_owned(),
            since: since.ordinal(),
        }),
        birthday_year: account.birthday_year,
        activated: account
            .activated
            .map(|RegistrationStep { at, by }| StepBody { at: at.as_second(), by: by.to_string() }),
        gifts: (account.gifts != GiftsReceived::default()).then_some(GiftsBody {
            welcome: GiftBody::of(account.gifts.welcome),
            activation: GiftBody::of(account.gifts.activation),
            birthday: GiftBody::of(account.gifts.birthday),
        }),
        adjusted: account.adjusted.map(|AdjustedDay { day, points }| AdjustedBody {
            day: day.ordinal(),
            points: points.get(),
        }),
        absorbed: (!account.absorbed.is_empty())
            .then(|| account.absorbed.iter().map(|id| id.to_bytes().into()).collect()),
    })
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Account, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("account");
    let body: AccountBody = from_bytes(bytes, "account")?;
    let level = body.level.map(|LevelBody { code, since }| {
        let code = LevelCode::parse(&code).map_err(|_| CORRUPT)?;
        Ok::<_, StoreError>(Standing { code, since: Day::from_ordinal(since) })
    });
    let activated = body.activated.map(|StepBody { at, by }| {
        let by = Credential::parse(&by).map_err(|_| CORRUPT)?;
        Ok::<_, StoreError>(RegistrationStep { at: instant_of(at), by })
    });
    let establishment = body.last_establishment.map(|code| EstablishmentId::parse(&code));
    Ok(Account {
        lots: Lots::from_stored(body.lots.into_iter().map(LotBody::read)),
        owed: Points::new(body.owed),
        earned: Points::new(body.earned),
        spend: Cents::new(body.spend),
        visits: body.visits,
        months: body
            .months
            .into_iter()
            .map(|MonthBody { month, spend, visits, earned }| MonthBucket {
                month: Month::from_ordinal(month),
                spend: Cents::new(spend),
                visits,
                earned: Points::new(earned),
            })
            .collect(),
        last_activity: body.last_activity.map(instant_of),
        merged_into: body.merged_into.map(MemberId::from_bytes),
        last_purchase: body.last_purchase.map(Day::from_ordinal),
        last_establishment: establishment.transpose().map_err(|_| CORRUPT)?,
        days: body
            .days
            .into_iter()
            .map(|DayBody { day, earned, visits }| DayCount {
                day: Day::from_ordinal(day),
                earned: Points::new(earned),
                visits,
            })
            .collect(),
        level: level.transpose()?,
        birthday_year: body.birthday_year,
        activated: activated.transpose()?,
        gifts: body.gifts.map_or_else(GiftsReceived::default, |gifts| GiftsReceived {
            welcome: gifts.welcome.read(),
            activation: gifts.activation.read(),
            birthday: gifts.birthday.read(),
        }),
        adjusted: body.adjusted.map(|AdjustedBody { day, points }| AdjustedDay {
            day: Day::from_ordinal(day),
            points: Points::new(points),
        }),
        absorbed: body
            .absorbed
            .unwrap_or_default()
            .into_iter()
            .map(|id| MemberId::from_bytes(id.into()))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UploadId;
    use domain::ledger::account::Given;

    #[test]
    fn an_account_full_of_lots_and_months_reads_back_and_stays_under_a_kilobyte() {
        let mut account = Account::default();
        let first = Day::parse("2023-01-03").unwrap();
        for week in 0..150 {
            let day = Day::from_ordinal(first.ordinal() + week * 7);
            account.give(Given::by_sale(day), Points::new(99));
            account.count(day, Cents::new(9_999), 1);
        }
        account.active_at(instant_of(1_790_000_000));
        account.give(Given::freely(first), Points::new(5));
        account.level = Some(Standing { code: LevelCode::parse("gold").unwrap(), since: first });
        let counted = (0..8).map(|days| DayCount {
            day: first.plus_days(days),
            earned: Points::new(99),
            visits: 1,
        });
        account.days = counted.collect();
        account.birthday_year = Some(2026);
        account.activated = Some(RegistrationStep {
            at: instant_of(1_780_000_000),
            by: Credential::Upload(UploadId::from_bytes([9; 16])),
        });
        account.gifts.welcome = Gift { points: Points::new(500), expired: Points::new(500) };
        account.adjusted = Some(AdjustedDay { day: first, points: Points::new(20_000) });
        account.absorbed = vec![MemberId::from_bytes([7; 16])];
        let bytes = encode(&account);
        assert_eq!(decode(&bytes).unwrap(), account);
        // The item also has its keys (38 and 41 bytes), the names of its attributes (12) and its version.
        assert!(bytes.len() + 38 + 41 + 12 + 5 <= 1_024, "{} bytes", bytes.len());
    }

    #[test]
    fn a_truncated_account_is_corrupt() {
        let bytes = encode(&Account::default());
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
