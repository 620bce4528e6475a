//! The outbox in a browser.

use crate::setup::{BATCHES, EMAIL, Started, email, sms};
use serde_json::json;

#[tokio::test]
async fn the_list_shows_each_message_with_a_link() {
    let started = Started::new();
    assert_eq!(started.post(EMAIL, &email(&["ana@example.com"])).await.status, 201);
    assert_eq!(started.post(BATCHES, &sms(&["+33639980012"])).await.status, 201);
    let list = started.get("/").await;
    assert_eq!(list.headers["content-type"], "text/html; charset=utf-8");
    for expected in [
        "<html lang=\"fr\">",
        "E-mails : 1 · SMS : 1 · destinataires : 2 · en double : 0",
        "<td><a href=\"/messages/0\">24/11/2026 10:20:00</a></td><td>e-mail</td><td>ana@example.com</td>\
         <td>Vos points, Ana</td><td>Bonjour Ana</td><td>remis</td>",
        "<td><a href=\"/messages/1\">24/11/2026 10:20:00</a></td><td>SMS</td><td>+33639980012</td><td>–</td>",
    ] {
        assert!(list.text.contains(expected), "{expected} in {}", list.text);
    }
    let some = started.get("/?to=ana@example.com&channel=").await.text;
    assert!(some.contains("value=\"ana@example.com\"") && !some.contains("/messages/1"));
}

#[tokio::test]
async fn a_message_is_shown_in_a_frame_without_rights() {
    let started = Started::new();
    let mut call = email(&["ana@example.com"]);
    call["subject"] = json!("<script>alert(1)</script>");
    call["htmlContent"] = json!("<p title=\"x\">Bonjour & merci</p>\"><script>alert(2)</script>");
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    let page = started.get("/messages/0").await.text;
    assert!(page.contains(
        "<iframe sandbox title=\"Le message tel qu’il est affiché\" \
         srcdoc=\"&lt;p title=&quot;x&quot;&gt;Bonjour &amp; merci&lt;/p&gt;&quot;&gt;&lt;script"
    ));
    assert!(page.contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>"));
    assert!(!page.contains("<script>"));
    assert!(!started.get("/").await.text.contains("<script>alert"));
}

#[tokio::test]
async fn an_extract_holds_words_only() {
    let started = Started::new();
    let mut call = email(&["ana@example.com"]);
    let long = "mot ".repeat(40);
    call["htmlContent"] = json!(format!(
        "<!doctype html><html><head><title>Titre</title></head><style>p {{ color: red }}</style>\
         <body><p>Bonjour\n  <b>Ana</b> {long}</p></body></html>"
    ));
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    let list = started.get("/").await.text;
    assert!(list.contains("<td>Bonjour Ana mot mot"), "{list}");
    assert!(list.contains("mot…</td>") || list.contains("mo…</td>") || list.contains("m…</td>"));
}

#[tokio::test]
async fn an_empty_outbox_shows_a_notice() {
    let started = Started::new();
    assert!(started.get("/").await.text.contains("Aucun message."));
    assert_eq!(started.get("/messages/0").await.status, 404);
    assert_eq!(started.get("/health").await.body, json!({"status": "ok"}));
}
