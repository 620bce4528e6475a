//! A request as API Gateway passes it to the function (payload format 2.0).

use crate::setup::Service;
use serde_json::json;

#[tokio::test]
async fn a_refusal_has_the_request_identifier_of_api_gateway() {
    let service = Service::start().await;
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/v1/members/find",
        "rawQueryString": "",
        "headers": {
            "authorization": "Token nonsense",
            "content-type": "application/json",
            "host": "example.execute-api.eu-west-3.amazonaws.com",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "example",
            "domainName": "example.execute-api.eu-west-3.amazonaws.com",
            "domainPrefix": "example",
            "http": {
                "method": "POST",
                "path": "/v1/members/find",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "till/1.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "24/Nov/2026:09:20:00 +0000",
            "timeEpoch": 1_795_512_000_000_u64,
        },
        "body": "eyJtb2JpbGUiOiIwNiJ9",
        "isBase64Encoded": true,
    });
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let answer = service.send(request).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["request_id"], "JKJaXmPLvHcESHA=");
}
