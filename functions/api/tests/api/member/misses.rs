//! A till that tries one number after another is reported.

use crate::edge::logs::Log;
use crate::setup::{MOBILE, Service, sale, text};
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn too_many_unknown_numbers_are_one_log_line_with_the_key_and_no_number() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    // All of them within one window.
    let pass = |number| service.set_clock(&format!("2026-11-24T09:20:{:02}Z", number / 10));
    for number in 0..30 {
        pass(number);
        let contact = json!({"mobile": format!("06399802{number:02}")});
        assert_eq!(till.post("/v1/members/find", &contact).await.status, 404);
        let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
        let unread = till.post("/v1/members/find", &json!({"mobile": "nonsense"})).await;
        found.assert_status(200);
        unread.assert_status(422);
    }
    assert_eq!(
        log.lines_with("misses"),
        Vec::<Value>::new(),
        "a member that is found and a text that is no number are no misses"
    );
    // In every operation that names a customer.
    let sold = till.post("/v1/purchases", &sale("1", &Value::Null)).await;
    let attach = format!("/v1/purchases/{}/attach", text(&sold.body, "purchase_id"));
    for number in 30..60 {
        pass(number);
        let contact = json!({"card_number": format!("29900002{number:02}")});
        let answer = match number % 4 {
            0 => till.post("/v1/members/find", &contact).await,
            1 => till.post("/v1/purchases", &sale("2", &contact)).await,
            2 => {
                let basket = json!({"total_cents": 100, "member": contact});
                till.post("/v1/purchases/dry-run", &basket).await
            }
            _ => till.post(&attach, &contact).await,
        };
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    let reports = log.lines_with("misses");
    assert_eq!(reports.len(), 1, "{reports:?}");
    // The metric filter of the template reads these fields.
    assert_eq!(reports[0]["level"], json!("WARN"));
    assert_eq!(reports[0]["fields"]["misses"], json!(31));
    assert_eq!(reports[0]["fields"]["key"], till.key_id.as_str());
    // More digits than the fraction of a second in a line's time.
    assert!(!log.text().contains("6399802") && !log.text().contains("29900002"));
}

/// Makes 31 failed look-ups. Only the last of them is reported.
pub(crate) async fn report_the_31st(log: &Log, fail: impl AsyncFn(usize)) {
    for number in 0..31 {
        assert_eq!(log.lines_with("misses"), Vec::<Value>::new(), "after {number}");
        fail(number).await;
    }
    let counts = log.lines_with("misses").into_iter().map(|line| line["fields"]["misses"].clone());
    assert_eq!(counts.collect::<Vec<_>>(), [json!(31)]);
}

#[tokio::test]
async fn failed_look_ups_are_counted_across_instances() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let instances = [service.another_instance(), service.another_instance()];
    for number in 0..40 {
        let instance = &instances[number % 2];
        let contact = json!({"mobile": format!("06399802{number:02}")});
        let asked = instance.ask(&till.key, Method::POST, "/v1/members/find", Some(&contact));
        asked.await.assert_status(404);
        let reported = log.lines_with("misses").len();
        assert_eq!(reported, usize::from(number >= 30), "{number}");
    }
}

#[tokio::test]
async fn the_count_of_failed_look_ups_begins_again_every_ten_minutes() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let miss = async || {
        let contact = json!({"mobile": "0639980299"});
        till.post("/v1/members/find", &contact).await.assert_status(404);
    };
    for clock in ["2026-11-24T09:29:59Z", "2026-11-24T09:30:00Z"] {
        service.set_clock(clock);
        for _ in 0..30 {
            miss().await;
        }
    }
    assert_eq!(log.lines_with("misses"), Vec::<Value>::new(), "30 on either side of a border");
    miss().await;
    assert_eq!(log.lines_with("misses").len(), 1);
}

#[tokio::test]
async fn unknown_coupon_codes_are_failed_look_ups() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    report_the_31st(&log, async |number| {
        let code = format!("ESSAI{number:03}");
        match number % 3 {
            0 => {
                let check = json!({"code": code, "total_cents": 100});
                till.post("/v1/coupons/check", &check).await.assert_status(200);
            }
            1 => {
                let basket = json!({"total_cents": 100, "coupons": [{"code": code}]});
                till.post("/v1/purchases/dry-run", &basket).await.assert_status(200);
            }
            _ => {
                let mut sold = sale("1", &Value::Null);
                sold["coupons"] = json!([{"code": code, "discount_cents": 1}]);
                till.post("/v1/purchases", &sold).await.assert_code(422, "coupon_unknown");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_till_that_enrols_one_known_number_after_another_is_reported() {
    let log = Log::collect();
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    till.enrol(MOBILE).await;
    let again = json!({"mobile": MOBILE, "card_requested": true});
    for _ in 0..40 {
        back_office.post("/v1/members", &again).await.assert_status(200);
    }
    report_the_31st(&log, async |_| {
        till.post("/v1/members", &again).await.assert_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_for_one_unknown_mobile_after_another_is_reported() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    report_the_31st(&log, async |number| {
        let member = json!({"mobile": format!("06399802{number:02}"), "card_requested": true});
        let basket = json!({"total_cents": 100, "member": member});
        till.post("/v1/purchases/dry-run", &basket).await.assert_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_till_that_tries_one_card_after_another_with_a_known_mobile_is_reported() {
    let log = Log::collect();
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let own = json!({"mobile": MOBILE, "card_requested": true, "card_number": "299000001234"});
    till.post("/v1/members", &own).await.assert_status(201);
    report_the_31st(&log, async |number| {
        let card = format!("29900002{number:04}");
        let tried = json!({"mobile": MOBILE, "card_requested": true, "card_number": card});
        till.post("/v1/members", &tried).await.assert_code(409, "member_has_card");
    })
    .await;
}
