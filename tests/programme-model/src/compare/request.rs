//! The requests of the API document.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::Identifiers;
use crate::generate::Case;
use crate::model::earning::{Basket, Line};
use crate::model::{DocumentNumber, Model, Operation, Step};

/// The body that creates a merchant.
pub(super) fn merchant(reference: &str, case: &Case) -> Value {
    let agreement =
        json!({ "version": "1", "signed_on": "2026-01-01", "signatory": "Comparaison" });
    json!({
        "reference": reference,
        "name": "Comparaison",
        "sector": "retail",
        "terms": agreement,
        "processing_contract": agreement,
        "programme": case.base,
    })
}

/// The body that creates a member, who activates the card at once.
pub(super) fn member(number: usize, birth_date: Option<Date>) -> Value {
    let mut body = json!({
        "mobile": format!("06399800{number:02}"),
        "card_requested": true,
        "card_activated": true,
    });
    if let Some(birth_date) = birth_date {
        body["birth_date"] = json!(birth_date.to_string());
    }
    body
}

/// The method, the path and the body of an operation. None if the service has no document that the operation names.
pub(super) fn of(
    step: &Step,
    model: &Model,
    identifiers: &Identifiers,
) -> Option<(&'static str, String, Option<Value>)> {
    let member = |number: usize| identifiers.members.get(&number);
    let purchase = |number: DocumentNumber| identifiers.purchases.get(&number);
    Some(match &step.operation {
        Operation::Sale { document, member: buyer, sold_at, basket } => {
            let mut body = basket_of(basket);
            body["type"] = json!("sale");
            body["receipt_number"] = json!(receipt(*document));
            body["sold_at"] = json!(sold_at.to_string());
            if let Some(buyer) = buyer {
                body["member"] = json!({ "member_id": member(*buyer)? });
            }
            ("POST", "/v1/purchases".to_owned(), Some(body))
        }
        Operation::NamedReturn { document, sale, names_member, sold_at, total_cents } => {
            let mut body = json!({
                "type": "return",
                "receipt_number": receipt(*document),
                "sold_at": sold_at.to_string(),
                "total_cents": total_cents,
                "returned_sale": {
                    "day": model.day_of(*sale)?.to_string(),
                    "receipt_number": receipt(*sale),
                },
            });
            let establishment = model.establishment_of(*sale)?;
            if establishment != step.establishment {
                body["returned_sale"]["establishment"] = json!(establishment);
            }
            if let (true, Some(buyer)) = (names_member, model.member_of(*sale)) {
                body["member"] = json!({ "member_id": member(buyer)? });
            }
            ("POST", "/v1/purchases".to_owned(), Some(body))
        }
        Operation::UnnamedReturn { document, member: buyer, sold_at, basket } => {
            let mut body = basket_of(basket);
            body["type"] = json!("return");
            body["receipt_number"] = json!(receipt(*document));
            body["sold_at"] = json!(sold_at.to_string());
            body["member"] = json!({ "member_id": member(*buyer)? });
            ("POST", "/v1/purchases".to_owned(), Some(body))
        }
        Operation::Cancel { document } => {
            ("POST", format!("/v1/purchases/{}/cancel", purchase(*document)?), None)
        }
        Operation::Visit { member: visitor, visited_at } => (
            "POST",
            format!("/v1/members/{}/visits", member(*visitor)?),
            Some(json!({ "visited_at": visited_at.to_string() })),
        ),
        Operation::Attach { sale, member: buyer } => (
            "POST",
            format!("/v1/purchases/{}/attach", purchase(*sale)?),
            Some(json!({ "member_id": member(*buyer)? })),
        ),
        Operation::Move { sale, member: buyer } => (
            "POST",
            format!("/v1/purchases/{}/move", purchase(*sale)?),
            Some(json!({ "member_id": member(*buyer)? })),
        ),
        Operation::Adjust { member: holder, points } => (
            "POST",
            format!("/v1/members/{}/adjustments", member(*holder)?),
            Some(json!({ "points": points, "reason": "correction", "operator": "V1" })),
        ),
        Operation::Redeem { member: holder, points } => (
            "POST",
            format!("/v1/members/{}/redemptions", member(*holder)?),
            // A bill that takes all these points: a point takes one cent off.
            Some(json!({ "points": points, "bill_cents": points })),
        ),
        Operation::DryRun { member: buyer, sold_at, basket } => {
            let mut body = basket_of(basket);
            body["sold_at"] = json!(sold_at.to_string());
            if let Some(buyer) = buyer {
                body["member"] = json!({ "member_id": member(*buyer)? });
            }
            ("POST", "/v1/purchases/dry-run".to_owned(), Some(body))
        }
        Operation::Balance { member: holder } => {
            ("GET", format!("/v1/members/{}/balance", member(*holder)?), None)
        }
    })
}

/// The quantity as a decimal number with at most three decimals.
pub(super) fn quantity(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn receipt(document: DocumentNumber) -> String {
    format!("R{document}")
}

fn basket_of(basket: &Basket) -> Value {
    let mut body = json!({ "total_cents": basket.total_cents });
    if !basket.lines.is_empty() {
        body["lines"] = basket.lines.iter().map(line_of).collect();
    }
    body
}

fn line_of(line: &Line) -> Value {
    let mut body = Map::new();
    body.insert("quantity".to_owned(), json!(quantity(line.thousandths)));
    body.insert("unit_price_cents".to_owned(), json!(line.unit_price_cents));
    if line.discount_cents > 0 {
        body.insert("discount_cents".to_owned(), json!(line.discount_cents));
    }
    if let Some(sku) = &line.sku {
        body.insert("sku".to_owned(), json!(sku));
    }
    if let Some(category) = &line.category {
        body.insert("category".to_owned(), json!(category));
    }
    Value::Object(body)
}
