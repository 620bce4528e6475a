"""The actions that a request needs the right of."""

import json
import unittest

from roles.calls import calls_of

ITEM = {"pk": {"S": "M#01"}, "sk": {"S": "PROFILE"}}


def dynamodb(operation: str, parameters: dict) -> list[dict]:
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
    return calls_of("dynamodb", {}, headers, json.dumps(parameters).encode(), 200)


def s3(method: str, path: str, query: str = "", status: int = 200) -> list[str]:
    scope = {"method": method, "path": path, "query_string": query.encode()}
    return [f"{call['action']} {call['resource']}" for call in calls_of("s3", scope, {}, b"", status)]


class TheRecord(unittest.TestCase):
    def test_names_the_action_and_the_key_of_each_item_of_a_transaction(self):
        items = [
            {"Put": {"TableName": "T", "Item": ITEM}},
            {"Update": {"TableName": "T", "Key": ITEM}},
            {"Delete": {"TableName": "T", "Key": ITEM}},
            {"ConditionCheck": {"TableName": "T", "Key": ITEM}},
        ]
        calls = dynamodb("TransactWriteItems", {"TransactItems": items})
        actions = [call["action"].removeprefix("dynamodb:") for call in calls]
        self.assertEqual(actions, ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"])
        self.assertEqual({call["key"] for call in calls}, {"M#01"})

    def test_names_the_key_of_each_item_of_a_batch(self):
        other = {"pk": {"S": "M#02"}}
        read = dynamodb("BatchGetItem", {"RequestItems": {"T": {"Keys": [ITEM, other]}}})
        self.assertEqual([call["key"] for call in read], ["M#01", "M#02"])
        requests = [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": other}}]
        written = dynamodb("BatchWriteItem", {"RequestItems": {"T": requests}})
        self.assertEqual([call["key"] for call in written], ["M#01", "M#02"])
        self.assertEqual({call["action"] for call in written}, {"dynamodb:BatchWriteItem"})

    def test_names_the_index_and_the_partition_of_a_query(self):
        query = {
            "TableName": "T",
            "IndexName": "due",
            "KeyConditionExpression": "due_bucket = :bucket",
            "ExpressionAttributeValues": {":bucket": {"S": "DUE#DAILY"}},
        }
        expected = {"action": "dynamodb:Query", "resource": "T/index/due", "key": "DUE#DAILY"}
        self.assertEqual(dynamodb("Query", query), [expected])

    def test_tells_the_versions_and_the_missing_objects_of_a_bucket_apart(self):
        self.assertEqual(s3("GET", "/b/k"), ["s3:GetObject b/k"])
        self.assertEqual(s3("HEAD", "/b/k", status=404), ["s3:GetObject b/k", "s3:ListBucket b"])
        self.assertEqual(s3("GET", "/b/k", "versionId=1"), ["s3:GetObjectVersion b/k"])
        self.assertEqual(s3("PUT", "/b/k", "tagging&versionId=1"), ["s3:PutObjectVersionTagging b/k"])
        self.assertEqual(s3("GET", "/b", "list-type=2"), ["s3:ListBucket b"])
        self.assertEqual(s3("PUT", "/b/k"), ["s3:PutObject b/k"])

    def test_takes_the_name_of_a_secret_from_its_arn(self):
        for name in ("arn:aws:secretsmanager:eu-west-3:1:secret:zerosix-Vault-12AB-a578b5", "zerosix-Vault-12AB"):
            headers = {"x-amz-target": "secretsmanager.GetSecretValue"}
            calls = calls_of("secretsmanager", {}, headers, json.dumps({"SecretId": name}).encode(), 200)
            self.assertEqual(calls, [{"action": "secretsmanager:GetSecretValue", "resource": "zerosix-Vault-12AB"}])
