//! Compact encodings (CBOR with numbered fields) of what must stay small: an account under 1 KB, a
//! purchase of six lines too. New fields take new numbers; a number is never used again.

use crate::StoreError;
use domain::account::MonthBucket;
use domain::consent::{Consent, ConsentSource, Consents, Opposition, OppositionReason, Wishes};
use domain::lots::{Lot, Lots};
use domain::purchase::Kind;
use domain::receipt::{Operator, Receipt, ReceiptNumber, Register};
use domain::{
    Account, Cents, Day, EstablishmentId, Instant, Line, MemberId, Month, Points, Purchase,
    Quantity,
};
use minicbor::{Decode, Encode};

#[derive(Encode, Decode)]
#[cbor(array)]
struct AccountBody {
    /// (days since 1970, points left)
    #[n(0)]
    lots: Vec<(i32, i64)>,
    #[n(1)]
    owed: i64,
    #[n(2)]
    earned: i64,
    #[n(3)]
    spend: i64,
    #[n(4)]
    visits: u32,
    /// (months since year 0, cents, visits)
    #[n(5)]
    months: Vec<(i32, i64, u32)>,
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
}

pub(crate) fn encode_account(account: &Account) -> Vec<u8> {
    to_bytes(&AccountBody {
        lots: account
            .lots
            .as_slice()
            .iter()
            .map(|lot| (lot.day.ordinal(), lot.remaining.get()))
            .collect(),
        owed: account.owed.get(),
        earned: account.earned.get(),
        spend: account.spend.get(),
        visits: account.visits,
        months: account
            .months
            .iter()
            .map(|bucket| (bucket.month.ordinal(), bucket.spend.get(), bucket.visits))
            .collect(),
        last_activity: account.last_activity.map(Instant::as_second),
        merged_into: account.merged_into.map(MemberId::to_bytes),
        last_purchase: account.last_purchase.map(Day::ordinal),
        last_establishment: account.last_establishment.as_ref().map(ToString::to_string),
    })
}

pub(crate) fn decode_account(bytes: &[u8]) -> Result<Account, StoreError> {
    let body: AccountBody = from_bytes(bytes, "account")?;
    Ok(Account {
        lots: Lots::from_stored(body.lots.into_iter().map(|(day, remaining)| Lot {
            day: Day::from_ordinal(day),
            remaining: Points::new(remaining),
        })),
        owed: Points::new(body.owed),
        earned: Points::new(body.earned),
        spend: Cents::new(body.spend),
        visits: body.visits,
        months: body
            .months
            .into_iter()
            .map(|(month, spend, visits)| MonthBucket {
                month: Month::from_ordinal(month),
                spend: Cents::new(spend),
                visits,
            })
            .collect(),
        last_activity: body.last_activity.map(instant_of),
        merged_into: body.merged_into.map(MemberId::from_bytes),
        last_purchase: body.last_purchase.map(Day::from_ordinal),
        last_establishment: body
            .last_establishment
            .map(|code| EstablishmentId::parse(&code))
            .transpose()
            .map_err(|_| StoreError::Corrupt("account"))?,
    })
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
struct WishesBody {
    #[n(0)]
    consent: Option<ConsentBody>,
    #[n(1)]
    opposition: Option<OppositionBody>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConsentsBody {
    #[n(0)]
    email: WishesBody,
    #[n(1)]
    sms: WishesBody,
    #[n(2)]
    postal: WishesBody,
}

impl WishesBody {
    fn of(wishes: &Wishes) -> Self {
        Self {
            consent: wishes.consent.as_ref().map(|consent| ConsentBody {
                at: consent.at.as_second(),
                source: consent.source.as_str().to_owned(),
                text: consent.text_version.clone(),
            }),
            opposition: wishes.opposition.map(|opposition| OppositionBody {
                at: opposition.at.as_second(),
                reason: opposition.reason.as_str().to_owned(),
            }),
        }
    }

    fn read(self) -> Result<Wishes, StoreError> {
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
        Ok(Wishes { consent: consent.transpose()?, opposition: opposition.transpose()? })
    }
}

pub(crate) fn encode_consents(consents: &Consents) -> Vec<u8> {
    to_bytes(&ConsentsBody {
        email: WishesBody::of(&consents.email),
        sms: WishesBody::of(&consents.sms),
        postal: WishesBody::of(&consents.postal),
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
}

/// The content of a purchase as bytes: what is stored, and what its fingerprint is taken of.
pub(crate) fn encode_purchase(purchase: &Purchase) -> Vec<u8> {
    let of = match purchase.kind() {
        Kind::Return { of: Some(sale) } => Some(ReceiptBody {
            establishment: sale.establishment.to_string(),
            register: sale.register.as_str().to_owned(),
            day: sale.day.ordinal(),
            number: sale.number.as_str().to_owned(),
        }),
        _ => None,
    };
    to_bytes(&PurchaseBody {
        sold_at: purchase.sold_at().as_second(),
        returns: matches!(purchase.kind(), Kind::Return { .. }),
        of,
        operator: purchase.operator().map(|operator| operator.as_str().to_owned()),
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
    pub(crate) kind: Kind,
    pub(crate) operator: Option<Operator>,
    pub(crate) lines: Vec<Line>,
}

pub(crate) fn decode_purchase(bytes: &[u8]) -> Result<PurchaseContent, StoreError> {
    let corrupt = |_| StoreError::Corrupt("purchase");
    let body: PurchaseBody = from_bytes(bytes, "purchase")?;
    let of = match body.of {
        Some(of) => Some(Receipt {
            establishment: EstablishmentId::parse(&of.establishment).map_err(corrupt)?,
            register: Register::parse(&of.register).map_err(corrupt)?,
            day: Day::from_ordinal(of.day),
            number: ReceiptNumber::parse(&of.number).map_err(corrupt)?,
        }),
        None => None,
    };
    let lines = body.lines.into_iter().map(|line| {
        Ok(Line {
            sku: line.sku,
            label: line.label,
            category: line.category,
            quantity: Quantity::from_thousandths(line.thousandths).map_err(corrupt)?,
            unit_price: Cents::new(line.unit_price),
            discount: Cents::new(line.discount),
        })
    });
    Ok(PurchaseContent {
        sold_at: instant_of(body.sold_at),
        kind: if body.returns { Kind::Return { of } } else { Kind::Sale },
        operator: body.operator.map(|text| Operator::parse(&text)).transpose().map_err(corrupt)?,
        lines: lines.collect::<Result<_, StoreError>>()?,
    })
}

fn instant_of(second: i64) -> Instant {
    Instant::from_second(second).unwrap_or(Instant::UNIX_EPOCH)
}

fn to_bytes<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    // Writing to a `Vec` has no failure.
    let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> =
        minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

fn from_bytes<'b, T: Decode<'b, ()>>(bytes: &'b [u8], kind: &'static str) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|_| StoreError::Corrupt(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_full_of_lots_and_months_reads_back_and_stays_under_a_kilobyte() {
        let mut account = Account::default();
        let first = Day::parse("2023-01-03").unwrap();
        for week in 0..150 {
            let day = Day::from_ordinal(first.ordinal() + week * 7);
            account.give(day, Points::new(99));
            account.count(day, Cents::new(9_999), 1);
        }
        account.active_at(instant_of(1_790_000_000));
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
