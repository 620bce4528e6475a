//! The pages of members: a sign-in with a password, the card, and guesses from many instances.

use crate::{
    figures::{Bound, Figures, percentile},
    function::Function,
    people::store_on,
    places::binary,
    proxies::Count,
    stack::{Path, Stack},
};
use argon2::{Argon2, PasswordHasher as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::member::Details;
use domain::{Credential, Enrolment, Instant, MemberId, Sector};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{NewMember, Scope, Store};

const PASSWORD: &str = "Velo-vert-42";
/// Pages that are timed. A tenth as many warm up the functions.
const TIMED_PAGES: u32 = 1_000;
/// Tries of each kind of refusal.
const TRIES: u16 = 101;
const ACCOUNTS: u16 = 1_000;
const INSTANCES: u16 = 10;
/// Guesses of each account, spread over the instances.
const GUESSES: u16 = 10;
/// Source addresses that the guesses come from.
const SOURCES: u16 = 50;
const MOST_OF_A_LOGIN: u32 = 10;
const MOST_OF_A_SOURCE: u32 = 100;

pub(crate) async fn measure(figures: &mut Figures) {
    count(figures).await;
    time(figures).await;
    refuse(figures).await;
    guess(figures).await;
}

/// A merchant whose members have a password.
struct Shop {
    store: Store,
    scope: Scope,
    hash: String,
}

impl Shop {
    async fn open(stack: &Stack) -> Self {
        let store = store_on(stack.dynamo.address());
        let merchant = support::merchant(Sector::Retail, 1);
        let mut scope = support::open_merchant(&store, &merchant, Instant::now()).await;
        scope.credential = Credential::Member;
        let hash = Argon2::default().hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]);
        let hash = hash.expect("a hash").to_string();
        Self { store, scope, hash }
    }

    /// Creates a member with a password and a session with the secret `secret`.
    async fn member(&self, number: u16, secret: &str) -> MemberId {
        let details = Details {
            first_name: Some("Camille".to_owned()),
            card: Some(domain::CardNumber::of_account(u64::from(number))),
            ..Details::default()
        };
        let (mobile, enrolment) = (support::mobile(number), Enrolment::Member);
        let (new, now) = (NewMember { mobile, details, enrolment }, Instant::now());
        let (member, _) = self.store.create_member(&self.scope, &new, now).await.expect("a member");
        let (id, secret) = (member.person.id, hash_of(secret));
        self.store.set_password(&self.scope, id, &self.hash, secret, now).await.expect("a login");
        id
    }

    fn path(&self, page: &str) -> String {
        format!("/{page}/{}", self.scope.settings.merchant.id)
    }
}

/// A sign-in of a warm function: the highest of several members' sign-ins, and the memory after four.
async fn count(figures: &mut Figures) {
    let stack = Stack::start().await;
    let shop = Shop::open(&stack).await;
    let account = Function::start(&binary("account"), &stack.environment(Path::Counted)).await;
    let mut highest = Count::default();
    for number in 0..5 {
        shop.member(number, "unused").await;
        stack.counting.take();
        let answer = sign_in(&account, &shop, number, PASSWORD, "192.0.2.1").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let count = stack.counting.take().total();
        // The first sign-in of an instance reads the settings too.
        if number > 0 {
            highest.raise(count);
        }
    }
    let (write, read) = ("write units", "read units");
    figures.add("account.login.write_units", highest.write, write, Bound::AtMost(4.0));
    figures.add("account.login.read_units", highest.read, read, Bound::None);
    // Two of the calls run at the same time.
    let one_after_another = f64::from(highest.calls) - 1.0;
    figures.add("account.login.round_trips", one_after_another, "calls", Bound::AtMost(4.0));
    figures.add("account.login.calls", f64::from(highest.calls), "calls", Bound::None);
    figures.add("account.peak_mb", account.peak_mb(), "MB", Bound::AtMost(96.0));
}

/// The card beside a bare function that makes the same reads and answers an empty page. The bytes of a first and of a
/// second visit.
async fn time(figures: &mut Figures) {
    let stack = Stack::start().await;
    let shop = Shop::open(&stack).await;
    let environment = stack.environment(Path::Direct);
    let account = Function::start(&binary("account"), &environment).await;
    let bare = Function::start(&binary("bare-card"), &environment).await;
    let member = shop.member(0, "secret").await;
    let tenant = shop.scope.tenant().to_string();
    let merchant = shop.scope.settings.merchant.id;
    let cookie = format!("__Host-session={merchant}.{member}.secret");
    let card = get(&shop.path("card"), &cookie);
    let read = json!({"tenant": tenant, "member": member.to_string(), "shard": member.shard()});
    let read = Bytes::from(read.to_string());
    let (mut card_ms, mut bare_ms) = (Vec::new(), Vec::new());
    for round in 1..=TIMED_PAGES + TIMED_PAGES / 10 {
        let shown = account.invoke(card.clone()).await;
        let bare_read = bare.invoke(read.clone()).await;
        if round > TIMED_PAGES / 10 {
            card_ms.push(shown.latency.as_secs_f64() * 1e3);
            bare_ms.push(bare_read.latency.as_secs_f64() * 1e3);
        }
    }
    let [p50, bare_p50] = [&card_ms, &bare_ms].map(|measures| percentile(measures, 0.5));
    figures.add_beside("page.card.p50_ms", p50, "ms", bare_p50, Bound::None);
    let ratio = p50 / bare_p50;
    figures.add_beside("page.card.ratio_to_bare", ratio, "ratio", 1.0, Bound::AtMost(1.5));

    let page = Answer::of(&account.invoke(card).await.body);
    assert_eq!(page.status, 200, "{}", page.text());
    // Besides the assets, a first visit loads what the offline card needs. The browser looks for a newer worker at each
    // visit.
    let manifest = open(&account, &shop.path("manifest")).await;
    let worker = open(&account, "/card/worker.js").await;
    let offline = open(&account, "/card/offline").await;
    let again = page.transferred() + worker.transferred();
    // The offline page is loaded in two languages.
    let mut first = again + manifest.transferred() + 2.0 * offline.transferred();
    let loaded = [&page, &manifest, &offline].map(|answer| assets(&answer.text()));
    for asset in BTreeSet::from_iter(loaded.concat()) {
        first += open(&account, &asset).await.transferred();
    }
    figures.add("page.card.kb", first / 1e3, "kB", Bound::AtMost(60.0));
    figures.add("page.card.again_kb", again / 1e3, "kB", Bound::AtMost(10.0));
}

/// A wrong password of a member beside one of a mobile that nobody has: the medians of tries in turns. The higher one
/// over the lower one, so that neither may be told from the other.
async fn refuse(figures: &mut Figures) {
    let stack = Stack::start().await;
    let shop = Shop::open(&stack).await;
    for number in 0..TRIES {
        shop.member(number, "unused").await;
    }
    let account = Function::start(&binary("account"), &stack.environment(Path::Direct)).await;
    let (mut known_ms, mut unknown_ms) = (Vec::new(), Vec::new());
    for number in 0..TRIES {
        let source = format!("192.0.2.{number}");
        for (of, times) in [(number, &mut known_ms), (TRIES + number, &mut unknown_ms)] {
            let event = sign_in_event(&shop, of, "Velo-rouge-1", &source);
            let refused = account.invoke(event).await;
            assert_eq!(Answer::of(&refused.body).status, 422);
            // The first sign-in of an instance reads the settings too.
            if number > 0 {
                times.push(refused.latency.as_secs_f64() * 1e3);
            }
        }
    }
    let [known, unknown] = [&known_ms, &unknown_ms].map(|measures| percentile(measures, 0.5));
    figures.add_beside("account.refusal.p50_ms", known, "ms", unknown, Bound::None);
    let ratio = known.max(unknown) / known.min(unknown);
    figures.add_beside("account.refusal.ratio_to_unknown", ratio, "ratio", 1.0, Bound::AtMost(1.1));
}

/// 10,000 wrong passwords for 1,000 accounts from ten instances: how many were checked beyond the limits of a login and
/// of a source address.
async fn guess(figures: &mut Figures) {
    let stack = Stack::start().await;
    let shop = Shop::open(&stack).await;
    for number in 0..ACCOUNTS / 2 {
        shop.member(number, "unused").await;
    }
    let environment = stack.environment(Path::Direct);
    let mut instances = Vec::new();
    for _ in 0..INSTANCES {
        instances.push(Function::start(&binary("account"), &environment).await);
    }
    let (mut by_login, mut by_source) = (BTreeMap::new(), BTreeMap::new());
    for round in 0..GUESSES {
        for first in (0..ACCOUNTS).step_by(usize::from(INSTANCES)) {
            let together = instances.iter().zip(0..INSTANCES).map(|(instance, turn)| {
                // Every second turn two instances guess the same account, half of which exist.
                let number = first + turn / 2 * 2;
                let source = (first / INSTANCES + turn + round) % SOURCES;
                let shop = &shop;
                async move {
                    let address = format!("192.0.2.{source}");
                    let answer = sign_in(instance, shop, number, "Velo-rouge-1", &address).await;
                    (number, source, answer.status)
                }
            });
            for (number, source, status) in futures::future::join_all(together).await {
                if status == 422 {
                    *by_login.entry(number).or_insert(0) += 1;
                    *by_source.entry(source).or_insert(0) += 1;
                }
            }
        }
    }
    let beyond = |counts: &BTreeMap<u16, u32>, most: u32| -> u32 {
        counts.values().map(|count| count.saturating_sub(most)).sum()
    };
    let beyond = beyond(&by_login, MOST_OF_A_LOGIN) + beyond(&by_source, MOST_OF_A_SOURCE);
    let checked: u32 = by_login.values().sum();
    figures.add(
        "account.guesses",
        f64::from(u32::from(ACCOUNTS) * u32::from(GUESSES)),
        "guesses",
        Bound::None,
    );
    figures.add("account.guesses_checked", f64::from(checked), "guesses", Bound::None);
    figures.add("account.guesses_beyond", f64::from(beyond), "guesses", Bound::AtMost(0.0));
}

/// An answer of the function to API Gateway.
struct Answer {
    status: u64,
    headers: usize,
    body: Vec<u8>,
}

impl Answer {
    fn of(answer: &[u8]) -> Self {
        let answer: Value = serde_json::from_slice(answer).expect("an answer to API Gateway");
        let body = answer["body"].as_str().unwrap_or_default();
        let body = match answer["isBase64Encoded"].as_bool() {
            Some(true) => STANDARD.decode(body).expect("base64"),
            _ => body.as_bytes().to_vec(),
        };
        let headers = answer["headers"].to_string().len();
        Self { status: answer["statusCode"].as_u64().unwrap_or_default(), headers, body }
    }

    /// The bytes that a browser receives.
    #[expect(clippy::cast_precision_loss, reason = "some thousand bytes")]
    fn transferred(&self) -> f64 {
        (self.headers + self.body.len()) as f64
    }

    /// The page, unpacked.
    fn text(&self) -> String {
        let mut unpacked = String::new();
        let mut decoder = flate2::read::GzDecoder::new(&self.body[..]);
        if std::io::Read::read_to_string(&mut decoder, &mut unpacked).is_err() {
            unpacked = String::from_utf8_lossy(&self.body).into_owned();
        }
        unpacked
    }
}

/// The addresses of the assets of a page.
fn assets(page: &str) -> Vec<String> {
    // The links are relative to the page.
    let found = page.split("/assets/").skip(1);
    found.filter_map(|rest| Some(format!("/assets/{}", rest.split('"').next()?))).collect()
}

async fn sign_in(
    account: &Function,
    shop: &Shop,
    number: u16,
    password: &str,
    source: &str,
) -> Answer {
    Answer::of(&account.invoke(sign_in_event(shop, number, password, source)).await.body)
}

fn sign_in_event(shop: &Shop, number: u16, password: &str, source: &str) -> Bytes {
    let mobile = support::mobile(number).as_str().replace('+', "%2B");
    let form = format!("login={mobile}&password={password}");
    event("POST", &shop.path("sign-in"), "", source, &form)
}

/// An answer that needs no session.
async fn open(account: &Function, path: &str) -> Answer {
    let answer = Answer::of(&account.invoke(get(path, "")).await.body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

fn get(path: &str, cookie: &str) -> Bytes {
    event("GET", path, cookie, "192.0.2.1", "")
}

/// An event of a browser through an API Gateway HTTP API, payload format 2.0.
fn event(method: &str, path: &str, cookie: &str, source: &str, form: &str) -> Bytes {
    let cookies: Vec<&str> = Some(cookie).filter(|cookie| !cookie.is_empty()).into_iter().collect();
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "cookies": cookies,
        "headers": {
            "accept-encoding": "gzip, deflate, br",
            "accept-language": "fr-FR,fr;q=0.9",
            "content-type": "application/x-www-form-urlencoded",
            "host": "carte.example.com",
            "sec-fetch-site": "same-origin",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": "carte.example.com",
            "domainPrefix": "carte",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "body": form,
        "isBase64Encoded": false,
    });
    event.to_string().into()
}

/// The hash of a secret, as the table holds it.
fn hash_of(secret: &str) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(secret.as_bytes()).into()
}
