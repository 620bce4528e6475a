//! The comparison of an answer with the expected numbers.

use serde_json::{Value, json};

use super::{Counts, Difference};
use crate::model::account::View;
use crate::model::earning::Part;
use crate::model::{Answer, Outcome};

/// The differences between the expected outcome of an operation and the answer of the service.
pub(super) fn compare(
    outcome: &Outcome,
    status: u16,
    body: &Value,
    counts: &mut Counts,
) -> Vec<Difference> {
    match outcome {
        Outcome::Skipped => Vec::new(),
        Outcome::Refused { status: expected, code } => {
            counts.comparisons += 1;
            let has_code = code.is_none_or(|code| codes(body).iter().any(|found| found == code));
            if status == *expected && has_code {
                return Vec::new();
            }
            let code = code.unwrap_or_default();
            vec![Difference::status(format!(
                "expected {expected} {code}, the service answers {status} {body}"
            ))]
        }
        Outcome::Done(_) if !(200..300).contains(&status) => {
            vec![Difference::status(format!(
                "expected success, the service answers {status} {body}"
            ))]
        }
        Outcome::Done(answer) => compare_answer(answer, body, counts),
    }
}

/// The differences between an expected balance and a body with the fields of a balance.
pub(super) fn compare_view(view: &View, body: &Value, counts: &mut Counts) -> Vec<Difference> {
    let mut found = Found { counts, differences: Vec::new() };
    found.number("balance", view.balance, body);
    found.number("pending", view.pending, body);
    let level = view.level.as_ref().map_or(
        Value::Null,
        |level| json!({ "code": level.code, "name": level.name, "since": level.since.to_string() }),
    );
    found.value("level", &level, &body["level"]);
    let expiring = view.expiring.as_ref().map_or(
        Value::Null,
        |expiring| json!({ "points": expiring.points, "on": expiring.on.to_string() }),
    );
    found.value("expiring", &expiring, &body["expiring"]);
    found.differences
}

/// The codes of a refusal with the fields, as a key of statistics.
pub(super) fn refusal(body: &Value) -> String {
    let Some(errors) = body["errors"].as_array().filter(|errors| !errors.is_empty()) else {
        return body["code"].as_str().unwrap_or("without code").to_owned();
    };
    let fields = errors.iter().map(|error| {
        let pointer: String = error["pointer"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .filter(|letter| !letter.is_ascii_digit())
            .collect();
        format!("{} {pointer}", error["code"].as_str().unwrap_or_default())
    });
    fields.collect::<Vec<_>>().join(" + ")
}

fn codes(body: &Value) -> Vec<String> {
    let fields = body["errors"].as_array().into_iter().flatten().map(|error| &error["code"]);
    std::iter::once(&body["code"])
        .chain(fields)
        .filter_map(|code| code.as_str().map(str::to_owned))
        .collect()
}

fn compare_answer(answer: &Answer, body: &Value, counts: &mut Counts) -> Vec<Difference> {
    let mut found = Found { counts, differences: Vec::new() };
    if let Some(points) = answer.points {
        found.number("points", points, body);
    }
    if let Some(parts) = &answer.earned {
        found.parts(parts, &body["earned"]);
    }
    if let Some(view) = &answer.view {
        found.number("balance", view.balance, body);
        if answer.view_after.is_none() {
            found.number("pending", view.pending, body);
        }
    }
    if let Some(view) = &answer.view_after {
        found.number("balance_after", view.balance, body);
        found.number("pending_after", view.pending, body);
    }
    found.differences
}

struct Found<'a> {
    counts: &'a mut Counts,
    differences: Vec<Difference>,
}

impl Found<'_> {
    /// Compares a number. An absent number is zero, as the API document says of `pending`.
    fn number(&mut self, field: &str, expected: i64, body: &Value) {
        let found = if body[field].is_null() { json!(0) } else { body[field].clone() };
        self.value(field, &json!(expected), &found);
    }

    fn value(&mut self, field: &str, expected: &Value, found: &Value) {
        self.counts.comparisons += 1;
        if expected != found {
            self.differences.push(Difference {
                value: field.to_owned(),
                detail: format!("expected {expected}, the service answers {found}"),
            });
        }
    }

    /// Compares the parts of the points, in any order.
    fn parts(&mut self, expected: &[Part], found: &Value) {
        let line = |source: &str, name: Option<&str>, points: i64| {
            format!("{source} {points}{}", name.map_or(String::new(), |name| format!(" «{name}»")))
        };
        let mut expected: Vec<String> = expected
            .iter()
            .map(|part| line(part.source.name(), part.name.as_deref(), part.points))
            .collect();
        let mut found: Vec<String> = found
            .as_array()
            .into_iter()
            .flatten()
            .map(|part| {
                let points = part["points"].as_i64().unwrap_or_default();
                line(part["source"].as_str().unwrap_or_default(), part["name"].as_str(), points)
            })
            .collect();
        expected.sort();
        found.sort();
        self.value("earned", &json!(expected), &json!(found));
    }
}
