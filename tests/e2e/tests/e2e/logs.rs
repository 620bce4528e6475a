//! No log line holds personal data.

use crate::campaigns::Sender;
use crate::stack::{Shop, eventually};
use serde_json::{Value, json};

pub(crate) fn lines(shop: &Shop, function: &str) -> Vec<String> {
    let group = format!("/aws/lambda/{function}");
    let mut lines = Vec::new();
    let mut next = Value::Null;
    loop {
        let mut request = json!({"logGroupName": group, "limit": 10_000});
        if next.is_string() {
            request["nextToken"] = next;
        }
        let page = shop.stack.aws("logs", "Logs_20140328.FilterLogEvents", &request);
        let events = page["events"].as_array().cloned().unwrap_or_default();
        lines
            .extend(events.iter().filter_map(|event| event["message"].as_str().map(str::to_owned)));
        next = page["nextToken"].clone();
        if !next.is_string() || events.is_empty() {
            return lines;
        }
    }
}

#[test]
fn no_log_line_holds_personal_data_of_a_member() {
    let shop = Shop::open();
    let marker = format!("{:04}", fastrand::u16(..9_000) + 1_000);
    let mobile = format!("06 39 98 {} {}", &marker[..2], &marker[2..]);
    let digits = format!("63998{marker}");
    let person = json!({
        "mobile": mobile, "card_requested": true, "last_name": "Zwickenpflugova",
        "first_name": "Quasimodine", "email": "quasimodine.z@example.com", "card_number": "ZWQ778899",
    });
    assert_eq!(shop.post("/v1/members", &person).status, 201);
    let mut broken = person.clone();
    broken["email"] = json!("quasimodine.z@");
    assert_eq!(shop.post("/v1/members", &broken).status, 422);
    let file = format!(
        "ticket;date;mobile;nom;total\nH1;2025-11-24;{mobile};Zwickenpflugova;10,00\n\
         H2;2025-11-24;{mobile};Zwickenpflugova;dix\n"
    );
    let report = shop.send("Zwickenpflugova.csv", file.as_bytes());
    assert_eq!(report["rows"]["refused"], 1, "{report}");
    let upload = report["upload_id"].as_str().unwrap();

    let functions = [shop.stack.output("ApiFunction"), shop.stack.output("IngestFunction")];
    let ingest = eventually("the log of this file", || {
        let lines = lines(&shop, functions[1]);
        lines.iter().any(|line| line.contains(upload)).then_some(lines)
    });
    let api = lines(&shop, functions[0]);
    assert!(api.iter().any(|line| line.contains("/v1/members")), "no request is logged");
    for line in api.iter().chain(&ingest) {
        for secret in
            ["Zwickenpflugova", "Quasimodine", "quasimodine", "ZWQ778899", &digits, &mobile]
        {
            assert!(!line.contains(secret), "{secret} is in: {line}");
        }
        assert!(!line.contains(&shop.key), "a token is in: {line}");
    }
}

#[test]
fn the_queries_of_the_runbook_find_the_requests_of_a_key() {
    const OPERATIONS: &str = include_str!("../../../../docs/operations.md");
    let shop = Shop::open();
    assert_eq!(shop.get("/v1/members").status, 200);
    let request = eventually("the log line of the request", || {
        let lines = lines(&shop, shop.stack.output("ApiFunction"));
        let mut requests = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        requests.find(|line| {
            line["fields"]["route"] == "/v1/members" && line["fields"]["key"].is_string()
        })
    });
    let queries: Vec<&str> =
        OPERATIONS.lines().map(str::trim).filter(|line| line.starts_with("fields ")).collect();
    assert_eq!(queries.len(), 2);
    for query in queries {
        let (shown, rest) = query.split_once(" | filter ").expect("a filter");
        let (filtered, _) = rest.split_once(' ').expect("a comparison");
        for name in shown["fields ".len()..].split(", ").chain([filtered]) {
            // CloudWatch gives the time, and names a value inside another by its path.
            let found = request.pointer(&format!("/{}", name.replace('.', "/")));
            assert!(name == "@timestamp" || found.is_some(), "{name} is not in {request}");
        }
    }
}

#[test]
fn no_log_line_holds_personal_data_of_a_recipient() {
    let sender = Sender::open();
    let address = sender.address("bounce-kunigunde");
    let member = sender.consenting("0639981061", &address);
    sender.launched("sms");
    sender.launched("email");
    eventually("the dead address", || (!sender.shop.is_permitted(&member, "email")).then_some(()));
    let html = sender.outbox(&address)[0]["html"].as_str().expect("a body").to_owned();
    let token = html.split("/u/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");

    for function in ["CampaignFunction", "SendFunction", "CallbacksFunction", "OutcomesFunction"] {
        let lines = lines(&sender.shop, sender.shop.stack.output(function));
        assert!(!lines.is_empty(), "{function} has written no log line");
        for line in lines {
            for secret in ["kunigunde", "Élodie", "639981061", token] {
                assert!(!line.contains(secret), "{secret} is in: {line}");
            }
        }
    }
}
