//! The member's own pages: a customer joins at the counter, signs out and signs in again.

use crate::campaigns::Sender;
use crate::stack::{Shop, day, eventually, instant};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PASSWORD: &str = "Velo-vert-42";

/// A browser on the pages of the stack. It keeps cookies and follows no redirect.
struct Browser<'s> {
    shop: &'s Shop,
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: String,
    text: String,
}

impl<'s> Browser<'s> {
    fn on(shop: &'s Shop) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self { shop, agent: config.build().into(), cookies: BTreeMap::new() }
    }

    fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, "")
    }

    fn post(&mut self, path: &str, fields: &str) -> Page {
        self.send("POST", path, fields)
    }

    fn send(&mut self, method: &str, path: &str, fields: &str) -> Page {
        let url = format!("{}{path}", self.shop.stack.get("account_url"));
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookies.collect::<Vec<_>>().join("; "))
            .body(fields.to_owned())
            .expect("a request");
        let mut answer = self.agent.run(request).expect("the page answers");
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie");
            let (name, rest) = cookie.split_once('=').expect("a cookie with a value");
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("a page");
        Page { status, location, text }
    }

    /// The code of the last SMS to a mobile.
    fn code(&self, mobile: &str) -> String {
        let outbox = format!("{}/outbox.json?to=", self.shop.stack.get("sandbox_url"));
        eventually("the SMS with the code", || {
            let listed: Value =
                serde_json::from_str(&self.shop.stack.fetch(&format!("{outbox}{mobile}"))).ok()?;
            let messages = listed["messages"].as_array().or(listed.as_array())?;
            let text = messages.iter().find_map(|message| message["text"].as_str())?;
            let (_, code) = text.rsplit_once('#')?;
            Some(code.trim().to_owned())
        })
    }
}

/// A customer with a mobile of the merchant.
struct Customer {
    number: String,
}

impl Customer {
    fn new() -> Self {
        Self { number: format!("{:04}", fastrand::u16(5_000..10_000)) }
    }

    fn mobile(&self) -> String {
        format!("063998{}", self.number)
    }

    /// Joins by the three pages, or completes the registration.
    fn join(&self, browser: &mut Browser<'_>, more: &str) {
        let join = format!("/join/{}/paris", browser.shop.merchant);
        assert_eq!(browser.get(&join).status, 200);
        let sent = browser.post(&join, &format!("mobile={}", self.mobile()));
        assert_eq!(sent.status, 303, "{}", sent.text);
        let code = browser.code(&format!("%2B3363998{}", self.number));
        let proved = browser.post(&format!("{join}/code"), &format!("code={code}"));
        assert!(proved.location.ends_with("/details"), "{}", proved.text);
        assert_eq!(browser.get(&format!("{join}/details")).status, 200);
        let details =
            format!("first_name=Camille&last_name=Martin&old_enough=yes&password={PASSWORD}{more}");
        let joined = browser.post(&format!("{join}/details"), &details);
        let card = format!("/card/{}", browser.shop.merchant);
        assert!(joined.location.ends_with(&card), "{}", joined.text);
    }
}

#[test]
fn a_customer_joins_at_the_counter_and_signs_in_again() {
    let sender = Sender::open();
    let shop = &sender.shop;
    let (customer, mut browser) = (Customer::new(), Browser::on(shop));
    let email = format!("&email={}", sender.address("account"));
    customer.join(&mut browser, &format!("&consent_sms=yes{email}"));
    let card = browser.get(&format!("/card/{}", shop.merchant));
    assert!(card.status == 200 && card.text.contains("Bonjour Camille"), "{}", card.text);

    // The till finds the member by the mobile, and the consent counts.
    let found = shop.post("/v1/members/find", &serde_json::json!({"mobile": customer.mobile()}));
    assert_eq!(found.status, 200, "{found:?}");
    let member = found.body["member_id"].as_str().expect("a member").to_owned();
    assert_eq!(found.body["card_activated"], true);
    assert!(shop.is_permitted(&member, "sms") && !shop.is_permitted(&member, "email"));

    // The member sees a sale, and changes the consents.
    let sale = sale(&customer.mobile());
    assert_eq!(shop.post("/v1/purchases", &sale).status, 201);
    let visit = serde_json::json!({"visited_at": instant(-60)}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "visit")];
    let path = format!("/v1/members/{member}/visits");
    let visited = shop.stack.ask_with(&shop.key, "POST", &path, &headers, &visit);
    assert_eq!(visited.status, 201, "{visited:?}");
    let history = browser.get(&format!("/history/{}", shop.merchant));
    assert!(history.status == 200 && history.text.contains("42,80"), "{}", history.text);
    assert!(history.text.contains("Visite"), "{}", history.text);
    assert_eq!(browser.get(&format!("/sessions/{}", shop.merchant)).status, 200);
    let preferences = format!("/preferences/{}", shop.merchant);
    assert_eq!(browser.post(&preferences, "email=yes").status, 303);
    assert!(!shop.is_permitted(&member, "sms") && shop.is_permitted(&member, "email"));

    let out = browser.post(&format!("/sign-out/{}", shop.merchant), "");
    assert_eq!(out.status, 303);
    let closed = browser.get(&format!("/card/{}", shop.merchant));
    assert!(closed.location.contains("/sign-in/"), "{}", closed.location);
    let fields = format!("login={}&password={PASSWORD}", customer.mobile());
    let signed_in = browser.post(&format!("/sign-in/{}", shop.merchant), &fields);
    assert!(signed_in.location.contains("/card/"), "{}", signed_in.text);
    assert_eq!(browser.get(&format!("/card/{}", shop.merchant)).status, 200);

    // Each step is in the access log, which the operator reads by member.
    let log = shop.operate("GET", &format!("/access-log?member={member}"), None);
    assert_eq!(log.status, 200, "{log:?}");
    let accesses = log.body["accesses"].as_array().expect("entries");
    let events: Vec<_> = accesses.iter().filter_map(|entry| entry["event"].as_str()).collect();
    for event in ["joined", "signed_out", "signed_in"] {
        assert!(events.contains(&event), "{events:?}");
    }
}

#[test]
fn a_member_sees_rewards_coupons_and_messages() {
    let sender = Sender::open();
    let shop = &sender.shop;
    let (customer, mut browser) = (Customer::new(), Browser::on(shop));
    customer.join(&mut browser, "&consent_sms=yes");
    let found = shop.post("/v1/members/find", &json!({"mobile": customer.mobile()}));
    let member = found.body["member_id"].as_str().expect("a member").to_owned();
    assert_eq!(shop.post("/v1/purchases", &sale(&customer.mobile())).status, 201);
    let offer = shop.offer(&json!({"type": "single"}));
    let code = format!("/offers/{offer}/codes/CADEAU2026");
    let given = shop.operate("PUT", &code, Some(&json!({"member_id": member})));
    assert!(matches!(given.status, 200 | 201), "{given:?}");
    let cup = json!({
        "name": "Tasse en grès", "type": "goods", "points": 60, "stock": 2, "first_day": day(0),
    });
    let reward = shop.operate("POST", "/rewards", Some(&cup));
    assert_eq!(reward.status, 201, "{reward:?}");

    // A sale of 42.80 € gave 42 points.
    let rewards = browser.get(&format!("/rewards/{}", shop.merchant));
    assert_eq!(rewards.status, 200, "{}", rewards.text);
    for shown in ["42 points", "Tasse en grès", "Il vous manque 18 points", "CADEAU2026", "<svg"] {
        assert!(rewards.text.contains(shown), "{shown}: {}", rewards.text);
    }
    assert_eq!(sender.launched("sms")["by_state"]["delivered"], 1);
    let messages = browser.get(&format!("/messages/{}", shop.merchant));
    assert_eq!(messages.status, 200, "{}", messages.text);
    for shown in ["Offre", "SMS", "remis"] {
        assert!(messages.text.contains(shown), "{shown}: {}", messages.text);
    }
    assert!(!messages.text.contains("Essai"), "the campaign's own name: {}", messages.text);
}

#[test]
fn a_member_of_a_family_joins_and_a_member_with_a_card_completes_the_registration() {
    let sender = Sender::open();
    let shop = &sender.shop;
    let email = format!("&email={}", sender.address("family"));
    Customer::new().join(&mut Browser::on(shop), &email);
    let known = Customer::new();
    let address = serde_json::json!({"email": sender.address("former")});
    let member = shop.member(&known.mobile(), &address);
    known.join(&mut Browser::on(shop), &email);
    let read = shop.get(&format!("/v1/members/{member}"));
    assert_eq!(read.body["email"], sender.address("family").as_str(), "{read:?}");
    assert!(read.body["card_number"].is_string());
}

fn sale(mobile: &str) -> Value {
    let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    serde_json::json!({
        "type": "sale", "register": "1", "receipt_number": format!("A{}", fastrand::u32(..)),
        "sold_at": at, "total_cents": 4_280, "member": {"mobile": mobile},
    })
}

#[test]
fn a_member_corrects_the_details_signs_in_by_e_mail_and_asks_to_delete_the_account() {
    let sender = Sender::open();
    let shop = &sender.shop;
    let (customer, mut browser) = (Customer::new(), Browser::on(shop));
    customer.join(&mut browser, "");
    let found = shop.post("/v1/members/find", &serde_json::json!({"mobile": customer.mobile()}));
    let record = format!("/v1/members/{}", found.body["member_id"].as_str().expect("a member"));
    let address = sender.address("own");
    let details = format!("first_name=Camille&last_name=Dubois&city=Lyon&email={address}");
    let corrected = browser.post(&format!("/details/{}", shop.merchant), &details);
    assert!(corrected.location.ends_with("saved=1"), "{}", corrected.text);
    assert_eq!(shop.get(&record).body["last_name"], "Dubois");

    let mut other = Browser::on(shop);
    let fields = format!("login={address}&password={PASSWORD}");
    let signed_in = other.post(&format!("/sign-in/{}", shop.merchant), &fields);
    assert!(signed_in.location.contains("/card/"), "{}", signed_in.text);

    // The back office sees the request, and merges nobody with the member meanwhile.
    let deletion = format!("/deletion/{}", shop.merchant);
    assert_eq!(browser.get(&deletion).status, 200);
    assert_eq!(browser.post(&deletion, "").status, 303);
    assert!(shop.get(&record).body["deletion_asked_at"].is_string());
    let twin = shop.member(&Customer::new().mobile(), &serde_json::json!({}));
    let merge = serde_json::json!({"absorbed_member_id": twin});
    let refused = shop.post(&format!("{record}/merge"), &merge);
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (409, &"merge_state".into()),
        "{refused:?}"
    );
    assert_eq!(browser.post(&format!("{deletion}/cancel"), "").status, 303);
    assert!(shop.get(&record).body.get("deletion_asked_at").is_none());
}
