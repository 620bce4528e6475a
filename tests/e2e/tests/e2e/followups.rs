//! The daily run over points, started as the schedule starts it, and the proof of the ledger.

use crate::logs::lines;
use crate::stack::{Shop, day, eventually};
use serde_json::{Value, json};

fn call(shop: &Shop, order: &Value) -> Value {
    let answer = shop.stack.invoke(shop.stack.output("FollowupsFunction"), order);
    assert!(answer.get("errorMessage").is_none(), "{answer}");
    answer
}

/// Starts a daily run of the merchant's members, and waits until all of them are processed.
fn run_daily(shop: &Shop, runs_before: usize) {
    let queued = call(shop, &json!({"merchant": shop.merchant}));
    assert_eq!(queued["merchants"], 1, "{queued}");
    let live = format!("\"M#{}\"", shop.merchant);
    eventually("the daily run", || {
        let lines = lines(shop, shop.stack.output("FollowupsFunction"));
        let is_run = |line: &&String| line.contains("members processed") && line.contains(&live);
        (lines.iter().filter(is_run).count() > runs_before).then_some(())
    });
}

#[test]
fn a_daily_run_expires_points_and_gives_a_birthday_gift_once_and_the_ledger_is_proved() {
    let shop = Shop::running(&json!({
        "spend": [{"points": 1, "per_cents": 100}],
        "gifts": {"birthday": 50},
        "expiry": {"after": "earning", "months": 1},
    }));
    let born = format!("1980-{}", &day(0)[5..]);
    let member = shop.member("0639980111", &json!({"birth_date": born}));
    let (long_ago, lately) = (day(-90), day(-1));
    let file = format!(
        "ticket;date;mobile;total\nN1;{long_ago};0639980111;30,00\nN2;{lately};0639980111;12,00\n"
    );
    let report = shop.send("ventes.csv", file.as_bytes());
    assert_eq!(report["rows"]["accepted"], 2, "{report}");
    assert_eq!(shop.balance("0639980111"), Some(12), "a balance leaves out expired points");

    run_daily(&shop, 0);
    let after_first = shop.history(&member);
    let points = |kind: &str| -> Vec<_> {
        let of_kind = after_first.iter().filter(|entry| entry["type"] == kind);
        of_kind.map(|entry| entry["points"].as_i64()).collect()
    };
    assert_eq!(points("expiry"), [Some(-30)]);
    assert_eq!(points("birthday"), [Some(50)]);
    assert_eq!(shop.balance("0639980111"), Some(62));

    run_daily(&shop, 1);
    assert_eq!(shop.history(&member), after_first, "a second run of the same day changes nothing");
    let proof = call(&shop, &json!({"prove": {"merchant": shop.merchant}}));
    assert_eq!(proof, json!({"members": 1, "entries": 4, "unproved": []}));
}
