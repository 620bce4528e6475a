//! Logins, guesses, sessions, codes, tickets and notices.

use crate::fixture::{Fixture, now};
use domain::member::Details;
use domain::retention::ErasureReason;
use domain::sign_in::code::{CODE_SECONDS, TICKET_SECONDS};
use domain::sign_in::guesses::{GUESSES_PER_HOUR, GUESSES_PER_SOURCE};
use domain::sign_in::session::{IDLE_SECONDS, NOTED_EVERY_SECONDS};
use domain::sign_in::{CodeText, Guesses, LoginName, SignInCode};
use domain::{Enrolment, Instant, MemberId, NoticeId, retention};
use futures::future::join_all;
use jiff::ToSpan as _;
use store::{
    CodeCheck, CodeRequest, LoginOf, NewCode, NewMember, SessionState, SourceLimit, StoreError,
};
use support::mobile;

const SECRET: [u8; 32] = [1; 32];
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
const SOURCE: &str = "192.0.2.7";

fn later(seconds: i64) -> Instant {
    now() + seconds.seconds()
}

fn code(digits: u32) -> SignInCode {
    SignInCode::of_random(digits)
}

fn typed(text: &str) -> CodeText {
    CodeText::parse(text).unwrap()
}

fn notice_of(requested: CodeRequest) -> NoticeId {
    match requested {
        CodeRequest::Stored(id) => id,
        other => panic!("{other:?}"),
    }
}

impl Fixture {
    async fn member_with_password(&self, number: u16) -> MemberId {
        let new = NewMember {
            mobile: mobile(number),
            details: Details::default(),
            enrolment: Enrolment::Member,
        };
        let (member, _) = self.store.create_member(&self.scope, &new, now()).await.unwrap();
        let id = member.person.id;
        self.store.set_password(&self.scope, id, HASH, SECRET, now()).await.unwrap();
        id
    }

    async fn request(&self, number: u16, digits: u32, at: Instant) -> CodeRequest {
        self.request_within(number, digits, at, SOURCE, 500).await
    }

    async fn request_within(
        &self,
        number: u16,
        digits: u32,
        at: Instant,
        source: &str,
        codes_of_day: u32,
    ) -> CodeRequest {
        let (mobile, code) = (mobile(number), code(digits));
        let text = "Votre code";
        let new = NewCode { mobile: &mobile, code: &code, text, source, codes_of_day };
        self.store.request_code(&self.scope, &new, at).await.unwrap()
    }

    async fn check(&self, number: u16, text: &str, at: Instant) -> CodeCheck {
        let mobile = mobile(number);
        self.store.check_code(&self.scope, &mobile, &typed(text), "ticket", at).await.unwrap()
    }
}

#[tokio::test]
async fn a_login_reads_back_with_its_session_and_its_last_connection() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    let of = fixture.store.login_of(&fixture.scope, &mobile(1)).await.unwrap();
    assert!(of == LoginOf::Member(member));
    let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
    assert_eq!(login.password_hash.as_deref(), Some(HASH));
    assert_eq!(login.last_connection, Some(now()));
    assert_eq!(login.sessions.len(), 1);
    let nobody = fixture.store.login_of(&fixture.scope, &mobile(2)).await.unwrap();
    assert!(nobody == LoginOf::Nobody(LoginName::Mobile(mobile(2))));
}

#[tokio::test]
async fn wrong_guesses_are_counted_for_a_member_and_for_a_mobile_that_nobody_has() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    for of in [LoginOf::Member(member), LoginOf::Nobody(LoginName::Mobile(mobile(2)))] {
        for number in 1..=3 {
            let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
            assert!(fixture.store.record_wrong_guess(&login, later(number)).await.unwrap());
        }
        let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
        assert_eq!(login.guesses, Guesses { wrong: 3, last: Some(later(3)) });
        assert!(fixture.store.record_sign_in(&login, [2; 32], None, later(9)).await.unwrap());
        let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
        assert_eq!(login.guesses, Guesses::default(), "a sign-in ends the row");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_guesses_at_the_same_time_one_is_counted_and_the_others_are_not_answered() {
    let fixture = Fixture::open().await;
    let of = LoginOf::Member(fixture.member_with_password(1).await);
    let stores: Vec<_> = (0..10).map(|_| fixture.table.store()).collect();
    let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
    let counted =
        join_all(stores.iter().map(|store| store.record_wrong_guess(&login, later(1)))).await;
    assert_eq!(counted.into_iter().filter(|counted| matches!(counted, Ok(true))).count(), 1);
    let login = fixture.store.login(&fixture.scope, &of).await.unwrap();
    assert_eq!(login.guesses.wrong, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_instances_together_check_no_more_than_ten_guesses_of_a_login_in_an_hour() {
    let fixture = Fixture::open().await;
    let of = LoginOf::Member(fixture.member_with_password(1).await);
    let stores: Vec<_> = (0..10).map(|_| fixture.table.store()).collect();
    let mut checked = 0;
    for second in (0..3_600).step_by(120) {
        let attempts = stores.iter().map(|store| async {
            let login = store.login(&fixture.scope, &of).await.unwrap();
            let at = later(second);
            login.guesses.check(at).is_ok()
                && store.record_wrong_guess(&login, at).await.is_ok_and(|it| it)
        });
        checked += join_all(attempts).await.into_iter().filter(|checked| *checked).count();
    }
    assert_eq!(checked, usize::try_from(GUESSES_PER_HOUR).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_address_has_a_hundred_guesses_an_hour_over_all_instances() {
    let fixture = Fixture::open().await;
    let stores: Vec<_> = (0..10).map(|_| fixture.table.store()).collect();
    let claims = (0..15).flat_map(|_| stores.iter());
    let claims = claims
        .map(|store| store.claim_for_source(&fixture.scope, SOURCE, SourceLimit::Guesses, now()));
    let claimed = join_all(claims).await;
    let within = claimed.into_iter().filter(|claimed| matches!(claimed, Ok(true))).count();
    assert_eq!(within, usize::try_from(GUESSES_PER_SOURCE).unwrap());
    let other =
        fixture.store.claim_for_source(&fixture.scope, "192.0.2.8", SourceLimit::Guesses, now());
    assert!(other.await.unwrap());
    let next =
        fixture.store.claim_for_source(&fixture.scope, SOURCE, SourceLimit::Guesses, later(3_600));
    assert!(next.await.unwrap(), "the next hour has guesses of its own");
}

#[tokio::test]
async fn a_session_is_open_until_it_is_idle_or_ended() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    let state = async |secret: [u8; 32], at| {
        fixture.store.session_state(&fixture.scope, member, &secret, at).await.unwrap()
    };
    assert_eq!(state(SECRET, later(NOTED_EVERY_SECONDS)).await, SessionState::Open);
    assert_eq!(state([9; 32], now()).await, SessionState::Ended, "another secret");
    // The use was noted, so the session lasts from there.
    let idle = NOTED_EVERY_SECONDS + IDLE_SECONDS;
    assert_eq!(state(SECRET, later(idle - 1)).await, SessionState::Open);
    assert_eq!(state(SECRET, later(idle + IDLE_SECONDS)).await, SessionState::Expired);
    fixture.store.end_session(&fixture.scope, member, &SECRET).await.unwrap();
    fixture.store.end_session(&fixture.scope, member, &SECRET).await.unwrap();
    assert_eq!(state(SECRET, later(1)).await, SessionState::Ended);
}

#[tokio::test]
async fn a_member_ends_all_other_sessions() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    for number in 2..=4 {
        let login = fixture.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
        fixture.store.record_sign_in(&login, [number; 32], None, later(1)).await.unwrap();
    }
    fixture.store.end_other_sessions(&fixture.scope, member, &[3; 32]).await.unwrap();
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
    let secrets: Vec<_> = login.sessions.iter().map(|session| session.secret_hash[0]).collect();
    assert_eq!(secrets, [3]);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    fixture.store.set_password(&fixture.scope, member, "other", [2; 32], later(1)).await.unwrap();
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
    assert_eq!(login.password_hash.as_deref(), Some("other"));
    let secrets: Vec<_> = login.sessions.iter().map(|session| session.secret_hash).collect();
    assert_eq!(secrets, [[2; 32]]);
}

#[tokio::test]
async fn an_erased_member_has_no_login_and_gets_no_password() {
    let fixture = Fixture::open().await;
    let member = fixture.member_with_password(1).await;
    fixture
        .store
        .erase_member(&fixture.scope, member, ErasureReason::Request, later(1))
        .await
        .unwrap();
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
    assert_eq!(login.password_hash, None);
    let set = fixture.store.set_password(&fixture.scope, member, HASH, SECRET, later(2)).await;
    assert!(matches!(set, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn the_login_of_a_merged_member_ends_with_the_erasure_that_the_person_asks_for() {
    let fixture = Fixture::open().await;
    let absorbed = fixture.member_with_password(1).await;
    let survivor = fixture.member_with_password(2).await;
    fixture.store.merge_members(&fixture.scope, survivor, absorbed, later(1)).await.unwrap();
    let open = fixture.store.session_state(&fixture.scope, absorbed, &SECRET, later(2)).await;
    assert_eq!(open.unwrap(), SessionState::Open, "the session goes on after the merge");
    fixture
        .store
        .erase_member(&fixture.scope, survivor, ErasureReason::Request, later(3))
        .await
        .unwrap();
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(absorbed)).await.unwrap();
    assert_eq!(login.password_hash, None);
    let open = fixture.store.session_state(&fixture.scope, absorbed, &SECRET, later(4)).await;
    assert_eq!(open.unwrap(), SessionState::Ended);
    let set = fixture.store.set_password(&fixture.scope, absorbed, HASH, SECRET, later(5)).await;
    assert!(matches!(set, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn an_erasure_is_not_decided_where_the_person_signed_in_meanwhile() {
    let fixture = Fixture::open().await;
    let id = fixture.member_with_password(1).await;
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    let state = fixture.store.login_state(&fixture.scope, &member.person).await.unwrap();
    assert_eq!(state.last_connection, Some(now()));
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(id)).await.unwrap();
    assert!(fixture.store.record_sign_in(&login, [2; 32], None, later(60)).await.unwrap());
    let (reason, today) = (ErasureReason::Inactive, retention::day_of(now()));
    let decided = fixture.store.decide_erasure(&fixture.scope, &member, &state, reason, today);
    assert!(decided.await.unwrap().is_none());
    let state = fixture.store.login_state(&fixture.scope, &member.person).await.unwrap();
    assert_eq!(state.last_connection, Some(later(60)));
    let decided = fixture.store.decide_erasure(&fixture.scope, &member, &state, reason, today);
    assert!(decided.await.unwrap().is_some());
}

#[tokio::test]
async fn a_right_code_works_once() {
    let fixture = Fixture::open().await;
    fixture.request(1, 123_456, now()).await;
    assert_eq!(fixture.check(1, "123457", now()).await, CodeCheck::Wrong(4));
    assert_eq!(fixture.check(2, "123456", now()).await, CodeCheck::Ended, "another mobile");
    assert_eq!(fixture.check(1, "123456", later(1)).await, CodeCheck::Right);
    assert_eq!(fixture.check(1, "123456", later(2)).await, CodeCheck::Ended);
    let proved = fixture.store.ticket(&fixture.scope, "ticket", later(3)).await.unwrap();
    assert!(proved == Some(mobile(1)));
    let expired = fixture.store.ticket(&fixture.scope, "ticket", later(1 + TICKET_SECONDS)).await;
    assert!(expired.unwrap().is_none());
    fixture.store.use_up_ticket(&fixture.scope, "ticket").await.unwrap();
    assert!(fixture.store.ticket(&fixture.scope, "ticket", later(3)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_five_tries_or_a_newer_code() {
    let fixture = Fixture::open().await;
    fixture.request(1, 1, now()).await;
    assert_eq!(fixture.check(1, "000001", later(CODE_SECONDS)).await, CodeCheck::Ended);
    fixture.request(2, 2, now()).await;
    for left in (1..5).rev() {
        assert_eq!(fixture.check(2, "999999", now()).await, CodeCheck::Wrong(left));
    }
    assert_eq!(fixture.check(2, "999999", now()).await, CodeCheck::Ended);
    assert_eq!(fixture.check(2, "000002", now()).await, CodeCheck::Ended);
    fixture.request(3, 3, now()).await;
    fixture.request(3, 4, later(1)).await;
    assert_eq!(fixture.check(3, "000003", later(2)).await, CodeCheck::Wrong(4));
    assert_eq!(fixture.check(3, "000004", later(2)).await, CodeCheck::Right);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_ten_instances_guess_at_once_is_tried_five_times() {
    let fixture = Fixture::open().await;
    fixture.request(1, 1, now()).await;
    let stores: Vec<_> = (0..10).map(|_| fixture.table.store()).collect();
    let (mobile, scope) = (mobile(1), &fixture.scope);
    let wrong = typed("999999");
    let checks =
        stores.iter().map(|store| store.check_code(scope, &mobile, &wrong, "ticket", now()));
    let checked = join_all(checks).await;
    let tried = checked.iter().filter(|it| matches!(it, Ok(CodeCheck::Wrong(_)))).count();
    assert_eq!(tried, 4, "the fifth try ends the code: {checked:?}");
}

#[tokio::test]
async fn a_mobile_gets_three_codes_an_hour() {
    let fixture = Fixture::open().await;
    for minute in 0..3 {
        let requested = fixture.request(1, 1, later(minute * 60)).await;
        assert!(matches!(requested, CodeRequest::Stored(_)));
    }
    let limited = fixture.request(1, 1, later(3_000)).await;
    assert_eq!(limited, CodeRequest::MobileLimit(later(3_600)));
    let requested = fixture.request(1, 1, later(3_600)).await;
    assert!(matches!(requested, CodeRequest::Stored(_)), "{requested:?}");
}

#[tokio::test]
async fn a_merchant_and_a_source_address_have_limits_of_codes() {
    let fixture = Fixture::open().await;
    for number in 0..2 {
        let requested = fixture.request_within(number, 1, now(), SOURCE, 2).await;
        assert!(matches!(requested, CodeRequest::Stored(_)));
    }
    assert_eq!(fixture.request_within(3, 1, now(), SOURCE, 2).await, CodeRequest::DayLimit);
    let tomorrow = later(86_400);
    let requested = fixture.request_within(3, 1, tomorrow, SOURCE, 2).await;
    assert!(matches!(requested, CodeRequest::Stored(_)));
    let mut outcomes = vec![];
    for number in 10..42 {
        outcomes.push(fixture.request_within(number, 1, now(), "192.0.2.9", 1_000).await);
    }
    assert_eq!(outcomes.iter().filter(|it| **it == CodeRequest::SourceLimit).count(), 2);
}

#[tokio::test]
async fn a_notice_is_claimed_once_and_not_after_its_end() {
    let fixture = Fixture::open().await;
    let id = notice_of(fixture.request(1, 1, now()).await);
    let claim = async |at| fixture.store.claim_notice(&fixture.scope, id, at).await.unwrap();
    assert!(claim(later(CODE_SECONDS)).await.is_none(), "it has expired");
    let notice = claim(later(1)).await.unwrap();
    assert!(notice.to == mobile(1));
    assert_eq!(notice.text, "Votre code");
    assert!(claim(later(2)).await.is_none(), "another delivery has it");
    fixture.store.give_notice_back(&fixture.scope, id, &notice).await.unwrap();
    assert!(claim(later(3)).await.is_some());
}

#[tokio::test]
async fn nothing_of_a_sign_in_holds_the_mobile_the_code_or_the_source_in_plain_text() {
    let fixture = Fixture::open().await;
    fixture.member_with_password(1).await;
    fixture.request(1, 123_456, now()).await;
    fixture.check(1, "123456", now()).await;
    let items =
        fixture.table.client().scan().table_name(fixture.table.name()).send().await.unwrap();
    let stored = format!("{:?}", items.items());
    for plain in ["639980001", "123456", SOURCE, "Votre code"] {
        assert!(!stored.contains(plain), "{plain}");
    }
}
