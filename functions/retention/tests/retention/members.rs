//! The register's rules on members.

use crate::fixture::{CREATED, Fixture, card, day, person, sale_on};
use domain::retention::{ErasureReason, Suppression};
use domain::{CardActivation, Credential, MemberId, Sector};
use rstest::rstest;
use store::{
    Conflict, Contact, Customer, Known, LoginOf, Mode, PurchaseToRecord, Scope, Source, StoreError,
};
use support::{instant, merchant, mobile, open_merchant};

/// The member is not erased on `last`, and is erased on `day` for `reason`.
async fn assert_erased_on(
    fixture: &Fixture,
    member: MemberId,
    last: &str,
    day: &str,
    reason: ErasureReason,
) {
    fixture.run_day(last).await;
    assert!(fixture.is_there(member).await, "erased on {last}");
    fixture.run_day(day).await;
    assert!(!fixture.is_there(member).await, "still there after {day}");
    let counts = fixture.erased_on(day).await;
    assert_eq!(counts.never_activated, u64::from(reason == ErasureReason::NeverActivated));
    assert_eq!(counts.inactive, u64::from(reason == ErasureReason::Inactive));
}

#[rstest]
#[case("2026-09-15T10:00:00Z", "2026-12-15", "2026-12-16")]
#[case("2026-11-30T10:00:00Z", "2027-02-28", "2027-03-01")]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_never_activated_is_erased_in_the_night_after_three_months_from_the_invitation(
    #[case] invited_at: &str,
    #[case] last: &str,
    #[case] day: &str,
) {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol_uninvited(1, CREATED).await;
    fixture.invite(member, invited_at).await;
    assert_erased_on(&fixture, member, last, day, ErasureReason::NeverActivated).await;
}

#[rstest]
#[case::three_years(Sector::Retail, None, "2029-08-31", "2029-09-01")]
#[case::from_the_last_purchase(Sector::Retail, Some("2027-05-05"), "2030-05-05", "2030-05-06")]
#[case::five_for_an_optician(Sector::Optical, None, "2031-08-31", "2031-09-01")]
#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_was_never_invited_has_the_period_of_use(
    #[case] sector: Sector,
    #[case] bought: Option<&str>,
    #[case] last: &str,
    #[case] day: &str,
) {
    let fixture = Fixture::open(sector).await;
    let member = fixture.enrol_uninvited(1, CREATED).await;
    if let Some(bought) = bought {
        fixture.sell(member, "1", bought).await;
        fixture.run_day("2029-09-01").await;
    }
    assert_erased_on(&fixture, member, last, day, ErasureReason::Inactive).await;
}

#[rstest]
#[case::a_use_activates(CardActivation::Use, true)]
#[case::only_the_registration_does(CardActivation::Registration, false)]
#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_keeps_an_invited_member_where_the_merchant_chose_that_a_use_activates_the_card(
    #[case] card_activation: CardActivation,
    #[case] stays: bool,
) {
    let fixture = Fixture::open_with(Sector::Retail, card_activation).await;
    let member = fixture.enrol(1).await;
    fixture.sell(member, "1", "2026-11-24").await;
    fixture.run_day("2026-12-01").await;
    assert_eq!(fixture.is_there(member).await, stays);
    if stays {
        let (last, day) = ("2029-11-24", "2029-11-25");
        assert_erased_on(&fixture, member, last, day, ErasureReason::Inactive).await;
    }
}

#[rstest]
#[case::three_years(Sector::Retail, "2030-05-05", "2030-05-06")]
#[case::five_for_an_optician(Sector::Optical, "2032-05-05", "2032-05-06")]
#[tokio::test(flavor = "multi_thread")]
async fn an_activated_card_lives_three_years_after_its_last_use_and_five_at_an_optician_s(
    #[case] sector: Sector,
    #[case] last: &str,
    #[case] day: &str,
) {
    let fixture = Fixture::open(sector).await;
    let member = fixture.enrol(1).await;
    fixture.activate(member, "2026-09-10T10:00:00Z").await;
    fixture.sell(member, "1", "2027-05-05").await;
    // The day on which the member is due for the first time.
    fixture.run_day("2026-12-01").await;
    assert_erased_on(&fixture, member, last, day, ErasureReason::Inactive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_activated_and_never_used_lives_three_years_after_its_activation() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    fixture.activate(member, "2026-09-10T10:00:00Z").await;
    assert_erased_on(&fixture, member, "2029-09-10", "2029-09-11", ErasureReason::Inactive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_just_before_the_day_moves_the_deadline() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    fixture.activate(member, "2026-09-10T10:00:00Z").await;
    fixture.run_day("2026-12-01").await;
    fixture.sell(member, "1", "2029-09-10").await;
    assert_erased_on(&fixture, member, "2029-09-11", "2032-09-11", ErasureReason::Inactive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_activated_on_its_last_day_is_not_erased() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    fixture.activate(member, "2026-11-30T10:00:00Z").await;
    fixture.run_day("2026-12-01").await;
    assert!(fixture.is_there(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_contact_is_not_brought_back_by_a_file_and_only_the_person_enrols_again() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    fixture.sell(member, "1", "2026-11-24").await;
    fixture.run_day("2026-12-01").await;
    let suppressed = Some(Suppression::RowsUpTo(day("2026-12-01")));
    for contact in [Contact::Mobile(mobile(1)), card(1)] {
        assert_eq!(fixture.known(&contact).await, None);
        assert_eq!(fixture.suppression(&contact, "2026-12-02").await, suppressed);
    }
    let again = fixture.enrol_at(1, "2026-12-02T10:00:00Z").await;
    assert_ne!(again, member);
    let known = fixture.known(&Contact::Mobile(mobile(1))).await;
    assert_eq!(known, Some(Known::Member(again)));
    assert!(fixture.is_there(again).await);
}

#[rstest]
// Asked for in the afternoon: the following night deletes everything.
#[case("2026-10-10T14:00:00Z", &["2026-10-11"])]
// Asked for in the night of the run: the next night looks once more.
#[case("2026-10-10T00:30:00Z", &["2026-10-10", "2026-10-11"])]
#[tokio::test(flavor = "multi_thread")]
async fn the_erasure_that_a_person_asks_for_is_carried_out_in_the_following_night(
    #[case] asked_at: &str,
    #[case] nights: &[&str],
) {
    let fixture = Fixture::open(Sector::Retail).await;
    fixture.app.store.save_first_month(day("2026-10-01").month()).await.unwrap();
    let member = fixture.enrol(1).await;
    fixture.sell(member, "1", "2026-10-09").await;
    let (store, reason) = (&fixture.app.store, ErasureReason::Request);
    store.erase_member(&fixture.scope, member, reason, instant(asked_at)).await.unwrap();
    assert!(!fixture.is_there(member).await);
    assert!(fixture.traces(member).await > 2, "the purchase is still stored");
    for night in nights {
        assert_eq!(fixture.run_day(night).await.buckets, 1);
    }
    assert_eq!(fixture.traces(member).await, 1, "the record of the erasure");
    let counts = fixture.erased_on("2026-10-10").await;
    assert_eq!((counts.request, counts.inactive, counts.never_activated), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_a_merge_brings_into_a_month_that_is_done_is_met_in_the_following_night() {
    let fixture = Fixture::open(Sector::Retail).await;
    // The daily runs that should have erased the invited member failed.
    let invited = fixture.enrol_at(1, "2026-02-01T10:00:00Z").await;
    let member = fixture.enrol_uninvited(2, "2026-01-10T10:00:00Z").await;
    fixture.sell(member, "1", "2026-12-10").await;
    let (store, merged_at) = (&fixture.app.store, instant("2026-12-15T10:00:00Z"));
    store.merge_members(&fixture.scope, member, invited, merged_at).await.unwrap();
    let queued = fixture.run_day("2026-12-16").await;
    assert_eq!((queued.buckets, queued.overdue), (1, 0));
    assert!(!fixture.is_there(member).await);
    assert_eq!(fixture.erased_on("2026-12-16").await.never_activated, 1);
    fixture.run_day("2026-12-17").await;
    assert_eq!(fixture.traces(member).await, 1, "the record of the erasure");
}

#[rstest]
#[case::in_a_month_that_is_done("2026-05-02")]
#[case::in_the_last_month("2026-11-20")]
#[case::in_this_month("2026-12-03")]
#[case::later("2029-01-01")]
#[tokio::test(flavor = "multi_thread")]
async fn the_erasure_that_a_person_asks_for_is_carried_out_whatever_the_member_s_day_was(
    #[case] due: &str,
) {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol_uninvited(1, "2026-01-10T10:00:00Z").await;
    fixture.sell(member, "1", "2026-12-10").await;
    let store = &fixture.app.store;
    let read = store.member(&fixture.scope, member).await.unwrap();
    assert!(store.rearm(&fixture.scope, &read.person, day(due)).await.unwrap());
    let asked_at = instant("2026-12-15T10:00:00Z");
    store.erase_member(&fixture.scope, member, ErasureReason::Request, asked_at).await.unwrap();
    fixture.run_day("2026-12-16").await;
    assert_eq!(fixture.traces(member).await, 1, "the record of the erasure");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_look_leaves_nothing_but_the_record_of_the_erasure() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    fixture.sell(member, "1", "2026-11-24").await;
    fixture.run_day("2026-12-01").await;
    assert_eq!(fixture.traces(member).await, 2);
    fixture.run_day("2026-12-02").await;
    assert_eq!(fixture.traces(member).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daily_run_of_the_same_day_changes_nothing() {
    let fixture = Fixture::open(Sector::Retail).await;
    let (erased, rearmed) = (fixture.enrol(1).await, fixture.enrol(2).await);
    fixture.activate(rearmed, "2026-09-10T10:00:00Z").await;
    fixture.run_day("2026-12-01").await;
    let after = fixture.dump().await;
    assert_eq!(fixture.run_day("2026-12-01").await.buckets, 0);
    assert!(!fixture.is_there(erased).await);
    assert!(fixture.is_there(rearmed).await);
    assert_eq!(fixture.dump().await, after);
    assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_s_test_data_age_as_its_live_data_do_and_apart() {
    let fixture = Fixture::open(Sector::Retail).await;
    let test = Scope {
        settings: fixture.scope.settings.clone(),
        mode: Mode::Test,
        credential: Credential::Service,
    };
    let store = &fixture.app.store;
    let (tried, _) = store.create_member(&test, &person(1), instant(CREATED)).await.unwrap();
    let invited_at = Some(instant(CREATED));
    let invitation = domain::Registration { invited_at, activated_at: None };
    store.register(&test, tried.person.id, &invitation, instant(CREATED)).await.unwrap();
    let live = fixture.enrol(1).await;
    fixture.activate(live, "2026-09-10T10:00:00Z").await;
    fixture.run_day("2026-12-01").await;
    assert!(store.member(&test, tried.person.id).await.is_err());
    assert!(fixture.is_there(live).await);
    assert_eq!(fixture.known(&Contact::Mobile(mobile(1))).await, Some(Known::Member(live)));
    assert_eq!(fixture.erased_on("2026-12-01").await, store::ErasureCounts::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_merchant_s_members_are_swept_by_their_own_sector() {
    let fixture = Fixture::open(Sector::Retail).await;
    let store = &fixture.app.store;
    let optician = merchant(Sector::Optical, 2);
    let optician = open_merchant(store, &optician, instant(CREATED)).await;
    let here = fixture.enrol(1).await;
    let (there, _) = store.create_member(&optician, &person(1), instant(CREATED)).await.unwrap();
    fixture.activate(here, "2026-09-10T10:00:00Z").await;
    let activated_at = Some(instant("2026-09-10T10:00:00Z"));
    let registration = domain::Registration { invited_at: None, activated_at };
    store.register(&optician, there.person.id, &registration, instant(CREATED)).await.unwrap();
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale_on("1", "2026-11-24"),
        source: Source::Operator,
    };
    let customer = Customer::Member(there.person.id);
    store.record_purchase(&optician, &customer, &entry, instant(CREATED)).await.unwrap();
    fixture.run_day("2026-12-01").await;
    fixture.run_day("2029-09-11").await;
    assert!(!fixture.is_there(here).await);
    assert!(store.member(&optician, there.person.id).await.is_ok());
    fixture.run_day("2031-11-25").await;
    assert!(store.member(&optician, there.person.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_a_use_that_moves_the_deadline() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol_uninvited(1, CREATED).await;
    let at = instant("2027-06-06T10:00:00Z");
    fixture.app.store.set_password(&fixture.scope, member, "hash", [1; 32], at).await.unwrap();
    fixture.run_day("2029-09-01").await;
    assert_erased_on(&fixture, member, "2030-06-06", "2030-06-07", ErasureReason::Inactive).await;
    let login = fixture.app.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
    assert_eq!(login.last_connection, None, "the login is deleted with the member");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_asked_to_delete_the_account_is_erased_after_72_hours() {
    let fixture = Fixture::open(Sector::Retail).await;
    let store = &fixture.app.store;
    let (asks, cancels) =
        (fixture.enrol_uninvited(1, CREATED).await, fixture.enrol_uninvited(2, CREATED).await);
    let by_member = Scope { credential: Credential::Member, ..fixture.scope.clone() };
    for member in [asks, cancels] {
        store.ask_for_deletion(&by_member, member, instant("2026-11-28T10:00:00Z")).await.unwrap();
    }
    // A purchase meanwhile does not keep the account.
    fixture.sell(asks, "1", "2026-11-29").await;
    let planned = fixture.dry_run("2026-12-02", None).await;
    assert_eq!(planned.counts.erase_asked_for, 2);
    store.cancel_deletion(&by_member, cancels).await.unwrap();
    fixture.run_day("2026-12-01").await;
    assert!(fixture.is_there(asks).await, "erased while the member could cancel");
    fixture.run_day("2026-12-02").await;
    assert!(!fixture.is_there(asks).await);
    assert!(fixture.is_there(cancels).await);
    let kept = store.member(&fixture.scope, cancels).await.unwrap().person;
    assert_eq!(kept.due, Some(day("2029-09-01")));

    let (tenant, at) = (fixture.scope.tenant(), instant("2026-12-02T10:00:00Z"));
    let page = store.erasures(tenant, day("2026-12-02"), None, 10, at).await.unwrap();
    let [erasure] = page.erasures[..] else { panic!("{:?}", page.erasures) };
    assert_eq!((erasure.member, erasure.reason), (asks, ErasureReason::Request));
    assert_eq!(erasure.by, Credential::Member, "the record says who asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_asked_to_delete_the_account_is_neither_merged_nor_unmerged() {
    let fixture = Fixture::open(Sector::Retail).await;
    let (store, scope, at) = (&fixture.app.store, &fixture.scope, instant(CREATED));
    let (one, other) =
        (fixture.enrol_uninvited(1, CREATED).await, fixture.enrol_uninvited(2, CREATED).await);
    let asked_for =
        |result| matches!(result, Err(StoreError::Conflict(Conflict::DeletionAskedFor)));
    store.ask_for_deletion(scope, one, at).await.unwrap();
    for (survivor, absorbed) in [(one, other), (other, one)] {
        assert!(asked_for(store.merge_members(scope, survivor, absorbed, at).await));
    }
    store.cancel_deletion(scope, one).await.unwrap();
    store.merge_members(scope, one, other, at).await.unwrap();
    store.ask_for_deletion(scope, other, at).await.unwrap();
    let unmerged = store.unmerge_members(scope, one, other, at).await;
    assert!(asked_for(unmerged.map(|unmerged| unmerged.survivor)));
}
