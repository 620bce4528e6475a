//! `docs/error-codes.md` has a row for each code there is, and no other. The last column is the French
//! sentence of the code.

use crate::setup::{Service, sale};
use axum::http::StatusCode;
use domain::{Cause, DomainError, Language};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CATALOGUE: &str = include_str!("../../../../docs/error-codes.md");
const SECTIONS: [&str; 3] = [
    "## A request as a whole",
    "## A field at the till",
    "## The office: settings, campaigns, files and corrections",
];

/// A row: status, what happened, what to do, what a cashier may be shown.
type Row = [&'static str; 4];

/// The rows of the tables, by code.
fn rows() -> BTreeMap<&'static str, Row> {
    let mut rows = BTreeMap::new();
    for line in CATALOGUE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [code, rest @ ..] = &cells[..] else { unreachable!("a split has a part") };
        let row = Row::try_from(rest).unwrap_or_else(|_| panic!("five cells in: {line}"));
        assert!(row.iter().all(|cell| !cell.is_empty()), "an empty cell in: {line}");
        let code = code.trim_matches('`');
        assert!(rows.insert(code, row).is_none(), "{code} has two rows");
    }
    rows
}

/// Every code that a refusal of the API can have, with its cause.
pub(crate) fn causes() -> Vec<(&'static str, Cause)> {
    let edge = http_edge::codes::ALL.iter().chain(api::codes::ALL);
    let edge = edge.map(|code| (code.as_str(), code.cause()));
    DomainError::codes().chain(edge).filter(|(_, cause)| *cause != Cause::File).collect()
}

fn codes() -> Vec<&'static str> {
    causes().into_iter().map(|(code, _)| code).collect()
}

/// The codes of a table.
fn codes_of(section: &str) -> Vec<&'static str> {
    let (_, rest) = CATALOGUE.split_once(section).unwrap_or_else(|| panic!("no section {section}"));
    let table = rest.split("\n## ").next().unwrap_or_default();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap_or_default()).collect()
}

#[test]
fn the_tables_of_a_till_have_the_codes_that_a_till_can_get_and_no_other() {
    let of_till: Vec<_> = SECTIONS[..2].iter().flat_map(|section| codes_of(section)).collect();
    for (code, cause) in causes() {
        let expected = matches!(cause, Cause::Cashier | Cause::Till);
        assert_eq!(of_till.contains(&code), expected, "{code}: {cause:?}");
    }
}

#[test]
fn a_code_that_a_cashier_can_bring_about_says_what_to_ask() {
    let rows = rows();
    for (code, cause) in causes() {
        let [_, _, to_do, _] = rows[code];
        assert_eq!(to_do.starts_with("ask"), cause == Cause::Cashier, "{code}: {cause:?}, {to_do}");
    }
}

#[test]
fn each_code_has_one_meaning() {
    let mut codes = codes();
    codes.sort_unstable();
    assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "one code twice: {codes:?}");
}

#[test]
fn the_catalogue_has_a_row_for_each_code_and_no_other() {
    let (rows, codes) = (rows(), codes());
    let missing: Vec<_> = codes.iter().filter(|code| !rows.contains_key(*code)).collect();
    let left: Vec<_> = rows.keys().filter(|code| !codes.contains(code)).collect();
    assert!(
        missing.is_empty() && left.is_empty(),
        "docs/error-codes.md: write a row for {missing:?}, take out {left:?}"
    );
}

#[test]
fn the_last_column_is_the_french_sentence_of_the_code() {
    let mut wrong = vec![];
    for (code, [.., cashier]) in rows() {
        let sentences = Language::French.sentences().iter();
        let sentence = sentences.copied().find(|(known, _)| *known == code);
        if sentence != Some((code, cashier)) {
            wrong.push((code, sentence));
        }
    }
    assert!(wrong.is_empty(), "docs/error-codes.md differs from the catalogue: {wrong:#?}");
}

const GUIDE: &str = include_str!("../../../../docs/till-guide.md");

#[test]
fn the_queue_of_the_guide_names_codes_that_a_till_can_get() {
    let (_, rest) = GUIDE.split_once("### The queue").unwrap();
    let table = rest.split("**`Idempotency-Key`").next().unwrap();
    let answers = table.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next());
    let named = answers.flat_map(|answer| answer.split('`').skip(1).step_by(2));
    let named: Vec<_> = named.filter(|name| *name != "coupon_").collect();
    let of_till = |code: &str| {
        let known = causes().into_iter().find(|(known, _)| *known == code);
        known.is_some_and(|(_, cause)| matches!(cause, Cause::Cashier | Cause::Till))
    };
    assert!(named.len() > 10 && named.iter().all(|code| of_till(code)), "{named:?}");
    // The row of coupons names their common beginning.
    assert!(domain::coupon::Refusal::ALL.iter().all(|it| it.code().starts_with("coupon_")));
}

/// The codes of the queue's row on the customer.
fn queue_codes_of_the_customer() -> BTreeSet<&'static str> {
    let (_, row) = GUIDE.split_once("| every code of an entry whose pointer is /member").unwrap();
    row.split('|').next().unwrap().split('`').skip(1).step_by(2).collect()
}

#[rstest]
#[case(json!({"mobile": "06 39 98 00 99"}), "not_found")]
#[case(json!({"card_number": "1"}), "card_number")]
#[case(json!({"member_id": "nonsense"}), "identifier")]
#[case(json!({"mobile": "nonsense"}), "mobile_unreadable")]
#[case(json!({"mobile": "01 44 99 00 12"}), "mobile_not_mobile")]
#[case(json!({"mobile": "3,36E+10"}), "number_scientific")]
#[case(json!({"mobile": "06 39 98 00 12", "last_name": "Martin"}), "needs_card_requested")]
#[case(json!({"card_number": "29900099", "card_requested": true}), "needs_mobile")]
#[case(json!({"mobile": "06 39 98 00 12", "card_number": "29900099"}), "one_of")]
#[tokio::test]
async fn a_queued_sale_that_is_refused_for_its_customer_is_recorded_without_the_customer(
    #[case] member: Value,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.post("/v1/purchases", &sale("1", &member)).await;
    let errors = refused.body["errors"].as_array().unwrap();
    assert!(errors.iter().any(|error| error["code"] == code), "{refused:?}");
    let is_of_customer = |error: &Value| {
        let pointer = error["pointer"].as_str().unwrap();
        pointer == "/member" || pointer.starts_with("/member/")
    };
    assert!(errors.iter().all(is_of_customer), "{refused:?}");
    assert!(queue_codes_of_the_customer().contains(code));
    till.post("/v1/purchases", &sale("1", &Value::Null)).await.assert_status(201);
}

#[test]
fn each_row_has_a_status() {
    for (code, [status, ..]) in rows() {
        for status in status.split(", ") {
            let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
            assert!(
                status.is_some_and(|it| it.is_client_error() || it.is_server_error()),
                "{code}"
            );
        }
    }
}

#[test]
fn the_codes_of_each_table_are_in_order() {
    let mut rest = CATALOGUE;
    for section in SECTIONS {
        rest = rest.split_once(section).unwrap_or_else(|| panic!("no {section}")).1;
        let table = rest.split("\n## ").next().unwrap_or_default();
        let codes: Vec<_> = table.lines().filter(|line| line.starts_with("| `")).collect();
        assert!(codes.is_sorted(), "{section}");
    }
}

#[tokio::test]
async fn a_refusal_has_a_status_that_the_catalogue_lists() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let rows = rows();
    let sold = till.post("/v1/purchases", &sale("1", &json!(null))).await;
    assert_eq!(sold.status, 201);
    let mut other = sale("1", &json!(null));
    other["total_cents"] = json!(4_491);
    for refused in [
        till.post("/v1/purchases", &other).await,
        till.post("/v1/purchases", &sale("2", &json!({"mobile": "06 39 98 00 99"}))).await,
        till.post("/v1/purchases", &json!({})).await,
        till.post("/v1/merchants", &json!({})).await,
        till.get("/v1/members?limit=0").await,
        till.get("/v1/members/nonsense").await,
    ] {
        let status = refused.status.as_u16().to_string();
        let of_fields = refused.body["errors"].as_array().into_iter().flatten();
        for code in of_fields.map(|error| &error["code"]).chain([&refused.body["code"]]) {
            let [statuses, ..] = rows[code.as_str().unwrap()];
            assert!(statuses.split(", ").any(|it| it == status), "{code}: {statuses} and {status}");
        }
    }
}
