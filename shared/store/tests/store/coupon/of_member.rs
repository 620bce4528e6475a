//! The coupons of a member that can still be used.

use domain::coupon::offer::{Terms, Usage};
use domain::member::{Details, Enrolment};
use domain::purchase::UsedCoupon;
use domain::{Cents, CouponCode, Day, Instant, MemberId, Offer, OfferId, Sector};
use store::{
    CodeChange, Customer, NewMember, PurchaseToRecord, RowsPlace, Scope, Source, Store,
    UsableCouponPage,
};
use support::{Table, instant, merchant, mobile, offer_terms, open_merchant, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn code(text: &str) -> CouponCode {
    CouponCode::parse(text).unwrap()
}

struct Fixture {
    store: Store,
    scope: Scope,
    _table: Table,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { store, scope, _table: table }
    }

    async fn member(&self, number: u16) -> MemberId {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        let new = NewMember { mobile: mobile(number), details, enrolment };
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }

    async fn offer(&self, number: u128, terms: Terms) -> OfferId {
        let id = OfferId::mint(now(), number);
        let offer = Offer::new(id, terms, false, Sector::Retail).unwrap();
        self.store.create_offer(&self.scope, &offer, None, now()).await.unwrap();
        id
    }

    async fn put(&self, offer: OfferId, text: &str, bound_to: Option<MemberId>, disabled: bool) {
        let change = CodeChange { disabled, bound_to };
        self.store.put_code(&self.scope, offer, &code(text), change, now()).await.unwrap();
    }

    async fn buy(&self, member: MemberId, receipt: &str, text: &str) {
        let used = UsedCoupon { code: code(text), discount: Cents::new(500) };
        let purchase = sale(receipt, 2_000).with_coupons(vec![used]).unwrap();
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let customer = Customer::Member(member);
        self.store.record_purchase(&self.scope, &customer, &entry, now()).await.unwrap();
    }

    async fn page(&self, member: MemberId, after: &RowsPlace, limit: usize) -> UsableCouponPage {
        let members = self.store.member(&self.scope, member).await.unwrap().person.members();
        let today = Day::parse("2026-11-24").unwrap();
        let read = self.store.usable_coupons(&self.scope, &members, today, after, limit, now());
        read.await.unwrap()
    }

    async fn codes(&self, member: MemberId) -> Vec<String> {
        let page = self.page(member, &RowsPlace::new(), 100).await;
        page.coupons.iter().map(|coupon| coupon.code.to_string()).collect()
    }
}

#[tokio::test]
async fn a_survivor_can_use_the_coupons_of_an_absorbed_member_until_they_are_used() {
    let fixture = Fixture::open().await;
    let (camille, double) = (fixture.member(1).await, fixture.member(2).await);
    let offer = fixture.offer(1, offer_terms(Cents::new(500), Usage::Single)).await;
    fixture.put(offer, "DECAMILLE", Some(camille), false).await;
    fixture.put(offer, "DUDOUBLE1", Some(double), false).await;
    fixture.put(offer, "DUDOUBLE2", Some(double), false).await;
    let merged = fixture.store.merge_members(&fixture.scope, camille, double, now());
    merged.await.unwrap();
    let mut codes = fixture.codes(double).await;
    codes.sort();
    assert_eq!(codes, ["DECAMILLE", "DUDOUBLE1", "DUDOUBLE2"]);
    fixture.buy(camille, "1", "DUDOUBLE1").await;
    fixture.buy(camille, "2", "DECAMILLE").await;
    assert_eq!(fixture.codes(camille).await, ["DUDOUBLE2"]);
    fixture.put(offer, "DUDOUBLE2", None, true).await;
    assert_eq!(fixture.codes(camille).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_coupon_is_left_out_once_the_person_used_its_offer_as_often_as_the_offer_allows() {
    let fixture = Fixture::open().await;
    let (camille, double) = (fixture.member(1).await, fixture.member(2).await);
    let twice = Usage::Multi { limit: Some(9), limit_member: Some(2) };
    let offer = fixture.offer(1, offer_terms(Cents::new(500), twice)).await;
    fixture.put(offer, "POURTOUS1", None, false).await;
    fixture.put(offer, "DECAMILLE", Some(camille), false).await;
    fixture.buy(double, "1", "POURTOUS1").await;
    fixture.buy(camille, "2", "DECAMILLE").await;
    assert_eq!(fixture.codes(camille).await, ["DECAMILLE"]);
    let merged = fixture.store.merge_members(&fixture.scope, camille, double, now());
    merged.await.unwrap();
    assert_eq!(fixture.codes(camille).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_page_of_coupons_is_bounded_by_the_coupons_given_and_the_next_one_begins_after_it() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1).await;
    let offer = fixture.offer(1, offer_terms(Cents::new(500), Usage::Single)).await;
    for number in 1..=5 {
        fixture.put(offer, &format!("CADEAU0{number}"), Some(member), false).await;
    }
    fixture.buy(member, "1", "CADEAU05").await;
    let (mut pages, mut after) = (vec![], RowsPlace::new());
    loop {
        let page = fixture.page(member, &after, 2).await;
        pages.push(page.coupons.iter().map(|coupon| coupon.code.to_string()).collect::<Vec<_>>());
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(pages, [vec!["CADEAU04"], vec!["CADEAU03", "CADEAU02"], vec!["CADEAU01"]]);
}
