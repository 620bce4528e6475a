//! A proxy in front of DynamoDB that counts the units that AWS would bill.

use super::{
    item_size::{item_size, write_units},
    recording::Recording,
    upstream::{self, Upstream},
};
use aws_fakes::{Fake, Served};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::Response};
use http::StatusCode;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// The calls of one kind and their units.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Count {
    pub(crate) calls: u32,
    pub(crate) read: f64,
    pub(crate) write: f64,
    /// Calls of these that a condition refused. AWS bills them too.
    pub(crate) refused: u32,
}

/// Calls of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    operation: String,
    /// The shape of the keys that the call touches.
    shape: String,
}

/// Counts by the kind of call.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally(BTreeMap<Kind, Count>);

impl Tally {
    pub(crate) fn total(&self) -> Count {
        self.total_of(|_| true)
    }

    /// The total of the calls whose keys have a wanted shape.
    pub(crate) fn total_of(&self, wanted: impl Fn(&str) -> bool) -> Count {
        let mut total = Count::default();
        for (kind, count) in &self.0 {
            if wanted(&kind.shape) {
                total.add(*count);
            }
        }
        total
    }

    /// Prints the calls and the units of each kind.
    pub(crate) fn print(&self, title: &str) {
        eprintln!("DynamoDB, {title}:");
        for (Kind { operation, shape }, count) in &self.0 {
            let shape: String = shape.chars().take(100).collect();
            eprintln!(
                "  {operation:<20} {:>7} calls {:>9} read {:>9} write {:>6} refused  {shape}",
                count.calls, count.read, count.write, count.refused,
            );
        }
    }
}

impl Count {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.read += other.read;
        self.write += other.write;
        self.refused += other.refused;
    }

    /// Raises each number to the other's where that is higher.
    pub(crate) fn raise(&mut self, other: Self) {
        self.calls = self.calls.max(other.calls);
        self.read = self.read.max(other.read);
        self.write = self.write.max(other.write);
        self.refused = self.refused.max(other.refused);
    }
}

/// The proxy. Clones share the counts.
#[derive(Clone)]
pub(crate) struct CountingProxy(Arc<Counting>);

struct Counting {
    upstream: Upstream,
    tally: Mutex<Tally>,
    /// The writes that succeeded.
    recording: Recording,
}

impl CountingProxy {
    pub(crate) async fn start(upstream: &str) -> Served<Self> {
        let counting = Counting {
            upstream: Upstream::at(upstream),
            tally: Mutex::default(),
            recording: Recording::default(),
        };
        Served::on_a_port(Self(Arc::new(counting))).await
    }

    /// The counts since the last call.
    pub(crate) fn take(&self) -> Tally {
        std::mem::take(&mut *self.0.tally.lock().unwrap())
    }

    /// The writes that succeed, for as long as the recording runs.
    pub(crate) fn recording(&self) -> &Recording {
        &self.0.recording
    }
}

impl Fake for CountingProxy {
    fn router(&self) -> Router {
        upstream::router(forward, self.clone())
    }
}

async fn forward(
    State(CountingProxy(counting)): State<CountingProxy>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let operation = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok()?.rsplit('.').next().map(str::to_owned))
        .unwrap_or_default();
    let mut sent: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    sent.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
    let request = Bytes::from(Value::Object(sent.clone()).to_string());
    let answer = counting.upstream.post("/", &headers, request).await;

    let count = billed(&operation, &sent, answer.status(), answer.body());
    if answer.status().is_success()
        && matches!(operation.as_str(), "TransactWriteItems" | "BatchWriteItem")
    {
        counting.recording.add(&operation, &body);
    }
    let kind = Kind { operation, shape: shape(&sent) };
    counting.tally.lock().unwrap().0.entry(kind).or_default().add(count);
    upstream::answer(answer)
}

/// The units that AWS bills for a call: those that DynamoDB reports or, for a write that a condition
/// refused and that DynamoDB reports nothing of, those of the rule.
fn billed(operation: &str, sent: &Map<String, Value>, status: StatusCode, answer: &[u8]) -> Count {
    let mut count = Count { calls: 1, ..Count::default() };
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    if status.is_success() {
        let reads =
            matches!(operation, "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan");
        let consumed = match answer.get("ConsumedCapacity") {
            Some(Value::Array(tables)) => tables.as_slice(),
            Some(table) => std::slice::from_ref(table),
            None => &[],
        };
        for table in consumed {
            let units = table["CapacityUnits"].as_f64().unwrap_or_default();
            // A transaction that is repeated under its own token is billed as a read.
            if reads || table["ReadCapacityUnits"].is_number() {
                count.read += units;
            } else {
                count.write += units;
            }
        }
        return count;
    }
    let kind = answer["__type"].as_str().unwrap_or_default();
    if kind.ends_with("TransactionCanceledException") {
        count.refused = 1;
        count.write = transaction_items(sent).map(|(_, action)| 2.0 * attempted(action)).sum();
    } else if kind.ends_with("ConditionalCheckFailedException") {
        count.refused = 1;
        count.write = attempted(sent);
    }
    count
}

/// Write units, outside a transaction, of a refused write: those of the item of a put. The stored items of
/// updates, deletions and checks are assumed to be under 1 KB.
fn attempted(action: &Map<String, Value>) -> f64 {
    write_units(action.get("Item").and_then(Value::as_object).map_or(0, item_size))
}

fn transaction_items(
    sent: &Map<String, Value>,
) -> impl Iterator<Item = (&String, &Map<String, Value>)> {
    let items = sent.get("TransactItems").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| {
        let (kind, action) = item.as_object()?.iter().next()?;
        Some((kind, action.as_object()?))
    })
}

/// The words in capitals of every key that the call touches, without identifiers:
/// `CONTACT·MEMBER`, `RECEIPT·PURCHASE + S·MEMBER·ACCOUNT`.
fn shape(sent: &Map<String, Value>) -> String {
    let mut shapes = BTreeSet::new();
    collect_shapes(&Value::Object(sent.clone()), &mut shapes);
    shapes.into_iter().collect::<Vec<_>>().join(" + ")
}

fn collect_shapes(value: &Value, shapes: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let part = |name: &str| map.get(name).and_then(|value| value["S"].as_str());
            if let Some(pk) = part("pk") {
                let words = pk.split('#').skip(1).chain(part("sk").unwrap_or_default().split('#'));
                let words: Vec<&str> = words.filter(|word| is_word(word)).collect();
                shapes.insert(words.join("·"));
            } else if let Some(values) = map.get("ExpressionAttributeValues")
                && map.contains_key("KeyConditionExpression")
            {
                let texts = values.as_object().into_iter().flatten();
                let words: Vec<&str> = texts
                    .filter_map(|(_, value)| value["S"].as_str())
                    .flat_map(|text| text.split('#').skip(1))
                    .filter(|word| is_word(word))
                    .collect();
                shapes.insert(words.join("·"));
            } else {
                map.values().for_each(|value| collect_shapes(value, shapes));
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_shapes(value, shapes)),
        _ => {}
    }
}

fn is_word(part: &str) -> bool {
    (2..16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the numbers compared are exact in binary")]
mod tests {
    use super::*;
    use crate::stack::{Dynamo, TABLE, empty_table};
    use http::HeaderName;
    use serde_json::json;

    struct Fixture {
        _dynamo: Dynamo,
        proxy: Served<CountingProxy>,
    }

    impl Fixture {
        async fn start() -> Self {
            let dynamo = empty_table().await;
            let proxy = CountingProxy::start(dynamo.address()).await;
            Self { _dynamo: dynamo, proxy }
        }

        async fn count(&self, operation: &str, body: Value) -> Count {
            let target = format!("DynamoDB_20120810.{operation}").parse().unwrap();
            let headers = HeaderMap::from_iter([(HeaderName::from_static("x-amz-target"), target)]);
            Upstream::at(self.proxy.address()).post("/", &headers, body.to_string().into()).await;
            self.proxy.take().total()
        }
    }

    fn item(sk: &str, bytes: usize, more: &Value) -> Value {
        let mut item = json!({"pk": {"S": "M#1"}, "sk": {"S": sk}, "v": {"N": "1"}});
        item["filler"] = json!({"S": "x".repeat(bytes)});
        for (name, value) in more.as_object().unwrap() {
            item[name] = value.clone();
        }
        item
    }

    fn purchase(sk: &str, bytes: usize) -> Value {
        item(sk, bytes, &json!({"member": {"S": "m"}, "instant": {"S": "2026"}}))
    }

    fn put(item: &Value, condition: &str) -> Value {
        json!({"Put": {"TableName": TABLE, "Item": item, "ConditionExpression": condition}})
    }

    const ABSENT: &str = "attribute_not_exists(pk)";

    #[tokio::test]
    async fn a_purchase_and_its_account_cost_two_units_each_and_one_for_the_slim_index() {
        let fixture = Fixture::start().await;
        let items = [put(&purchase("P", 700), ABSENT), put(&item("A", 700, &json!({})), ABSENT)];
        let count = fixture.count("TransactWriteItems", json!({"TransactItems": items})).await;
        assert_eq!(count, Count { calls: 1, write: 5.0, ..Count::default() });
    }

    #[tokio::test]
    async fn each_further_kilobyte_costs_two_units_in_a_transaction_and_none_in_the_index() {
        let fixture = Fixture::start().await;
        let items = [put(&purchase("P", 2_100), ABSENT), put(&item("A", 700, &json!({})), ABSENT)];
        let count = fixture.count("TransactWriteItems", json!({"TransactItems": items})).await;
        assert_eq!(count.write, 6.0 + 1.0 + 2.0);
    }

    #[tokio::test]
    async fn a_cancelled_transaction_is_billed_for_its_items_and_not_for_the_index() {
        let fixture = Fixture::start().await;
        let items = [put(&purchase("P", 1_500), ABSENT), put(&item("A", 700, &json!({})), ABSENT)];
        let body = json!({"TransactItems": items});
        fixture.count("TransactWriteItems", body.clone()).await;
        let count = fixture.count("TransactWriteItems", body).await;
        assert_eq!(count, Count { calls: 1, write: 6.0, refused: 1, ..Count::default() });
    }

    #[tokio::test]
    async fn a_refused_put_is_billed_by_the_item_it_carried() {
        let fixture = Fixture::start().await;
        let body = json!({
            "TableName": TABLE, "Item": item("A", 1_500, &json!({})), "ConditionExpression": ABSENT,
        });
        assert_eq!(fixture.count("PutItem", body.clone()).await.write, 2.0);
        let again = fixture.count("PutItem", body).await;
        assert_eq!(again, Count { calls: 1, write: 2.0, refused: 1, ..Count::default() });
    }

    #[tokio::test]
    async fn an_eventual_read_costs_half_a_unit_also_where_there_is_no_item() {
        let fixture = Fixture::start().await;
        let key = json!({"pk": {"S": "M#1"}, "sk": {"S": "A"}});
        let mut body = json!({"TableName": TABLE, "Key": key});
        assert_eq!(fixture.count("GetItem", body.clone()).await.read, 0.5);
        body["ConsistentRead"] = true.into();
        assert_eq!(fixture.count("GetItem", body).await.read, 1.0);
    }

    #[tokio::test]
    async fn a_batch_of_reads_costs_half_a_unit_a_key() {
        let fixture = Fixture::start().await;
        let keys = ["A", "B", "C"].map(|sk| json!({"pk": {"S": "M#1"}, "sk": {"S": sk}}));
        let body = json!({"RequestItems": {TABLE: {"Keys": keys}}});
        assert_eq!(fixture.count("BatchGetItem", body).await.read, 1.5);
    }

    #[tokio::test]
    async fn a_rewritten_item_does_not_pay_for_an_index_entry_that_stays() {
        let fixture = Fixture::start().await;
        let first = json!({"TransactItems": [put(&purchase("P", 700), ABSENT)]});
        assert_eq!(fixture.count("TransactWriteItems", first).await.write, 3.0);
        let again = json!({"TransactItems": [put(&purchase("P", 710), "attribute_exists(pk)")]});
        assert_eq!(fixture.count("TransactWriteItems", again).await.write, 2.0);
    }

    #[test]
    fn the_size_of_an_item_follows_the_rule_of_aws() {
        let item = json!({
            "name": {"S": "Zoé"}, "points": {"N": "1200"}, "debt": {"N": "-12"},
            "sealed": {"B": "AAECAw=="}, "lots": {"L": [{"N": "1"}, {"BOOL": true}]},
            "map": {"M": {"a": {"S": "bc"}}},
        });
        let expected = (4 + 4) + (6 + 2) + (4 + 3) + (6 + 4) + (4 + 3 + 3 + 2) + (3 + 3 + 1 + 3);
        assert_eq!(item_size(item.as_object().unwrap()), expected);
    }
}
