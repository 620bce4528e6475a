//! A merchant and its customers, none of whom exists.

use domain::programme::{SpendRule, Terms};
use domain::purchase::receipt::ReceiptNumber;
use domain::values::calendar::parse_time_zone;
use domain::{
    Agreement, CardActivation, Cents, Credential, Day, Establishment, EstablishmentId, Instant,
    Merchant, MerchantId, Mobile, Programme, Purchase, PurchaseKind, Receipt, Register, Sector,
};
use store::{Mode, Scope, Store};

/// An instant, written as in RFC 3339.
#[must_use]
pub fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// A mobile of the range reserved for fiction: 06 39 98 and four digits.
#[must_use]
pub fn mobile(number: u16) -> Mobile {
    Mobile::parse(&format!("063998{number:04}")).expect("a mobile")
}

/// A merchant of a sector. The number makes its identifier and its reference unique.
#[must_use]
pub fn merchant(sector: Sector, number: u128) -> Merchant {
    let signed = || Agreement {
        version: "2026-01".to_owned(),
        signed_on: Day::parse("2026-01-05").expect("a day"),
        signatory: "A. Gérant".to_owned(),
    };
    Merchant {
        id: MerchantId::mint(instant("2026-01-05T09:00:00Z"), number),
        reference: format!("contract-{number}"),
        name: "Boutique Exemple".to_owned(),
        sector,
        terms: signed(),
        processing_contract: signed(),
        enrolment_attestation: None,
        card_activation: CardActivation::Use,
        contract_ends_on: None,
    }
}

/// Creates a merchant with the establishment `paris` and one point a euro, rounded down.
pub async fn open_merchant(store: &Store, merchant: &Merchant, now: Instant) -> Scope {
    open_merchant_with(store, merchant, &points_a_euro(1), now).await
}

/// The programme of so many points for each euro.
#[must_use]
pub fn points_a_euro(points: u32) -> Programme {
    let spend = vec![SpendRule::of_everything(points, Cents::new(100))];
    Programme::from_stored(Terms { spend, ..Terms::default() })
}

/// Creates a merchant with the establishment `paris` and a programme of its own.
pub async fn open_merchant_with(
    store: &Store,
    merchant: &Merchant,
    programme: &Programme,
    now: Instant,
) -> Scope {
    store
        .create_merchant(merchant, programme, domain::Credential::Operator, now)
        .await
        .expect("a merchant");
    let establishment = Establishment {
        id: EstablishmentId::parse("paris").expect("a code"),
        name: "Paris".to_owned(),
        time_zone: parse_time_zone("Europe/Paris").expect("a zone"),
    };
    store
        .put_establishment(merchant.id, &establishment, domain::Credential::Operator)
        .await
        .expect("an establishment");
    let settings = store.settings_fresh(merchant.id, now).await.expect("settings");
    Scope { settings, mode: Mode::Live, credential: Credential::Operator }
}

/// A receipt of the establishment `paris`, register 1, on 24 November 2026.
#[must_use]
pub fn receipt(number: &str) -> Receipt {
    Receipt {
        establishment: EstablishmentId::parse("paris").expect("a code"),
        register: Register::default(),
        day: Day::parse("2026-11-24").expect("a day"),
        number: ReceiptNumber::parse(number).expect("a receipt number"),
    }
}

/// A sale of so many cents on 24 November 2026 at 10:15, without lines.
#[must_use]
pub fn sale(number: &str, cents: i64) -> Purchase {
    let sold_at = instant("2026-11-24T09:15:00Z");
    let total = Cents::new(cents);
    Purchase::new(Sector::Retail, receipt(number), PurchaseKind::Sale, sold_at, total, vec![], None)
        .expect("a sale")
}
