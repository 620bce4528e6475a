//! The queues deliver messages twice, deliver them late, and move them to the dead letters.

use crate::stack::{Aws, Shop, StoredObject, eventually};
use serde_json::json;

const FILE: &str = "ticket;date;mobile;total\nD1;2025-11-24;0639980501;10,00\n";

#[test]
fn a_repeated_event_and_a_repeated_range_change_nothing() {
    let shop = Shop::open();
    let aws = Aws::of(&shop.stack);
    let bucket = shop.stack.get("uploads_bucket");
    let key = format!("{}/paris/ventes.csv", shop.merchant);
    let StoredObject { version, etag } = aws.put(bucket, &key, FILE.as_bytes());
    let upload = eventually("the upload", || {
        let list = shop.get("/v1/uploads").body;
        list["uploads"].as_array()?.first()?["upload_id"].as_str().map(str::to_owned)
    });
    let before = shop.report(&upload);

    let event = json!({"Records": [{
        "eventName": "ObjectCreated:Put", "eventTime": before["created_at"],
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "versionId": version, "eTag": etag}},
    }]});
    aws.message(shop.stack.output("UploadsQueueUrl"), &event.to_string());
    let range = json!({"merchant": shop.merchant, "mode": "live", "upload": upload, "range": 0, "plan": ""});
    aws.message(shop.stack.output("RangesQueueUrl"), &range.to_string());
    eventually("both messages are processed", || {
        let queues = ["UploadsQueueUrl", "RangesQueueUrl"];
        let waiting: u32 = queues.iter().map(|name| aws.depth(shop.stack.output(name))).sum();
        (waiting == 0).then_some(())
    });
    let list = shop.get("/v1/uploads").body;
    assert_eq!(list["uploads"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(shop.report(&upload)["rows"], before["rows"]);
    assert_eq!(shop.balance("0639980501"), Some(10));
}

#[test]
fn an_unknown_message_moves_to_the_dead_letters_and_delays_no_other() {
    let shop = Shop::open();
    let aws = Aws::of(&shop.stack);
    let marker = format!("an unknown message {:016x}", fastrand::u64(..));
    aws.message(shop.stack.output("UploadsQueueUrl"), &marker);
    let report = shop.send("ventes.csv", FILE.as_bytes());
    assert_eq!(report["rows"]["accepted"], 1, "{report}");
    eventually("the dead letter", || {
        let letters = aws.receive(shop.stack.output("UploadsDeadLettersUrl"));
        letters.contains(&marker).then_some(())
    });
}
