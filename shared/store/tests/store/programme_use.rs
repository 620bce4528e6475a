//! The programme of today: replaced until it was used, whatever an instance has in its cache.

use domain::purchase::{KEPT_LINES, Line};
use domain::{
    Cents, Credential, Day, DomainError, Instant, Merchant, MerchantId, Points, ProgrammeError,
    Purchase, PurchaseKind, Quantity, Sector,
};
use rstest::rstest;
use store::{
    Customer, IdempotencyKey, Mode, NewMember, NewProgramme, NewVisit, PurchaseToRecord, Scope,
    Source, Store, StoreError,
};
use support::{Table, instant, merchant, mobile, open_merchant, points_a_euro, receipt, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn today() -> Day {
    Day::parse("2026-11-24").unwrap()
}

fn by_till(purchase: Purchase) -> PurchaseToRecord {
    let source = Source::Till(domain::KeyId::mint(now(), 1));
    PurchaseToRecord { card_activated: false, purchase, source }
}

fn customer() -> Customer {
    Customer::Enrol(Box::new(NewMember {
        mobile: mobile(1),
        details: domain::member::Details::default(),
        enrolment: domain::member::Enrolment::Attestation,
    }))
}

/// Two instances with the same settings in their caches.
struct Instances {
    here: Store,
    elsewhere: Store,
    id: MerchantId,
    stale: Scope,
}

impl Instances {
    async fn open(table: &Table) -> Self {
        let (here, elsewhere) = (table.store(), table.store());
        let merchant: Merchant = merchant(Sector::Retail, 1);
        open_merchant(&here, &merchant, now()).await;
        let settings = elsewhere.settings(merchant.id, now()).await.unwrap();
        let stale = Scope { settings, mode: Mode::Live, credential: Credential::Operator };
        Self { here, elsewhere, id: merchant.id, stale }
    }

    /// Replaces the programme in force from a day on, by so many points for each euro.
    async fn replace(&self, valid_from: Day, points: u32) -> Result<(), StoreError> {
        let settings = self.here.settings_fresh(self.id, now()).await.unwrap();
        let programme = points_a_euro(points);
        let by = Credential::Operator;
        let new = NewProgramme { valid_from, programme: &programme, has_begun: true, by };
        self.here.put_programme(&settings, new).await
    }

    /// A sale of 10 € by the other instance, with the settings that it read at the beginning.
    async fn sell(&self, number: &str) -> Points {
        let new = by_till(sale(number, 1_000));
        let customer = customer();
        let recorded = self.elsewhere.record_purchase(&self.stale, &customer, &new, now()).await;
        recorded.unwrap().points
    }
}

fn is_used(outcome: &Result<(), StoreError>) -> bool {
    let used = DomainError::from(ProgrammeError::RuleNotAhead);
    matches!(outcome, Err(StoreError::Refused(error)) if *error == used)
}

#[rstest]
#[case::the_same_first_day(Day::FIRST)]
#[case::from_today_on(today())]
#[tokio::test]
async fn a_sale_of_an_instance_with_the_replaced_programme_in_its_cache_has_the_new_one(
    #[case] valid_from: Day,
) {
    let table = Table::start().await;
    let instances = Instances::open(&table).await;
    instances.replace(valid_from, 2).await.unwrap();
    instances.replace(valid_from, 3).await.unwrap();
    assert_eq!(instances.sell("1").await, Points::new(30));
    assert!(is_used(&instances.replace(valid_from, 4).await));
    assert_eq!(instances.sell("2").await, Points::new(30));
}

#[tokio::test]
async fn a_programme_that_another_instance_used_is_not_replaced() {
    let table = Table::start().await;
    let instances = Instances::open(&table).await;
    assert_eq!(instances.sell("1").await, Points::new(10));
    for valid_from in [Day::FIRST, today()] {
        assert!(is_used(&instances.replace(valid_from, 2).await));
    }
    assert_eq!(instances.sell("2").await, Points::new(10));
}

#[tokio::test]
async fn of_a_sale_and_a_replacement_at_the_same_time_the_first_wins() {
    for number in 0..20 {
        let table = Table::start().await;
        let instances = Instances::open(&table).await;
        let (replace, sell) = (instances.replace(today(), 2), instances.sell("1"));
        let (replaced, points) = if number % 2 == 0 {
            tokio::join!(replace, sell)
        } else {
            let (points, replaced) = tokio::join!(sell, replace);
            (replaced, points)
        };
        let settings = instances.here.settings_fresh(instances.id, now()).await.unwrap();
        let in_force = settings.programmes.terms_on(today()).spend[0].points;
        assert_eq!(points, Points::new(i64::from(in_force) * 10));
        assert_eq!(replaced.is_ok(), in_force == 2, "{replaced:?}");
    }
}

#[rstest]
#[case::a_sale_of_test_data(false)]
#[case::a_sale_without_a_customer(true)]
#[tokio::test]
async fn a_sale_that_earns_nobody_points_leaves_the_programme_replaceable(#[case] live: bool) {
    let table = Table::start().await;
    let mut instances = Instances::open(&table).await;
    let customer = if live { Customer::Anonymous } else { customer() };
    instances.stale.mode = if live { Mode::Live } else { Mode::Test };
    let new = by_till(sale("1", 1_000));
    let scope = &instances.stale;
    instances.elsewhere.record_purchase(scope, &customer, &new, now()).await.unwrap();
    instances.replace(today(), 2).await.unwrap();
}

#[tokio::test]
async fn an_attachment_that_is_refused_leaves_the_programme_replaceable() {
    let table = Table::start().await;
    let instances = Instances::open(&table).await;
    let (store, scope) = (&instances.elsewhere, &instances.stale);
    let Customer::Enrol(person) = customer() else { unreachable!() };
    let member = store.create_member(scope, &person, now()).await.unwrap().0.person.id;
    let new = by_till(sale("1", 1_000));
    store.record_purchase(scope, &Customer::Anonymous, &new, now()).await.unwrap();
    store.cancel_purchase(scope, &receipt("1"), now()).await.unwrap();
    let refused = store.attach_purchase(scope, &receipt("1"), member, now()).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    instances.replace(today(), 2).await.unwrap();
}

#[derive(Debug, Clone, Copy)]
enum Use {
    Sale,
    LongSaleWithoutACustomer,
    File,
    UnnamedReturn,
    Visit,
    Attach,
}

#[rstest]
#[tokio::test]
async fn each_use_of_a_programme_keeps_it(
    #[values(
        Use::Sale,
        Use::LongSaleWithoutACustomer,
        Use::File,
        Use::UnnamedReturn,
        Use::Visit,
        Use::Attach
    )]
    used_by: Use,
) {
    let table = Table::start().await;
    let instances = Instances::open(&table).await;
    let (store, scope) = (&instances.elsewhere, &instances.stale);
    let Customer::Enrol(person) = customer() else { unreachable!() };
    let member = store.create_member(scope, &person, now()).await.unwrap().0.person.id;
    instances.replace(today(), 2).await.unwrap();
    match used_by {
        Use::Sale => assert_eq!(instances.sell("1").await, Points::new(20)),
        Use::LongSaleWithoutACustomer => {
            let line = Line {
                sku: None,
                label: None,
                category: None,
                quantity: Quantity::from_thousandths(1_000).unwrap(),
                unit_price: Cents::new(100),
                discount: Cents::ZERO,
            };
            let (kind, lines) = (PurchaseKind::Sale, vec![line; KEPT_LINES + 1]);
            let (total, receipt) = (Cents::new(5_100), receipt("1"));
            let long =
                Purchase::new(Sector::Retail, receipt, kind, now(), total, lines, None).unwrap();
            store
                .record_purchase(scope, &Customer::Anonymous, &by_till(long), now())
                .await
                .unwrap();
        }
        Use::File => {
            let holder = store.holders(scope, &[member]).await.unwrap().remove(&member).unwrap();
            let new = [by_till(sale("1", 1_000))];
            let customer = Customer::Member(member);
            let recorded = store.record_purchases(scope, &customer, holder, &new, now()).await;
            assert_eq!(recorded.unwrap()[0].as_ref().unwrap().points, Points::new(20));
        }
        Use::UnnamedReturn => {
            let kind = PurchaseKind::Return { of: None };
            let (total, receipt) = (Cents::new(1_000), receipt("1"));
            let back =
                Purchase::new(Sector::Retail, receipt, kind, now(), total, vec![], None).unwrap();
            let recorded = store
                .record_purchase(scope, &Customer::Member(member), &by_till(back), now())
                .await;
            assert_eq!(recorded.unwrap().points, Points::new(-20));
        }
        Use::Visit => {
            let establishment = domain::EstablishmentId::parse("paris").unwrap();
            let new = NewVisit { member, establishment, at: now() };
            let key = IdempotencyKey { text: "a".to_owned(), fingerprint: [7; 32] };
            store.visit(scope, &new, &key, now()).await.unwrap();
        }
        Use::Attach => {
            let new = by_till(sale("1", 1_000));
            store.record_purchase(scope, &Customer::Anonymous, &new, now()).await.unwrap();
            let attached = store.attach_purchase(scope, &receipt("1"), member, now()).await;
            assert_eq!(attached.unwrap().points, Points::new(20));
        }
    }
    assert!(is_used(&instances.replace(today(), 3).await));
}
