//! Lost cards: their contact entries, and their erasure.

use domain::CardNumber;
use domain::member::{Details, Enrolment};
use domain::retention::{ErasureReason, Suppression};
use domain::{Day, DomainError, Instant, MemberError, MemberId, Sector};
use store::{AnyContact, CardStep, Contact, DueMember, Known, NewMember, Scope, Store, StoreError};
use support::{Table, instant, merchant, mobile, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn card(number: &str) -> CardNumber {
    CardNumber::parse(number).unwrap()
}

struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }

    async fn enrol(&self, number: u16, card: Option<CardNumber>) -> MemberId {
        let details = Details { card, ..Details::default() };
        let new = NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till };
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }

    async fn step(&self, id: MemberId, step: CardStep) -> Result<(), StoreError> {
        self.store.step_card(&self.scope, id, &step, now()).await.map(|_| ())
    }

    async fn known(&self, number: &str) -> Option<Known> {
        let contact = Contact::Card(card(number));
        let asked = std::slice::from_ref(&contact);
        let entries = self.store.find_contacts(&self.scope, asked).await.unwrap();
        entries.get(&contact).map(|entry| entry.known)
    }

    async fn scanned(&self) -> String {
        let client = self.table.client();
        let items = client.scan().table_name(self.table.name()).send().await.unwrap();
        format!("{:?}", items.items())
    }
}

#[tokio::test]
async fn a_file_sees_since_when_a_card_is_blocked() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1, Some(card("CARD1"))).await;
    fixture.step(id, CardStep::Block).await.unwrap();
    assert_eq!(fixture.known("CARD1").await, Some(Known::Blocked(id, now())));
    fixture.step(id, CardStep::Unblock).await.unwrap();
    assert_eq!(fixture.known("CARD1").await, Some(Known::Member(id)));
}

#[tokio::test]
async fn a_blocked_card_finds_no_member_until_it_is_in_use_again() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1, Some(card("CARD1"))).await;
    fixture.step(id, CardStep::Replace(card("CARD2"))).await.unwrap();
    for (number, found) in [("CARD1", None), ("CARD2", Some(id))] {
        let read = fixture.store.find(&fixture.scope, &Contact::Card(card(number))).await;
        match found {
            Some(id) => assert_eq!(read.unwrap().unwrap().person.id, id),
            None => {
                assert!(matches!(
                    read,
                    Err(StoreError::Refused(DomainError::Member(MemberError::CardBlocked)))
                ));
            }
        }
    }
    let other = fixture.enrol(2, None).await;
    let taken = fixture.step(other, CardStep::Replace(card("CARD1"))).await;
    assert!(matches!(taken, Err(StoreError::Refused(DomainError::Member(MemberError::CardTaken)))));
    fixture.step(id, CardStep::Replace(card("CARD1"))).await.unwrap();
    let found = fixture.store.find(&fixture.scope, &Contact::Card(card("CARD1"))).await;
    assert_eq!(found.unwrap().unwrap().person.id, id);
}

#[tokio::test]
async fn of_two_first_cards_at_once_one_is_given_and_none_is_blocked() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1, None).await;
    let (one, other) = tokio::join!(
        fixture.step(id, CardStep::Give(card("CARD1"))),
        fixture.step(id, CardStep::Give(card("CARD2"))),
    );
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|given| *given).count(), 1);
    let refused = one.err().or(other.err());
    let has_card = StoreError::from(MemberError::HasCard).to_string();
    assert_eq!(refused.map(|error| error.to_string()), Some(has_card));
    let person = fixture.store.member(&fixture.scope, id).await.unwrap().person;
    assert_eq!(person.blocked_cards, []);
}

#[tokio::test]
async fn two_concurrent_replacements_leave_one_card_in_use_and_two_blocked() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1, Some(card("CARD0"))).await;
    let (one, other) = tokio::join!(
        fixture.step(id, CardStep::Replace(card("CARD1"))),
        fixture.step(id, CardStep::Replace(card("CARD2"))),
    );
    one.unwrap();
    other.unwrap();
    let person = fixture.store.member(&fixture.scope, id).await.unwrap().person;
    let current = person.details.card.clone().unwrap();
    assert_eq!(person.blocked_cards.len(), 2);
    for number in ["CARD0", "CARD1", "CARD2"] {
        let expected =
            if card(number) == current { Known::Member(id) } else { Known::Blocked(id, now()) };
        assert_eq!(fixture.known(number).await, Some(expected), "{number}");
    }
}

#[tokio::test]
async fn an_erasure_includes_lost_cards_and_no_file_restores_them() {
    let fixture = Fixture::open().await;
    let id = fixture.enrol(1, Some(card("CARD1"))).await;
    fixture.step(id, CardStep::Replace(card("CARD2"))).await.unwrap();
    fixture.step(id, CardStep::Block).await.unwrap();
    assert!(
        !fixture.scanned().await.contains("CARD1") && !fixture.scanned().await.contains("CARD2")
    );
    let (store, scope) = (&fixture.store, &fixture.scope);
    let today = Day::parse("2029-11-24").unwrap();
    let DueMember::Member(member) = store.due_member(scope, id).await.unwrap() else {
        panic!("no member")
    };
    let decided = store
        .decide_erasure(
            scope,
            &member,
            &store.login_state(scope, &member.person).await.unwrap(),
            ErasureReason::Inactive,
            today,
        )
        .await
        .unwrap();
    store.carry_out_erasure(scope, &decided.unwrap(), today).await.unwrap();
    let suppressed = ["CARD1", "CARD2"].map(|number| AnyContact::card(card(number)));
    let at = instant("2029-11-25T10:00:00Z");
    let found = store.suppressions(scope, &suppressed, at).await.unwrap();
    for contact in &suppressed {
        assert_eq!(found.get(contact), Some(&Suppression::RowsUpTo(today)));
    }
    assert!(!fixture.scanned().await.contains("LEDGER#"), "a ledger entry is left");
}
