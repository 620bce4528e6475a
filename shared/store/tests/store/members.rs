//! Members: created, found, corrected, merged.

use crate::fixture::{Fixture, now};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::consent::Consent;
use domain::member::{Address, Details, Email, Enrolment};
use domain::purchase::receipt::Operator;
use domain::{
    CardNumber, Channel, Credential, Day, DomainError, EstablishmentId, KeyId, MemberError, Points,
    Registration, Sector,
};
use std::collections::{BTreeMap, HashMap};
use store::{
    Conflict, ConsentChange, Contact, Correction, Customer, Entity, HistoryEntry, Known, Mode,
    NewMember, PurchaseToRecord, Scope, Source, StoreError,
};
use support::{Table, consent, merchant, mobile, open_merchant, sale};

fn person(number: u16) -> NewMember {
    NewMember {
        mobile: mobile(number),
        details: Details {
            last_name: Some("Martin".to_owned()),
            first_name: Some("Camille".to_owned()),
            email: Email::parse("camille.martin@example.com").ok(),
            birth_date: Day::parse("1990-02-28").ok(),
            address: Address { city: Some("Lyon".to_owned()), ..Address::default() },
            card: CardNumber::parse(&format!("CARD{number}")).ok(),
        },
        enrolment: Enrolment::Till,
    }
}

#[tokio::test]
async fn a_member_is_found_by_mobile_and_by_card() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (member, created) = store.create_member(&scope, &person(1), now()).await.unwrap();
    assert!(created);
    for contact in [Contact::Mobile(mobile(1)), Contact::Card(CardNumber::parse("CARD1").unwrap())]
    {
        assert_eq!(store.find_member(&scope, &contact).await.unwrap(), Some(member.person.id));
    }
    let read = store.member(&scope, member.person.id).await.unwrap();
    assert!(read == member);
    assert_eq!(store.find_member(&scope, &Contact::Mobile(mobile(2))).await.unwrap(), None);
}

#[tokio::test]
async fn a_mobile_creates_one_member() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (first, _) = store.create_member(&scope, &person(1), now()).await.unwrap();
    let mut again = person(1);
    again.details = Details::default();
    let (second, created) = store.create_member(&scope, &again, now()).await.unwrap();
    assert!(!created && second == first);
    let mut other = person(2);
    other.details.card = first.person.details.card.clone();
    let refused = store.create_member(&scope, &other, now()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DomainError::Member(MemberError::CardTaken)))
    ));
}

#[tokio::test]
async fn no_personal_data_is_readable_in_the_table() {
    let Fixture { table, store, scope } = Fixture::open().await;
    store.create_member(&scope, &person(1), now()).await.unwrap();
    let items = table.client().scan().table_name(table.name()).send().await.unwrap();
    let seen = format!("{:?}", items.items());
    for secret in ["Martin", "Camille", "example.com", "1990-02-28", "Lyon", "CARD1", "639980001"] {
        assert!(!seen.contains(secret), "{secret} is readable");
    }
}

/// The bytes of an item: its names and its values, by the rule of DynamoDB for texts, numbers and bytes.
fn item_bytes(item: &HashMap<String, AttributeValue>) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => 2 + number.len() / 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) => 1,
        other => unreachable!("no attribute of a person is {other:?}"),
    };
    item.iter().map(|(name, stored)| name.len() + value(stored)).sum()
}

#[tokio::test]
async fn a_person_with_every_detail_and_proof_is_one_write_unit() {
    let Fixture { table, store, mut scope } = Fixture::open().await;
    scope.credential = Credential::Key(KeyId::mint(now(), 1));
    let mut new = person(1);
    new.details.address = Address {
        street: Some("12 rue de la Fraternité".to_owned()),
        complement: Some("Bâtiment B".to_owned()),
        postcode: Some("69007".to_owned()),
        city: Some("Lyon".to_owned()),
        country: Some("FR".to_owned()),
    };
    let id = store.create_member(&scope, &new, now()).await.unwrap().0.person.id;
    let invited = Registration { invited_at: Some(now()), activated_at: None };
    store.register(&scope, id, &invited, now()).await.unwrap();
    for channel in Channel::ALL {
        let ConsentChange::Consent(given) = consent(now()) else { unreachable!("a consent") };
        let (establishment, operator) =
            (EstablishmentId::parse("paris").ok(), Operator::parse("V12").ok());
        let by = scope.credential;
        let change = ConsentChange::Consent(Consent { establishment, operator, by, ..given });
        store.change_consent(&scope, id, channel, &change, now()).await.unwrap();
    }
    let items = table.client().scan().table_name(table.name()).send().await.unwrap();
    let person = items.items().iter().find(|item| item.contains_key("created_by")).unwrap();
    let bytes = item_bytes(person);
    assert!(bytes <= 1_024, "{bytes} bytes");
}

#[tokio::test]
async fn test_keys_see_test_data_only() {
    let table = Table::start().await;
    let store = table.store();
    let live = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let test = Scope {
        settings: live.settings.clone(),
        mode: Mode::Test,
        credential: Credential::Service,
    };
    let (member, _) = store.create_member(&live, &person(1), now()).await.unwrap();
    let contact = Contact::Mobile(mobile(1));
    assert_eq!(store.find_member(&test, &contact).await.unwrap(), None);
    assert!(store.member(&test, member.person.id).await.is_err());
    let (tried, created) = store.create_member(&test, &person(1), now()).await.unwrap();
    assert!(created && tried.person.id != member.person.id);
}

#[tokio::test]
async fn another_merchants_member_is_not_found() {
    let table = Table::start().await;
    let store = table.store();
    let here = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let there = open_merchant(&store, &merchant(Sector::Retail, 2), now()).await;
    let (member, _) = store.create_member(&here, &person(1), now()).await.unwrap();
    let id = member.person.id;
    assert!(matches!(store.member(&there, id).await, Err(StoreError::NotFound(Entity::Member))));
    assert_eq!(store.find_member(&there, &Contact::Mobile(mobile(1))).await.unwrap(), None);
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 100),
        source: Source::Operator,
    };
    let sold = store.record_purchase(&there, &Customer::Member(id), &entry, now()).await;
    assert!(matches!(sold, Err(StoreError::NotFound(Entity::Member))));
}

#[tokio::test]
async fn a_corrected_member_is_found_by_its_new_contacts() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (member, _) = store.create_member(&scope, &person(1), now()).await.unwrap();
    let id = member.person.id;
    let correction = Correction {
        last_name: Some(Some("Durand".to_owned())),
        birth_date: Some(None),
        card: Some(CardNumber::parse("NEW1").ok()),
        ..Correction::default()
    };
    store.correct_member(&scope, id, &correction, now()).await.unwrap();
    let read = store.member(&scope, id).await.unwrap().person;
    assert_eq!(read.details.last_name.as_deref(), Some("Durand"));
    assert_eq!(read.details.first_name.as_deref(), Some("Camille"));
    assert_eq!(read.details.birth_date, None);
    let card = |number| Contact::Card(CardNumber::parse(number).unwrap());
    assert_eq!(store.find_member(&scope, &card("CARD1")).await.unwrap(), None);
    assert_eq!(store.find_member(&scope, &card("NEW1")).await.unwrap(), Some(id));

    store.change_mobile(&scope, id, &mobile(2), now()).await.unwrap();
    for (number, holder) in [(1, None), (2, Some(id))] {
        let contact = Contact::Mobile(mobile(number));
        assert_eq!(store.find_member(&scope, &contact).await.unwrap(), holder);
    }
    store.create_member(&scope, &person(3), now()).await.unwrap();
    let taken = store.change_mobile(&scope, id, &mobile(3), now()).await;
    assert!(matches!(taken, Err(StoreError::Conflict(Conflict::MobileTaken))));
}

#[tokio::test]
async fn a_survivor_takes_over_the_mobile_of_an_absorbed_member_and_an_undo_waits_for_another_mobile()
 {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let mut ids = vec![];
    for number in 1..=3 {
        ids.push(store.create_member(&scope, &person(number), now()).await.unwrap().0.person.id);
    }
    let [survivor, middle, absorbed] = ids[..] else { unreachable!("three members") };
    store.merge_members(&scope, middle, absorbed, now()).await.unwrap();
    store.merge_members(&scope, survivor, middle, now()).await.unwrap();
    for number in [3, 2, 3] {
        let changed = store.change_mobile(&scope, survivor, &mobile(number), now()).await.unwrap();
        assert!(changed.person.mobile == mobile(number));
    }
    let found = async |number| {
        let found = store.find(&scope, &Contact::Mobile(mobile(number))).await.unwrap();
        found.map(|member| member.person.id)
    };
    for (number, member) in [(1, None), (2, Some(survivor)), (3, Some(survivor))] {
        assert_eq!(found(number).await, member);
    }
    let refused = store.unmerge_members(&scope, survivor, middle, now()).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::MobileOfAbsorbed))));
    store.change_mobile(&scope, survivor, &mobile(1), now()).await.unwrap();
    store.unmerge_members(&scope, survivor, middle, now()).await.unwrap();
    store.unmerge_members(&scope, middle, absorbed, now()).await.unwrap();
    for (number, member) in (1..=3).zip(&ids) {
        assert_eq!(found(number).await, Some(*member));
    }
    let taken = store.change_mobile(&scope, survivor, &mobile(3), now()).await;
    assert!(matches!(taken, Err(StoreError::Conflict(Conflict::MobileTaken))));
}

#[tokio::test]
async fn a_survivor_has_the_points_contacts_and_history_of_the_absorbed_member() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let mut ids = vec![];
    for number in 1..=2 {
        let (member, _) = store.create_member(&scope, &person(number), now()).await.unwrap();
        ids.push(member.person.id);
        let entry = PurchaseToRecord {
            card_activated: false,
            purchase: sale(&format!("r{number}"), 1_000),
            source: Source::Operator,
        };
        store
            .record_purchase(&scope, &Customer::Member(member.person.id), &entry, now())
            .await
            .unwrap();
    }
    let (survivor, absorbed) = (ids[0], ids[1]);
    for _ in 0..2 {
        let merged = store.merge_members(&scope, survivor, absorbed, now()).await.unwrap();
        assert_eq!(merged.account.sum(), Points::new(20));
    }
    assert_eq!(store.member(&scope, absorbed).await.unwrap().person.id, survivor);
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("r3", 500),
        source: Source::Operator,
    };
    let by_old_mobile = Customer::Contact(Contact::Mobile(mobile(2)));
    let sold = store.record_purchase(&scope, &by_old_mobile, &entry, now()).await.unwrap();
    assert_eq!(sold.member, Some(survivor));
    assert_eq!(sold.balance, Points::new(25));

    let mut seen = vec![];
    let mut after = BTreeMap::new();
    loop {
        let page = store.history(&scope, survivor, &after, 2).await.unwrap();
        seen.extend(page.entries.into_iter().map(|entry| match entry {
            HistoryEntry::Purchase(stored) => stored.purchase.receipt().number.as_str().to_owned(),
            HistoryEntry::Merged { absorbed, .. } => absorbed.unwrap().to_string(),
            _ => panic!("neither a purchase nor a merge"),
        }));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    seen.sort();
    let mut expected =
        vec!["r1".to_owned(), "r2".to_owned(), "r3".to_owned(), absorbed.to_string()];
    expected.sort();
    assert_eq!(seen, expected);
    let reversed = store.merge_members(&scope, absorbed, survivor, now()).await;
    assert!(matches!(reversed, Err(StoreError::Conflict(Conflict::MergedTheOtherWay))));
}

#[tokio::test]
async fn every_member_is_listed_once_without_merged_ones() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let mut ids = vec![];
    for number in 0..40 {
        let (member, _) = store.create_member(&scope, &person(number), now()).await.unwrap();
        ids.push(member.person.id);
    }
    let absorbed = ids.pop().unwrap();
    store.merge_members(&scope, ids[0], absorbed, now()).await.unwrap();
    let (mut seen, mut after) = (vec![], None);
    loop {
        let page = store.members(&scope, after, 7).await.unwrap();
        assert!(page.members.len() <= 7);
        seen.extend(page.members.iter().map(|member| member.person.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    seen.sort();
    ids.sort();
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn contacts_are_found_a_hundred_at_a_time() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (member, _) = store.create_member(&scope, &person(1), now()).await.unwrap();
    let contacts: Vec<_> = (0..250).map(|number| Contact::Mobile(mobile(number))).collect();
    let known = store.find_contacts(&scope, &contacts).await.unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[&Contact::Mobile(mobile(1))].known, Known::Member(member.person.id));
}
