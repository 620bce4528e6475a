//! Merchants, their programmes and their till keys.

use domain::{Credential, Day, EstablishmentId, Instant, KeyId, KeyScope, Sector};
use std::collections::BTreeSet;
use store::{Conflict, Entity, Mode, NewProgramme, Revocation, StoreError, TillKey};
use support::{Table, instant, open_merchant, points_a_euro};

pub(crate) fn till_key(number: u128, mode: Mode) -> TillKey {
    TillKey {
        id: KeyId::mint(instant("2026-11-24T09:00:00Z"), number),
        establishment: EstablishmentId::parse("paris").unwrap(),
        mode,
        scope: KeyScope::Till,
        label: "caisse".to_owned(),
        secret_hash: [7; 32],
        origins: vec![],
        created_at: instant("2026-11-24T09:00:00Z"),
        created_by: Credential::Operator,
        revoked: None,
    }
}

pub(crate) fn revocation(at: Instant) -> Revocation {
    Revocation { at, by: Credential::Operator }
}

const NOW: &str = "2026-11-24T09:00:00Z";

#[tokio::test]
async fn a_merchant_created_twice_is_one_merchant() {
    let table = Table::start().await;
    let store = table.store();
    let merchant = support::merchant(Sector::Optical, 1);
    let (first, created) = store
        .create_merchant(&merchant, &points_a_euro(1), domain::Credential::Operator, instant(NOW))
        .await
        .unwrap();
    assert!(created);
    let again = support::merchant(Sector::Optical, 2);
    let again = domain::Merchant { reference: merchant.reference.clone(), ..again };
    let (second, created) = store
        .create_merchant(&again, &points_a_euro(1), domain::Credential::Operator, instant(NOW))
        .await
        .unwrap();
    assert!(!created);
    assert_eq!(first.merchant, second.merchant);
    let other = domain::Merchant { name: "Autre".to_owned(), ..again };
    let refused = store
        .create_merchant(&other, &points_a_euro(1), domain::Credential::Operator, instant(NOW))
        .await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::ReferenceTaken))));
}

#[tokio::test]
async fn a_programme_is_valid_from_its_first_day() {
    let table = Table::start().await;
    let store = table.store();
    let merchant = support::merchant(Sector::Retail, 1);
    open_merchant(&store, &merchant, instant(NOW)).await;
    let from = Day::parse("2026-12-01").unwrap();
    let settings = store.settings(merchant.id, instant(NOW)).await.unwrap();
    let new = NewProgramme {
        valid_from: from,
        programme: &points_a_euro(2),
        has_begun: false,
        by: Credential::Operator,
    };
    store.put_programme(&settings, new).await.unwrap();
    let settings = store.settings(merchant.id, instant(NOW)).await.unwrap();
    let on = |day| settings.programmes.on(Day::parse(day).unwrap());
    assert_eq!(on("2026-11-30"), Some(&points_a_euro(1)));
    assert_eq!(on("2026-12-01"), Some(&points_a_euro(2)));
}

#[tokio::test]
async fn a_third_till_key_is_refused_until_one_is_revoked() {
    let table = Table::start().await;
    let store = table.store();
    let merchant = support::merchant(Sector::Retail, 1);
    open_merchant(&store, &merchant, instant(NOW)).await;
    for number in 1..=2 {
        store.create_till_key(merchant.id, &till_key(number, Mode::Live)).await.unwrap();
    }
    let third = store.create_till_key(merchant.id, &till_key(3, Mode::Live)).await;
    assert!(matches!(third, Err(StoreError::Conflict(Conflict::TwoKeysInUse))));
    store.create_till_key(merchant.id, &till_key(4, Mode::Test)).await.unwrap();
    let establishment = EstablishmentId::parse("paris").unwrap();
    let first = till_key(1, Mode::Live).id;
    store
        .revoke_till_key(merchant.id, &establishment, first, revocation(instant(NOW)))
        .await
        .unwrap();
    store.create_till_key(merchant.id, &till_key(3, Mode::Live)).await.unwrap();
    let keys = &store.settings(merchant.id, instant(NOW)).await.unwrap().keys;
    let ids: BTreeSet<_> = keys.iter().map(|key| key.id).collect();
    let expected = [(2, Mode::Live), (3, Mode::Live), (4, Mode::Test)];
    assert_eq!(ids, expected.map(|(number, mode)| till_key(number, mode).id).into());
}

#[tokio::test]
async fn each_scope_of_an_establishment_has_two_keys_of_its_own() {
    let table = Table::start().await;
    let store = table.store();
    let merchant = support::merchant(Sector::Retail, 1);
    open_merchant(&store, &merchant, instant(NOW)).await;
    let key = |number, scope| TillKey { scope, ..till_key(number, Mode::Live) };
    for (number, scope) in (0..).step_by(2).zip(KeyScope::ALL) {
        store.create_till_key(merchant.id, &key(number, scope)).await.unwrap();
        store.create_till_key(merchant.id, &key(number + 1, scope)).await.unwrap();
        let third = store.create_till_key(merchant.id, &key(100 + number, scope)).await;
        assert!(matches!(third, Err(StoreError::Conflict(Conflict::TwoKeysInUse))), "{scope:?}");
    }
    let keys = &store.settings(merchant.id, instant(NOW)).await.unwrap().keys;
    let scopes = keys.iter().map(|key| key.scope).collect::<Vec<_>>();
    for scope in KeyScope::ALL {
        assert_eq!(scopes.iter().filter(|it| **it == scope).count(), 2, "{scope:?}");
    }
}

#[tokio::test]
async fn a_key_says_which_credential_created_and_revoked_it_and_the_first_revocation_counts() {
    let table = Table::start().await;
    let store = table.store();
    let merchant = support::merchant(Sector::Retail, 1);
    open_merchant(&store, &merchant, instant(NOW)).await;
    let key = till_key(1, Mode::Live);
    store.create_till_key(merchant.id, &key).await.unwrap();
    let first = revocation(instant(NOW));
    let second = Revocation { at: instant("2026-11-25T09:00:00Z"), by: Credential::Service };
    for revocation in [first, second] {
        let revoke = store.revoke_till_key(merchant.id, &key.establishment, key.id, revocation);
        revoke.await.unwrap();
    }
    let keys = &store.settings(merchant.id, instant(NOW)).await.unwrap().keys;
    assert_eq!(keys[0].created_by, Credential::Operator);
    assert_eq!(keys[0].revoked, Some(first));
}

#[tokio::test]
async fn every_instance_sees_a_revocation_within_a_minute() {
    let table = Table::start().await;
    let (here, elsewhere) = (table.store(), table.store());
    let merchant = support::merchant(Sector::Retail, 1);
    open_merchant(&here, &merchant, instant(NOW)).await;
    let key = till_key(1, Mode::Live);
    here.create_till_key(merchant.id, &key).await.unwrap();
    let seconds_later = |seconds| Instant::from_second(instant(NOW).as_second() + seconds).unwrap();
    elsewhere.settings(merchant.id, seconds_later(0)).await.unwrap();
    here.revoke_till_key(merchant.id, &key.establishment, key.id, revocation(seconds_later(1)))
        .await
        .unwrap();
    let revoked = |settings: &store::Settings| settings.keys[0].revoked.is_some();
    assert!(revoked(&here.settings(merchant.id, seconds_later(1)).await.unwrap()));
    assert!(revoked(&elsewhere.settings(merchant.id, seconds_later(60)).await.unwrap()));
}

#[tokio::test]
async fn an_unknown_merchant_is_not_found() {
    let table = Table::start().await;
    let unknown =
        table.store().settings(support::merchant(Sector::Retail, 9).id, instant(NOW)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Merchant))));
}
