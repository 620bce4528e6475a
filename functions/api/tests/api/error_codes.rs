//! `docs/error-codes.md` has a row for each code there is, and no other. The last column is the French
//! sentence of the code.

use crate::setup::{Service, sale};
use axum::http::StatusCode;
use domain::{DomainError, Language, coupon, reward};
use serde_json::json;
use std::collections::BTreeMap;

const CATALOGUE: &str = include_str!("../../../../docs/error-codes.md");
const SECTIONS: [&str; 3] = [
    "## A request as a whole",
    "## A field at the till",
    "## A field of the merchant's settings and campaigns",
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

/// Every code that a refusal of the API can have.
fn codes() -> Vec<&'static str> {
    let edge = http_edge::codes::ALL.iter().chain(api::codes::ALL).map(|code| code.as_str());
    let coupons = coupon::Refusal::ALL.iter().map(|refusal| refusal.code());
    let rewards = reward::Refusal::ALL.iter().map(|refusal| refusal.code());
    DomainError::codes().chain(edge).chain(coupons).chain(rewards).collect()
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
