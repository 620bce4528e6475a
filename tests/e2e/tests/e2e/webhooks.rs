//! Webhooks, from the table's stream to a receiver of the test.

use crate::stack::{Shop, eventually, instant};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A webhook that was posted.
#[derive(Clone)]
struct Post {
    /// The lines of the headers that prove the post, in lower case.
    headers: Vec<String>,
    event: Value,
}

/// The posts that have come, in the order of their arrival.
type Posted = Arc<Mutex<Vec<Post>>>;

/// A receiver on a free port. The receiver ends with the test.
fn receiver() -> (String, Posted) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("a bound address"));
    let posted = Posted::default();
    let received = Arc::clone(&posted);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a connection");
            if let Some(post) = read(stream) {
                received.lock().expect("no thread panicked").push(post);
            }
        }
    });
    (url, posted)
}

/// Reads one post from a connection.
fn read(stream: TcpStream) -> Option<Post> {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        headers.push(line);
    }
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let answer = b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n";
    reader.into_inner().write_all(answer).ok()?;
    let headers = headers.into_iter().filter(|line| line.starts_with("webhook-")).collect();
    Some(Post { headers, event: serde_json::from_slice(&body).ok()? })
}

/// The posts of events of this type.
fn of_type(posted: &Posted, kind: &str) -> Vec<Post> {
    let posted = posted.lock().expect("no thread panicked");
    posted.iter().filter(|post| post.event["type"] == kind).cloned().collect()
}

#[test]
fn a_sale_is_posted_to_the_merchants_software_and_posted_again_by_a_replay() {
    let shop = Shop::open();
    let (url, posted) = receiver();
    let events =
        json!(["purchase.created", "purchase.cancelled", "member.created", "member.erased"]);
    let new = json!({"mode": "live", "url": url, "events": events});
    let added = shop.operate("POST", "/webhooks", Some(&new));
    assert_eq!(added.status, 201, "{added:?}");
    let webhook = added.body["webhook_id"].as_str().expect("an identifier").to_owned();

    let member = shop.member("0639980951", &json!({"last_name": "Exemple"}));
    let sale = json!({
        "type": "sale", "receipt_number": "W1", "sold_at": instant(-60),
        "member": {"member_id": member}, "total_cents": 4_490,
    });
    let sold = shop.post("/v1/purchases", &sale);
    assert_eq!(sold.status, 201, "{sold:?}");
    let purchase = sold.body["purchase_id"].as_str().expect("an identifier");
    let Post { headers, event } =
        eventually("the sale", || of_type(&posted, "purchase.created").into_iter().next());
    assert_eq!(event["data"]["purchase_id"], purchase, "{event}");
    assert_eq!(event["data"]["member_id"], member.as_str(), "{event}");
    assert_eq!(event["data"]["points"], 44, "{event}");
    let begins = |start: &str| headers.iter().any(|line| line.starts_with(start));
    assert!(begins("webhook-signature: v1,") && begins("webhook-timestamp: "), "{headers:?}");
    eventually("the member", || of_type(&posted, "member.created").into_iter().next());

    let cancelled = shop.post(&format!("/v1/purchases/{purchase}/cancel"), &json!({}));
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    eventually("the cancellation", || of_type(&posted, "purchase.cancelled").into_iter().next());
    let erased = shop.post(&format!("/v1/members/{member}/erasure"), &json!({"reason": "request"}));
    assert_eq!(erased.status, 200, "{erased:?}");
    eventually("the erasure", || of_type(&posted, "member.erased").into_iter().next());
    let posts = posted.lock().expect("no thread panicked").clone();
    let all: String = posts.iter().map(|post| post.event.to_string()).collect();
    assert!(!all.contains("Exemple") && !all.contains("39980951"), "{all}");

    let range = json!({"from": instant(-3_600), "until": instant(60)});
    let again = shop.operate("POST", &format!("/webhooks/{webhook}/replay"), Some(&range));
    assert_eq!(again.status, 202, "{again:?}");
    eventually("the sale again", || {
        let posts = of_type(&posted, "purchase.created");
        let [first, .., last] = &posts[..] else { return None };
        assert_eq!(first.event, last.event);
        Some(())
    });
    let shown = shop.operate("GET", &format!("/webhooks/{webhook}"), None).body;
    assert_eq!(shown["state"], "enabled", "{shown}");
    assert_eq!(shown["failures"], 0, "{shown}");
}

#[test]
fn an_event_that_an_endpoint_does_not_accept_is_counted_and_posted_again_later() {
    let shop = Shop::open();
    // The port is free again, so nothing answers.
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/hooks", free.local_addr().expect("a bound address"));
    drop(free);
    let new = json!({"mode": "live", "url": url, "events": ["member.created"]});
    let added = shop.operate("POST", "/webhooks", Some(&new));
    assert_eq!(added.status, 201, "{added:?}");
    let webhook = added.body["webhook_id"].as_str().expect("an identifier").to_owned();
    shop.member("0639980961", &json!({}));
    eventually("the failure", || {
        let shown = shop.operate("GET", &format!("/webhooks/{webhook}"), None).body;
        shown["failures"].as_u64().filter(|failures| *failures > 0)
    });
}
