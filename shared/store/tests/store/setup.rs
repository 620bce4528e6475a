//! Merchants, establishments, rules and keys.

use domain::{Day, EstablishmentId, Instant, KeyId, Sector};
use store::{Entity, Mode, StoreError, TillKey};
use support::{Table, instant, merchant, open_merchant, points_a_euro};

fn till_key(number: u128, mode: Mode) -> TillKey {
    TillKey {
        id: KeyId::mint(instant("2026-11-24T09:00:00Z"), number),
        establishment: EstablishmentId::parse("paris").unwrap(),
        mode,
        label: "caisse".to_owned(),
        secret_hash: [7; 32],
        origins: vec![],
        created_at: instant("2026-11-24T09:00:00Z"),
        revoked_at: None,
    }
}

const NOW: &str = "2026-11-24T09:00:00Z";

#[tokio::test]
async fn a_merchant_created_twice_is_one_merchant() {
    let table = Table::start().await;
    let store = table.store();
    let shop = merchant(Sector::Optical, 1);
    let (first, created) =
        store.create_merchant(&shop, &points_a_euro(1), instant(NOW)).await.unwrap();
    assert!(created);
    let again = merchant(Sector::Optical, 2);
    let again = domain::Merchant { reference: shop.reference.clone(), ..again };
    let (second, created) =
        store.create_merchant(&again, &points_a_euro(1), instant(NOW)).await.unwrap();
    assert!(!created);
    assert_eq!(first.merchant, second.merchant);
    let other = domain::Merchant { name: "Autre".to_owned(), ..again };
    let refused = store.create_merchant(&other, &points_a_euro(1), instant(NOW)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn a_rule_holds_from_its_day_on() {
    let table = Table::start().await;
    let store = table.store();
    let shop = merchant(Sector::Retail, 1);
    open_merchant(&store, &shop, instant(NOW)).await;
    let from = Day::parse("2026-12-01").unwrap();
    store.put_programme(shop.id, from, &points_a_euro(2)).await.unwrap();
    let settings = store.settings(shop.id, instant(NOW)).await.unwrap();
    let on = |day| settings.programmes.on(Day::parse(day).unwrap());
    assert_eq!(on("2026-11-30"), Some(&points_a_euro(1)));
    assert_eq!(on("2026-12-01"), Some(&points_a_euro(2)));
}

#[tokio::test]
async fn two_keys_live_side_by_side_and_no_third() {
    let table = Table::start().await;
    let store = table.store();
    let shop = merchant(Sector::Retail, 1);
    open_merchant(&store, &shop, instant(NOW)).await;
    for number in 1..=2 {
        store.create_till_key(shop.id, &till_key(number, Mode::Live)).await.unwrap();
    }
    let third = store.create_till_key(shop.id, &till_key(3, Mode::Live)).await;
    assert!(matches!(third, Err(StoreError::Conflict(_))));
    store.create_till_key(shop.id, &till_key(4, Mode::Test)).await.unwrap();
    let establishment = EstablishmentId::parse("paris").unwrap();
    let first = till_key(1, Mode::Live).id;
    store.revoke_till_key(shop.id, &establishment, first, instant(NOW)).await.unwrap();
    store.create_till_key(shop.id, &till_key(3, Mode::Live)).await.unwrap();
    let keys = &store.settings(shop.id, instant(NOW)).await.unwrap().keys;
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key.id != first));
}

#[tokio::test]
async fn a_revocation_holds_within_a_minute_on_every_instance() {
    let table = Table::start().await;
    let (here, elsewhere) = (table.store(), table.store());
    let shop = merchant(Sector::Retail, 1);
    open_merchant(&here, &shop, instant(NOW)).await;
    let key = till_key(1, Mode::Live);
    here.create_till_key(shop.id, &key).await.unwrap();
    let seconds_later = |seconds| Instant::from_second(instant(NOW).as_second() + seconds).unwrap();
    elsewhere.settings(shop.id, seconds_later(0)).await.unwrap();
    here.revoke_till_key(shop.id, &key.establishment, key.id, seconds_later(1)).await.unwrap();
    let revoked = |settings: &store::Settings| settings.keys[0].revoked_at.is_some();
    assert!(revoked(&here.settings(shop.id, seconds_later(1)).await.unwrap()));
    assert!(revoked(&elsewhere.settings(shop.id, seconds_later(60)).await.unwrap()));
}

#[tokio::test]
async fn a_merchant_that_does_not_exist_is_not_found() {
    let table = Table::start().await;
    let unknown = table.store().settings(merchant(Sector::Retail, 9).id, instant(NOW)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Merchant))));
}
