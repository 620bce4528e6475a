//! The API as an operator and a merchant's till use it.

use crate::{function::Function, stack::OPERATOR_KEY};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{
    iter,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

pub(crate) const ESTABLISHMENT: &str = "paris";
/// The name of the measuring software.
const SOFTWARE: &str = "zerosix-bench/1";

/// Establishments whose keys take turns, as hundreds of sales a second come from many tills.
const ESTABLISHMENTS: usize = 10;

/// A new merchant, with a key for each of its establishments.
pub(crate) struct Till {
    pub(crate) merchant: String,
    keys: Vec<String>,
    turn: AtomicUsize,
}

/// The customer of a sale.
#[derive(Clone, Copy)]
pub(crate) enum Buyer<'a> {
    Mobile(&'a str),
    Id(&'a str),
}

impl Till {
    pub(crate) async fn open(api: &Function) -> Self {
        let merchant = call(api, "POST", "/v1/merchants", OPERATOR_KEY, &merchant()).await;
        let merchant = text(&merchant, "merchant_id");
        let mut keys = Vec::new();
        let others = (2..=ESTABLISHMENTS).map(|number| format!("{ESTABLISHMENT}-{number}"));
        for code in iter::once(ESTABLISHMENT.to_owned()).chain(others) {
            let shop = format!("/v1/merchants/{merchant}/establishments/{code}");
            let body = json!({"name": "Boutique de Paris", "time_zone": "Europe/Paris"});
            call(api, "PUT", &shop, OPERATOR_KEY, &body).await;
            let body = json!({"mode": "live", "scope": "till", "label": "caisse 1"});
            let key = call(api, "POST", &format!("{shop}/keys"), OPERATOR_KEY, &body).await;
            keys.push(text(&key, "key"));
        }
        Self { merchant, keys, turn: AtomicUsize::default() }
    }

    /// The key whose turn it is.
    fn key(&self) -> &str {
        &self.keys[self.turn.fetch_add(1, Ordering::Relaxed) % self.keys.len()]
    }

    /// Creates a member, and gives the identifier.
    pub(crate) async fn enrol(&self, api: &Function, mobile: &str) -> String {
        let body = json!({"mobile": mobile, "card_requested": true});
        text(&call(api, "POST", "/v1/members", self.key(), &body).await, "member_id")
    }

    /// Finds a member.
    pub(crate) async fn find(&self, api: &Function, mobile: &str) {
        call(api, "POST", "/v1/members/find", self.key(), &json!({"mobile": mobile})).await;
    }

    /// Creates so many coupons of one use, and gives their codes.
    pub(crate) async fn coupons(&self, api: &Function, count: u32) -> Vec<String> {
        let offers = format!("/v1/merchants/{}/offers", self.merchant);
        let offer = json!({"name": "Bienvenue", "benefit": {"type": "value", "value_cents": 500},
            "first_day": "2026-01-01", "usage": {"type": "single"}});
        let offer = text(&call(api, "POST", &offers, OPERATOR_KEY, &offer).await, "offer_id");
        let mut codes = Vec::new();
        for number in 0..count {
            let code = format!("MESURE{number:04}");
            let path = format!("{offers}/{offer}/codes/{code}");
            call(api, "PUT", &path, OPERATOR_KEY, &json!({})).await;
            codes.push(code);
        }
        codes
    }

    /// Enters a sale, and gives the latency of the function.
    pub(crate) async fn sell(&self, api: &Function, sale: &Value) -> Duration {
        let answer = api.invoke(event("POST", "/v1/purchases", self.key(), sale)).await;
        accepted(&answer.body, "/v1/purchases");
        answer.latency
    }
}

/// A sale of so many lines, now.
pub(crate) fn sale(receipt: u32, buyer: Buyer, lines: u32) -> Value {
    let sold_at = jiff::Timestamp::now();
    let basket: Vec<Value> = (1..=lines)
        .map(|line| {
            json!({
                "sku": format!("3770012{line:06}"),
                "label": format!("Chemise en lin bleu, taille {}", 36 + line),
                "category": "chemises",
                "quantity": "1",
                "unit_price_cents": 4_990,
                "discount_cents": 500,
            })
        })
        .collect();
    json!({
        "type": "sale",
        "register": "1",
        "receipt_number": format!("T{receipt:08}"),
        "sold_at": sold_at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        "member": match buyer {
            Buyer::Mobile(mobile) => json!({"mobile": mobile}),
            Buyer::Id(member) => json!({"member_id": member}),
        },
        "total_cents": lines * 4_490,
        "lines": basket,
    })
}

fn merchant() -> Value {
    let signed =
        json!({"version": "2026-01", "signed_on": "2026-01-15", "signatory": "Claire Martin"});
    json!({
        "reference": "bench",
        "name": "Maison de la mesure",
        "sector": "retail",
        "terms": signed,
        "processing_contract": signed,
        "enrolment_attestation": signed,
        "programme": {"spend": [{"points": 1, "per_cents": 100}]},
    })
}

async fn call(api: &Function, method: &str, path: &str, key: &str, body: &Value) -> Value {
    accepted(&api.invoke(event(method, path, key, body)).await.body, path)
}

/// The body of an answer of the 200s.
fn accepted(answer: &[u8], path: &str) -> Value {
    let answer: Value = serde_json::from_slice(answer).expect("an answer to API Gateway");
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    let body = answer["body"].as_str().unwrap_or_default();
    assert!((200..300).contains(&status), "{path}: {status} {body}");
    serde_json::from_str(body).unwrap_or_default()
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

fn event(method: &str, path: &str, key: &str, body: &Value) -> Bytes {
    http_event(method, path, &format!("Token {key}"), &body.to_string())
}

/// An event of an API Gateway HTTP API, payload format 2.0.
pub(crate) fn http_event(method: &str, path: &str, authorization: &str, body: &str) -> Bytes {
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "authorization": authorization,
            "content-type": "application/json",
            "host": "bench.execute-api.eu-west-3.amazonaws.com",
            "user-agent": SOFTWARE,
            "x-amzn-trace-id": "Root=1-00000000-000000000000000000000000",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": "bench.execute-api.eu-west-3.amazonaws.com",
            "domainPrefix": "bench",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": SOFTWARE,
            },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    event.to_string().into()
}
