//! Codes made through the queue, and codes that a file brings.

use crate::stack::{Shop, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COUNT: usize = 1_000;

fn check(shop: &Shop, code: &str) -> Value {
    shop.post("/v1/coupons/check", &json!({"code": code, "gross_cents": 4_990})).body
}

#[test]
fn a_thousand_codes_are_made_each_its_own_and_each_is_a_coupon() {
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
    assert_eq!((of_file.len(), distinct.len()), (COUNT, COUNT));

    let first = shop.operate("GET", &format!("{batch}/codes?limit=500"), None).body;
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second =
        shop.operate("GET", &format!("{batch}/codes?limit=500&cursor={cursor}"), None).body;
    let pages = [&first, &second].map(|page| page["codes"].as_array().expect("codes"));
    let listed: Vec<_> = pages.into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(listed, of_file);

    for code in [of_file[0], of_file[COUNT - 1]] {
        let checked = check(&shop, &code.to_lowercase().replace('-', " "));
        let gives = (&checked["valid"], &checked["discount_cents"]);
        assert_eq!(gives, (&json!(true), &json!(499)), "{checked}");
    }
}

#[test]
fn a_file_brings_codes_and_tells_of_each_row_that_it_does_not_bring() {
    let shop = Shop::open();
    let offer = shop.offer(&json!({"type": "multi", "limit": 100}));
    let path = format!("/v1/merchants/{}/offers/{offer}/imports", shop.merchant);
    let operator = shop.stack.operator_key();
    let import = || {
        let csv = [("content-type", "text/csv")];
        let file = "code;affiche\r\nETE-2026;vitrine\r\nx;\r\nNOEL 2026;caisse\r\n";
        shop.stack.ask_with(&operator, "POST", &path, &csv, file)
    };
    let brought = import();
    let counts = (&brought.body["rows"], &brought.body["accepted"]);
    assert_eq!((brought.status, counts), (200, (&json!(3), &json!(2))), "{brought:?}");
    assert_eq!(brought.body["refused"][0]["line"], 3, "{brought:?}");
    assert_eq!(import().body["already_there"], 2);
    assert_eq!(check(&shop, "noel2026")["valid"], true);
    assert_eq!(check(&shop, "x-2026")["refusal"]["code"], "coupon_unknown");
}
