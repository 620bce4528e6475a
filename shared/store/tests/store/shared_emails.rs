//! The members who share an e-mail address are marked, in whatever way they get the address.

use domain::member::{Details, Email};
use domain::retention::ErasureReason;
use domain::{CampaignId, Day, Enrolment, Instant, MemberId, Sector};
use std::collections::HashSet;
use store::{Correction, DueMember, NewMember, Scope, SharingRecipient, Store};
use support::{Table, instant, merchant, mobile, open_merchant};

const FAMILY: &str = "famille@example.com";

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
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

    async fn enrol(&self, number: u16, address: &str) -> MemberId {
        let details = Details { email: Some(email(address)), ..Details::default() };
        let new = NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till };
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }

    async fn correct(&self, member: MemberId, address: Option<&str>) {
        let correction = Correction { email: Some(address.map(email)), ..Correction::default() };
        self.store.correct_member(&self.scope, member, &correction, now()).await.unwrap();
    }

    async fn erase(&self, member: MemberId) {
        let today = Day::parse("2026-11-24").unwrap();
        let read = self.store.due_member_fresh(&self.scope, member).await.unwrap();
        let DueMember::Member(read) = read else { panic!("no member") };
        let reason = ErasureReason::Inactive;
        let decided = self
            .store
            .decide_erasure(
                &self.scope,
                &read,
                &self.store.login_state(&self.scope, &read.person).await.unwrap(),
                reason,
                today,
            )
            .await;
        assert!(decided.unwrap().is_some(), "no other request wrote the member");
    }

    async fn is_marked(&self, member: MemberId) -> bool {
        self.store.member(&self.scope, member).await.unwrap().person.shares_email
    }

    /// The counts of members that are stored, one for each address.
    async fn counts(&self) -> Vec<u64> {
        let client = self.table.client();
        let items = client.scan().table_name(self.table.name()).into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        let counts = items.iter().filter_map(|item| item.get("holders")?.as_n().ok());
        let mut counts: Vec<u64> = counts.map(|count| count.parse().unwrap()).collect();
        counts.sort_unstable();
        counts
    }
}

#[tokio::test]
async fn a_member_who_has_an_address_alone_is_not_marked() {
    let fixture = Fixture::open().await;
    let alone = fixture.enrol(1, "seul@example.com").await;
    assert!(!fixture.is_marked(alone).await);
    assert_eq!(fixture.counts().await, [1]);
}

#[tokio::test]
async fn both_members_of_an_address_are_marked_whether_they_enrol_or_correct_their_address() {
    let fixture = Fixture::open().await;
    let (first, second) = (fixture.enrol(1, FAMILY).await, fixture.enrol(2, FAMILY).await);
    let third = fixture.enrol(3, "autre@example.com").await;
    fixture.correct(third, Some(FAMILY)).await;
    for member in [first, second, third] {
        assert!(fixture.is_marked(member).await);
    }
    assert_eq!(fixture.counts().await, [3]);
    fixture.correct(first, Some("seul@example.com")).await;
    assert!(!fixture.is_marked(first).await);
    assert_eq!(fixture.counts().await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_get_one_address_at_the_same_time_are_all_marked() {
    let fixture = Fixture::open().await;
    let enrolled = futures::future::join_all((1..=4).map(|number| fixture.enrol(number, FAMILY)));
    let members = enrolled.await;
    for member in members {
        assert!(fixture.is_marked(member).await);
    }
    assert_eq!(fixture.counts().await, [4]);
}

#[tokio::test]
async fn an_address_that_every_member_gave_up_leaves_nothing_behind() {
    let fixture = Fixture::open().await;
    let (first, second) = (fixture.enrol(1, FAMILY).await, fixture.enrol(2, FAMILY).await);
    fixture.erase(first).await;
    assert_eq!(fixture.counts().await, [1]);
    fixture.correct(second, None).await;
    assert!(fixture.counts().await.is_empty());
    let alone = fixture.enrol(3, FAMILY).await;
    assert!(!fixture.is_marked(alone).await);
}

#[tokio::test]
async fn a_shared_address_is_claimed_once_for_each_campaign_and_a_repeat_finds_its_own_claim() {
    let fixture = Fixture::open().await;
    let (first, second) = (fixture.enrol(1, FAMILY).await, fixture.enrol(2, FAMILY).await);
    let refused = async |campaign: u128, member: MemberId| {
        let campaign = CampaignId::mint(now(), campaign);
        let recipients = vec![SharingRecipient { member, email: email(FAMILY) }];
        fixture.store.claim_addresses(&fixture.scope, campaign, recipients, now()).await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(refused(1, first).await, HashSet::new());
        assert_eq!(refused(1, second).await, HashSet::from([second]));
    }
    assert_eq!(refused(2, second).await, HashSet::new());
}
