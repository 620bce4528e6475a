//! The routers of the fakes, called without a socket.

#![expect(clippy::expect_used, reason = "an unexpected answer fails the test")]

use aws_fakes::{DynamoDb, Event, Fake, RuntimeApi, S3, SecretsManager, Sqs, event};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tower::ServiceExt as _;

struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON answer")
    }
}

async fn send(fake: &impl Fake, request: Request<Body>) -> Answer {
    let answer = fake.router().oneshot(request).await.expect("a router always answers");
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a whole body");
    Answer { status, body: String::from_utf8(body.into()).expect("a text") }
}

/// A request of AWS's JSON protocol.
async fn call(fake: &impl Fake, target: &str, body: &Value) -> Answer {
    let request = Request::post("/").header("x-amz-target", target).body(body.to_string().into());
    send(fake, request.expect("a request")).await
}

async fn get(fake: &impl Fake, path: &str) -> Answer {
    send(fake, Request::get(path).body(Body::empty()).expect("a request")).await
}

fn put(sk: &str, token: &str) -> Value {
    let item = json!({"pk": {"S": "a"}, "sk": {"S": sk}});
    let put = json!({"TableName": "table", "Item": item,
        "ConditionExpression": "attribute_not_exists(pk)"});
    json!({"TransactItems": [{"Put": put}], "ClientRequestToken": token})
}

#[tokio::test]
async fn a_transaction_that_is_repeated_under_its_token_is_carried_out_once() {
    const TARGET: &str = "DynamoDB_20120810.TransactWriteItems";
    let dynamodb = DynamoDb::with_table("table");
    assert_eq!(call(&dynamodb, TARGET, &put("1", "token-1")).await.status, StatusCode::OK);
    assert_eq!(call(&dynamodb, TARGET, &put("1", "token-1")).await.status, StatusCode::OK);

    let refused = call(&dynamodb, TARGET, &put("1", "token-2")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let kind = refused.json()["__type"].as_str().expect("a type").to_owned();
    assert!(kind.ends_with("TransactionCanceledException"), "{kind}");
    let again = call(&dynamodb, TARGET, &put("1", "token-2")).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "a refused transaction is not remembered");
}

#[tokio::test]
async fn a_saved_table_is_restored_with_its_items() {
    let dynamodb = DynamoDb::with_table("table");
    let item = json!({"pk": {"S": "a"}, "sk": {"S": "b"}, "v": {"N": "1"}});
    dynamodb.call("PutItem", &json!({"TableName": "table", "Item": item}));
    let file = std::env::temp_dir().join(format!("aws-fakes-{}.db", std::process::id()));
    dynamodb.save(&file);
    let restored = DynamoDb::restored(&file);
    let key = json!({"pk": {"S": "a"}, "sk": {"S": "b"}});
    let read = restored.call("GetItem", &json!({"TableName": "table", "Key": key}));
    assert_eq!(read["Item"], item);
    std::fs::remove_file(file).expect("the file is there");
}

#[tokio::test]
async fn an_operation_that_the_project_does_not_use_is_refused() {
    let answer =
        call(&DynamoDb::with_table("table"), "DynamoDB_20120810.DeleteTable", &json!({})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_object_is_written_once_where_it_must_not_exist() {
    let s3 = S3::default();
    let write = || Request::put("/reports/a/b.json").header("if-none-match", "*").body("{}".into());
    assert_eq!(send(&s3, write().expect("a request")).await.status, StatusCode::OK);
    let again = send(&s3, write().expect("a request")).await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(get(&s3, "/reports/a/b.json").await.body, "{}");
    assert_eq!(get(&s3, "/reports/a/c.json").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_listing_has_pages_and_stops_at_the_prefix() {
    const PAGE: usize = 30;
    let s3 = S3::default();
    for number in 0..=PAGE {
        let _ = s3.put("bucket", &format!("a/{number:02}"), "x".into());
    }
    let _ = s3.put("bucket", "b/00", "x".into());
    let first = get(&s3, "/bucket?list-type=2&prefix=a%2F").await.body;
    assert_eq!(first.matches("<Key>").count(), PAGE, "{first}");
    assert!(first.contains("<NextContinuationToken>a/29</NextContinuationToken>"), "{first}");
    let second = get(&s3, "/bucket?list-type=2&prefix=a%2F&continuation-token=a%2F29").await.body;
    assert!(second.contains("<Key>a/30</Key>"), "{second}");
    assert!(second.contains("<IsTruncated>false</IsTruncated>"), "{second}");
    assert!(!second.contains("b/00"), "{second}");
}

#[tokio::test]
async fn a_message_is_received_once_and_from_its_queue_only() {
    let sqs = Sqs::default();
    let message = json!({"QueueUrl": "http://sqs/000000000000/sends", "MessageBody": "hello"});
    assert_eq!(call(&sqs, "AmazonSQS.SendMessage", &message).await.status, StatusCode::OK);
    assert_eq!(sqs.sent("/sends"), ["hello"]);
    assert!(sqs.receive("campaigns").is_none());
    let received = sqs.receive("sends").expect("the message");
    assert!(sqs.receive("sends").is_none());
    let Event { json, message_ids } = event("sends", &[received], 1);
    assert_eq!(json["Records"][0]["body"], "hello");
    assert_eq!(json["Records"][0]["messageId"], message_ids[0].as_str());
}

#[tokio::test]
async fn the_queue_refuses_one_request_after_as_many_as_the_test_says() {
    let sqs = Sqs::default();
    sqs.fail_after(1);
    let message = json!({"QueueUrl": "http://sqs/sends", "MessageBody": "hello"});
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(call(&sqs, "AmazonSQS.SendMessage", &message).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 503, 200]);
    assert_eq!(sqs.sent("/sends").len(), 2);
}

#[tokio::test]
async fn a_secret_is_read_by_its_name_and_an_unknown_one_is_refused() {
    const TARGET: &str = "secretsmanager.GetSecretValue";
    let secrets = HashMap::from([("vault".to_owned(), "the key".to_owned())]);
    let secrets = SecretsManager::of(secrets);
    let known = call(&secrets, TARGET, &json!({"SecretId": "vault"})).await;
    assert_eq!(known.json()["SecretString"], "the key");
    let unknown = call(&secrets, TARGET, &json!({"SecretId": "other"})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_function_gets_its_event_and_the_caller_its_answer() {
    let runtime = RuntimeApi::with_limit(Duration::from_secs(5));
    let function = async {
        let next = Request::get("/2018-06-01/runtime/invocation/next").body(Body::empty());
        let router = runtime.router();
        let event = router.oneshot(next.expect("a request")).await.expect("an event");
        let id = event.headers()["lambda-runtime-aws-request-id"].to_str().expect("a text");
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        send(&runtime, Request::post(path).body("\"done\"".into()).expect("a request")).await
    };
    let (answer, posted) = tokio::join!(runtime.invoke("{}".into()), function);
    assert_eq!(posted.status, StatusCode::ACCEPTED);
    let answer = answer.expect("an answer in time");
    assert_eq!(answer.body, "\"done\"");
    assert!(!answer.is_error);
    assert!(runtime.first_request().is_some());
}

#[tokio::test]
async fn a_caller_is_told_that_the_function_has_not_answered_in_time() {
    let runtime = RuntimeApi::with_limit(Duration::from_millis(10));
    assert!(runtime.invoke("{}".into()).await.is_none());
}
