"""What `make deploy` does around `sam deploy`."""

import json
import unittest

import boto3
from botocore.stub import ANY, Stubber
from operate.deployment import KEPT, is_deployed, protect, remove_failed_creation, stack_policy
from template import template


def stack(status: str) -> dict:
    return {"Stacks": [{"StackName": "zerosix", "CreationTime": "2026-11-29T00:00:00Z", "StackStatus": status}]}


def resource(kind: str, name: str, status: str) -> dict:
    return {
        "LogicalResourceId": "Any",
        "PhysicalResourceId": name,
        "ResourceType": kind,
        "ResourceStatus": status,
        "LastUpdatedTimestamp": "2026-11-29T00:00:00Z",
    }


class ADeployment(unittest.TestCase):
    def setUp(self):
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.client = boto3.client("cloudformation", region_name="eu-west-3", **keys)
        self.dynamodb = boto3.client("dynamodb", region_name="eu-west-3", **keys)
        self.kms = boto3.client("kms", region_name="eu-west-3", **keys)
        self.aws, self.tables, self.keys = Stubber(self.client), Stubber(self.dynamodb), Stubber(self.kms)
        for stub in (self.aws, self.tables, self.keys):
            stub.activate()

    def tearDown(self):
        for stub in (self.aws, self.tables, self.keys):
            stub.assert_no_pending_responses()
            stub.deactivate()

    def clients(self, service: str):
        return {"cloudformation": self.client, "dynamodb": self.dynamodb, "kms": self.kms}[service]

    def is_removed(self, *resources: dict):
        named = {"StackName": "zerosix"}
        for _ in ("tables", "keys"):
            self.aws.add_response("list_stack_resources", {"StackResourceSummaries": list(resources)}, named)
        unprotected = {**named, "EnableTerminationProtection": False}
        self.aws.add_response("update_termination_protection", {}, unprotected)
        self.aws.add_response("delete_stack", {}, named)
        self.aws.add_response("describe_stacks", stack("DELETE_COMPLETE"), named)
        self.assertTrue(remove_failed_creation(self.clients, "zerosix"))

    def test_removes_the_rest_of_a_first_deployment_that_failed(self):
        self.aws.add_response("describe_stacks", stack("ROLLBACK_COMPLETE"), {"StackName": "zerosix"})
        self.is_removed(resource("AWS::DynamoDB::Table", "zerosix-table", "DELETE_COMPLETE"))

    def test_deletes_the_protected_table_at_which_a_rollback_stopped_and_its_key(self):
        self.aws.add_response("describe_stacks", stack("ROLLBACK_FAILED"), {"StackName": "zerosix"})
        table = {"TableName": "zerosix-table"}
        self.tables.add_response("update_table", {}, {**table, "DeletionProtectionEnabled": False})
        self.tables.add_response("describe_table", {"Table": {"TableStatus": "ACTIVE"}}, table)
        self.tables.add_response("delete_table", {}, table)
        self.tables.add_client_error("describe_table", "ResourceNotFoundException", expected_params=table)
        self.keys.add_response("schedule_key_deletion", {}, {"KeyId": "the-key", "PendingWindowInDays": 30})
        self.is_removed(
            resource("AWS::DynamoDB::Table", "zerosix-table", "DELETE_FAILED"),
            resource("AWS::KMS::Key", "the-key", "DELETE_FAILED"),
            resource("AWS::SQS::Queue", "a-queue", "DELETE_COMPLETE"),
        )

    def test_removes_nothing_of_a_stack_that_stands(self):
        for status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
            self.aws.add_response("describe_stacks", stack(status), {"StackName": "zerosix"})
            self.assertFalse(remove_failed_creation(self.clients, "zerosix"), status)

    def test_that_a_person_refused_is_no_deployment(self):
        for status, deployed in (("REVIEW_IN_PROGRESS", False), ("CREATE_COMPLETE", True), ("ROLLBACK_FAILED", False)):
            self.aws.add_response("describe_stacks", stack(status), {"StackName": "zerosix"})
            self.assertEqual(is_deployed(self.client, "zerosix"), deployed, status)

    def test_begins_where_there_is_no_stack(self):
        message = "Stack with id zerosix does not exist"
        self.aws.add_client_error("describe_stacks", "ValidationError", message)
        self.assertFalse(remove_failed_creation(self.clients, "zerosix"))

    def test_ends_with_a_stack_that_nobody_deletes_and_whose_data_no_update_replaces(self):
        protected = {"StackName": "zerosix", "EnableTerminationProtection": True}
        self.aws.add_response("update_termination_protection", {}, protected)
        self.aws.add_response("set_stack_policy", {}, {"StackName": "zerosix", "StackPolicyBody": ANY})
        protect(self.client, "zerosix")

    def test_has_a_stack_policy_for_everything_that_holds_data(self):
        kept = {
            name
            for name, resource in template()["Resources"].items()
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate" and not resource["Type"].endswith("Policy")
        }
        self.assertEqual(set(KEPT), kept)
        _, replace, modify = stack_policy()["Statement"]
        self.assertEqual(replace["Action"], ["Update:Replace", "Update:Delete"])
        self.assertIn("LogicalResourceId/VaultSecret", modify["Resource"])
        self.assertLess(len(json.dumps(stack_policy())), 16_384)
