"""The actions and resources of a request to AWS: what IAM would check. A transaction needs the right of each item's own
action."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote

# The actions inside a transaction, and inside a batch of writes.
INNER = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
    "PutRequest": "PutItem",
    "DeleteRequest": "DeleteItem",
}


def calls_of(service: str, scope, headers: dict[str, str], body: bytes, status: int) -> list[dict]:
    if service == "s3":
        return _s3(scope["method"], unquote(scope["path"]), parse_qs(scope["query_string"].decode(), True), status)
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    parameters = json.loads(body or b"{}")
    match service:
        case "dynamodb":
            return _dynamodb(operation, parameters)
        case "sqs":
            # The right to send ten messages at once is the right to send one.
            action = operation.removesuffix("Batch")
            return [{"action": f"sqs:{action}", "resource": parameters["QueueUrl"].rsplit("/", 1)[-1]}]
        case "secretsmanager":
            return [{"action": f"secretsmanager:{operation}", "resource": _secret(parameters["SecretId"])}]
        case _:
            return [{"action": f"{service}:{operation}", "resource": ""}]


def _secret(name: str) -> str:
    """The name of a secret. Its ARN ends with a hyphen and six characters."""
    return name.rsplit(":", 1)[-1][:-7] if name.startswith("arn:") else name


def _dynamodb(operation: str, parameters: dict) -> list[dict]:
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            inner = [(INNER[kind], item) for one in parameters["TransactItems"] for kind, item in one.items()]
            return [_item(action, item["TableName"], item) for action, item in inner]
        case "BatchWriteItem":
            return [
                _item(operation, table, request)
                for table, requests in parameters["RequestItems"].items()
                for one in requests
                for request in one.values()
            ]
        case "BatchGetItem":
            return [
                _item(operation, table, {"Key": key})
                for table, wanted in parameters["RequestItems"].items()
                for key in wanted["Keys"]
            ]
        case "Query" | "Scan":
            table, index = parameters["TableName"], parameters.get("IndexName")
            values = parameters.get("ExpressionAttributeValues", {})
            condition = re.match(r"\s*#?\w+ = (:\w+)", parameters.get("KeyConditionExpression", ""))
            key = _text(values.get(condition[1], {})) if condition else None
            return [_call(operation, f"{table}/index/{index}" if index else table, key)]
        case _:
            return [_item(operation, parameters["TableName"], parameters)]


def _item(action: str, table: str, request: dict) -> dict:
    item = request.get("Key") or request.get("Item") or {}
    return _call(action, table, _text(item.get("pk", {})))


def _call(action: str, resource: str, key: str | None) -> dict:
    call = {"action": f"dynamodb:{action}", "resource": resource}
    if key is not None:
        call["key"] = key
    return call


def _text(value: dict) -> str | None:
    return value.get("S")


def _s3(method: str, path: str, query: dict, status: int) -> list[dict]:
    bucket, _, key = path.lstrip("/").partition("/")
    version = "Version" if "versionId" in query else ""
    if not key:
        actions = {
            ("GET", "versions"): "ListBucketVersions",
            ("GET", "uploads"): "ListBucketMultipartUploads",
            ("POST", "delete"): "DeleteObject",
        }
        found = (action for (verb, name), action in actions.items() if verb == method and name in query)
        return [{"action": f"s3:{next(found, 'ListBucket')}", "resource": bucket}]
    if "tagging" in query:
        verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}[method]
        action = f"{verb}Object{version}Tagging"
    elif method in ("GET", "HEAD"):
        action = f"GetObject{version}"
    elif method == "DELETE":
        action = "AbortMultipartUpload" if "uploadId" in query else f"DeleteObject{version}"
    else:
        action = "PutObject"
    calls = [{"action": f"s3:{action}", "resource": f"{bucket}/{key}"}]
    if status == 404 and method in ("GET", "HEAD"):
        # Without this right, S3 answers 403 for an object that is missing.
        calls.append({"action": "s3:ListBucket", "resource": bucket})
    return calls
