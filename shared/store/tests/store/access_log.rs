//! The access log: what is appended is listed, and nothing is changed.

use crate::fixture::{Fixture, now};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::access_log::{Access, AccessEvent, Actor, ClientAddress, MembersShown, Period};
use domain::{AccessId, Day, Instant, MemberId, Sector};
use jiff::ToSpan as _;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use std::collections::HashMap;
use store::{AccessPage, Mode, Random, Scope, Store, StoreError};
use support::{Table, instant, merchant, open_merchant};

const ADDRESS: &str = "192.0.2.17";

fn member(number: u16) -> MemberId {
    MemberId::mint(instant("2026-01-05T09:00:00Z"), number.into())
}

fn signed_in(at: Instant, number: u16) -> Access {
    Access {
        at,
        actor: Actor::Member(member(number)),
        event: AccessEvent::SignedIn,
        source: ClientAddress::parse(ADDRESS),
        members: MembersShown::none(),
    }
}

/// An access that shows these members.
fn showing(at: Instant, numbers: impl IntoIterator<Item = u16>) -> Access {
    Access {
        actor: Actor::Unknown,
        members: MembersShown::new(numbers.into_iter().map(member)).unwrap(),
        ..signed_in(at, 0)
    }
}

fn stored(at: Instant) -> Period {
    Period::of_days(None, None, at).unwrap()
}

fn days(first: &str, last: &str) -> Period {
    let day = |text| Day::parse(text).ok();
    Period::of_days(day(first), day(last), now()).unwrap()
}

/// The entries of a list, read by pages.
struct Listing<'a> {
    store: &'a Store,
    scope: &'a Scope,
    period: Period,
    member: Option<MemberId>,
    limit: usize,
    now: Instant,
}

impl<'a> Listing<'a> {
    fn of(store: &'a Store, scope: &'a Scope) -> Self {
        Self { store, scope, period: stored(now()), member: None, limit: 100, now: now() }
    }

    async fn pages(&self) -> Vec<AccessPage> {
        let Self { store, scope, period, member, limit, now } = *self;
        let mut pages: Vec<AccessPage> = vec![];
        loop {
            let after = pages.last().and_then(|page| page.next.clone());
            if !pages.is_empty() && after.is_none() {
                return pages;
            }
            let read = store.accesses(scope, period, member, after.as_ref(), limit, now);
            pages.push(read.await.unwrap());
            assert!(pages.len() < 1_000, "the pages have no end");
        }
    }

    async fn all(&self) -> Vec<Access> {
        self.pages().await.into_iter().flat_map(|page| page.accesses).collect()
    }
}

impl Fixture {
    async fn append(&self, accesses: &[Access]) {
        for access in accesses {
            self.store.append_access(&self.scope, access).await.unwrap();
        }
    }

    /// Appends entries of one instant that show nobody.
    async fn append_crowd(&self, count: u128) {
        let client = self.table.client();
        let anonymous = Access { actor: Actor::Unknown, source: None, ..signed_in(now(), 0) };
        self.append(&[anonymous]).await;
        let items = self.items().await;
        let of_now = |item: &&HashMap<String, AttributeValue>| {
            item["sk"].as_s().is_ok_and(|sk| sk.starts_with("2026-11-24T09:20:00Z#"))
        };
        let item = items.iter().find(of_now).unwrap();
        let requests = (0..count).map(|number| {
            let sk = format!("2026-11-24T09:20:00Z#{}", AccessId::mint(now(), number));
            let mut item = item.clone();
            item.insert("sk".to_owned(), AttributeValue::S(sk));
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        let requests: Vec<_> = requests.collect();
        for batch in requests.chunks(25) {
            let write = client.batch_write_item().request_items(self.table.name(), batch.to_vec());
            let left = write.send().await.unwrap().unprocessed_items.unwrap_or_default();
            assert!(left.is_empty());
        }
    }

    async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        let client = self.table.client();
        let read = client.scan().table_name(self.table.name()).send().await.unwrap();
        let is_entry = |item: &HashMap<_, AttributeValue>| {
            item["pk"].as_s().is_ok_and(|pk| pk.starts_with("LOG#"))
        };
        read.items.unwrap_or_default().into_iter().filter(is_entry).collect()
    }
}

#[tokio::test]
async fn what_was_appended_is_listed_with_all_it_says() {
    let fixture = Fixture::open().await;
    let at = |milliseconds: i64| now() + milliseconds.milliseconds();
    let mut appended: Vec<_> = (0..)
        .zip(AccessEvent::ALL)
        .map(|(number, event)| Access { event, ..signed_in(at(number), 1) })
        .collect();
    appended.push(showing(at(100), 0..100));
    appended.push(Access { actor: Actor::Unknown, source: None, ..signed_in(at(101), 1) });
    let address = ClientAddress::parse("2001:db8::1");
    appended.push(Access { source: address, ..signed_in(at(102), 1) });
    fixture.append(&appended).await;
    appended.reverse();
    let listed = Listing::of(&fixture.store, &fixture.scope).all().await;
    assert_eq!(listed, appended);
}

#[tokio::test]
async fn entries_are_listed_newest_first_over_the_borders_of_months() {
    let fixture = Fixture::open().await;
    let mut instants = [
        "2025-12-31T22:59:59Z",
        "2025-12-31T23:00:00Z",
        "2026-03-31T23:59:59Z",
        "2026-04-01T00:00:00Z",
        "2026-10-31T23:30:00Z",
        "2026-11-01T00:00:00Z",
        "2026-11-24T09:20:00Z",
    ]
    .map(|text| signed_in(instant(text), 1));
    fixture.append(&instants).await;
    instants.reverse();
    for limit in [1, 2, 3, 7, 100] {
        let listing = Listing { limit, ..Listing::of(&fixture.store, &fixture.scope) };
        assert_eq!(listing.all().await, instants, "{limit}");
    }
}

#[rstest]
#[case::a_day("2026-11-01", "2026-11-01", &["2026-10-31T23:00:00Z", "2026-11-01T22:59:59Z"])]
#[case::two_months("2026-10-31", "2026-11-01",
    &["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-01T22:59:59Z"])]
#[case::the_rest("2026-11-02", "2026-11-24", &["2026-11-01T23:00:00Z"])]
#[case::before_all("2026-01-01", "2026-02-28", &[])]
#[case::longer_ago_than_stored("2020-01-01", "2020-12-31", &[])]
#[case::in_the_future("2027-01-01", "2027-12-31", &[])]
#[tokio::test]
async fn a_period_has_the_entries_of_its_days_in_paris(
    #[case] first: &str,
    #[case] last: &str,
    #[case] expected: &[&str],
) {
    let fixture = Fixture::open().await;
    let all = [
        "2026-10-31T22:59:59Z",
        "2026-10-31T23:00:00Z",
        "2026-11-01T22:59:59Z",
        "2026-11-01T23:00:00Z",
    ];
    fixture.append(&all.map(|text| signed_in(instant(text), 1))).await;
    let period = days(first, last);
    let listing = Listing { period, limit: 1, ..Listing::of(&fixture.store, &fixture.scope) };
    let listed: Vec<_> = listing.all().await.iter().map(|access| access.at).collect();
    let expected: Vec<_> = expected.iter().rev().map(|text| instant(text)).collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_member_finds_the_entries_that_show_the_member_and_the_members_own() {
    let fixture = Fixture::open().await;
    let at = |days: i64| now() - (24 * days).hours();
    let own = signed_in(at(40), 7);
    let shown = showing(at(20), [3, 7, 9]);
    let others = [signed_in(at(30), 3), showing(at(10), [3, 9]), showing(at(5), [])];
    fixture.append(&others).await;
    fixture.append(&[own.clone(), shown.clone()]).await;
    let wanted = Some(member(7));
    for limit in [1, 2, 50] {
        let of = Listing::of(&fixture.store, &fixture.scope);
        let listing = Listing { member: wanted, limit, ..of };
        assert_eq!(listing.all().await, [shown.clone(), own.clone()], "{limit}");
    }
    let unknown = Some(member(8));
    let listing = Listing { member: unknown, ..Listing::of(&fixture.store, &fixture.scope) };
    assert_eq!(listing.all().await, []);
}

#[tokio::test]
async fn a_search_for_a_member_ends_its_page_after_sixteen_thousand_entries_and_goes_on() {
    let fixture = Fixture::open().await;
    let shown = showing(now() - (24 * 300).hours(), [7]);
    fixture.append(std::slice::from_ref(&shown)).await;
    fixture.append_crowd(16_200).await;
    let of = Listing::of(&fixture.store, &fixture.scope);
    let listing = Listing { member: Some(member(7)), limit: 10, ..of };
    let pages = listing.pages().await;
    let found: Vec<_> = pages.into_iter().map(|page| page.accesses).collect();
    assert_eq!(found, [vec![], vec![shown]]);
}

#[tokio::test]
async fn neither_another_merchant_nor_test_data_see_an_entry() {
    let fixture = Fixture::open().await;
    let (store, live) = (&fixture.store, &fixture.scope);
    let test = Scope { mode: Mode::Test, ..live.clone() };
    let other = open_merchant(store, &merchant(Sector::Retail, 2), now()).await;
    let scopes = [live, &test, &other];
    for (number, scope) in (0..).zip(scopes) {
        store.append_access(scope, &signed_in(now(), number)).await.unwrap();
    }
    for (number, scope) in (0..).zip(scopes) {
        assert_eq!(Listing::of(store, scope).all().await, [signed_in(now(), number)]);
        let another = Some(member((number + 1) % 3));
        let listing = Listing { member: another, ..Listing::of(store, scope) };
        assert_eq!(listing.all().await, []);
    }
}

#[test]
fn pages_neither_repeat_nor_lose_an_entry_of_many_in_one_second() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fixture = runtime.block_on(Fixture::open());
    // Three hundred entries at five instants of two seconds, on both sides of the border of a month.
    let border = instant("2026-11-01T00:00:00Z");
    let entries: Vec<_> = (0..300_u16)
        .map(|number| {
            let at = border + (i64::from(number % 5) * 400 - 800).milliseconds();
            showing(at, [number])
        })
        .collect();
    runtime.block_on(fixture.append(&entries));
    let complete = runtime.block_on(Listing::of(&fixture.store, &fixture.scope).all());
    assert!(complete.is_sorted_by(|newer, older| newer.at >= older.at));
    let mut numbers: Vec<_> = complete.iter().flat_map(|access| access.members.iter()).collect();
    numbers.sort();
    assert_eq!(numbers, (0..300).map(member).collect::<Vec<_>>());
    let config =
        ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&(1..=400_usize), |limit| {
            let listing = Listing { limit, ..Listing::of(&fixture.store, &fixture.scope) };
            let pages = runtime.block_on(listing.pages());
            prop_assert!(pages.iter().all(|page| page.accesses.len() <= limit));
            let listed: Vec<_> = pages.into_iter().flat_map(|page| page.accesses).collect();
            prop_assert_eq!(&listed, &complete);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_page_that_begins_after_an_entry_that_has_expired_meanwhile_goes_on() {
    let fixture = Fixture::open().await;
    let long_ago = instant("2025-11-24T08:00:00Z");
    let accesses: Vec<_> = (0..5).map(|n: i64| signed_in(long_ago + n.seconds(), 1)).collect();
    fixture.append(&accesses).await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let first = store.accesses(scope, stored(now()), None, None, 2, now()).await.unwrap();
    assert_eq!(first.accesses.len(), 2);
    // On the next day these entries are no longer part of what is stored.
    let tomorrow = now() + 24.hours();
    let next = store.accesses(scope, stored(tomorrow), None, first.next.as_ref(), 2, tomorrow);
    let next = next.await.unwrap();
    assert_eq!(next.accesses, []);
    assert_eq!(next.next, None);
}

#[tokio::test]
async fn an_entry_is_shown_for_twelve_months() {
    let fixture = Fixture::open().await;
    let access = signed_in(instant("2026-11-24T09:20:00Z"), 1);
    fixture.append(std::slice::from_ref(&access)).await;
    // DynamoDB has not deleted the item yet.
    for (at, expected) in
        [("2027-11-24T22:59:59Z", vec![access.clone()]), ("2027-11-24T23:00:00Z", vec![])]
    {
        let now = instant(at);
        // The period of a request that came a moment before.
        let period = stored(now - 1.second());
        let listing = Listing { period, now, ..Listing::of(&fixture.store, &fixture.scope) };
        assert_eq!(listing.all().await, expected, "{at}");
    }
    assert_eq!(fixture.items().await.len(), 1);
}

#[tokio::test]
async fn two_entries_with_one_key_do_not_overwrite_each_other() {
    let table = Table::start().await;
    let store = table.store().with_random(Random::of(|bytes| {
        bytes.fill(7);
        Ok(())
    }));
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    store.append_access(&scope, &signed_in(now(), 1)).await.unwrap();
    store.append_access(&scope, &signed_in(now(), 2)).await.unwrap();
    assert_eq!(Listing::of(&store, &scope).all().await, [signed_in(now(), 1)]);
}

#[tokio::test]
async fn an_entry_has_no_address_in_clear_and_an_address_opens_only_in_its_entry() {
    let fixture = Fixture::open().await;
    fixture.append(&[signed_in(now(), 1)]).await;
    let mut items = fixture.items().await;
    let mut item = items.remove(0);
    assert!(!format!("{item:?}").contains(ADDRESS));
    let sealed = item["source"].as_b().unwrap().as_ref();
    assert!(!sealed.windows(ADDRESS.len()).any(|part| part == ADDRESS.as_bytes()));
    // Somebody moves the address to an entry of another instant.
    let moved = item["sk"].as_s().unwrap().replace("09:20:00Z", "09:20:01Z");
    item.insert("sk".to_owned(), AttributeValue::S(moved));
    let client = fixture.table.client();
    client.put_item().table_name(fixture.table.name()).set_item(Some(item)).send().await.unwrap();
    let read = fixture.store.accesses(&fixture.scope, stored(now()), None, None, 10, now()).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))));
}
