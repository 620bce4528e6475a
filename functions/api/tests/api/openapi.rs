//! The OpenAPI document: the golden file, its routes, its prose and its constraints.

use crate::setup::{OPERATOR_KEY, Service};
use axum::http::Method;
use domain::KeyScope;
use domain::rights::{Callers, Operation};
use serde_json::{Map, Value, json};
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
struct Described<'d> {
    id: &'d str,
    method: Method,
    path: &'d str,
    content: &'d Map<String, Value>,
}

fn operations(document: &Value) -> Vec<Described<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| Described {
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

#[test]
fn every_operation_is_in_the_table_of_rights_and_the_other_way_round() {
    let document = document();
    let ids: Vec<_> = operations(&document).iter().map(|operation| operation.id).collect();
    let described: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), described.len(), "an identifier names two operations");
    let in_table = Operation::ALL.map(Operation::as_str);
    assert_eq!(described, in_table.into());
}

#[test]
fn every_operation_states_the_keys_that_may_do_it() {
    let document = document();
    for Described { id, content, .. } in operations(&document) {
        let expected = match Operation::parse(id).unwrap().callers() {
            Callers::Everybody => json!([{}]),
            Callers::Operator => json!([{"operator_key": []}]),
            Callers::Keys(scopes) => {
                let description = content["description"].as_str().unwrap();
                let of = |scope: &KeyScope| json!({"establishment_key": [scope.as_str()]});
                for scope in scopes {
                    assert!(description.contains(&format!("`{}`", scope.as_str())), "{id}");
                }
                scopes.iter().map(of).collect()
            }
        };
        assert_eq!(content["security"], expected, "{id}");
    }
}

/// The credentials of a test, with the scope of a key.
enum Sent {
    Nothing,
    UnknownKey,
    Operator,
    Key(KeyScope),
}

#[tokio::test]
async fn every_route_lets_in_the_callers_of_the_table_and_no_other() {
    let service = Service::start().await;
    let merchant = service.till("A", "retail").await.merchant;
    let mut credentials = vec![
        (Sent::Nothing, String::new()),
        (Sent::UnknownKey, "nonsense".to_owned()),
        (Sent::Operator, OPERATOR_KEY.to_owned()),
    ];
    for scope in KeyScope::ALL {
        let till = service.key_of(&merchant, "paris", "test", scope.as_str()).await;
        credentials.push((Sent::Key(scope), till.key));
    }
    let document = document();
    for Described { id, method, path, .. } in operations(&document) {
        let callers = Operation::parse(id).unwrap().callers();
        for (sent, key) in &credentials {
            let answer = service.ask(key, method.clone(), path, None).await;
            let status = answer.status.as_u16();
            let code = answer.body["code"].as_str().unwrap_or_default();
            let detail = answer.body["detail"].as_str().unwrap_or_default();
            let scope = if let Sent::Key(scope) = sent { scope.as_str() } else { "" };
            match (callers, sent) {
                (Callers::Everybody, _) => assert_eq!(status, 200, "{id}"),
                (_, Sent::Nothing | Sent::UnknownKey) => {
                    assert_eq!((status, code), (401, "unauthenticated"), "{id}");
                }
                (Callers::Operator, Sent::Key(_)) => {
                    assert_eq!((status, code), (403, "forbidden"), "{id}, {scope}");
                    assert!(detail.contains("the operator's key"), "{id}: {detail}");
                }
                (Callers::Keys(scopes), Sent::Operator) => {
                    assert_eq!((status, code), (403, "forbidden"), "{id}");
                    assert!(detail.contains(scopes[0].as_str()), "{id}: {detail}");
                }
                (Callers::Keys(scopes), Sent::Key(sent)) if !scopes.contains(sent) => {
                    assert_eq!((status, code), (403, "scope_not_allowed"), "{id}, {scope}");
                    for needed in scopes {
                        assert!(detail.contains(needed.as_str()), "{id}: {detail}");
                    }
                }
                (Callers::Operator, Sent::Operator) | (Callers::Keys(_), Sent::Key(_)) => {
                    assert!(!matches!(status, 401 | 403 | 500), "{id}, {scope}: {answer:?}");
                }
            }
        }
    }
}

#[test]
fn every_operation_describes_the_refusals_of_its_caller() {
    let document = document();
    for Described { id, content, .. } in operations(&document) {
        let responses = content["responses"].as_object().unwrap();
        let needs_key = content["security"] != json!([{}]);
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
