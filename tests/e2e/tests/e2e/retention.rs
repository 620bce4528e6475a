//! The nightly run of retention, started as the schedule starts it, on simulated days.

use crate::stack::{Aws, Shop, day, eventually, instant};
use serde_json::{Value, json};

fn run_nightly(shop: &Shop, order: &Value) -> Value {
    let answer = shop.stack.invoke(shop.stack.output("RetentionFunction"), order);
    assert!(answer.get("errorMessage").is_none(), "{answer}");
    answer
}

fn find(shop: &Shop, mobile: &str) -> u16 {
    shop.post("/v1/members/find", &json!({"mobile": mobile})).status
}

#[test]
fn a_card_that_was_never_activated_is_erased_and_no_file_enrols_it_again() {
    let shop = Shop::of(true, "retail");
    let unused = shop.member("0639980901", &json!({"last_name": "Exemple"}));
    let activated = shop.member("0639980902", &json!({}));
    shop.member("0639980904", &json!({}));
    let invited = json!({"invited_at": instant(0)});
    let present = json!({"activated_at": instant(0)});
    for (member, registration) in
        [(&unused, &invited), (&activated, &invited), (&activated, &present)]
    {
        let noted = shop.put(&format!("/v1/members/{member}/registration"), registration);
        assert_eq!(noted.status, 200, "{noted:?}");
    }

    let later = day(100);
    let mut order = json!({"today": later, "merchant": shop.merchant, "dry_run": true});
    let planned = run_nightly(&shop, &order);
    assert_eq!(planned["counts"]["erase_never_activated"], 1, "{planned}");
    assert_eq!(planned["counts"]["rearm"], 1, "{planned}");
    assert_eq!(find(&shop, "0639980901"), 200, "a dry run writes nothing");

    order["dry_run"] = json!(false);
    run_nightly(&shop, &order);
    eventually("the erasure", || (find(&shop, "0639980901") == 404).then_some(()));
    assert_eq!(find(&shop, "0639980902"), 200, "an activated card stays");
    assert_eq!(find(&shop, "0639980904"), 200, "a member who was never invited stays");
    let erasures = shop.operate("GET", &format!("/erasures?day={later}"), None).body;
    assert_eq!(erasures["counts"]["never_activated"], 1, "{erasures}");

    let report =
        shop.send("ventes.csv", b"ticket;date;mobile;total\nR1;2025-11-24;0639980901;10,00\n");
    assert_eq!(report["rows"]["erased"], 1, "{report}");
    assert_eq!(find(&shop, "0639980901"), 404);
}

#[test]
fn a_merchant_whose_contract_has_ended_is_archived_and_deleted_from_the_table() {
    let (shop, other) = (Shop::open(), Shop::open());
    let file = b"ticket;date;mobile;total\nA1;2025-11-24;0639980903;10,00\nA2;2025-11-24;;5,00\n";
    shop.send("ventes.csv", file);
    other.member("0639980903", &json!({}));

    let end = json!({"ended_on": day(0)});
    let ended = shop.operate("PUT", "/contract-end", Some(&end));
    assert_eq!(ended.status, 200, "{ended:?}");
    run_nightly(&shop, &json!({"today": day(2), "merchant": shop.merchant}));
    eventually("the merchant is deleted", || {
        (shop.operate("GET", "", None).status == 404).then_some(())
    });
    assert_eq!(find(&other, "0639980903"), 200, "another merchant's member stays");

    let archives = shop.stack.get("archives_bucket");
    let objects = Aws::of(&shop.stack).keys(archives, &format!("{}/", shop.merchant));
    let manifest = format!("{}/manifest.json", shop.merchant);
    assert!(objects.contains(&manifest), "{objects:?}");
    assert!(objects.iter().any(|key| key.ends_with(".json.zst")), "{objects:?}");
}
