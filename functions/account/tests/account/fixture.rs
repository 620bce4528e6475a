//! A merchant with a sender of SMS, and a clock that the test moves.

use crate::browser::Browser;
use account::{App, router};
use axum::Router;
use domain::access_log::{AccessEvent, Period};
use domain::{Credential, Instant, MemberId, MerchantId, Sector};
use platform::messages::NoticeMessage;
use platform::queue::QueueClient;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Scope, Store};
use support::{Queue, Table, instant, merchant, open_merchant, sms_sender};

pub(crate) const PASSWORD: &str = "Vélo-vert-42";
const START: &str = "2026-11-30T09:00:00Z";

pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    queue: Queue,
    clock: Arc<AtomicI64>,
    pub(crate) router: Router,
}

impl Fixture {
    pub(crate) async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let start = instant(START);
        let merchant = merchant(Sector::Retail, 1);
        open_merchant(&store, &merchant, start).await;
        let sender = sms_sender("main");
        store.put_sms_sender(merchant.id, &sender, Credential::Operator).await.unwrap();
        let settings = store.settings_fresh(merchant.id, start).await.unwrap();
        let scope = Scope { settings, mode: store::Mode::Live, credential: Credential::Member };
        let queue = Queue::start().await;
        let clock = Arc::new(AtomicI64::new(start.as_second()));
        let router = router(app(store.clone(), &queue, &clock));
        Self { table, store, scope, queue, clock, router }
    }

    /// Another instance of the function.
    pub(crate) fn instance(&self) -> Router {
        router(app(self.table.store(), &self.queue, &self.clock))
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    pub(crate) fn merchant(&self) -> MerchantId {
        self.scope.settings.merchant.id
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_second(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn join_path(&self, page: &str) -> String {
        format!("/join/{}/paris{page}", self.merchant())
    }

    pub(crate) fn sign_in_path(&self) -> String {
        format!("/sign-in/{}", self.merchant())
    }

    pub(crate) fn card_path(&self) -> String {
        format!("/card/{}", self.merchant())
    }

    /// The texts of the SMS that were queued since the last call.
    pub(crate) async fn texts(&self) -> Vec<String> {
        let bodies = self.queue.sent("/notices");
        self.queue.clear();
        let mut texts = vec![];
        for body in bodies {
            let NoticeMessage { notice, .. } = serde_json::from_str(&body).unwrap();
            let claimed = self.store.claim_notice(&self.scope, notice, self.now()).await.unwrap();
            texts.push(claimed.unwrap().text);
        }
        texts
    }

    /// The code of the last SMS.
    pub(crate) async fn code(&self) -> String {
        let texts = self.texts().await;
        let (_, code) = texts.last().unwrap().rsplit_once('#').unwrap();
        code.to_owned()
    }

    /// Proves a mobile by the first two pages.
    pub(crate) async fn prove(&self, browser: &mut Browser, mobile: &str) {
        let sent = browser.post(&self.join_path(""), &[("mobile", mobile)]).await;
        assert_eq!(sent.location(), self.join_path("/code"), "{}", sent.text);
        // The access log orders events by their second.
        self.pass(1);
        let code = self.code().await;
        let proved = browser.post(&self.join_path("/code"), &[("code", &code)]).await;
        assert_eq!(proved.location(), self.join_path("/details"), "{}", proved.text);
        self.pass(1);
    }

    /// A member who joined by the pages.
    pub(crate) async fn join(&self, browser: &mut Browser, mobile: &str) -> MemberId {
        self.prove(browser, mobile).await;
        let joined = browser.post(&self.join_path("/details"), &details()).await;
        assert_eq!(joined.location(), self.card_path(), "{}", joined.text);
        self.member_of(mobile).await
    }

    pub(crate) async fn member_of(&self, mobile: &str) -> MemberId {
        let mobile = domain::Mobile::parse(mobile).unwrap();
        let contact = store::Contact::Mobile(mobile);
        self.store.find_member(&self.scope, &contact).await.unwrap().unwrap()
    }

    /// The events of the access log, oldest first.
    pub(crate) async fn events(&self) -> Vec<AccessEvent> {
        let now = self.now();
        let period = Period::of_days(None, None, now).unwrap();
        let page = self.store.accesses(&self.scope, period, None, None, 100, now);
        let accesses = page.await.unwrap().accesses;
        let mut events: Vec<_> = accesses.iter().map(|access| access.event).collect();
        events.reverse();
        events
    }
}

/// The fields of a person who joins and gives no consent.
pub(crate) fn details() -> [(&'static str, &'static str); 4] {
    [
        ("first_name", "Camille"),
        ("last_name", "Martin"),
        ("password", PASSWORD),
        ("old_enough", "yes"),
    ]
}

fn app(store: Store, queue: &Queue, clock: &Arc<AtomicI64>) -> App {
    let client = queue.client();
    let clock = Arc::clone(clock);
    App {
        store,
        notices: Arc::new(QueueClient::new(move || client, "http://queue/notices")),
        clock: Arc::new(move || Instant::from_second(clock.load(Ordering::SeqCst)).unwrap()),
        origin: "https://carte.example.com".into(),
        codes_of_day: 500,
    }
}
