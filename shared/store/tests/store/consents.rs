//! Consents and oppositions: what is stored of each, and the bounded history.

use crate::fixture::full_proof;
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email};
use domain::{Channel, Credential, Day, Enrolment, Instant, MemberId, Sector, retention};
use jiff::ToSpan as _;
use rstest::rstest;
use store::{
    CONSENT_CHANGES_KEPT, ConsentChange, Correction, NewMember, Scope, Store, WalkPosition,
};
use support::{Table, consent, instant, merchant, mobile, open_merchant, opposition};

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
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

    async fn member(&self, number: u16, birth_date: Option<&str>) -> MemberId {
        let details = Details {
            email: Email::parse(&format!("member{number}@example.com")).ok(),
            birth_date: birth_date.map(|text| Day::parse(text).unwrap()),
            ..Details::default()
        };
        let new = NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till };
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }

    async fn oppose(&self, member: MemberId, at: Instant, by: Credential) {
        let opposition =
            domain::Opposition { by, ..opposition(at, OppositionReason::Unsubscribed) };
        self.store.oppose(&self.scope, member, Channel::Email, opposition, at).await.unwrap();
    }

    /// The instants of the member's oppositions in the history, in seconds after now.
    async fn history(&self, member: MemberId) -> Vec<i64> {
        let history = self.store.consent_history(&self.scope, member).await.unwrap();
        history.iter().map(|one| one.change.at().as_second() - now().as_second()).collect()
    }
}

#[tokio::test]
async fn the_history_keeps_the_last_twenty_changes_of_each_channel_and_their_credential() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, None).await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    for second in 1..=25 {
        let at = now() + second.seconds();
        if second % 2 == 1 {
            fixture.oppose(member, at, Credential::Link).await;
        } else {
            let change = full_proof(at);
            store.change_consent(scope, member, Channel::Email, &change, at).await.unwrap();
        }
    }
    let change = consent(now());
    store.change_consent(scope, member, Channel::Sms, &change, now()).await.unwrap();
    let kept: Vec<i64> = (6..=25).rev().chain([0]).collect();
    assert_eq!(kept.len(), usize::try_from(CONSENT_CHANGES_KEPT).unwrap() + 1);
    assert_eq!(fixture.history(member).await, kept);
    let history = store.consent_history(scope, member).await.unwrap();
    let ConsentChange::Oppose(last) = &history[0].change else { unreachable!("an opposition") };
    assert_eq!(last.by, Credential::Link);
    assert!(
        matches!(&history[20].change, ConsentChange::Consent(one) if one.by == Credential::Service)
    );
}

#[tokio::test]
async fn an_opposition_that_was_stated_twice_is_in_the_history_once_and_changes_the_person_once() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, None).await;
    let mut versions = vec![];
    for _ in 0..3 {
        fixture.oppose(member, now() + 123.milliseconds(), Credential::Link).await;
        versions.push(fixture.store.member(&fixture.scope, member).await.unwrap().person.version);
    }
    assert_eq!(fixture.history(member).await, [0]);
    assert!(versions.iter().all(|version| *version == versions[0]), "{versions:?}");
}

#[tokio::test]
async fn a_link_that_is_pressed_again_and_again_leaves_the_proof_of_the_consent_in_the_history() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, None).await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let given = full_proof(now());
    store.change_consent(scope, member, Channel::Email, &given, now()).await.unwrap();
    for second in 1..=25 {
        fixture.oppose(member, now() + second.seconds(), Credential::Link).await;
    }
    assert_eq!(fixture.history(member).await, [1, 0]);
    let at = |member: store::Member| member.person.consents.email.opposition.unwrap().at;
    assert_eq!(at(store.member(scope, member).await.unwrap()), now() + 25.seconds());
    // A consent from before the last press arrives: the person is still opposed, and the history says so.
    let late = full_proof(now() + 20.seconds());
    let after = store.change_consent(scope, member, Channel::Email, &late, now()).await.unwrap();
    assert!(after.person.consents.email.is_opposed());
    let mut history = fixture.history(member).await;
    history.sort_unstable();
    assert_eq!(history, [0, 1, 20, 25]);
}

#[tokio::test]
async fn the_history_of_a_merged_member_is_part_of_the_survivors() {
    let fixture = Fixture::open().await;
    let (survivor, absorbed) = (fixture.member(1, None).await, fixture.member(2, None).await);
    fixture.oppose(survivor, now() + 1.second(), Credential::Link).await;
    fixture.oppose(absorbed, now() + 2.seconds(), Credential::Link).await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    store.merge_members(scope, survivor, absorbed, now()).await.unwrap();
    fixture.oppose(absorbed, now() + 3.seconds(), Credential::Link).await;
    assert_eq!(fixture.history(absorbed).await, [3, 2, 1]);
}

#[tokio::test]
async fn the_history_does_not_make_the_item_of_the_person_larger() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, None).await;
    let mut sizes = Vec::new();
    for second in 1..=20 {
        fixture.oppose(member, now() + second.seconds(), Credential::Link).await;
        let items = fixture.table.client().scan().table_name(fixture.table.name());
        let items = items.into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        let person = items.iter().find(|item| item.contains_key("consents")).unwrap();
        sizes.push(person["consents"].as_b().unwrap().as_ref().len());
    }
    assert_eq!(sizes.iter().max(), sizes.first());
}

#[rstest]
#[case::under_15_at_creation(Some("2012-06-01"), None, false)]
#[case::a_birth_date_that_is_added_later(None, Some("2012-06-01"), false)]
#[case::of_age(Some("2011-11-24"), None, true)]
#[case::unknown(None, None, true)]
#[tokio::test]
async fn no_campaign_reaches_a_member_under_15_without_the_consent_of_a_parent(
    #[case] born: Option<&str>,
    #[case] corrected: Option<&str>,
    #[case] reached: bool,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let member = fixture.member(1, born).await;
    let change = consent(now());
    let consented = store.change_consent(scope, member, Channel::Email, &change, now()).await;
    assert_eq!(consented.is_ok(), corrected.is_some() || reached);
    if let Some(day) = corrected {
        let birth_date = Some(Day::parse(day).ok());
        let correction = Correction { birth_date, ..Correction::default() };
        store.correct_member(scope, member, &correction, now()).await.unwrap();
    }
    let position = WalkPosition::start_of(member.shard());
    let today = retention::day_of(now());
    let page = store.walk(scope, position, Channel::Email, today).await.unwrap();
    assert_eq!(page.members[0].consented && !page.members[0].opposed, reached);
    let read = store.addressees(scope, &[member], Channel::Email, now()).await.unwrap();
    assert_eq!(read[&member].is_permitted, reached);
}

#[rstest]
#[case::before_the_birthday("2011-11-25", "2026-11-24T09:00:00Z", false)]
#[case::before_the_birthday_and_the_creation("2011-11-23", "2026-11-22T09:00:00Z", false)]
#[case::on_the_birthday("2011-11-24", "2026-11-24T09:00:00Z", true)]
#[tokio::test]
async fn no_campaign_counts_a_consent_that_was_given_alone_under_15(
    #[case] born: &str,
    #[case] consented_at: &str,
    #[case] counts: bool,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let member = fixture.member(1, None).await;
    let change = consent(instant(consented_at));
    store.change_consent(scope, member, Channel::Email, &change, now()).await.unwrap();
    let birth_date = Some(Day::parse(born).ok());
    let correction = Correction { birth_date, ..Correction::default() };
    store.correct_member(scope, member, &correction, now()).await.unwrap();
    let years_later = instant("2028-01-01T09:00:00Z");
    let position = WalkPosition::start_of(member.shard());
    let today = retention::day_of(years_later);
    let page = store.walk(scope, position, Channel::Email, today).await.unwrap();
    assert_eq!(page.members[0].consented && !page.members[0].opposed, counts);
    let read = store.addressees(scope, &[member], Channel::Email, years_later).await.unwrap();
    assert_eq!(read[&member].is_permitted, counts);
}
