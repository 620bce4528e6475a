//! The content of a purchase: six lines in under 1 KB, and a few KB for a receipt of any length.

use super::{from_bytes, instant_of, to_bytes};
use crate::StoreError;
use domain::purchase::receipt::{Operator, Receipt, ReceiptNumber, Register};
use domain::purchase::{PurchaseKind, UsedCoupon};
use domain::{Cents, CouponCode, Day, EstablishmentId, Instant, Line, Purchase, Quantity};
use minicbor::{Decode, Encode};

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
    /// how many lines of the receipt this line sums up; absent for a line of its own
    #[n(6)]
    folded: Option<u32>,
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

#[derive(Encode, Decode)]
#[cbor(array)]
struct UsedCouponBody {
    #[n(0)]
    code: String,
    /// cents
    #[n(1)]
    discount: i64,
}

/// The content of a purchase, except what conditions and indexes read.
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
    /// absent without coupons
    #[n(5)]
    coupons: Option<Vec<UsedCouponBody>>,
}

/// The content of a purchase with these lines. What is stored has the lines of [`domain::programme::fold`]; the
/// fingerprint is a hash of the content with all lines.
pub(crate) fn encode(purchase: &Purchase) -> Vec<u8> {
    let of = match purchase.kind() {
        PurchaseKind::Return { of: Some(sale) } => Some(ReceiptBody {
            establishment: sale.establishment.to_string(),
            register: sale.register.as_str().to_owned(),
            day: sale.day.ordinal(),
            number: sale.number.as_str().to_owned(),
        }),
        _ => None,
    };
    let listed = purchase.listed_lines().iter();
    let folded = purchase.folded_lines().map(|sum| line_body(sum.line, Some(sum.count)));
    to_bytes(&PurchaseBody {
        sold_at: purchase.sold_at().as_second(),
        returns: matches!(purchase.kind(), PurchaseKind::Return { .. }),
        of,
        operator: purchase.operator().map(|operator| operator.as_str().to_owned()),
        coupons: (!purchase.coupons().is_empty()).then(|| {
            let used = purchase.coupons().iter();
            used.map(|UsedCoupon { code, discount }| UsedCouponBody {
                code: code.as_str().to_owned(),
                discount: discount.get(),
            })
            .collect()
        }),
        lines: listed.map(|line| line_body(line, None)).chain(folded).collect(),
    })
}

fn line_body(line: &Line, folded: Option<u32>) -> LineBody {
    LineBody {
        sku: line.sku.clone(),
        label: line.label.clone(),
        category: line.category.clone(),
        thousandths: line.quantity.thousandths(),
        unit_price: line.unit_price.get(),
        discount: line.discount.get(),
        folded,
    }
}

/// The content of a stored purchase.
pub(crate) struct PurchaseContent {
    pub(crate) sold_at: Instant,
    pub(crate) kind: PurchaseKind,
    pub(crate) operator: Option<Operator>,
    pub(crate) lines: Vec<Line>,
    /// How many lines each of the last lines sums up.
    pub(crate) folded: Vec<u32>,
    pub(crate) coupons: Vec<UsedCoupon>,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<PurchaseContent, StoreError> {
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
    let folded = body.lines.iter().filter_map(|line| line.folded).collect();
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
    let coupons = body.coupons.unwrap_or_default().into_iter().map(|body| {
        let UsedCouponBody { code, discount } = body;
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
        folded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Sector;
    use domain::purchase::MOST_LINES;

    fn long_purchase(lines: usize) -> Purchase {
        let line = |number| Line {
            sku: Some(format!("ART{number:05}")),
            label: Some("Décoration de table en bois".to_owned()),
            category: Some(format!("famille {}", number % 12)),
            quantity: Quantity::ONE,
            unit_price: Cents::new(1_250),
            discount: Cents::ZERO,
        };
        let receipt = Receipt {
            establishment: EstablishmentId::parse("paris").unwrap(),
            register: Register::default(),
            day: Day::parse("2026-11-24").unwrap(),
            number: ReceiptNumber::parse("1").unwrap(),
        };
        let (total, lines) = (Cents::new(100), (0..lines).map(line).collect());
        let sold_at = instant_of(1_795_000_000);
        Purchase::new(Sector::Retail, receipt, PurchaseKind::Sale, sold_at, total, lines, None)
            .unwrap()
    }

    #[test]
    fn the_content_of_a_receipt_of_any_length_takes_a_few_kilobytes_and_reads_back() {
        assert!(encode(&long_purchase(6)).len() < 600);
        for lines in [51, 541, MOST_LINES] {
            let stored = domain::programme::fold(&long_purchase(lines), None);
            let body = encode(&stored);
            assert!(body.len() < 4096, "{lines} lines take {} bytes", body.len());
            let read = decode(&body).unwrap();
            assert_eq!(read.lines, stored.lines());
            let counts: Vec<_> = stored.folded_lines().map(|sum| sum.count).collect();
            assert_eq!(read.folded, counts);
            assert_eq!(read.folded.iter().sum::<u32>() as usize, lines - 50);
        }
    }
}
