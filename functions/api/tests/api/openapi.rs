//! The OpenAPI document: the golden file, its routes, its prose and its constraints.

use crate::setup::{OPERATOR_KEY, Service};
use axum::http::Method;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// `UPDATE_OPENAPI=1 cargo nextest run -p api -E 'test(golden_file)'` writes the file again.
#[test]
fn the_golden_file_is_the_document_generated_from_the_code() {
    let generated = api::openapi::document().to_pretty_json().unwrap() + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(file, &generated).unwrap();
    }
    let golden = std::fs::read_to_string(file).unwrap();
    assert!(
        golden == generated,
        "openapi.json is not what the code says: UPDATE_OPENAPI=1 writes it"
    );
    assert_eq!(document()["openapi"], "3.1.0");
}

fn document() -> Value {
    serde_json::to_value(api::openapi::document()).unwrap()
}

/// An operation of the document.
struct Operation<'d> {
    id: &'d str,
    method: Method,
    path: &'d str,
    content: &'d Map<String, Value>,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| Operation {
            id: operation["operationId"].as_str().unwrap(),
            method: method.to_uppercase().parse().unwrap(),
            path,
            content: operation.as_object().unwrap(),
        })
    });
    operations.collect()
}

#[tokio::test]
async fn the_served_document_is_the_generated_one() {
    let service = Service::start().await;
    let served = service.ask("", Method::GET, "/v1/openapi.json", None).await;
    assert_eq!(served.status, 200);
    assert_eq!(served.headers["content-type"], "application/json");
    assert!(served.body == document(), "the served document is not the generated one");
}

#[tokio::test]
async fn every_operation_is_a_route_that_only_its_caller_may_use() {
    // A new operation is counted here, so that none is lost from the document unseen.
    const OPERATIONS: usize = 83;
    let service = Service::start().await;
    let document = document();
    let mut ids = BTreeSet::new();
    for Operation { id, method, path, content } in operations(&document) {
        assert!(ids.insert(id), "{id} names two operations");
        let security = content["security"].to_string();
        let (key, status) = match security.as_str() {
            "[{\"till_key\":[]}]" => (OPERATOR_KEY, 403),
            "[{\"operator_key\":[]}]" => ("nonsense", 401),
            "[{}]" => ("", 200),
            other => panic!("{path}: {other}"),
        };
        let answer = service.ask(key, method.clone(), path, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
    }
    assert_eq!(ids.len(), OPERATIONS);
}

#[test]
fn every_operation_describes_the_refusals_of_its_caller() {
    let document = document();
    for Operation { id, content, .. } in operations(&document) {
        let responses = content["responses"].as_object().unwrap();
        let needs_key = content["security"] != serde_json::json!([{}]);
        for status in ["401", "403", "500", "503"] {
            assert!(!needs_key || responses.contains_key(status), "{id} lacks {status}");
        }
        for status in ["400", "413", "415", "422"] {
            let has_body = content.contains_key("requestBody");
            assert!(!has_body || responses.contains_key(status), "{id} lacks {status}");
        }
    }
}

/// Words with which a description does not begin, because its subject would not be named.
const UNNAMED: [&str; 9] = ["it", "them", "they", "that", "this", "what", "who", "which", "whose"];

#[test]
fn every_description_names_its_subject() {
    let document = document();
    let mut vague = Vec::new();
    each_text(&document, "", &mut |place, text| {
        let first = text.split([' ', '\'', ',']).next().unwrap_or_default().to_lowercase();
        if text.split_whitespace().count() < 3 || UNNAMED.contains(&first.as_str()) {
            vague.push(format!("{place}: {text}"));
        }
    });
    assert!(vague.is_empty(), "name the subject in three words or more:\n{}", vague.join("\n"));
}

/// Every description and summary of the document, with its place.
fn each_text(value: &Value, place: &str, see: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let place = format!("{place}/{name}");
                match value {
                    // A property may have the name `description`: it is then an object.
                    Value::String(text) if name == "description" || name == "summary" => {
                        see(&place, text);
                    }
                    _ => each_text(value, &place, see),
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                each_text(value, &format!("{place}/{index}"), see);
            }
        }
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_a_component() {
    let document = document();
    let mut dangling = Vec::new();
    each_reference(&document, &mut |reference| {
        let pointer = reference.strip_prefix('#').unwrap();
        if document.pointer(pointer).is_none() {
            dangling.push(reference.to_owned());
        }
    });
    assert!(dangling.is_empty(), "{dangling:?}");
}

fn each_reference(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                see(reference);
            }
            object.values().for_each(|value| each_reference(value, see));
        }
        Value::Array(values) => values.iter().for_each(|value| each_reference(value, see)),
        _ => {}
    }
}
