//! Codes that the queue makes, and codes that a file imports.

use crate::stack::{Shop, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COUNT: usize = 1_000;

fn check(shop: &Shop, code: &str) -> Value {
    shop.post("/v1/coupons/check", &json!({"code": code, "total_cents": 4_990})).body
}

#[test]
fn a_batch_of_a_thousand_codes_has_distinct_codes_and_each_is_a_coupon() {
    let shop = Shop::open();
    let offer = shop.offer(&json!({"type": "single"}));
    let batches = format!("/offers/{offer}/batches");
    let asked = shop.operate("POST", &batches, Some(&json!({"count": COUNT})));
    assert_eq!(asked.status, 202, "{asked:?}");
    let batch = format!("{batches}/{}", asked.body["batch_id"].as_str().expect("an identifier"));
    let made = eventually("the codes", || {
        let shown = shop.operate("GET", &batch, None).body;
        (shown["state"] == "finished").then_some(shown)
    });
    assert_eq!(made["codes_made"], COUNT, "{made}");

    let codes = format!("/v1/merchants/{}{batch}/codes", shop.merchant);
    let operator = shop.stack.operator_key();
    let file = shop.stack.ask_with(&operator, "GET", &codes, &[("accept", "text/csv")], "");
    assert!(file.content_type.starts_with("text/csv"), "{file:?}");
    let of_file: Vec<_> = file.body.as_str().expect("a text").lines().skip(1).collect();
    let distinct: BTreeSet<_> = of_file.iter().collect();
    assert_eq!(of_file.len(), COUNT);
    assert_eq!(distinct.len(), COUNT, "two codes are the same");

    let first = shop.operate("GET", &format!("{batch}/codes?limit=500"), None).body;
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second =
        shop.operate("GET", &format!("{batch}/codes?limit=500&cursor={cursor}"), None).body;
    let pages = [&first, &second].map(|page| page["codes"].as_array().expect("codes"));
    let listed: Vec<_> = pages.into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(listed, of_file);

    for code in [of_file[0], of_file[COUNT - 1]] {
        let checked = check(&shop, &code.to_lowercase().replace('-', " "));
        assert_eq!(checked["valid"], true, "{checked}");
        assert_eq!(checked["discount_cents"], 499, "{checked}");
    }
}

#[test]
fn a_file_imports_codes_and_the_answer_lists_each_refused_row() {
    let shop = Shop::open();
    let offer = shop.offer(&json!({"type": "multi", "limit": 100}));
    let path = format!("/v1/merchants/{}/offers/{offer}/imports", shop.merchant);
    let operator = shop.stack.operator_key();
    let import = || {
        let csv = [("content-type", "text/csv")];
        let file = "code;affiche\r\nSOLDES-2026;vitrine\r\nx;\r\nNOEL 2026;caisse\r\n";
        shop.stack.ask_with(&operator, "POST", &path, &csv, file)
    };
    let imported = import();
    assert_eq!(imported.status, 200, "{imported:?}");
    assert_eq!(imported.body["rows"], 3, "{imported:?}");
    assert_eq!(imported.body["accepted"], 2, "{imported:?}");
    assert_eq!(imported.body["refused"][0]["line"], 3, "{imported:?}");
    assert_eq!(import().body["already_there"], 2);
    assert_eq!(check(&shop, "noel2026")["valid"], true);
    assert_eq!(check(&shop, "inconnu-2026")["refusal"]["code"], "coupon_unknown");
}

#[test]
fn a_code_that_is_given_to_a_member_is_a_coupon_of_that_member() {
    let shop = Shop::open();
    let offer = shop.offer(&json!({"type": "single"}));
    let member = shop.member("0639980791", &json!({}));
    let place = format!("/offers/{offer}/codes/CADEAU2026");
    let given = shop.operate("PUT", &place, Some(&json!({"member_id": member})));
    assert!(matches!(given.status, 200 | 201), "{given:?}");
    let codes = shop.history(&member);
    assert!(codes.iter().any(|entry| entry["coupon_code"] == "CADEAU2026"), "{codes:?}");
}
