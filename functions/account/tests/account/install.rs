//! The card as an installed application, and without a connection: manifest, worker, offline page, and what makes the
//! browser store and forget the card.

use crate::browser::{Answer, Browser};
use crate::fixture::{Fixture, PASSWORD};
use axum::http::StatusCode;
use domain::access_log::AccessEvent;
use domain::retention::ErasureReason;
use domain::sign_in::session::{IDLE_SECONDS, LONGEST_SECONDS};
use domain::{Credential, Day, Sector};
use serde_json::Value;
use store::CardStep;
use support::{merchant, open_merchant};

const STORES: &str = "/assets/card.";
const FORGETS: &str = "/assets/forget.";

/// A path that a link of the page leads to, from the root. The links of these pages begin with `../`.
fn from_the_root(link: &str) -> String {
    format!("/{}", link.strip_prefix("../").unwrap())
}

/// The links of a text to assets.
fn assets(text: &str) -> Vec<String> {
    let rests = text.split("../assets/").skip(1);
    rests.map(|rest| format!("/assets/{}", rest.split(['"', '\'']).next().unwrap())).collect()
}

async fn sign_in(fixture: &Fixture, browser: &mut Browser) {
    let fields = [("login", "0639980012"), ("password", PASSWORD)];
    let signed_in = browser.post(&fixture.sign_in_path(), &fields).await;
    assert_eq!(signed_in.location(), fixture.card_path(), "{}", signed_in.text);
}

/// The sign-in page to which the card leads a browser without a session.
async fn sent_to_sign_in(fixture: &Fixture, browser: &mut Browser, reason: &str) -> Answer {
    let refused = browser.get(&fixture.card_path()).await;
    assert_eq!(refused.location(), format!("{}{reason}", fixture.sign_in_path()));
    browser.get(refused.location()).await
}

#[tokio::test]
async fn a_merchant_has_a_manifest_with_the_card_as_its_start() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let path = format!("/manifest/{}", fixture.merchant());
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/manifest+json");
    assert_eq!(answer.headers["cache-control"], "public, max-age=86400");
    let manifest: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(manifest["id"], fixture.merchant().to_string());
    assert_eq!(manifest["name"], "Boutique Exemple");
    assert_eq!(manifest["short_name"], "Boutique Exemple");
    assert_eq!(manifest["lang"], "fr");
    assert_eq!(manifest["display"], "standalone");
    assert_eq!(manifest["scope"], "../");
    assert_eq!(from_the_root(manifest["start_url"].as_str().unwrap()), fixture.card_path());
    for (icon, sizes) in [(0, "192x192"), (1, "512x512"), (2, "512x512")] {
        let icon = &manifest["icons"][icon];
        assert_eq!(icon["sizes"], sizes);
        let picture = from_the_root(icon["src"].as_str().unwrap());
        let picture = browser.send("HEAD", &picture, &[], String::new()).await;
        assert_eq!(picture.status, StatusCode::OK);
        assert_eq!(picture.headers["content-type"], "image/png");
    }
    assert_eq!(manifest["icons"][2]["purpose"], "maskable");

    let english: Value =
        serde_json::from_str(&browser.get(&format!("{path}?lang=en")).await.text).unwrap();
    assert_eq!(english["lang"], "en");
    assert_eq!(english["start_url"], format!("..{}?lang=en", fixture.card_path()));
    assert_eq!(english["id"], manifest["id"]);
}

#[tokio::test]
async fn a_merchant_that_does_not_exist_or_has_left_has_no_manifest() {
    let fixture = Fixture::open().await;
    let unknown = merchant(Sector::Retail, 9).id;
    let mut browser = fixture.browser();
    let missing = browser.get(&format!("/manifest/{unknown}")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.headers["cache-control"], "no-store");
    let last = Day::parse("2026-11-29").unwrap();
    fixture.store.end_contract(fixture.merchant(), last, Credential::Operator).await.unwrap();
    let mut later = Browser::new(fixture.instance());
    let ended = later.get(&format!("/manifest/{}", fixture.merchant())).await;
    assert_eq!(ended.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_worker_controls_the_card_and_stores_the_offline_page_with_its_files() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let worker = browser.get("/card/worker.js").await;
    assert_eq!(worker.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=63072000"),
    ] {
        assert_eq!(worker.headers[name], value);
    }
    assert!(worker.headers.contains_key("content-security-policy"));
    let stored = assets(&worker.text);
    for path in &stored {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    for language in ["fr", "en"] {
        let path = format!("offline?lang={language}");
        assert!(worker.text.contains(&format!("'{path}'")), "{}", worker.text);
        let page = browser.get(&format!("/card/{path}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(&format!("<html lang=\"{language}\">")));
        let loaded = assets(&page.text);
        assert!(loaded.iter().all(|path| stored.contains(path)), "{loaded:?} of {stored:?}");
        assert_eq!(loaded.len(), stored.len());
    }
    // Browsers of both languages install the same worker.
    let english = [("accept-language", "en")];
    let english = browser.send("GET", "/card/worker.js", &english, String::new()).await;
    assert_eq!(english.text, worker.text);
}

#[tokio::test]
async fn the_offline_page_is_the_same_for_a_member_and_for_nobody() {
    let fixture = Fixture::open().await;
    let mut member = fixture.browser();
    fixture.join(&mut member, "0639980012").await;
    let page = member.get("/card/offline").await;
    assert_eq!(page.text, fixture.browser().get("/card/offline").await.text);
    assert!(!page.text.contains("Camille") && !page.text.contains("Boutique"), "{}", page.text);
}

#[tokio::test]
async fn the_pages_of_a_member_name_the_manifest_and_only_the_card_has_a_script() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let manifest = format!("<link rel=\"manifest\" href=\"../manifest/{}\">", fixture.merchant());
    for page in ["card", "history", "rewards", "messages", "details", "preferences", "sessions"] {
        let shown = browser.get(&format!("/{page}/{}", fixture.merchant())).await;
        assert_eq!(shown.status, StatusCode::OK, "{page}");
        assert!(shown.text.contains(&manifest), "{page}");
        assert!(shown.text.contains("<meta name=\"theme-color\" content=\"#0172ad\">"), "{page}");
        assert!(shown.text.contains("<link rel=\"apple-touch-icon\" href=\"../assets/icon-192."));
        let scripts = shown.text.matches("<script").count();
        assert_eq!(scripts, usize::from(page == "card"), "{page}");
    }
    let sign_in = browser.get(&fixture.sign_in_path()).await;
    assert!(!sign_in.text.contains("<script") && !sign_in.text.contains("rel=\"manifest\""));
}

#[tokio::test]
async fn the_card_has_what_the_script_stores() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let card = browser.get(&fixture.card_path()).await.text;
    assert!(card.contains(STORES), "{card}");
    let name = format!("<a class=\"site\" href=\"..{}\">Boutique Exemple</a>", fixture.card_path());
    for expected in [
        name.as_str(),
        "<section id=\"card\" aria-labelledby=\"card-show\" data-first-name=\"Camille\">",
        "<svg class=\"code\" id=\"qr\"",
        "<svg class=\"code\" id=\"barcode\"",
        "<p class=\"number\">",
    ] {
        assert!(card.contains(expected), "{expected} in {card}");
    }
    // Without a card, the script removes the stored one.
    let (scope, now) = (&fixture.scope, fixture.now());
    fixture.store.step_card(scope, member, &CardStep::Block, now).await.unwrap();
    let blocked = browser.get(&fixture.card_path()).await.text;
    assert!(blocked.contains(STORES) && !blocked.contains("id=\"card\""), "{blocked}");
}

#[tokio::test]
async fn signing_out_removes_what_the_browser_has_stored() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let out = browser.post(&format!("/sign-out/{}", fixture.merchant()), &[]).await;
    assert_eq!(out.location(), format!("{}?reason=out", fixture.sign_in_path()));
    assert_eq!(out.headers["clear-site-data"], "\"storage\"");
    assert!(browser.get(out.location()).await.text.contains(FORGETS));
}

#[tokio::test]
async fn signing_out_after_the_session_has_ended_also_removes_the_card() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let events = fixture.events().await;
    fixture.pass(IDLE_SECONDS);
    for _ in 0..2 {
        // The first time with a cookie, and then without one.
        let out = browser.post(&format!("/sign-out/{}", fixture.merchant()), &[]).await;
        assert_eq!(out.location(), format!("{}?reason=out", fixture.sign_in_path()));
        assert_eq!(out.headers["clear-site-data"], "\"storage\"");
        assert!(browser.cookies.is_empty());
    }
    assert_eq!(fixture.events().await, events, "there was no session to end");
    let cross_site = [("sec-fetch-site", "cross-site")];
    let path = format!("/sign-out/{}", fixture.merchant());
    let refused = browser.send("POST", &path, &cross_site, String::new()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.headers.contains_key("clear-site-data"));
}

#[tokio::test]
async fn signing_out_at_another_merchant_leaves_the_session_and_the_card() {
    let fixture = Fixture::open().await;
    let other = merchant(Sector::Retail, 2);
    open_merchant(&fixture.store, &other, fixture.now()).await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let refused = browser.post(&format!("/sign-out/{}", other.id), &[]).await;
    assert_eq!(refused.location(), format!("/sign-in/{}?reason=other", other.id));
    assert!(!refused.headers.contains_key("clear-site-data"));
    assert!(!browser.get(refused.location()).await.text.contains(FORGETS));
    assert_eq!(browser.get(&fixture.card_path()).await.status, StatusCode::OK);
    assert!(!fixture.events().await.contains(&AccessEvent::SignedOut));
}

#[tokio::test]
async fn a_session_that_time_has_ended_leaves_the_stored_card() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    fixture.pass(IDLE_SECONDS);
    let page = sent_to_sign_in(&fixture, &mut browser, "?reason=expired").await;
    assert!(page.text.contains("Votre session est terminée"), "{}", page.text);
    assert!(!page.text.contains("<script"));
    // The browser deletes the cookie after the longest session.
    fixture.pass(LONGEST_SECONDS);
    browser.cookies.clear();
    let page = sent_to_sign_in(&fixture, &mut browser, "").await;
    assert!(!page.text.contains("<script"));
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_makes_the_browser_forget_the_card() {
    let fixture = Fixture::open().await;
    let mut first = fixture.browser();
    let member = fixture.join(&mut first, "0639980012").await;
    let forgotten = async |browser: &mut Browser| {
        let page = sent_to_sign_in(&fixture, browser, "?reason=ended").await;
        assert!(page.text.contains(FORGETS), "{}", page.text);
    };

    // Another device ends the session, although it has expired.
    fixture.pass(IDLE_SECONDS);
    let mut second = fixture.browser();
    sign_in(&fixture, &mut second).await;
    second.post(&format!("/sessions/{}", fixture.merchant()), &[]).await;
    forgotten(&mut first).await;

    // A new password.
    let mut third = fixture.browser();
    fixture.prove(&mut third, "0639980012").await;
    let fields = [("password", PASSWORD)];
    let set = third.post(&fixture.join_path("/details"), &fields).await;
    assert_eq!(set.location(), fixture.card_path(), "{}", set.text);
    forgotten(&mut second).await;

    // The erasure of the member.
    let reason = ErasureReason::Request;
    fixture.store.erase_member(&fixture.scope, member, reason, fixture.now()).await.unwrap();
    forgotten(&mut third).await;
}

#[tokio::test]
async fn another_member_who_signs_in_on_the_same_browser_replaces_the_card() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let first = browser.get(&fixture.card_path()).await.text;
    fixture.join(&mut browser, "0639980013").await;
    let second = browser.get(&fixture.card_path()).await.text;
    let number = |page: &str| {
        let (_, rest) = page.split_once("<p class=\"number\">").unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    assert_ne!(number(&first), number(&second));
    assert!(second.contains(STORES));
}
