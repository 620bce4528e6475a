//! The activation of cards: by a use, by the person, and its gift.

use crate::fixture::now;
use domain::member::{Details, Enrolment};
use domain::programme::{Gifts, SpendRule, Terms};
use domain::{
    CardActivation, Cents, Channel, Credential, Day, EstablishmentId, MemberId, Merchant,
    OppositionReason, Points, Programme, Registration, RegistrationStep, Sector,
};
use rstest::rstest;
use store::{
    ConsentChange, Customer, IdempotencyKey, NewMember, NewRedemption, NewVisit, PurchaseToRecord,
    Scope, Source, Store, Wanted,
};
use support::{Table, instant, merchant, mobile, open_merchant_with, receipt, sale};

const GIFT: i64 = 20;
const WELCOME: i64 = 5;

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
}

/// How a member uses the card.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Use {
    Sale,
    Visit,
    Redemption,
    AttachedSale,
    MovedSale,
}

impl Fixture {
    async fn open(card_activation: CardActivation) -> Self {
        let table = Table::start().await;
        let store = table.store();
        let gifts = Gifts { welcome: 5, activation: 20, ..Gifts::default() };
        let spend = vec![SpendRule::of_everything(1, Cents::new(100))];
        let programme = Programme::from_stored(Terms { spend, gifts, ..Terms::default() });
        let merchant = Merchant { card_activation, ..merchant(Sector::Retail, 1) };
        let scope = open_merchant_with(&store, &merchant, &programme, now()).await;
        Self { _table: table, store, scope }
    }

    fn new_member(number: u16) -> NewMember {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        NewMember { mobile: mobile(number), details, enrolment }
    }

    async fn enrol(&self, number: u16) -> MemberId {
        let new = Self::new_member(number);
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }

    async fn sell(&self, customer: &Customer, number: &str, card_activated: bool) -> MemberId {
        let purchase = sale(number, 1_000);
        let entry = PurchaseToRecord { card_activated, purchase, source: Source::Operator };
        let sold = self.store.record_purchase(&self.scope, customer, &entry, now()).await.unwrap();
        sold.member.unwrap()
    }

    async fn use_card(&self, id: MemberId, how: Use, number: &str) {
        let (store, scope) = (&self.store, &self.scope);
        let key = IdempotencyKey { text: number.to_owned(), fingerprint: [7; 32] };
        match how {
            Use::Sale => _ = self.sell(&Customer::Member(id), number, false).await,
            Use::Visit => {
                let establishment = EstablishmentId::parse("paris").unwrap();
                let new = NewVisit { member: id, establishment, at: now() };
                store.visit(scope, &new, &key, now()).await.unwrap();
            }
            Use::Redemption => {
                let wanted = Wanted::Bill(Points::new(1));
                let today = Day::parse("2026-11-24").unwrap();
                let new = NewRedemption { member: id, wanted, today };
                store.redeem(scope, &new, &key, now()).await.unwrap();
            }
            Use::AttachedSale => {
                let purchase = sale(number, 1_000);
                let (card_activated, source) = (false, Source::Operator);
                let entry = PurchaseToRecord { card_activated, purchase, source };
                let nobody = Customer::Anonymous;
                store.record_purchase(scope, &nobody, &entry, now()).await.unwrap();
                store.attach_purchase(scope, &receipt(number), id, now()).await.unwrap();
            }
            Use::MovedSale => {
                let wrong = Customer::Enrol(Box::new(Self::new_member(99)));
                self.sell(&wrong, number, false).await;
                store.move_purchase(scope, &receipt(number), id, now()).await.unwrap();
            }
        }
    }

    async fn activated(&self, id: MemberId) -> Option<RegistrationStep> {
        self.store.member(&self.scope, id).await.unwrap().account.activated
    }

    async fn sum(&self, id: MemberId) -> i64 {
        self.store.member(&self.scope, id).await.unwrap().account.sum().get()
    }
}

#[rstest]
#[case::a_sale(Use::Sale, 10)]
#[case::a_visit(Use::Visit, 0)]
#[case::a_redemption(Use::Redemption, -1)]
#[case::an_attached_sale(Use::AttachedSale, 10)]
#[case::a_moved_sale(Use::MovedSale, 10)]
#[tokio::test]
async fn a_use_activates_the_card_and_gives_the_gift_once(#[case] how: Use, #[case] points: i64) {
    let fixture = Fixture::open(CardActivation::Use).await;
    let id = fixture.enrol(1).await;
    let person = fixture.store.member(&fixture.scope, id).await.unwrap().person;
    assert_eq!(fixture.activated(id).await, None);
    fixture.use_card(id, how, "1").await;
    let first = fixture.activated(id).await.unwrap();
    assert_eq!(first.by, Credential::Operator);
    assert_eq!(fixture.sum(id).await, WELCOME + GIFT + points);
    fixture.use_card(id, Use::Sale, "2").await;
    assert_eq!(fixture.sum(id).await, WELCOME + GIFT + points + 10);
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    assert_eq!(member.account.activated, Some(first));
    assert!(member.person == person, "a use does not write the person");
    // Who completes the registration later gets no second gift.
    let activated_at = Some(instant("2026-11-24T09:20:00Z"));
    let registration = Registration { invited_at: None, activated_at };
    fixture.store.register(&fixture.scope, id, &registration, now()).await.unwrap();
    assert_eq!(fixture.sum(id).await, WELCOME + GIFT + points + 10);
    let proof = fixture.store.prove_member(&fixture.scope, id).await.unwrap();
    assert_eq!(proof.sum, proof.account.sum(), "the balance is the sum of the entries");
}

#[rstest]
#[case(Use::Sale)]
#[case(Use::Visit)]
#[case(Use::Redemption)]
#[tokio::test]
async fn no_use_activates_the_card_where_only_the_registration_does(#[case] how: Use) {
    let fixture = Fixture::open(CardActivation::Registration).await;
    let id = fixture.enrol(1).await;
    fixture.use_card(id, how, "1").await;
    assert_eq!(fixture.activated(id).await, None);
    let before = fixture.sum(id).await;
    let activated_at = Some(instant("2026-11-24T09:20:00Z"));
    let registration = Registration { invited_at: None, activated_at };
    for _ in 0..2 {
        fixture.store.register(&fixture.scope, id, &registration, now()).await.unwrap();
        assert_eq!(fixture.sum(id).await, before + GIFT);
    }
}

#[rstest]
#[case::without_a_word(false, None)]
#[case::the_person_was_present(true, Some("2026-11-24T09:20:00Z"))]
#[tokio::test]
async fn the_purchase_that_enrols_activates_the_card_only_where_the_person_was_present(
    #[case] card_activated: bool,
    #[case] activated: Option<&str>,
    #[values(CardActivation::Use, CardActivation::Registration)] rule: CardActivation,
) {
    let fixture = Fixture::open(rule).await;
    let customer = Customer::Enrol(Box::new(Fixture::new_member(1)));
    let id = fixture.sell(&customer, "1", card_activated).await;
    // The sale is some minutes older than the member.
    let step = fixture.activated(id).await;
    assert_eq!(step.map(|step| step.at), activated.map(instant));
    let gift = if card_activated { GIFT } else { 0 };
    assert_eq!(fixture.sum(id).await, WELCOME + 10 + gift);
}

#[tokio::test]
async fn an_invitation_brings_the_day_of_the_member_forward_and_an_activation_does_not() {
    let fixture = Fixture::open(CardActivation::Use).await;
    let due = |member: store::Member| member.person.due.unwrap().to_string();
    let register = async |id, invited: Option<&str>, activated: Option<&str>| {
        let (invited_at, activated_at) = (invited.map(instant), activated.map(instant));
        let registration = Registration { invited_at, activated_at };
        fixture.store.register(&fixture.scope, id, &registration, now()).await.unwrap()
    };
    let id = fixture.enrol(1).await;
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    assert_eq!(due(member), "2029-11-25");
    let invited = register(id, Some("2026-12-01T10:00:00Z"), None).await;
    assert_eq!(invited.person.invited.unwrap().by, Credential::Operator);
    assert_eq!(due(invited), "2027-03-02");
    let activated = register(id, None, Some("2026-12-02T10:00:00Z")).await;
    assert_eq!(due(activated), "2027-03-02");
    // The card of another member is activated before the invitation.
    let id = fixture.enrol(2).await;
    fixture.use_card(id, Use::Sale, "2").await;
    let invited = register(id, Some("2026-12-01T10:00:00Z"), None).await;
    assert_eq!(due(invited), "2029-11-25");
}

#[tokio::test]
async fn a_merchant_changes_what_activates_a_card_and_activated_cards_stay_so() {
    let fixture = Fixture::open(CardActivation::Use).await;
    let (before, after) = (fixture.enrol(1).await, fixture.enrol(2).await);
    fixture.use_card(before, Use::Sale, "1").await;
    let merchant = fixture.scope.settings.merchant.id;
    fixture.store.set_card_activation(merchant, CardActivation::Registration).await.unwrap();
    let settings = fixture.store.settings_fresh(merchant, now()).await.unwrap();
    let fixture = Fixture { scope: Scope { settings, ..fixture.scope.clone() }, ..fixture };
    fixture.use_card(after, Use::Sale, "2").await;
    assert!(fixture.activated(before).await.is_some());
    assert_eq!(fixture.activated(after).await, None);
}

#[tokio::test]
async fn a_member_who_opposed_every_channel_still_earns_points() {
    let fixture = Fixture::open(CardActivation::Use).await;
    let id = fixture.enrol(1).await;
    for channel in Channel::ALL {
        let opposition = support::opposition(now(), OppositionReason::Stop);
        let change = ConsentChange::Oppose(opposition);
        fixture.store.change_consent(&fixture.scope, id, channel, &change, now()).await.unwrap();
    }
    let before = fixture.sum(id).await;
    let contact = Customer::Contact(store::Contact::Mobile(mobile(1)));
    assert_eq!(fixture.sell(&contact, "1", false).await, id);
    assert_eq!(fixture.sum(id).await, before + GIFT + 10);
}
