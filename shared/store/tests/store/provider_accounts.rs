//! The provider of an account: one at a time, and none once no merchant is listed under the account.

use crate::fixture::{draft_campaign, now};
use domain::campaign::Step;
use domain::merchant::provider::ProviderAccount;
use domain::{Credential, MerchantId, Sector};
use rstest::rstest;
use std::sync::{Arc, Mutex};
use store::{Conflict, MasterKey, Scope, Store, StoreError};
use support::{Calls, Interleave, Table, email_sender, merchant, open_merchant, sms_sender};

/// A change of a sender by the operator.
#[derive(Debug, Clone, Copy)]
enum Change {
    Email(&'static str),
    Sms(&'static str),
}

/// Two merchants.
struct Fixture {
    table: Table,
    store: Store,
    scopes: [Scope; 2],
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let first = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        let second = open_merchant(&store, &merchant(Sector::Retail, 2), now()).await;
        Self { table, store, scopes: [first, second] }
    }

    fn merchant(&self, number: usize) -> MerchantId {
        self.scopes[number].settings.merchant.id
    }

    async fn put(&self, number: usize, change: Change) -> Result<(), StoreError> {
        put(&self.store, self.merchant(number), change).await
    }

    async fn launch(&self, number: usize, step: Step) {
        let campaign = draft_campaign(7, now());
        let scope = &self.scopes[number];
        self.store.create_campaign(scope, &campaign, None, now()).await.unwrap();
        self.store.step_campaign(scope, campaign.id, step, now()).await.unwrap();
    }

    /// The merchants under an account that SMS are sent by, and under the same code for e-mails.
    async fn listed(&self, code: &str) -> [Vec<MerchantId>; 2] {
        let list = async |account: ProviderAccount| {
            self.store.merchants_of_account(&account).await.unwrap()
        };
        [list(sms_sender(code).account).await, list(email_sender(code).account).await]
    }

    /// A store that stops where the plan says.
    fn stopping(&self, interleave: &Interleave) -> Store {
        let config = self.table.client().config().to_builder().interceptor(interleave.clone());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        Store::new(client, self.table.name(), MasterKey::derive("the secret of the tests"))
    }
}

async fn put(store: &Store, merchant: MerchantId, change: Change) -> Result<(), StoreError> {
    let by = Credential::Operator;
    match change {
        Change::Email(code) => store.put_email_sender(merchant, &email_sender(code), by).await,
        Change::Sms(code) => store.put_sms_sender(merchant, &sms_sender(code), by).await,
    }
}

fn is_of_another_provider(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Conflict(Conflict::AccountOfAnotherProvider)))
}

#[rstest]
#[case::the_same_merchant(0)]
#[case::another_merchant(1)]
#[tokio::test]
async fn a_code_that_was_given_to_the_wrong_provider_is_free_once_the_sender_is_corrected(
    #[case] claimant: usize,
) {
    let fixture = Fixture::open().await;
    fixture.put(0, Change::Sms("main")).await.unwrap();
    assert!(is_of_another_provider(&fixture.put(claimant, Change::Email("main")).await));
    fixture.put(0, Change::Sms("main-sms")).await.unwrap();
    fixture.put(claimant, Change::Email("main")).await.unwrap();
    assert_eq!(fixture.listed("main").await, [vec![], vec![fixture.merchant(claimant)]]);
    assert_eq!(fixture.listed("main-sms").await, [vec![fixture.merchant(0)], vec![]]);
}

#[tokio::test]
async fn a_code_is_not_free_while_another_merchant_is_listed_under_it() {
    let fixture = Fixture::open().await;
    for number in [0, 1] {
        fixture.put(number, Change::Sms("main")).await.unwrap();
    }
    fixture.put(0, Change::Sms("main-sms")).await.unwrap();
    assert!(is_of_another_provider(&fixture.put(0, Change::Email("main")).await));
    assert_eq!(fixture.listed("main").await, [vec![fixture.merchant(1)], vec![]]);
    fixture.put(1, Change::Sms("main-sms")).await.unwrap();
    fixture.put(0, Change::Email("main")).await.unwrap();
}

#[rstest]
#[case::launched(Step::Launch)]
#[case::scheduled(Step::Schedule(support::instant("2026-11-25T09:00:00Z")))]
#[tokio::test]
async fn a_merchant_that_has_launched_a_campaign_stays_listed_under_its_former_account(
    #[case] step: Step,
) {
    let fixture = Fixture::open().await;
    fixture.put(0, Change::Sms("main")).await.unwrap();
    fixture.launch(0, step).await;
    fixture.put(0, Change::Sms("main-sms")).await.unwrap();
    assert!(is_of_another_provider(&fixture.put(1, Change::Email("main")).await));
    assert_eq!(fixture.listed("main").await, [vec![fixture.merchant(0)], vec![]]);
}

#[tokio::test]
async fn a_sender_that_keeps_its_account_keeps_its_place_under_the_account() {
    let fixture = Fixture::open().await;
    for _ in 0..2 {
        fixture.put(0, Change::Sms("main")).await.unwrap();
    }
    assert_eq!(fixture.listed("main").await, [vec![fixture.merchant(0)], vec![]]);
}

/// Runs `second` before every call of the change that takes the first merchant off the account `main`.
async fn within_the_correction(second: Change, check: impl AsyncFn(&Fixture, bool, u32)) {
    for stop in 0.. {
        let fixture = Fixture::open().await;
        fixture.put(0, Change::Sms("main")).await.unwrap();
        if matches!(second, Change::Sms(code) if code != "main") {
            fixture.put(1, Change::Sms("main")).await.unwrap();
        }
        let interleave = Interleave::default();
        let stopping = fixture.stopping(&interleave);
        let (other, claimant) = (fixture.table.store(), fixture.merchant(1));
        let accepted = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&accepted);
        interleave.before_call(stop, Calls::All, async move {
            let outcome = put(&other, claimant, second).await;
            assert!(outcome.is_ok() || is_of_another_provider(&outcome), "{outcome:?}");
            *noted.lock().unwrap() = Some(outcome.is_ok());
        });
        put(&stopping, fixture.merchant(0), Change::Sms("main-sms")).await.unwrap();
        let Some(accepted) = accepted.lock().unwrap().take() else {
            assert!(stop >= 5, "the correction makes five calls");
            return;
        };
        check(&fixture, accepted, stop).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_that_comes_to_an_account_while_the_last_one_leaves_is_not_lost() {
    within_the_correction(Change::Sms("main"), async |fixture, accepted, stop| {
        assert!(accepted, "before call {stop}");
        let expected = [vec![fixture.merchant(1)], vec![]];
        assert_eq!(fixture.listed("main").await, expected, "before call {stop}");
        let claimed = fixture.put(0, Change::Email("main")).await;
        assert!(is_of_another_provider(&claimed), "before call {stop}: {claimed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_merchants_that_leave_an_account_together_leave_its_code_free() {
    within_the_correction(Change::Sms("second-sms"), async |fixture, accepted, stop| {
        assert!(accepted, "before call {stop}");
        assert_eq!(fixture.listed("main").await, [vec![], vec![]], "before call {stop}");
        let claimed = fixture.put(0, Change::Email("main")).await;
        assert!(claimed.is_ok(), "before call {stop}: {claimed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_belongs_to_one_provider_while_the_last_merchant_of_the_other_leaves() {
    within_the_correction(Change::Email("main"), async |fixture, accepted, stop| {
        assert!(!accepted, "before call {stop}: the first merchant is still listed");
        fixture.put(1, Change::Email("main")).await.unwrap();
        let expected = [vec![], vec![fixture.merchant(1)]];
        assert_eq!(fixture.listed("main").await, expected, "before call {stop}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_that_is_launched_while_the_sender_changes_keeps_the_former_account() {
    for stop in 0.. {
        let fixture = Arc::new(Fixture::open().await);
        fixture.put(0, Change::Sms("main")).await.unwrap();
        let interleave = Interleave::default();
        let stopping = fixture.stopping(&interleave);
        let within = Arc::clone(&fixture);
        interleave.before_call(stop, Calls::All, async move {
            within.launch(0, Step::Launch).await;
        });
        put(&stopping, fixture.merchant(0), Change::Sms("main-sms")).await.unwrap();
        if !interleave.has_run() {
            break;
        }
        let expected = [vec![fixture.merchant(0)], vec![]];
        assert_eq!(fixture.listed("main").await, expected, "before call {stop}");
    }
}
