//! Compact encodings (CBOR with numbered fields) of what must stay small: an account under 1 KB, a
//! purchase of six lines too. New fields take new numbers; a number is never used again.

use crate::StoreError;
use domain::ledger::account::DayCount;
use domain::ledger::account::MonthBucket;
use domain::ledger::lots::{Lot, Lots};
use domain::member::consent::{
    ChannelConsent, Consent, ConsentSource, Consents, Opposition, OppositionReason,
};
use domain::programme::{LevelCode, Standing};
use domain::programme::{Part, Source};
use domain::purchase::receipt::{Operator, Receipt, ReceiptNumber, Register};
use domain::purchase::{PurchaseKind, UsedCoupon};
use domain::{
    Account, Cents, CouponCode, Day, EstablishmentId, Instant, Line, MemberId, Month, Points,
    Purchase, Quantity,
};
use minicbor::{Decode, Encode};

/// 0 and 5 were lots and months of another shape.
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
    /// (twice the days since 1970, and one where given without a sale; points left)
    #[n(10)]
    lots: Vec<(i32, i64)>,
    /// (months since year 0, cents, visits, points earned)
    #[n(11)]
    months: Vec<(i32, i64, u32, i64)>,
    /// (days since 1970, points earned, visits)
    #[n(12)]
    days: Vec<(i32, i64, u32)>,
    /// (code, days since 1970)
    #[n(13)]
    level: Option<(String, i32)>,
    #[n(14)]
    birthday_year: Option<i16>,
}

pub(crate) fn encode_account(account: &Account) -> Vec<u8> {
    to_bytes(&AccountBody {
        owed: account.owed.get(),
        earned: account.earned.get(),
        spend: account.spend.get(),
        visits: account.visits,
        last_activity: account.last_activity.map(Instant::as_second),
        merged_into: account.merged_into.map(MemberId::to_bytes),
        last_purchase: account.last_purchase.map(Day::ordinal),
        last_establishment: account.last_establishment.as_ref().map(ToString::to_string),
        lots: account.lots.as_slice().iter().map(lot_numbers).collect(),
        months: account
            .months
            .iter()
            .map(|bucket| {
                let MonthBucket { month, spend, visits, earned } = *bucket;
                (month.ordinal(), spend.get(), visits, earned.get())
            })
            .collect(),
        days: account
            .days
            .iter()
            .map(|count| (count.day.ordinal(), count.earned.get(), count.visits))
            .collect(),
        level: account
            .level
            .as_ref()
            .map(|standing| (standing.code.as_str().to_owned(), standing.since.ordinal())),
        birthday_year: account.birthday_year,
    })
}

pub(crate) fn decode_account(bytes: &[u8]) -> Result<Account, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("account");
    let body: AccountBody = from_bytes(bytes, "account")?;
    let level = body.level.map(|(code, since)| {
        let code = LevelCode::parse(&code).map_err(|_| CORRUPT)?;
        Ok::<_, StoreError>(Standing { code, since: Day::from_ordinal(since) })
    });
    let establishment = body.last_establishment.map(|code| EstablishmentId::parse(&code));
    Ok(Account {
        lots: Lots::from_stored(body.lots.into_iter().map(lot_of)),
        owed: Points::new(body.owed),
        earned: Points::new(body.earned),
        spend: Cents::new(body.spend),
        visits: body.visits,
        months: body
            .months
            .into_iter()
            .map(|(month, spend, visits, earned)| MonthBucket {
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
            .map(|(day, earned, visits)| DayCount {
                day: Day::from_ordinal(day),
                earned: Points::new(earned),
                visits,
            })
            .collect(),
        level: level.transpose()?,
        birthday_year: body.birthday_year,
    })
}

/// A lot in two small numbers.
fn lot_numbers(lot: &Lot) -> (i32, i64) {
    (lot.day.ordinal() * 2 + i32::from(lot.granted), lot.remaining.get())
}

/// A lot read back from its two numbers.
fn lot_of((day, points): (i32, i64)) -> Lot {
    let granted = day.rem_euclid(2) == 1;
    let day = Day::from_ordinal(day.div_euclid(2));
    Lot { day, granted, remaining: Points::new(points) }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentBody {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[n(1)]
    source: String,
    #[n(2)]
    text: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct OppositionBody {
    /// seconds since 1970
    #[n(0)]
    at: i64,
    #[n(1)]
    reason: String,
}

#[derive(Encode, Decode, Default)]
#[cbor(array)]
struct ChannelConsentBody {
    #[n(0)]
    consent: Option<ConsentBody>,
    #[n(1)]
    opposition: Option<OppositionBody>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentsBody {
    #[n(0)]
    email: ChannelConsentBody,
    #[n(1)]
    sms: ChannelConsentBody,
    #[n(2)]
    postal: ChannelConsentBody,
}

impl ChannelConsentBody {
    fn of(consents: &ChannelConsent) -> Self {
        Self {
            consent: consents.consent.as_ref().map(|consent| ConsentBody {
                at: consent.at.as_second(),
                source: consent.source.as_str().to_owned(),
                text: consent.text_version.clone(),
            }),
            opposition: consents.opposition.map(|opposition| OppositionBody {
                at: opposition.at.as_second(),
                reason: opposition.reason.as_str().to_owned(),
            }),
        }
    }

    fn read(self) -> Result<ChannelConsent, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("consents");
        let consent = self.consent.map(|body| {
            let source = ConsentSource::parse(&body.source).ok_or(CORRUPT)?;
            Ok::<_, StoreError>(Consent {
                at: instant_of(body.at),
                source,
                text_version: body.text,
            })
        });
        let opposition = self.opposition.map(|body| {
            let reason = OppositionReason::parse(&body.reason).ok_or(CORRUPT)?;
            Ok::<_, StoreError>(Opposition { at: instant_of(body.at), reason })
        });
        Ok(ChannelConsent { consent: consent.transpose()?, opposition: opposition.transpose()? })
    }
}

pub(crate) fn encode_consents(consents: &Consents) -> Vec<u8> {
    to_bytes(&ConsentsBody {
        email: ChannelConsentBody::of(&consents.email),
        sms: ChannelConsentBody::of(&consents.sms),
        postal: ChannelConsentBody::of(&consents.postal),
    })
}

pub(crate) fn decode_consents(bytes: &[u8]) -> Result<Consents, StoreError> {
    let body: ConsentsBody = from_bytes(bytes, "consents")?;
    Ok(Consents { email: body.email.read()?, sms: body.sms.read()?, postal: body.postal.read()? })
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LineBody {
    #[n(0)]
    sku: Option<String>,
    #[n(1)]
    label: Option<String>,
    #[n(2)]
    category: Option<String>,
    #[n(3)]
    thousandths: i64,
    #[n(4)]
    unit_price: i64,
    #[n(5)]
    discount: i64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ReceiptBody {
    #[n(0)]
    establishment: String,
    #[n(1)]
    register: String,
    #[n(2)]
    day: i32,
    #[n(3)]
    number: String,
}

/// What a purchase holds beyond the attributes that conditions and indexes read.
#[derive(Encode, Decode)]
#[cbor(array)]
struct PurchaseBody {
    #[n(0)]
    sold_at: i64,
    #[n(1)]
    returns: bool,
    #[n(2)]
    of: Option<ReceiptBody>,
    #[n(3)]
    operator: Option<String>,
    #[n(4)]
    lines: Vec<LineBody>,
    /// (code, what was taken off); absent without
    #[n(5)]
    coupons: Option<Vec<(String, i64)>>,
}

/// The content of a purchase as bytes: what is stored, and what its fingerprint is taken of.
pub(crate) fn encode_purchase(purchase: &Purchase) -> Vec<u8> {
    let of = match purchase.kind() {
        PurchaseKind::Return { of: Some(sale) } => Some(ReceiptBody {
            establishment: sale.establishment.to_string(),
            register: sale.register.as_str().to_owned(),
            day: sale.day.ordinal(),
            number: sale.number.as_str().to_owned(),
        }),
        _ => None,
    };
    to_bytes(&PurchaseBody {
        sold_at: purchase.sold_at().as_second(),
        returns: matches!(purchase.kind(), PurchaseKind::Return { .. }),
        of,
        operator: purchase.operator().map(|operator| operator.as_str().to_owned()),
        coupons: (!purchase.coupons().is_empty()).then(|| {
            let used = purchase.coupons().iter();
            used.map(|used| (used.code.as_str().to_owned(), used.discount.get())).collect()
        }),
        lines: purchase
            .lines()
            .iter()
            .map(|line| LineBody {
                sku: line.sku.clone(),
                label: line.label.clone(),
                category: line.category.clone(),
                thousandths: line.quantity.thousandths(),
                unit_price: line.unit_price.get(),
                discount: line.discount.get(),
            })
            .collect(),
    })
}

/// A purchase's content read back.
pub(crate) struct PurchaseContent {
    pub(crate) sold_at: Instant,
    pub(crate) kind: PurchaseKind,
    pub(crate) operator: Option<Operator>,
    pub(crate) lines: Vec<Line>,
    pub(crate) coupons: Vec<UsedCoupon>,
}

pub(crate) fn decode_purchase(bytes: &[u8]) -> Result<PurchaseContent, StoreError> {
    let body: PurchaseBody = from_bytes(bytes, "purchase")?;
    let of = match body.of {
        Some(of) => Some(Receipt {
            establishment: EstablishmentId::parse(&of.establishment)
                .map_err(StoreError::corrupt("purchase"))?,
            register: Register::parse(&of.register).map_err(StoreError::corrupt("purchase"))?,
            day: Day::from_ordinal(of.day),
            number: ReceiptNumber::parse(&of.number).map_err(StoreError::corrupt("purchase"))?,
        }),
        None => None,
    };
    let lines = body.lines.into_iter().map(|line| {
        Ok(Line {
            sku: line.sku,
            label: line.label,
            category: line.category,
            quantity: Quantity::from_thousandths(line.thousandths)
                .map_err(StoreError::corrupt("purchase"))?,
            unit_price: Cents::new(line.unit_price),
            discount: Cents::new(line.discount),
        })
    });
    let coupons = body.coupons.unwrap_or_default().into_iter().map(|(code, discount)| {
        let code = CouponCode::parse(&code).map_err(StoreError::corrupt("purchase"))?;
        Ok::<_, StoreError>(UsedCoupon { code, discount: Cents::new(discount) })
    });
    Ok(PurchaseContent {
        coupons: coupons.collect::<Result<_, _>>()?,
        sold_at: instant_of(body.sold_at),
        kind: if body.returns { PurchaseKind::Return { of } } else { PurchaseKind::Sale },
        operator: body
            .operator
            .map(|text| Operator::parse(&text))
            .transpose()
            .map_err(StoreError::corrupt("purchase"))?,
        lines: lines.collect::<Result<_, StoreError>>()?,
    })
}

/// The lots that an entry took; nothing at all for none.
pub(crate) fn encode_lots(lots: &[Lot]) -> Vec<u8> {
    if lots.is_empty() {
        return vec![];
    }
    to_bytes(&lots.iter().map(lot_numbers).collect::<Vec<_>>())
}

/// The lots that an entry took, read back.
pub(crate) fn decode_lots(bytes: &[u8]) -> Result<Vec<Lot>, StoreError> {
    if bytes.is_empty() {
        return Ok(vec![]);
    }
    let numbers: Vec<(i32, i64)> = from_bytes(bytes, "ledger")?;
    Ok(numbers.into_iter().map(lot_of).collect())
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PartBody {
    /// 0 spend, 1 visit, 2 multiplier, 3 bonus, 4 cap of the day
    #[n(0)]
    source: u8,
    #[n(1)]
    points: i64,
    #[n(2)]
    name: Option<String>,
}

/// Why a sale gave its points: nothing at all where all of them are for money, by a rule without a
/// name.
pub(crate) fn encode_parts(parts: &[Part]) -> Vec<u8> {
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
            },
            points: part.points.get(),
            name: part.name.clone(),
        })
        .collect();
    to_bytes(&bodies)
}

/// Why a sale gave `points`, read back.
pub(crate) fn decode_parts(bytes: &[u8], points: Points) -> Result<Vec<Part>, StoreError> {
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
            _ => return Err(StoreError::Corrupt("purchase")),
        };
        Ok(Part { source, name: body.name, points: Points::new(body.points) })
    });
    read.collect()
}

fn instant_of(second: i64) -> Instant {
    Instant::from_second(second).unwrap_or(Instant::UNIX_EPOCH)
}

pub(crate) fn to_bytes<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    // Writing to a `Vec` has no failure.
    let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> =
        minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

pub(crate) fn from_bytes<'b, T: Decode<'b, ()>>(
    bytes: &'b [u8],
    kind: &'static str,
) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Corrupt(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
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
        account.merged_into = Some(MemberId::from_bytes([7; 16]));
        let bytes = encode_account(&account);
        assert_eq!(decode_account(&bytes).unwrap(), account);
        assert!(bytes.len() < 880, "{} bytes", bytes.len());
    }

    #[test]
    fn what_a_person_said_of_every_channel_reads_back() {
        let (at, source) = (instant_of(1_790_000_000), ConsentSource::Member);
        let mut consents = Consents::default();
        consents.email.consent(Consent { at, source, text_version: "2026-01".to_owned() });
        let later = Opposition { at: instant_of(1_790_000_001), reason: OppositionReason::Stop };
        consents.sms.oppose(later);
        consents.email.oppose(later);
        let bytes = encode_consents(&consents);
        assert_eq!(decode_consents(&bytes).unwrap(), consents);
        assert!(decode_consents(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn an_account_cut_short_is_told_as_corrupt() {
        let bytes = encode_account(&Account::default());
        assert!(decode_account(&bytes[..bytes.len() - 1]).is_err());
    }
}
