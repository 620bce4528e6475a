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
        "E-mails\u{a0}: 1 · SMS\u{a0}: 1 · destinataires\u{a0}: 2 · en double\u{a0}: 0",
        "<td><a href=\"./messages/0\">24/11/2026 10:20:00</a></td><td>e-mail</td><td>ana@example.com</td>\
         <td>Vos points, Ana</td><td>Bonjour Ana</td><td>remis</td>",
        "<td><a href=\"./messages/1\">24/11/2026 10:20:00</a></td><td>SMS</td><td>+33639980012</td><td>–</td>",
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
         srcdoc=\"&#60;p title=&#34;x&#34;&#62;Bonjour &#38; merci&#60;/p&#62;&#34;&#62;&#60;script"
    ));
    assert!(page.contains("<h1>&#60;script&#62;alert(1)&#60;/script&#62;</h1>"));
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

#[tokio::test]
async fn a_reader_may_choose_english() {
    let started = Started::new();
    assert_eq!(started.post(EMAIL, &email(&["ana@example.com"])).await.status, 201);
    let list = started.get("/?lang=en&channel=email").await.text;
    for expected in [
        "<html lang=\"en\">",
        "E-mails: 1 · SMS: 0 · recipients: 1 · sent twice: 0",
        "<td><a href=\"./messages/0?lang=en\">24 Nov 2026 10:20:00</a></td><td>e-mail</td>",
        "<td>delivered</td>",
        "<input type=\"hidden\" name=\"lang\" value=\"en\">",
        "<a href=\"?lang=fr&#38;channel=email\" lang=\"fr\" hreflang=\"fr\">Français</a>",
    ] {
        assert!(list.contains(expected), "{expected} in {list}");
    }
    let page = started.get("/messages/0?lang=en").await.text;
    assert!(page.contains("<a href=\"../?lang=en\">Outbox</a>"), "{page}");
}

#[tokio::test]
async fn the_script_and_the_style_sheets_are_files_of_the_sandbox() {
    let started = Started::new();
    let list = started.get("/").await;
    let policy = list.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-inline"), "{policy}");
    for (beginning, content) in
        [("<script src=\".", "setInterval"), ("<link rel=\"stylesheet\" href=\".", "Pico CSS")]
    {
        let link = list.text.split_once(beginning).unwrap().1.split_once('"').unwrap().0;
        let file = started.get(link).await;
        assert_eq!(file.status, 200, "{link}");
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
        assert!(file.text.contains(content), "{link}: {}", file.text);
    }
}

#[tokio::test]
async fn a_message_in_its_frame_shows_its_own_styles_and_pictures() {
    let started = Started::new();
    assert_eq!(started.post(EMAIL, &email(&["ana@example.com"])).await.status, 201);
    let page = started.get("/messages/0").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("style-src 'self' 'unsafe-inline';"), "{policy}");
    assert!(policy.contains("img-src 'self' data: http: https:;"), "{policy}");
    assert!(policy.contains("script-src 'self';"), "{policy}");
}
