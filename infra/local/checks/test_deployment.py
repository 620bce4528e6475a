"""What `make deploy` does around `sam deploy`."""

import json
import unittest

import boto3
from botocore.stub import ANY, Stubber
from operate.deployment import KEPT, protect, remove_failed_creation, stack_policy
from template import template


def stack(status: str) -> dict:
    return {"Stacks": [{"StackName": "zerosix", "CreationTime": "2026-11-29T00:00:00Z", "StackStatus": status}]}


class ADeployment(unittest.TestCase):
    def setUp(self):
        self.client = boto3.client(
            "cloudformation", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.aws = Stubber(self.client)
        self.aws.activate()

    def tearDown(self):
        self.aws.assert_no_pending_responses()
        self.aws.deactivate()

    def test_removes_the_rest_of_a_first_deployment_that_failed(self):
        self.aws.add_response("describe_stacks", stack("ROLLBACK_COMPLETE"), {"StackName": "zerosix"})
        self.aws.add_response("delete_stack", {}, {"StackName": "zerosix"})
        self.aws.add_response("describe_stacks", stack("DELETE_COMPLETE"), {"StackName": "zerosix"})
        self.assertTrue(remove_failed_creation(self.client, "zerosix"))

    def test_removes_nothing_of_a_stack_that_stands(self):
        for status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
            self.aws.add_response("describe_stacks", stack(status), {"StackName": "zerosix"})
            self.assertFalse(remove_failed_creation(self.client, "zerosix"), status)

    def test_begins_where_there_is_no_stack(self):
        message = "Stack with id zerosix does not exist"
        self.aws.add_client_error("describe_stacks", "ValidationError", message)
        self.assertFalse(remove_failed_creation(self.client, "zerosix"))

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
