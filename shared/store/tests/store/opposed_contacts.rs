//! The oppositions of a contact: they hold for the members who have it later, and survive an erasure.

use crate::fixture::full_proof;
use domain::member::consent::{Consent, ConsentSource, OppositionReason};
use domain::member::{Details, Email};
use domain::retention::ErasureReason;
use domain::{
    Channel, Credential, DomainError, Enrolment, Instant, MemberError, MemberId, Person, Sector,
    UploadId, retention,
};
use jiff::ToSpan as _;
use rstest::rstest;
use store::{
    ConsentChange, Correction, Customer, DueMember, ErasedBefore, Holder, MessageAddress,
    NewMember, PurchaseToRecord, Scope, Source, Store, StoreError,
};
use support::{Table, consent, instant, merchant, mobile, open_merchant, opposition, sale};

const MAILBOX: &str = "famille@example.com";

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
}

fn new_member(number: u16, email: Option<&str>) -> NewMember {
    let email = email.map(|text| Email::parse(text).unwrap());
    let details = Details { email, ..Details::default() };
    NewMember { mobile: mobile(number), details, enrolment: Enrolment::FileRow }
}

/// What the merchant reports later.
fn merchants_word(at: Instant) -> ConsentChange {
    let ConsentChange::Consent(given) = consent(at) else { unreachable!("a consent") };
    ConsentChange::Consent(Consent { source: ConsentSource::Merchant, ..given })
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { _table: table, store, scope }
    }

    async fn enrol(&self, number: u16, email: Option<&str>, at: Instant) -> MemberId {
        let new = new_member(number, email);
        self.store.create_member(&self.scope, &new, at).await.unwrap().0.person.id
    }

    async fn change(
        &self,
        member: MemberId,
        channel: Channel,
        change: ConsentChange,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let changed = self.store.change_consent(&self.scope, member, channel, &change, at).await?;
        Ok(changed.person.permits(channel, retention::day_of(at)))
    }

    async fn person(&self, member: MemberId) -> Person {
        self.store.member(&self.scope, member).await.unwrap().person
    }

    async fn permits(&self, member: MemberId, channel: Channel) -> bool {
        self.person(member).await.permits(channel, retention::day_of(now()))
    }

    async fn oppose_mailbox(&self, at: Instant) {
        let address = MessageAddress::Email(Email::parse(MAILBOX).unwrap());
        let opposition = opposition(at, OppositionReason::Unsubscribed);
        self.store.oppose_at(&self.scope, &address, opposition, at).await.unwrap();
    }

    async fn oppose_mobile(&self, number: u16, at: Instant) {
        let address = MessageAddress::Mobile(mobile(number));
        let opposition = opposition(at, OppositionReason::Stop);
        self.store.oppose_at(&self.scope, &address, opposition, at).await.unwrap();
    }

    async fn correct_email(&self, member: MemberId, email: &str, at: Instant) {
        let correction =
            Correction { email: Some(Email::parse(email).ok()), ..Correction::default() };
        self.store.correct_member(&self.scope, member, &correction, at).await.unwrap();
    }

    async fn erase(&self, member: MemberId, reason: ErasureReason, at: Instant) {
        let read = self.store.due_member_fresh(&self.scope, member).await.unwrap();
        let DueMember::Member(read) = read else { panic!("no member") };
        let today = retention::day_of(at);
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
        let tombstone = decided.unwrap().unwrap();
        for day in [today, today.plus_days(1)] {
            self.store.carry_out_erasure(&self.scope, &tombstone, day).await.unwrap();
        }
    }

    /// The channels of the member's history, the latest change first.
    async fn history(&self, member: MemberId) -> Vec<(Channel, i64)> {
        let history = self.store.consent_history(&self.scope, member).await.unwrap();
        let seconds = |at: Instant| at.as_second() - now().as_second();
        history.iter().map(|one| (one.channel, seconds(one.change.at()))).collect()
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> MemberError {
    match result {
        Err(StoreError::Refused(DomainError::Member(error))) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_member_who_joins_an_opposed_mailbox_later_is_opposed_until_a_full_proof() {
    let fixture = Fixture::open().await;
    fixture.enrol(1, Some(MAILBOX), now()).await;
    fixture.oppose_mailbox(now() + 1.second()).await;
    let at = now() + 2.seconds();
    let later = fixture.enrol(2, Some(MAILBOX), at).await;
    assert_eq!(fixture.history(later).await, [(Channel::Email, 1)]);
    for weak in [merchants_word(at), consent(at)] {
        let changed = fixture.change(later, Channel::Email, weak, at).await;
        assert_eq!(refused(changed), MemberError::OppositionStands);
    }
    assert!(fixture.change(later, Channel::Email, full_proof(at), at).await.unwrap());
    // The next consent finds the same opposition, which has ended for this member.
    let at = now() + 3.seconds();
    assert!(fixture.change(later, Channel::Email, full_proof(at), at).await.unwrap());
}

#[tokio::test]
async fn an_opposition_of_the_mailbox_that_the_member_missed_counts_for_the_next_consent() {
    let fixture = Fixture::open().await;
    // Nobody had the addresses.
    fixture.oppose_mailbox(now()).await;
    fixture.oppose_mobile(1, now()).await;
    let at = now() + 1.second();
    let member = fixture.enrol(1, None, at).await;
    fixture.correct_email(member, MAILBOX, at).await;
    for channel in [Channel::Email, Channel::Sms] {
        let changed = fixture.change(member, channel, merchants_word(at), at).await;
        assert_eq!(refused(changed), MemberError::OppositionStands);
    }
}

#[rstest]
#[case::a_consent_before(0)]
#[case::a_consent_after_it_for_another_address(2)]
#[tokio::test]
async fn a_consenting_member_who_is_corrected_to_an_opposed_address_is_opposed(
    #[case] consented: i64,
) {
    let fixture = Fixture::open().await;
    let member = fixture.enrol(1, Some("autre@example.com"), now()).await;
    let other = fixture.enrol(3, Some("libre@example.com"), now()).await;
    let at = now() + consented.seconds();
    for channel in [Channel::Email, Channel::Sms] {
        for member in [member, other] {
            assert!(fixture.change(member, channel, full_proof(at), at).await.unwrap());
        }
    }
    fixture.oppose_mailbox(now() + 1.second()).await;
    fixture.oppose_mobile(2, now() + 1.second()).await;
    let at = now() + 3.seconds();
    fixture.correct_email(member, MAILBOX, at).await;
    fixture.store.change_mobile(&fixture.scope, member, &mobile(2), at).await.unwrap();
    fixture.correct_email(other, "nouvelle@example.com", at).await;
    for channel in [Channel::Email, Channel::Sms] {
        assert!(!fixture.permits(member, channel).await);
        assert!(fixture.permits(other, channel).await);
    }
    let history = fixture.history(member).await;
    assert_eq!(history.iter().filter(|(_, at)| *at == 3).count(), 2);
    // A consent that the person gave before joining the address does not end the opposition.
    let late = full_proof(now() + 2.seconds());
    let _ = fixture.change(member, Channel::Email, late, at).await;
    assert!(!fixture.permits(member, Channel::Email).await);
    let at = now() + 4.seconds();
    assert!(fixture.change(member, Channel::Email, full_proof(at), at).await.unwrap());
}

#[rstest]
#[case::by_a_row_of_a_file(false)]
#[case::by_a_row_with_purchases(true)]
#[tokio::test]
async fn an_opposition_survives_an_erasure_by_deadline(#[case] with_purchase: bool) {
    let fixture = Fixture::open().await;
    let member = fixture.enrol(1, Some(MAILBOX), now()).await;
    for channel in Channel::ALL {
        let change = ConsentChange::Oppose(opposition(now(), OppositionReason::Manual));
        fixture.change(member, channel, change, now()).await.unwrap();
    }
    fixture.erase(member, ErasureReason::Inactive, now()).await;
    let at = now() + 48.hours();
    let again = if with_purchase {
        let new = new_member(1, Some(MAILBOX));
        let purchase = sale("r1", 1_000);
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let credential = Credential::Upload(UploadId::mint(at, 1));
        let (store, scope) = (&fixture.store, &Scope { credential, ..fixture.scope.clone() });
        // As a file reads it before it enrols.
        let erased_before =
            ErasedBefore { mobile: Some(retention::day_of(now())), ..ErasedBefore::default() };
        let (customer, holder) = (
            Customer::Enrol(Box::new(new.clone())),
            Holder::New { person: Box::new(new), erased_before: Some(erased_before) },
        );
        let entries = [entry];
        let recorded = store.record_purchases(scope, &customer, holder, &entries, at).await;
        recorded.unwrap().pop().unwrap().unwrap().member.unwrap()
    } else {
        fixture.enrol(1, Some(MAILBOX), at).await
    };
    assert_ne!(again, member);
    assert!(!fixture.permits(again, Channel::Postal).await);
    for channel in [Channel::Email, Channel::Sms] {
        let changed = fixture.change(again, channel, merchants_word(at), at).await;
        assert_eq!(refused(changed), MemberError::OppositionStands);
    }
    assert!(fixture.change(again, Channel::Sms, full_proof(at), at).await.unwrap());
    assert_eq!(fixture.history(again).await.len(), 4);
}

#[tokio::test]
async fn an_opposition_that_a_consent_ended_does_not_survive_an_erasure() {
    let fixture = Fixture::open().await;
    let member = fixture.enrol(1, None, now()).await;
    let stop = ConsentChange::Oppose(opposition(now(), OppositionReason::Manual));
    fixture.change(member, Channel::Sms, stop, now()).await.unwrap();
    let at = now() + 1.second();
    assert!(fixture.change(member, Channel::Sms, full_proof(at), at).await.unwrap());
    fixture.erase(member, ErasureReason::Inactive, at).await;
    let again = fixture.enrol(1, None, now() + 48.hours()).await;
    let at = now() + 49.hours();
    assert!(fixture.change(again, Channel::Sms, merchants_word(at), at).await.unwrap());
}

#[rstest]
#[case("2029-11-24T09:00:00Z", true)]
#[case("2029-11-26T09:00:00Z", false)]
#[tokio::test]
async fn the_opposition_of_an_address_ends_three_years_after_it_was_stored(
    #[case] at: &str,
    #[case] holds: bool,
) {
    let fixture = Fixture::open().await;
    fixture.oppose_mailbox(now()).await;
    fixture.oppose_mobile(1, now()).await;
    let at = instant(at);
    let member = fixture.enrol(1, Some(MAILBOX), at).await;
    for channel in [Channel::Email, Channel::Sms] {
        let changed = fixture.change(member, channel, merchants_word(at), at).await;
        assert_eq!(changed.is_err(), holds);
    }
}

#[tokio::test]
async fn an_older_opposition_of_an_address_does_not_replace_a_later_one() {
    let fixture = Fixture::open().await;
    fixture.oppose_mailbox(now() + 5.seconds()).await;
    fixture.oppose_mailbox(now()).await;
    let member = fixture.enrol(1, Some(MAILBOX), now() + 6.seconds()).await;
    let opposed = fixture.person(member).await.consents.email.opposition.unwrap();
    assert_eq!(opposed.at, now() + 5.seconds());
    assert_eq!(opposed.by, Credential::Service);
}

#[tokio::test]
async fn the_erasure_of_a_person_leaves_the_later_opposition_of_another_at_the_address() {
    let fixture = Fixture::open().await;
    let oppose = |second: i64| {
        ConsentChange::Oppose(opposition(now() + second.seconds(), OppositionReason::Manual))
    };
    for (number, second) in [(1, 10), (2, 5)] {
        let member = fixture.enrol(number, Some(MAILBOX), now()).await;
        fixture.change(member, Channel::Email, oppose(second), now()).await.unwrap();
        fixture.erase(member, ErasureReason::Inactive, now()).await;
    }
    let member = fixture.enrol(3, Some(MAILBOX), now() + 20.seconds()).await;
    let opposed = fixture.person(member).await.consents.email.opposition.unwrap();
    assert_eq!(opposed.at, now() + 10.seconds());
}

#[tokio::test]
async fn the_opposition_that_a_merge_brings_is_in_the_survivors_history_until_it_is_undone() {
    let fixture = Fixture::open().await;
    let (survivor, absorbed) =
        (fixture.enrol(1, None, now()).await, fixture.enrol(2, None, now()).await);
    let (store, scope) = (&fixture.store, &fixture.scope);
    let stop = |second: i64| {
        ConsentChange::Oppose(opposition(now() + second.seconds(), OppositionReason::Manual))
    };
    fixture.change(absorbed, Channel::Sms, stop(1), now()).await.unwrap();
    store.merge_members(scope, survivor, absorbed, now() + 2.seconds()).await.unwrap();
    assert_eq!(fixture.history(survivor).await, [(Channel::Sms, 1)]);
    fixture.change(survivor, Channel::Postal, stop(3), now() + 3.seconds()).await.unwrap();
    store.unmerge_members(scope, survivor, absorbed, now() + 4.seconds()).await.unwrap();
    // Either of them may have opposed since the merge.
    assert_eq!(fixture.history(survivor).await, [(Channel::Postal, 3)]);
    assert_eq!(fixture.history(absorbed).await, [(Channel::Postal, 3), (Channel::Sms, 1)]);
    store.merge_members(scope, survivor, absorbed, now() + 5.seconds()).await.unwrap();
    assert_eq!(fixture.history(survivor).await, [(Channel::Postal, 3), (Channel::Sms, 1)]);
    let history = store.consent_history(scope, survivor).await.unwrap();
    assert_eq!(history[0].recorded_at, now() + 3.seconds());
}

#[rstest]
#[case::hidden_by_the_survivors(1)]
#[case::hidden_by_the_absorbed_members(2)]
#[tokio::test]
async fn an_older_opposition_that_arrives_during_a_merge_holds_for_both_members_afterwards(
    #[case] opposed_before: u16,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.store, &fixture.scope);
    let members = [fixture.enrol(1, None, now()).await, fixture.enrol(2, None, now()).await];
    let [survivor, absorbed] = members;
    for member in members {
        fixture.change(member, Channel::Sms, full_proof(now()), now()).await.unwrap();
    }
    fixture.oppose_mobile(opposed_before, now() + 60.seconds()).await;
    store.merge_members(scope, survivor, absorbed, now() + 90.seconds()).await.unwrap();
    fixture.oppose_mobile(3 - opposed_before, now() + 30.seconds()).await;
    let merged = fixture.person(survivor).await.consents.sms;
    assert_eq!(merged.opposition.unwrap().at, now() + 60.seconds());
    let in_history = fixture.history(survivor).await;
    assert!(in_history.contains(&(Channel::Sms, 30)), "{in_history:?}");
    store.unmerge_members(scope, survivor, absorbed, now() + 120.seconds()).await.unwrap();
    for member in members {
        assert!(!fixture.permits(member, Channel::Sms).await);
    }
}

#[tokio::test]
async fn oppositions_and_enrolments_at_the_same_time_leave_no_member_without_the_opposition() {
    let fixture = Fixture::open().await;
    let members: Vec<MemberId> =
        futures::future::join_all((1..=6).map(|number| fixture.enrol(number, None, now()))).await;
    for member in &members {
        fixture.change(*member, Channel::Email, full_proof(now()), now()).await.unwrap();
    }
    let joins = members.iter().map(|member| fixture.correct_email(*member, MAILBOX, now()));
    let oppose = fixture.oppose_mailbox(now() + 1.second());
    futures::join!(futures::future::join_all(joins), oppose);
    for member in members {
        assert!(!fixture.permits(member, Channel::Email).await);
    }
}
